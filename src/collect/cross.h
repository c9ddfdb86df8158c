/*
 * collect/cross.h - the same fact by two ways through the kernel: what one of
 * them keeps quiet is stated as hidden.
 */
#ifndef COLLECT_CROSS_H
#define COLLECT_CROSS_H

#include "probe.h"

struct cross {
	struct probe_run *run;
	uint64_t count;   /* rows */
	uint64_t checked; /* pids that answered, listeners that were compared */
};

/*
 * cross_pid.c: processes that answer a signal of 0 but are not listed in
 * /proc.  False with errno when it cannot be asked here.
 */
bool cross_pids(struct cross *);

/* Does this status belong to a thread of another process?  Pure. */
bool cross_is_thread(struct str status, uint32_t pid);

#endif
