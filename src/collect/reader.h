/*
 * collect/reader.h - runs jobs in reader processes and feeds what they send
 * to the intake.  A reader that makes no progress for the deadline is left
 * behind, and the job goes on after the item it was stuck on.
 */
#ifndef COLLECT_READER_H
#define COLLECT_READER_H

#include "intake.h"
#include "run.h"

#include <signal.h>

struct job {
	const char *name; /* for status and progress */
	const char *core;
	const struct probe *probe; /* or: */
	void (*run)(struct probe_run *);
	size_t nstate; /* shared bytes that outlive a reader */
	/* names what the lost reader was stuck on; NULL: lane->what */
	struct str (*where)(const struct lane *, struct buf *scratch);
	/* how far it is; NULL: it tells by what it sends */
	void (*measure)(const struct lane *, struct forecast_now *);
	/* after it was done: what it found out */
	void (*done)(const struct lane *, struct scene *);
	/* copies the shared state for the next reader; false: give up */
	bool (*resume)(const struct lane *from, struct lane *to);
};

struct crew {
	struct scene *scene;
	struct intake *in;
	struct budget *budget;
	int64_t deadline_ns;
	bool strict; /* the user gave it: no patience with disks */
	int reader;  /* pid of the one at work */
	bool urged;  /* its I/O was raised from idle */
	int out_fd;  /* of the archive: closed in readers */
	const volatile sig_atomic_t *signals; /* how many INT/TERM came */
	int64_t begun_ns, job_ns;             /* boottime of run and job */
	uint64_t job_bytes; /* of members, when the job began */
	int64_t end_ns;     /* boottime at which the run is over; 0: open */
	bool late;          /* that is why it stops */
	bool walked;        /* what follows copies what it found */
	bool cut;           /* a job was not done to its end */
	bool stop;          /* interrupted, disk or archive: no further jobs */
	int64_t drawn_ns;   /* progress */
	unsigned nstuck;    /* of the whole run */
	int64_t since_ns;   /* no progress since then */
	unsigned char *buf;
	size_t nbuf;
};

/* False when the archive has failed; crew->stop tells of an early end. */
bool crew_run(struct crew *, const struct job *);
void crew_free(struct crew *);

#endif
