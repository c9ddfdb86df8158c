/*
 * collect/forecast.h - how long it will take.  Where somebody watches, a first
 * walk counts what the second one will look into and copy; the rest of the
 * time follows from the rates that this run has shown so far.
 */
#ifndef COLLECT_FORECAST_H
#define COLLECT_FORECAST_H

#include <stdbool.h>
#include <stdint.h>

#define FORECAST_MARKS 1024u

struct forecast_work { /* of a walk, or of what is done of it */
	uint64_t objects;
	int64_t open_ns; /* what opening files takes, by samples */
	uint64_t bytes;  /* that are read and hashed */
};

/* What there was to do after every `step' objects. */
struct forecast_marks {
	uint32_t step, n;
	struct forecast_work at[FORECAST_MARKS];
};

struct forecast { /* of the whole run; no objects: nobody counted */
	struct forecast_work walk;
	uint64_t copy;    /* bytes that are copied after it */
	uint64_t log;     /* bytes below /var/log */
	int64_t count_ns; /* what the counting took */
	struct forecast_marks marks;
};

enum forecast_stage { FORECAST_BEFORE, FORECAST_WALK, FORECAST_COPY };

struct forecast_now { /* where the run stands */
	enum forecast_stage stage;
	int64_t stage_ns;          /* in this stage so far */
	int64_t bytes_ns;          /* of these: reading and hashing */
	struct forecast_work done; /* in it */
};

/* Called once after each object that was counted, with the sums so far. */
void forecast_mark(struct forecast_marks *, const struct forecast_work *);
/* Is the nth file one of those on which the time of opening is measured? */
bool forecast_samples(uint64_t n);
/* A time that was measured now and then; a stumble counts little. */
void forecast_sample(int64_t *usual_ns, int64_t took_ns);
/* Nanoseconds that are left; -1: nobody can say. */
int64_t forecast_left(const struct forecast *, const struct forecast_now *);

#endif
