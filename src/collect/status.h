/*
 * collect/status.h - one line of status/: what happened to one probe, path
 * rule or item.  "Absent", "failed" and "clean" never look alike.
 */
#ifndef COLLECT_STATUS_H
#define COLLECT_STATUS_H

#include "../util/buf.h"
#include "probe.h"

struct status_line {
	const char *probe, *core; /* core: group, NULL or empty: not core */
	struct str item;
	enum probe_state state;
	int errnum;
	uint64_t count, bytes;
	int64_t duration_ns;
};

const char *status_name(enum probe_state);
void status_render(struct buf *out, const struct status_line *);

#endif
