/*
 * responder.c - the collector's own traces: it, its parents (the shell, the
 * ssh session it was started from) and its readers.  Marked, never dropped.
 */
#include "../util/timefmt.h"
#include "join.h"

#define SLACK_NS NS_PER_S /* clocks of logs count seconds */

/* A pid in a log is ours only while our process of that pid lived. */
static bool at_its_time(const struct join *j, const struct proc *p)
{
	int64_t ts = j->ev->when.ts_ns;

	return p && p->start_ns != INT64_MIN && ts >= p->start_ns - SLACK_NS;
}

static bool parent_of_ours(const struct context *c, uint32_t pid)
{
	for (size_t i = 0; i < c->nresponder; i++)
		if (c->responder[i] == pid)
			return true;
	return false;
}

void join_responder(struct join *j)
{
	uint64_t pid;
	uint32_t p32;
	bool ours;

	if (!join_u64(j->ev, KEY_PROCESS_PID, &pid) || pid > UINT32_MAX)
		return;
	p32 = (uint32_t)pid;
	if (j->ev->event_kind == EK_STATE || j->ev->kind == KIND_PROCESS_START)
		ours = ctx_responder(j->ctx, p32);
	else
		ours = parent_of_ours(j->ctx, p32) &&
		       at_its_time(j, ctx_pid(j->ctx, p32));
	if (ours)
		ev_bool(j->ev, KEY_K_RESPONDER, true);
}
