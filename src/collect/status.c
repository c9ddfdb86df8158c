/* status.c - a status line as JSON. */
#include "status.h"

#include "../util/json_out.h"

#include <string.h>

const char *status_name(enum probe_state s)
{
	static const char *const name[PROBE_STATES] = {
		"collected", "absent",  "denied",   "timeout",
		"truncated", "skipped", "vanished", "failed",
	};

	return name[s];
}

void status_render(struct buf *b, const struct status_line *s)
{
	json_open(b);
	json_kv_str(b, "probe", str_of(s->probe));
	if (s->item.n)
		json_kv_str(b, "item", s->item);
	json_kv_str(b, "status", str_of(status_name(s->state)));
	json_kv_u64(b, "count", s->count);
	json_kv_u64(b, "bytes", s->bytes);
	if (s->errnum) {
		json_kv_i64(b, "errno", s->errnum);
		json_kv_str(b, "error", str_of(strerror(s->errnum)));
	}
	if (s->duration_ns > 0)
		json_kv_i64(b, "duration_ns", s->duration_ns);
	if (s->core && *s->core)
		json_kv_str(b, "core", str_of(s->core));
	json_close(b);
}
