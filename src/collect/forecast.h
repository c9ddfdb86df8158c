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

/* How many bytes there were to look into after every `step' objects. */
struct forecast_marks {
	uint32_t step, n;
	uint64_t bytes[FORECAST_MARKS];
};

struct forecast {            /* of the whole run; objects 0: nobody counted */
	uint64_t objects;    /* of the walk */
	uint64_t look, copy; /* bytes that it reads, that are copied after it */
	uint64_t log;        /* bytes below /var/log */
	int64_t count_ns;    /* what the counting took */
	struct forecast_marks marks;
};

enum forecast_stage { FORECAST_BEFORE, FORECAST_WALK, FORECAST_COPY };

struct forecast_now { /* where the run stands */
	enum forecast_stage stage;
	int64_t stage_ns;        /* in this stage so far */
	uint64_t objects, bytes; /* done in it */
};

/* Called once after each object that was counted, with the sum so far. */
void forecast_mark(struct forecast_marks *, uint64_t objects, uint64_t bytes);
/* Nanoseconds that are left; -1: nobody can say. */
int64_t forecast_left(const struct forecast *, const struct forecast_now *);

#endif
