/*
 * host/units.h - what systemd units of one host have to do with each other:
 * a timer, socket or path starts a service that stands in another file.
 */
#ifndef HOST_UNITS_H
#define HOST_UNITS_H

#include "kept.h"

struct unit_info {
	struct str path, name;
	struct str exec, user; /* of a service: its first ExecStart */
	struct str starts;     /* of others: the service */
	struct str when;       /* of a timer: OnCalendar and its kind */
	unsigned rank;         /* of its directory: the lowest is read */
	bool installs;
};

bool unit_wanted(struct str path);
void unit_take(struct context *, struct str path, struct str text);
void unit_finish(struct context *);

/* The unit of that name that the manager of `path' reads; or NULL. */
const struct unit_info *ctx_unit(const struct context *, struct str path,
				 struct str name, struct arena *scratch);
/* The timer, socket or path unit that starts this one; or NULL. */
const struct unit_info *ctx_unit_trigger(const struct context *,
					 struct str path, struct str name,
					 struct arena *scratch);

#endif
