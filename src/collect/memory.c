/*
 * memory.c - the memory probe: whose memory is taken, and in which order.
 */
#define _GNU_SOURCE
#include "hook.h"
#include "memory.h"
#include "run.h"

#include "konseki/archive.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_TOTAL (UINT64_C(1) << 30) /* without --max-memory */
#define PF_KTHREAD 0x00200000u

/*
 * Ascends in the order of newest_first: a reader that follows a lost one
 * passes over what was dumped.  Ticks are 10 ms, pids below 2^22.
 */
static uint64_t key_of(const struct hook_proc *p)
{
	return (uint64_t)(INT64_MAX - p->start_ns) + p->pid;
}

static void process(struct memory *m, const struct hook_proc *who)
{
	const struct collect_env *env = m->run->env;
	int dir = live_pid(env->proc, who->pid);
	char base[PROC_BASE_MAX];
	struct buf text = { 0 }, what = { 0 };
	struct proc_stat st;

	if (dir >= 0 && live_read(dir, "stat", PROC_TEXT_MAX, &text) == 0 &&
	    proc_stat_read(buf_view(&text), &st) && st.state != 'Z' &&
	    proc_start_ns(&st, env) == who->start_ns) {
		(void)snprintf(base, sizeof(base), "%u-%llu", who->pid,
			       (unsigned long long)st.ticks);
		buf_fmt(&what, KONSEKI_MEMORY "%s", base);
		if (m->bytes >= m->max) {
			run_status(m->run, "budget", NULL, buf_view(&what),
				   PROBE_SKIPPED, 0, 0, 0, 0);
			m->over++;
		} else if (probe_item(m->run, key_of(who), buf_view(&what))) {
			memory_dump(m, who->pid, dir, base);
		}
	} else {
		m->vanished++;
	}
	if (dir >= 0)
		(void)close(dir);
	buf_free(&text);
	buf_free(&what);
}

/* ---- which ones ---- */

static int newest_first(const void *a, const void *b)
{
	const struct hook_proc *x = a, *y = b;

	if (x->start_ns != y->start_ns)
		return x->start_ns > y->start_ns ? -1 : 1;
	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* The collector, or one that reads or judges for it. */
static bool is_ours(const struct collect_env *env, uint32_t pid,
		    const struct proc_stat *st)
{
	return pid == env->self_pid || st->ppid == env->self_pid;
}

/* Every process but the collection itself and the kernel's threads. */
static size_t every_one(struct memory *m, struct hook_proc *out)
{
	const struct collect_env *env = m->run->env;
	struct buf text = { 0 };
	size_t n = 0, npid;
	uint32_t *pid;

	if (live_numbers(env->proc, ".", &pid, &npid) < 0)
		return 0;
	for (size_t i = 0; i < npid && n < HOOK_MAX_PROCS; i++) {
		struct proc_stat st;
		int dir = live_pid(env->proc, pid[i]);

		if (dir < 0)
			continue;
		if (live_read(dir, "stat", PROC_TEXT_MAX, &text) == 0 &&
		    proc_stat_read(buf_view(&text), &st) &&
		    !(st.flags & PF_KTHREAD) && st.state != 'Z' &&
		    !is_ours(env, pid[i], &st))
			out[n++] =
				(struct hook_proc){ pid[i],
						    proc_start_ns(&st, env) };
		(void)close(dir);
	}
	free(pid);
	buf_free(&text);
	return n;
}

static void alive(void *arg)
{
	run_tick(arg);
}

/* Rules name what they see, and our own code is compiled in memory too. */
static size_t without_ours(struct memory *m, struct hook_proc *list, size_t n)
{
	const struct collect_env *env = m->run->env;
	struct buf text = { 0 };
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct proc_stat st;
		int dir = live_pid(env->proc, list[i].pid);
		bool ours = dir >= 0 &&
			    live_read(dir, "stat", PROC_TEXT_MAX, &text) == 0 &&
			    proc_stat_read(buf_view(&text), &st) &&
			    is_ours(env, list[i].pid, &st);

		if (!ours)
			list[kept++] = list[i];
		if (dir >= 0)
			(void)close(dir);
	}
	buf_free(&text);
	return kept;
}

static size_t asked_for(struct memory *m, struct hook_proc *out)
{
	const struct collect_hook *h = m->run->env->options->hook;
	struct hook_wait w = { alive, m->run };
	struct err err = { 0 };
	int n = -1;

	if (h)
		n = h->memory(h->arg, &w, out, HOOK_MAX_PROCS, &err);
	if (n < 0)
		probe_status(m->run, STR("rules"), PROBE_FAILED, err.errnum, 0,
			     0);
	return n < 0 ? 0 : without_ours(m, out, (size_t)n);
}

static void run_memory(struct probe_run *run)
{
	const struct collect_options *o = run->env->options;
	struct memory m = { .run = run,
			    .max = o->max_memory ? o->max_memory : MAX_TOTAL,
			    .page = (uint64_t)sysconf(_SC_PAGESIZE) };
	struct hook_proc *list;
	size_t n;

	if (o->memory == MEMORY_NONE) {
		probe_status(run, STR_NONE, PROBE_SKIPPED, 0, 0, 0);
		return;
	}
	run_touch(run, 0, STR("processes"));
	list = xmalloc(HOOK_MAX_PROCS * sizeof(*list));
	m.entry = xmalloc((size_t)(MEMORY_PIECE / m.page) * 8);
	n = o->memory == MEMORY_ALL ? every_one(&m, list) : asked_for(&m, list);
	if (n)
		qsort(list, n, sizeof(*list), newest_first);
	for (size_t i = 0; i < n; i++)
		process(&m, &list[i]);
	if (m.vanished)
		probe_status(run, STR("ended meanwhile"), PROBE_VANISHED, ESRCH,
			     m.vanished, 0);
	probe_status(run, STR_NONE, PROBE_COLLECTED, 0, m.count, m.bytes);
	free(list);
	free(m.entry);
}

const struct probe probe_memory = {
	.name = "memory",
	.title = "memory of processes, when asked for (--memory)",
	.title_ja = "プロセスのメモリ（--memory 指定時）",
	.stream = "live/memory",
	.reads = "/proc/PID/{stat,maps,pagemap,mem}",
	.live_only = true,
	.run = run_memory,
};
