/*
 * collect/run.h - inside a reader: the collector's own jobs see more than
 * probe.h shows.
 */
#ifndef COLLECT_RUN_H
#define COLLECT_RUN_H

#include "collect.h"
#include "lane.h"
#include "scene.h"

struct probe_run {
	const struct collect_env *env;
	const struct scene *scene;
	struct lane *lane;
	int out;          /* pipe to the collector */
	const char *name; /* of the probe, for status */
	const char *core;
	bool resumed; /* an earlier reader got stuck at resume_after */
	uint64_t resume_after;
	int64_t began_ns;
	struct sys sys;
	struct map seen;       /* paths this reader has been at */
	struct map named;      /* words of autoruns it has looked up */
	struct extent *extent; /* scratch, LANE_MAX_EXTENTS */
};

/* Names what is touched next; restarts the deadline. */
void run_touch(struct probe_run *, uint64_t dev, struct str what);
static inline void run_tick(struct probe_run *r)
{
	atomic_fetch_add_explicit(&r->lane->tick, 1, memory_order_relaxed);
}
void run_send(struct probe_run *); /* everything gathered so far */
void run_status(struct probe_run *, const char *probe, const char *core,
		struct str what, enum probe_state, int errnum, uint64_t count,
		uint64_t bytes, int64_t duration_ns);
/* The state that an errno means. */
enum probe_state run_state_of(int errnum);
/* A member in pieces; data goes where run_data_room points. */
void run_begin(struct probe_run *, const struct member *);
unsigned char *run_data_room(struct probe_run *); /* LANE_CHUNK bytes */
void run_data_done(struct probe_run *, size_t n);
void run_end(struct probe_run *);
void run_program(struct probe_run *, const struct frame_program *,
		 struct str path);
void run_pointed(struct probe_run *, struct str path);
void run_count(struct probe_run *, uint64_t n);
void run_done(struct probe_run *);

#endif
