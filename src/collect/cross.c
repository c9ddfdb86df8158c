/*
 * cross.c - the cross probe: processes that live but are not listed
 * (cross_pid.c), and listeners that the kernel's dump knows but the list in
 * /proc/net, which tools print, does not.  Modules that are hidden are rows of
 * `modules' (listed = false).
 */
#include "cross.h"
#include "sock.h"

#include "../util/map.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 3
#define PAUSE_NS 60000000

struct listeners {
	struct sock *sock;
	size_t n, cap;
};

static void take(void *arg, const struct sock *s)
{
	struct listeners *l = arg;

	if (s->state != TCP_LISTEN || l->n == 65536)
		return;
	vec_grow(&l->sock, &l->cap, l->n + 1, sizeof *l->sock);
	l->sock[l->n++] = *s;
}

static bool has(const struct listeners *l, const struct sock *s)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->sock[i].inode == s->inode &&
		    l->sock[i].lport == s->lport)
			return true;
	return false;
}

/* One comparison: what the dump has and the list has not. */
static int compare(struct sock_probe *sp, enum sock_table t, int self,
		   struct listeners *missing, uint64_t *checked)
{
	struct listeners dump = { 0 }, list = { 0 };
	bool torn;
	int rc;

	sp->take = take;
	sp->table_rows = 0;
	sp->arg = &dump;
	rc = sock_diag_read(sp, t, &torn);
	sp->arg = &list;
	if (rc == 0)
		rc = sock_proc_read(sp, self, t);
	sp->arg = NULL;
	missing->n = 0;
	for (size_t i = 0; rc == 0 && i < dump.n; i++)
		if (!has(&list, &dump.sock[i]))
			take(missing, &dump.sock[i]);
	*checked += dump.n;
	free(dump.sock);
	free(list.sock);
	return rc;
}

/* Listeners that the list lacks three times in a row. */
static int table(struct cross *c, struct sock_probe *sp, enum sock_table t,
		 int self)
{
	struct timespec pause = { 0, PAUSE_NS };
	struct listeners always = { 0 }, now = { 0 };
	uint64_t again = 0;
	int rc = compare(sp, t, self, &always, &c->checked);

	for (int i = 1; rc == 0 && i < ROUNDS && always.n; i++) {
		size_t kept = 0;

		(void)nanosleep(&pause, NULL);
		rc = compare(sp, t, self, &now, &again);
		for (size_t k = 0; k < always.n; k++)
			if (has(&now, &always.sock[k]))
				always.sock[kept++] = always.sock[k];
		always.n = kept;
	}
	for (size_t i = 0; rc == 0 && i < always.n; i++) {
		sock_fill(&sp->row, &always.sock[i], 0, true);
		probe_row(c->run, "cross", buf_view(&sp->row));
		c->count++;
	}
	free(always.sock);
	free(now.sock);
	return rc;
}

static bool listeners(struct cross *c)
{
	struct ns ours = { .type = NS_NET, .fd = -1 };
	struct sock_probe sp = { .run = c->run,
				 .env = probe_env(c->run),
				 .ns = &ours };
	unsigned can = sock_diag_tables(sp.env);
	int self = openat(sp.env->proc, "self",
			  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = self >= 0;

	for (unsigned t = SOCK_TCP; ok && t <= SOCK_TCP6; t++)
		if (!(can >> t & 1)) {
			errno = EOPNOTSUPP;
			ok = false;
		} else if (table(c, &sp, t, self) < 0 && errno != ENOENT) {
			ok = false;
		}
	if (self >= 0)
		close(self);
	buf_free(&sp.row);
	buf_free(&sp.text);
	return ok;
}

static void part(struct cross *c, const char *what, bool ok)
{
	int errnum = ok ? 0 : errno;

	probe_status(c->run, str_of(what), ok ? PROBE_COLLECTED : PROBE_SKIPPED,
		     errnum, c->checked, 0);
	c->checked = 0;
}

static void run_cross(struct probe_run *run)
{
	struct cross c = { .run = run };

	if (probe_item(run, 1, STR("every pid")))
		part(&c, "pids that answer against /proc", cross_pids(&c));
	if (probe_item(run, 2, STR("listeners")))
		part(&c, "listeners dumped against /proc/net", listeners(&c));
	probe_status(run, STR_NONE, PROBE_COLLECTED, 0, c.count, 0);
}

const struct probe probe_cross = {
	.name = "cross",
	.title = "hidden processes and listeners, by asking twice",
	.title_ja = "二重照合で見つかる隠しプロセスと隠し待受ポート",
	.stream = "live/cross",
	.reads = "kill(pid, 0) against /proc; sock_diag against "
		 "/proc/net/{tcp,tcp6}",
	.live_only = true,
	.run = run_cross,
};
