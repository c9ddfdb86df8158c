/* proctree.c - a process and those above it, while they live. */
#include "join.h"

#define MAX_ANCESTORS 16

/* Of several processes of one pid, the one that started then. */
static const struct proc *started(const struct context *c, const struct proc *p,
				  int64_t start_ns)
{
	const struct proc *q = p;

	for (;; q--) {
		if (q->start_ns == start_ns)
			return q;
		if (q == c->proc || q[-1].pid != p->pid)
			return p;
	}
}

void join_self(struct join *j)
{
	const struct field *start = ev_get(j->ev, KEY_PROCESS_START);
	uint64_t pid;

	if (!join_u64(j->ev, KEY_PROCESS_PID, &pid) || pid > UINT32_MAX)
		return;
	j->self = ctx_pid(j->ctx, (uint32_t)pid);
	if (j->self && start && start->type == V_TIME)
		j->self = started(j->ctx, j->self, start->v.i64);
}

/* NULL when it ended: a younger process that got its pid is no parent. */
static const struct proc *parent(const struct context *c, const struct proc *p)
{
	const struct proc *up = p->ppid ? ctx_pid(c, p->ppid) : NULL;

	if (!up || up == p)
		return NULL;
	if (up->start_ns != INT64_MIN && p->start_ns != INT64_MIN &&
	    up->start_ns > p->start_ns)
		return NULL;
	return up;
}

static struct str entity(struct join *j, const struct proc *p)
{
	if (p->start_ns == INT64_MIN)
		return STR_NONE;
	return arena_fmt(j->scratch, STR_FMT "-%u-%lld",
			 STR_ARG(str_head(j->ctx->id, 8)), p->pid,
			 (long long)p->start_ns);
}

void join_proctree(struct join *j)
{
	const struct proc *p = j->self;

	if (!p)
		return;
	ev_str(j->ev, KEY_PROCESS_ENTITY_ID, entity(j, p));
	/* a loop of parents cannot be longer than the list it may fill */
	for (size_t n = 0; n < MAX_ANCESTORS; n++) {
		p = parent(j->ctx, p);
		if (!p)
			break;
		if (n == 0) {
			ev_str(j->ev, KEY_PROCESS_PARENT_COMMAND_LINE,
			       p->cmdline);
			ev_str(j->ev, KEY_PROCESS_PARENT_ENTITY_ID,
			       entity(j, p));
			ev_str(j->ev, KEY_PROCESS_PARENT_EXECUTABLE, p->exe);
			ev_str(j->ev, KEY_PROCESS_PARENT_NAME, p->name);
		}
		ev_str(j->ev, KEY_K_PROCESS_ANCESTORS,
		       p->name.n ? p->name : str_base(p->exe));
	}
}
