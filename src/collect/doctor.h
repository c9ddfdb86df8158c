/*
 * collect/doctor.h - what would be incomplete on this host, and why, before
 * anything is collected.  Reads only: no file is written, no program run, no
 * module asked for, nothing sent; no mount that can block is touched.
 */
#ifndef COLLECT_DOCTOR_H
#define COLLECT_DOCTOR_H

#include "../host/mountinfo.h"
#include "../util/buf.h"

enum doctor_state {
	DOCTOR_OK,
	DOCTOR_NOTE,    /* good to know; nothing core is lost */
	DOCTOR_GAP,     /* a core source would be incomplete */
	DOCTOR_UNKNOWN, /* could not be looked at: not the same as ok */
};

#define DOCTOR_TEXT 640
#define DOCTOR_CHECKS 32
#define DOCTOR_AGENTS 64 /* more than any host runs */

struct doctor;
struct doctor_result;

struct doctor_check {
	const char *id;
	const char *title, *title_ja;
	const char *remedy, *remedy_ja; /* when it is not ok; may be NULL */
	void (*look)(struct doctor *, struct doctor_result *);
	bool core; /* when it is not known, completeness is not either */
};

struct doctor_result {
	const struct doctor_check *check;
	enum doctor_state state;
	char en[DOCTOR_TEXT], ja[DOCTOR_TEXT]; /* what was found */
};

struct doctor_product {     /* doctor_agents.def */
	const char *name;   /* of the process; 15 bytes of it are compared */
	const char *within; /* part of its path, when the name is a common
			       word; else NULL */
	const char *product;
	const char *notice, *notice_ja; /* what it will notice or do */
};

struct doctor_agent {
	const struct doctor_product *product;
	uint32_t pid;
};

struct doctor {
	struct doctor_result result[DOCTOR_CHECKS];
	size_t nresult;
	struct doctor_agent agent[DOCTOR_AGENTS];
	size_t nagent;
	uint64_t nprocess;
	uint64_t ndenied; /* whose program or files were not shown */
	uint64_t nhidden; /* whose descriptors were not shown */
	/* pids of processes that may refuse an open */
	uint32_t listener[DOCTOR_AGENTS];
	size_t nlistener;
	bool proc;         /* /proc is there */
	struct buf status; /* of this process */
	struct mounts mounts;
	struct arena arena;
	uint64_t objects, bytes; /* of local file systems; 0: not known */
	uint64_t seconds[3];     /* quick, standard, full: a rough estimate */
	const char *place;       /* best mount for the archive; NULL: none */
	uint64_t room;           /* bytes free there */
};

extern const struct doctor_check doctor_table[]; /* ended by id NULL */
extern const struct doctor_product doctor_product[];
extern const size_t doctor_product_count;

/* Fills a zeroed doctor; doctor_free gives back what it holds. */
void doctor_look(struct doctor *);
void doctor_free(struct doctor *);
/* Nothing core would be incomplete, as far as can be told beforehand. */
bool doctor_complete(const struct doctor *);

/* Inside collect/: a state, and the same words in both languages. */
void doctor_say(struct doctor_result *, enum doctor_state, const char *en,
		const char *ja, ...) __attribute__((format(printf, 3, 5)))
__attribute__((format(printf, 4, 5)));
/* The text of a file of /proc or /sys; 0, or errno. */
int doctor_text(const char *path, struct buf *);
/* The value of "Name:" in /proc/self/status; empty when not there. */
struct str doctor_status(const struct doctor *, const char *name);
void doctor_processes(struct doctor *);

void doctor_user(struct doctor *, struct doctor_result *);
void doctor_capabilities(struct doctor *, struct doctor_result *);
void doctor_proc(struct doctor *, struct doctor_result *);
void doctor_hidepid(struct doctor *, struct doctor_result *);
void doctor_seccomp(struct doctor *, struct doctor_result *);
void doctor_container(struct doctor *, struct doctor_result *);
void doctor_lockdown(struct doctor *, struct doctor_result *);
void doctor_lsm(struct doctor *, struct doctor_result *);
void doctor_kernel(struct doctor *, struct doctor_result *);
void doctor_noatime(struct doctor *, struct doctor_result *);
void doctor_bpf(struct doctor *, struct doctor_result *);
void doctor_tracing(struct doctor *, struct doctor_result *);
void doctor_addresses(struct doctor *, struct doctor_result *);
void doctor_pages(struct doctor *, struct doctor_result *);
void doctor_mounts(struct doctor *, struct doctor_result *);
void doctor_objects(struct doctor *, struct doctor_result *);
void doctor_output(struct doctor *, struct doctor_result *);
void doctor_clock(struct doctor *, struct doctor_result *);
void doctor_logs(struct doctor *, struct doctor_result *);
void doctor_memory(struct doctor *, struct doctor_result *);
void doctor_agents(struct doctor *, struct doctor_result *);
void doctor_fanotify(struct doctor *, struct doctor_result *);
void doctor_audit(struct doctor *, struct doctor_result *);

#endif
