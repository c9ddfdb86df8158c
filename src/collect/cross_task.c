/*
 * cross_task.c - what the lists show: every number in /proc and in the task
 * directories of the processes there.  And suspects, which they do not show,
 * asked again until they are listed, gone, or certain.
 */
#include "cross.h"
#include "live.h"

#include <errno.h>
#include <stdlib.h>

#define NEAR 32768u
#define PID_LIMIT (1u << 22) /* the kernel's own */

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void add(struct tasks *t, const uint32_t *pid, size_t n)
{
	vec_grow(&t->pid, &t->cap, t->n + n, sizeof *t->pid);
	for (size_t i = 0; i < n; i++)
		t->pid[t->n++] = pid[i];
}

int tasks_read(int proc, struct tasks *t)
{
	uint32_t *pid, *tid;
	size_t n, ntid;

	t->n = 0;
	if (live_numbers(proc, ".", &pid, &n) < 0)
		return -1;
	t->nprocess = n;
	add(t, pid, n);
	for (size_t i = 0; i < n; i++) {
		char name[32];

		snprintf(name, sizeof name, "%u/task", pid[i]);
		if (live_numbers(proc, name, &tid, &ntid) < 0)
			continue; /* ended meanwhile */
		for (size_t k = 0; k < ntid; k++)
			if (tid[k] != pid[i])
				add(t, &tid[k], 1);
		free(tid);
	}
	free(pid);
	if (t->n)
		qsort(t->pid, t->n, sizeof *t->pid, by_number);
	return 0;
}

bool tasks_have(const struct tasks *t, uint32_t pid)
{
	return t->n &&
	       bsearch(&pid, t->pid, t->n, sizeof *t->pid, by_number) != NULL;
}

uint32_t cross_pid_max(int proc)
{
	struct buf text = { 0 };
	uint64_t max = 0;

	if (live_read(proc, "sys/kernel/pid_max", 64, &text) < 0 ||
	    !str_u64(str_trim(buf_view(&text)), &max) || max > PID_LIMIT)
		max = PID_LIMIT;
	buf_free(&text);
	return (uint32_t)max;
}

uint32_t cross_pid_near(const struct tasks *t, uint32_t max)
{
	uint32_t last = t->n ? t->pid[t->n - 1] : 0;

	return max < NEAR || last > max - NEAR ? max : last + NEAR;
}

void tasks_free(struct tasks *t)
{
	free(t->pid);
	*t = (struct tasks){ .pid = NULL };
}

void suspects_add(struct suspects *s, uint32_t pid, unsigned ways)
{
	if (s->n == CROSS_SUSPECTS_MAX)
		return;
	vec_grow(&s->v, &s->cap, s->n + 1, sizeof *s->v);
	s->v[s->n++] = (struct suspect){ .pid = pid, .ways = ways };
}

/* Another process may have the number by now; an unreadable start stays. */
static bool same(const struct cross *c, struct suspect *s)
{
	uint64_t now = cross_start(c, s->pid);

	if (s->start == 0)
		s->start = now;
	return s->start == now || now == 0;
}

int suspects_recheck(struct cross *c, struct suspects *s,
		     unsigned (*still)(void *arg, const struct suspect *),
		     void *arg)
{
	struct tasks t = { .pid = NULL };
	int errnum = 0;

	for (int round = 0; round < CROSS_ROUNDS && s->n; round++) {
		size_t kept = 0;

		if (round)
			cross_pause();
		/* first the asking, then the list: what ends is not listed */
		for (size_t i = 0; i < s->n; i++)
			s->v[i].ways &= still(arg, &s->v[i]);
		if (tasks_read(c->env->proc, &t) < 0) {
			errnum = errno;
			break;
		}
		for (size_t i = 0; i < s->n; i++)
			if (!tasks_have(&t, s->v[i].pid) &&
			    (s->v[i].ways &= still(arg, &s->v[i])) &&
			    same(c, &s->v[i]))
				s->v[kept++] = s->v[i];
		s->n = kept;
	}
	tasks_free(&t);
	return errnum;
}
