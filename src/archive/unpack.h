/*
 * archive/unpack.h - inputs -> one spool.  A konseki archive, a directory, a
 * file, a tar or zip (any compression), nested compression: every member's
 * bytes end in one unnamed spool file at page-aligned offsets (holes kept),
 * and the caller learns names and places.  Decoding runs in a sandboxed
 * child; directories and plain files are only copied, by the caller.
 */
#ifndef ARCHIVE_UNPACK_H
#define ARCHIVE_UNPACK_H

#include "../util/arena.h"
#include "../util/age.h"
#include "../util/err.h"

#define UNPACK_MAX_DEPTH 4
#define UNPACK_MAX_MEMBERS 400000u /* about 500 bytes each, everywhere */
#define UNPACK_MAX_RATIO 1000u     /* expansion of one member, beyond 64 MiB */
#define UNPACK_MAX_NAME 4096u

struct unpacked {           /* one member, in the spool */
	struct str member;  /* name in the input, bytes */
	struct str path;    /* path on its host: files/ and roots/ stripped for
			       archives, "/" + relative for other inputs;
			       empty for konseki's own members */
	uint64_t off, size; /* in the spool */
	int64_t mtime_ns;   /* INT64_MIN: unknown */
	/* as the archive kept them; of a directory they are the copy's own
	 * and left out; 0: unknown */
	int64_t ctime_ns, btime_ns;
	uint32_t mode, uid, gid;
	bool decompressed; /* its name lost .gz, .xz … */
	bool nested;       /* lies in an archive that is itself evidence */
	uint64_t short_at; /* UINT64_MAX */
};

/* A symbolic link that may say what a system starts; it has no bytes. */
#define UNPACK_MAX_LINKS 16384u
struct unpacked_link {
	struct str path; /* on its host */
	struct str to;   /* empty: not read */
};

enum input_kind { INPUT_ARCHIVE, INPUT_TAR, INPUT_ZIP, INPUT_DIR, INPUT_FILE };

/* how whole a konseki archive is */
enum wholeness {
	ARCHIVE_WHOLE,
	ARCHIVE_MISMATCH,
	ARCHIVE_CUT,
	ARCHIVE_UNSEALED,
	ARCHIVE_INTERRUPTED
};

struct unpack_result {
	enum input_kind kind;
	enum wholeness whole;     /* of others: ARCHIVE_WHOLE or _CUT */
	struct str why;           /* what is wrong, English */
	unsigned char sha256[32]; /* of the input file (not of directories) */
	struct unpacked *member;
	size_t nmember;
	size_t nrefused;            /* names or sizes that were not taken */
	struct unpacked_link *link; /* of directories and tars */
	size_t nlink;
};

struct unpack_options {
	const char *path; /* INPUT as the user wrote it */
	int spool;        /* fd; appended to */
	bool no_digest;   /* of a plain file: nobody will see it */
	uint64_t *spool_end;
	struct str
		glob; /* only members whose path or name matches; empty: all */
	const struct str *globs; /* several; then glob is not looked at */
	size_t nglob;
	bool raw; /* compressed members stay as they are */
	const struct age_identity *identity; /* open what is sealed */
	size_t nidentity;
	void (*progress)(void *arg, uint64_t members, uint64_t bytes);
	void *arg;
};

/* 0, or -1 with err (cannot open, not evidence, spool full). */
int unpack(const struct unpack_options *, struct arena *,
	   struct unpack_result *, struct err *);

#endif
