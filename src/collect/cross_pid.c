/*
 * cross_pid.c - every number up to pid_max is asked whether it lives, in all
 * ways of cross_ask.c, and what answers must be listed in /proc, as a process
 * or as a thread of one.  A hook on the listing hides the entry only; one on
 * the lookup as well, and still a signal or the scheduler tells.
 *
 * Numbers are given out in ascending order: far above all that are listed
 * only a signal of 0 is sent.
 */
#include "cross.h"
#include "live.h"

#include <errno.h>
#include <unistd.h>

#define CHUNK 32768u /* pids between two signs of life */
#define KILL 0u
#define OPEN_PROC ASK_WAYS /* its bit: /proc/PID can be opened by name */

static bool capable(struct str status, unsigned capability)
{
	while (status.p && status.n) {
		struct str v = str_cut(&status, '\n'), k = str_cut(&v, ':');
		uint64_t set;

		if (str_is(k, "CapEff"))
			return str_hex64(str_trim(v), &set) &&
			       set >> capability & 1;
	}
	return false;
}

/*
 * Numbers mean the same for kill and for this /proc, and it lists everyone
 * for us: hidepid does not for who may not trace.
 */
int cross_may_ask(int proc)
{
	struct buf status = { 0 };
	char link[LIVE_LINK_MAX + 1];
	uint64_t self;
	int errnum = 0;

	if (live_link(proc, "self", link) < 0)
		errnum = errno;
	else if (!str_u64(str_of(link), &self) || self != (uint64_t)getpid())
		errnum = EXDEV;
	else if (geteuid() != 0)
		errnum = EPERM;
	else if (live_read(proc, "self/status", 65536, &status) >= 0 &&
		 !capable(buf_view(&status), 19 /* CAP_SYS_PTRACE */))
		errnum = EPERM;
	buf_free(&status);
	return errnum;
}

static unsigned answers(unsigned ways, uint32_t pid)
{
	unsigned yes = 0;

	for (unsigned w = 0; w < ASK_WAYS; w++)
		if (ways >> w & 1 && ask_alive(w, pid) == 1)
			yes |= 1u << w;
	return yes;
}

/* A number of its own, not that of a thread: those may be opened, too. */
static bool opens(const struct cross *c, uint32_t pid)
{
	char name[32];

	snprintf(name, sizeof name, "%u/status", pid);
	return faccessat(c->env->proc, name, F_OK, 0) == 0;
}

static unsigned still(void *arg, const struct suspect *s)
{
	unsigned yes = answers(s->ways, s->pid);

	if (yes && opens(arg, s->pid))
		yes |= 1u << OPEN_PROC;
	return yes;
}

/* What of [from, to) answers and is not in the list. */
static void chunk(struct cross *c, const struct tasks *t, unsigned ways,
		  uint32_t from, uint32_t to, struct suspects *out)
{
	for (uint32_t pid = from; pid < to; pid++) {
		unsigned yes;

		if (tasks_have(t, pid)) {
			c->checked++;
			continue;
		}
		yes = answers(ways, pid);
		if (yes) {
			c->checked++;
			suspects_add(out, pid, yes | 1u << OPEN_PROC);
		}
	}
}

/* Most of them were born since the list was made. */
static int sweep(struct cross *c, unsigned ways, struct suspects *s)
{
	struct tasks t = { .pid = NULL };
	uint32_t max = cross_pid_max(c->env->proc), all;
	int errnum = tasks_read(c->env->proc, &t) < 0 ? errno : 0;

	all = errnum ? 0 : cross_pid_near(&t, max);
	for (uint32_t from = 1; errnum == 0 && from <= max; from += CHUNK) {
		uint32_t to = max - from < CHUNK ? max + 1 : from + CHUNK;
		struct suspects found = { .v = NULL };

		(void)cross_item(c, from, STR("every pid"));
		chunk(c, &t, from <= all ? ways : ways & 1u << KILL, from, to,
		      &found);
		c->cut |= found.n == CROSS_SUSPECTS_MAX;
		if (found.n)
			errnum = suspects_recheck(c, &found, still, c);
		if (found.n && tasks_read(c->env->proc, &t) < 0)
			errnum = errno;
		for (size_t i = 0; i < found.n; i++)
			suspects_add(s, found.v[i].pid, found.v[i].ways);
		free(found.v);
	}
	tasks_free(&t);
	return errnum;
}

static void state(struct cross *c, const struct suspect *s)
{
	struct buf shows = { 0 }, lacks = { 0 };

	for (unsigned w = 0; w < ASK_WAYS; w++)
		if (s->ways >> w & 1)
			list_add(&shows, str_of(ask_name[w]));
	list_add(&lacks, STR("list of /proc"));
	list_add(s->ways >> OPEN_PROC & 1 ? &shows : &lacks,
		 STR("lookup in /proc"));
	(void)cross_open(c, buf_view(&shows), buf_view(&lacks));
	row_bool(&c->row, KEY_K_PROCESS_HIDDEN, true);
	cross_process(c, s->pid);
	cross_close(c);
	cross_copy(c, s->pid);
	buf_free(&shows);
	buf_free(&lacks);
}

int cross_pids(struct cross *c)
{
	struct suspects s = { .v = NULL };
	int why[ASK_WAYS], errnum = cross_may_ask(c->env->proc);
	unsigned ways = errnum ? 0 : ask_ways(why);

	if (errnum)
		return errnum;
	for (unsigned w = 0; w < ASK_WAYS; w++)
		if (why[w]) {
			struct buf what = { 0 };

			buf_fmt(&what, "pids by %s", ask_name[w]);
			probe_status(c->run, buf_view(&what), PROBE_SKIPPED,
				     why[w], 0, 0);
			buf_free(&what);
		}
	if (ways == 0)
		return EPERM;
	errnum = sweep(c, ways, &s);
	for (size_t i = 0; errnum == 0 && i < s.n; i++)
		state(c, &s.v[i]);
	free(s.v);
	return errnum;
}
