/*
 * case/work.h - inside case/: what parent, analysis and workers share.
 */
#ifndef CASE_WORK_H
#define CASE_WORK_H

#include "../event/source.h"
#include "../event/store.h"
#include "../host/context.h"
#include "../util/timefmt.h"
#include "analysis.h"
#include "frame.h"

#define WORK_BUF_BYTES (24u << 20) /* one worker's run buffer */
#define WORK_MAX_RUNS 4096u        /* spilled runs of one worker */
#define WORK_MAX_NOTES 200u        /* of one source; the rest is counted */
#define WORK_SLICE_BYTES (8u << 20)
#define WORK_SOURCE_SECONDS 900 /* the last net for one source */

/* record types in the store: the first byte of each record */
enum { REC_EVENT = 'E', REC_NOTE = 'N' };

struct work_source {       /* fixed before the fork */
	struct source src; /* data is set in the analysis process */
	uint64_t spool_off;
};

struct work_link { /* of an input without a walk */
	struct str path, to;
	uint32_t host;
};

struct work_slice { /* what a worker takes: a source or a part of it */
	uint32_t source;
	uint64_t from, to;
};

struct work_done {               /* shared; by the workers that had it */
	uint32_t parser;         /* index in parser_table + 1; 0: none */
	uint32_t outcome, state; /* worst of its slices; enum work_state */
	uint64_t nevent, nnote;
};
enum work_state {
	WORK_WAITING,
	WORK_RUNNING,
	WORK_DONE,
	WORK_CRASHED,
	WORK_TIMEOUT
};

struct work_slot {        /* shared; one worker */
	uint32_t running; /* source id + 1; 0: idle */
	uint32_t nrun;
	uint64_t end;  /* of its temporary file */
	uint64_t lost; /* records that fit nowhere */
	struct {
		uint64_t off, len, count;
	} run[WORK_MAX_RUNS];
	struct sandbox sandbox;
};

struct work {
	const struct analysis_options *opt;
	struct work_source *source; /* by id */
	size_t nsource;
	const struct work_link *link;
	size_t nlink;
	struct work_slice *span;  /* the data of giants that are mostly hole */
	size_t nspan, capspan;    /* in order */
	struct work_slice *queue; /* largest first */
	size_t nqueue, capqueue;
	uint32_t *next; /* shared: index in queue */
	struct work_done *done;
	struct work_slot *slot;
	struct run_buf **buf; /* shared, one a worker */
	int *tmp;             /* one unnamed file a worker */
	uint64_t *evaluated;  /* shared: per worker and rule */
	unsigned jobs;
	int spool;
	struct str evidence; /* the spool, mapped before the first fork */
	struct context **ctx;
	size_t nctx;
	struct ruleset *rules;
};

/* spans.c: fills span, while the spool can be asked. */
void work_spans(struct work *);
/* Those of one source, *n of them; NULL: it is read as a whole. */
const struct work_slice *work_spans_of(const struct work *, uint32_t source,
				       size_t *n);

/* The worker's whole life; an exit status for child_start. */
int worker_run(struct work *, unsigned slot);
/* The analysis process' whole life. */
int analyst_run(struct work *, struct frame_out *);

/* Starts the workers and stays until all work is done; -1: none started. */
int crew_work(struct work *, struct frame_out *);
/* Everything the workers left, in order, as frames, up to FRAME_END. */
void pass_run(struct work *, struct frame_out *);

/* Of the host's zone at its collection. */
static inline int32_t work_offset(const struct context *c)
{
	int64_t at = c->collected_ns == INT64_MIN ? 0 : c->collected_ns;

	return tz_offset(&c->zone, ts_s(at));
}
/* Is the whole time in which it can have happened within --from and --to? */
bool work_in_window(const struct event *, const struct analysis_options *,
		    int32_t host_offset_s);

void note_put(struct buf *, const struct note *);
bool note_get(struct str, struct note *);

#endif
