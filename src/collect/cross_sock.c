/*
 * cross_sock.c - listeners that the kernel's dump knows but the list in
 * /proc/net, which tools print, does not.
 */
#include "cross.h"
#include "sock.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <unistd.h>

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
	struct listeners always = { 0 }, now = { 0 };
	uint64_t again = 0;
	int rc = compare(sp, t, self, &always, &c->checked);

	for (int i = 1; rc == 0 && i < CROSS_ROUNDS && always.n; i++) {
		size_t kept = 0;

		cross_pause();
		rc = compare(sp, t, self, &now, &again);
		for (size_t k = 0; k < always.n; k++)
			if (has(&now, &always.sock[k]))
				always.sock[kept++] = always.sock[k];
		always.n = kept;
	}
	for (size_t i = 0; rc == 0 && i < always.n; i++) {
		sock_facts(cross_open(c, STR_NONE, STR_NONE), &always.sock[i],
			   0);
		row_bool(&c->row, KEY_K_SOCKET_HIDDEN, true);
		cross_close(c);
	}
	free(always.sock);
	free(now.sock);
	return rc;
}

int cross_listeners(struct cross *c)
{
	struct ns ours = { .type = NS_NET, .fd = -1 };
	struct sock_probe sp = { .run = c->run,
				 .env = probe_env(c->run),
				 .ns = &ours };
	unsigned can = sock_diag_tables(sp.env);
	int self = openat(sp.env->proc, "self",
			  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int errnum = self < 0 ? errno : 0;

	for (unsigned t = SOCK_TCP; errnum == 0 && t <= SOCK_TCP6; t++)
		if (!(can >> t & 1))
			errnum = EOPNOTSUPP;
		else if (table(c, &sp, t, self) < 0 && errno != ENOENT)
			errnum = errno;
	if (self >= 0)
		close(self);
	buf_free(&sp.row);
	buf_free(&sp.text);
	return errnum;
}
