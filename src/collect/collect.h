/*
 * collect/collect.h - one snapshot of this host, or of a dead system below a
 * directory, into one archive.
 *
 * The calling process owns the archive and stays single-threaded; whatever
 * can block is read by processes forked from it (reader.h), which it leaves
 * behind when they get stuck.  Must be called before the caller starts
 * threads.
 */
#ifndef COLLECT_COLLECT_H
#define COLLECT_COLLECT_H

#include "../util/age.h"
#include "../util/buf.h"
#include "../util/err.h"
#include "../util/hash.h"
#include "probe.h"

enum hash_mode {
	HASH_DEFAULT, /* as the profile has it */
	HASH_EXEC,
	HASH_NONE,
	HASH_ALL,
	HASH_PLACES, /* programs where they are run from or dropped */
};
/* how much is taken: profile.h */
enum profile { PROFILE_STANDARD, PROFILE_QUICK, PROFILE_FULL };
enum memory_mode { MEMORY_NONE, MEMORY_SUSPICIOUS, MEMORY_ALL };

struct collect_hook; /* hook.h */

struct collect_progress {
	const char *stage;  /* probe, `paths', `walk', `programs' */
	uint64_t items;     /* objects seen in this stage */
	uint64_t bytes_in;  /* of members, whole run */
	uint64_t bytes_out; /* of the archive */
	int64_t passed_ns;  /* since the start */
	int64_t left_ns;    /* -1: unknown */
};

struct collect_options {
	const char
		*output;  /* NULL: HOST-TIME.tar.zst[.age] here; "-": stdout */
	const char *root; /* NULL: the live host */
	enum profile profile;
	enum hash_mode hash;     /* HASH_DEFAULT: as the profile has it */
	const char *const *path; /* further globs of files to copy */
	size_t npath;
	const char *const *exclude; /* neither content nor descent */
	size_t nexclude;
	int64_t since_ns;    /* older logs stay; INT64_MIN: all */
	int64_t max_time_ns; /* of the whole run; 0: none */
	uint64_t max_output; /* bytes of the archive; 0: none */
	bool fast;           /* not gentle to the host */
	bool secrets_full;
	/* public keys that the archive is sealed for; none: it is not */
	const struct age_recipient *recipient;
	size_t nrecipient;
	bool here, force;
	bool intrusive; /* views that take something from the host, too */
	const char *case_id, *examiner, *note, *reference_time;
	int64_t deadline_ns;    /* per item without progress; 0: 5 s */
	uint64_t max_file;      /* bytes of data of one file; 0: 1 GiB */
	uint64_t max_content;   /* of unpackaged programs in all; 0: 1 GiB */
	uint64_t max_recovered; /* of files without a name; 0: 1 GiB */
	enum memory_mode memory;
	uint64_t max_memory;             /* of all processes; 0: 1 GiB */
	const struct collect_hook *hook; /* judgements; may be NULL */
	const char *reserve;             /* NULL: max(5 %, 1 GiB); else bytes */
	const char *const *local_type;   /* further types that count as local */
	size_t nlocal_type;
	int argc; /* as started, for the manifest */
	char **argv;
	const char *version; /* of the program */
	/* called at most ten times a second; may be NULL */
	void (*progress)(void *arg, const struct collect_progress *);
	void *arg;
};

struct collect_gap { /* a core group that is not complete */
	char group[24];
	char why[104]; /* English: `denied: /var/log/auth.log' */
};
#define COLLECT_MAX_GAPS 32
#define NOT_BEGUN "not begun" /* the run ended before: never `absent' */

/* What became of a live source, or of one path rule. */
struct collect_account {
	const char *name; /* of the source, or of the rule's group */
	const char *glob; /* NULL: a source */
	const char *core; /* or NULL */
	bool told;        /* else the run ended before */
	uint8_t state;    /* enum probe_state */
	int errnum;
	uint64_t count, bytes;
	int64_t duration_ns;
};

struct collect_result {
	char path[4096]; /* of the archive; empty when it was streamed */
	unsigned char file_sha256[SHA256_LEN], seal_sha256[SHA256_LEN];
	uint64_t nmember, nfile; /* members written; objects the walk saw */
	uint64_t bytes_in, bytes_out;
	uint64_t state[PROBE_STATES]; /* status lines by state */
	struct collect_gap gap[COLLECT_MAX_GAPS];
	size_t ngap;
	struct collect_account *account; /* sources, then rules */
	size_t naccount;                 /* collect_result_free */
	bool interrupted;    /* by a signal or the disk: the seal says so */
	char stopped[160];   /* why it was cut, English; empty: it was not */
	const char *noatime; /* how access times were protected */
	int64_t duration_ns;
};

/*
 * 0: the archive stands under its final name (gaps and interruption are in
 * the result).  1: the output failed half-way (disk full); what was written
 * stays as result->path, readable, ending in .partial.  -1: nothing usable;
 * nothing is left.  err says why for 1 and -1.
 */
int collect_run(const struct collect_options *, struct collect_result *,
		struct err *);
void collect_result_free(struct collect_result *);

#endif
