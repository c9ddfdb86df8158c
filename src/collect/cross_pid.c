/*
 * cross_pid.c - every number up to pid_max is asked whether it lives
 * (kill with signal 0, which does nothing), and what answers must be listed
 * in /proc.  A hook on the listing hides the entry only; one on the lookup
 * as well, and still the signal tells.
 *
 * Threads answer too: /proc/TID is there for who asks, with another Tgid.
 * What remains is asked again after a pause: processes come and go.
 */
#include "cross.h"
#include "live.h"
#include "proc.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#define PID_LIMIT (1u << 22) /* the kernel's own */
#define SUSPECTS_MAX 4096u
#define ROUNDS 3
#define PAUSE_NS 60000000
#define TICK 65536u /* pids between two signs of life */

struct suspects {
	uint32_t *pid;
	size_t n, cap;
};

static bool lives(uint32_t pid)
{
	return kill((pid_t)pid, 0) == 0 || errno == EPERM;
}

static bool listed(const uint32_t *pid, size_t n, uint32_t wanted)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (pid[mid] == wanted)
			return true;
		if (pid[mid] < wanted)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

bool cross_is_thread(struct str status, uint32_t pid)
{
	while (status.p && status.n) {
		struct str v = str_cut(&status, '\n'), k = str_cut(&v, ':');
		uint64_t tgid;

		if (str_is(k, "Tgid"))
			return str_u64(str_trim(v), &tgid) && tgid != pid;
	}
	return false;
}

static bool is_thread(int proc, uint32_t pid)
{
	struct buf text = { 0 };
	char name[32];
	bool yes;

	snprintf(name, sizeof name, "%u/status", pid);
	yes = live_read(proc, name, 1u << 20, &text) >= 0 &&
	      cross_is_thread(buf_view(&text), pid);
	buf_free(&text);
	return yes;
}

static uint32_t pid_max(int proc)
{
	struct buf text = { 0 };
	uint64_t max = 0;

	if (live_read(proc, "sys/kernel/pid_max", 64, &text) < 0 ||
	    !str_u64(str_trim(buf_view(&text)), &max) || max > PID_LIMIT)
		max = PID_LIMIT;
	buf_free(&text);
	return (uint32_t)max;
}

/* Keeps of `in' (NULL: of all numbers) what lives and is neither listed nor
 * a thread. */
static int sweep(struct cross *c, const struct suspects *in,
		 struct suspects *out)
{
	int proc = probe_env(c->run)->proc;
	uint32_t *pid, max = pid_max(proc);
	size_t n, total = in ? in->n : max;

	if (live_numbers(proc, ".", &pid, &n) < 0)
		return -1;
	for (size_t i = 0; i < total && out->n < SUSPECTS_MAX; i++) {
		uint32_t p = in ? in->pid[i] : (uint32_t)i + 1;

		if (p % TICK == 0)
			(void)probe_item(c->run, 1, STR("every pid"));
		if (listed(pid, n, p) || !lives(p))
			continue;
		c->checked += !in;
		if (is_thread(proc, p))
			continue;
		vec_grow(&out->pid, &out->cap, out->n + 1, sizeof *out->pid);
		out->pid[out->n++] = p;
	}
	free(pid);
	return 0;
}

/* Numbers mean the same for kill and for this /proc, and kill tells the
 * living from the dead. */
static bool can_ask(int proc)
{
	char link[LIVE_LINK_MAX + 1];
	uint64_t self;

	if (live_link(proc, "self", link) < 0)
		return false;
	errno = EPERM;
	if (geteuid() != 0 || !str_u64(str_of(link), &self) ||
	    self != (uint64_t)getpid())
		return false;
	if (!lives(PID_LIMIT + 1) && errno == ESRCH)
		return true;
	errno = EPERM;
	return false;
}

static void pid_row(struct cross *c, uint32_t pid)
{
	int proc = probe_env(c->run)->proc;
	struct buf row = { 0 }, text = { 0 };
	struct proc_stat st;
	char name[32];

	json_open(&row);
	row_u64(&row, KEY_PROCESS_PID, pid);
	row_bool(&row, KEY_K_PROCESS_HIDDEN, true);
	snprintf(name, sizeof name, "%u/stat", pid);
	if (live_read(proc, name, 65536, &text) >= 0 &&
	    proc_stat_read(buf_view(&text), &st))
		proc_stat_row(&row, &st, probe_env(c->run));
	json_close(&row);
	probe_row(c->run, "cross", buf_view(&row));
	c->count++;
	buf_free(&row);
	buf_free(&text);
}

bool cross_pids(struct cross *c)
{
	struct suspects s = { 0 };
	struct timespec pause = { 0, PAUSE_NS };
	bool ok = can_ask(probe_env(c->run)->proc) && sweep(c, NULL, &s) == 0;

	for (int i = 0; ok && i < ROUNDS && s.n; i++) {
		struct suspects left = { 0 };

		(void)nanosleep(&pause, NULL);
		ok = sweep(c, &s, &left) == 0;
		free(s.pid);
		s = left;
	}
	for (size_t i = 0; ok && i < s.n; i++)
		pid_row(c, s.pid[i]);
	free(s.pid);
	return ok;
}
