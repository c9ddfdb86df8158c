/*
 * cross_port.c - every port is taken for a moment, by bind(2) alone: nothing
 * listens and nothing is answered.  One that is in use by what no list and no
 * dump knows is stated.  (Kernels before 6.8 list no TCP socket that is bound
 * and does not listen.)  A program that wants the same port at that moment
 * fails, so this is done only when asked for (--intrusive).
 */
#include "cross.h"
#include "sock.h"

#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORTS 65536u
#define TICK 4096u
#define SUSPECTS_MAX 256u

struct ports { /* one bit each */
	uint64_t set[PORTS / 64];
};

static bool has(const struct ports *p, unsigned port)
{
	return p->set[port / 64] >> port % 64 & 1;
}

static void take(void *arg, const struct sock *s)
{
	struct ports *p = arg;

	p->set[s->lport / 64] |= UINT64_C(1) << s->lport % 64;
}

/* 0: it was free, EADDRINUSE, or why it cannot be asked. */
static int try_port(enum sock_table t, unsigned port)
{
	const struct sock_table_info *i = &sock_table[t];
	bool tcp = i->protocol == IPPROTO_TCP;
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
				    .sin6_port = htons((uint16_t)port) };
	struct sockaddr_in four = { .sin_family = AF_INET,
				    .sin_port = htons((uint16_t)port) };
	int fd = socket(i->family,
			(tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
	int on = 1, rc, errnum;

	if (fd < 0)
		return errno;
	if (i->family == AF_INET6) {
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
		rc = bind(fd, (struct sockaddr *)&six, sizeof six);
	} else {
		rc = bind(fd, (struct sockaddr *)&four, sizeof four);
	}
	errnum = rc < 0 ? errno : 0;
	close(fd);
	return errnum;
}

/*
 * Ports that the lists have, of both families: a socket of IPv6 takes the
 * port of IPv4 as well.
 */
static int listed(struct sock_probe *sp, int self, enum sock_table t,
		  struct ports *p)
{
	enum sock_table both[2] = { SOCK_TCP, SOCK_TCP6 };
	bool torn;

	if (sock_table[t].protocol != IPPROTO_TCP) {
		both[0] = SOCK_UDP;
		both[1] = SOCK_UDP6;
	}
	*p = (struct ports){ { 0 } };
	sp->take = take;
	sp->arg = p;
	for (int i = 0; i < 2; i++) {
		sp->table_rows = 0;
		if (sp->diag >> both[i] & 1)
			(void)sock_diag_read(sp, both[i], &torn);
		/* and what only the list has: reading it is the other way */
		if (sock_proc_read(sp, self, both[i]) < 0 && errno != ENOENT)
			return errno;
	}
	return 0;
}

bool cross_port_hidden(int answer, bool in_list)
{
	return answer == EADDRINUSE && !in_list;
}

static int again(struct sock_probe *sp, int self, enum sock_table t,
		 uint16_t *port, size_t *n)
{
	struct ports p;

	for (int round = 0; round < CROSS_ROUNDS && *n; round++) {
		size_t kept = 0;
		int errnum;

		if (round)
			cross_pause();
		errnum = listed(sp, self, t, &p);
		if (errnum)
			return errnum;
		for (size_t i = 0; i < *n; i++)
			if (cross_port_hidden(try_port(t, port[i]),
					      has(&p, port[i])))
				port[kept++] = port[i];
		*n = kept;
	}
	return 0;
}

static int table(struct cross *c, struct sock_probe *sp, int self,
		 enum sock_table t)
{
	uint16_t port[SUSPECTS_MAX];
	struct ports p;
	size_t n = 0;
	int errnum = listed(sp, self, t, &p);

	for (unsigned i = 1; errnum == 0 && i < PORTS; i++) {
		int answer;

		if (i % TICK == 0)
			(void)cross_item(c, t * PORTS + i, STR("every port"));
		if (has(&p, i))
			continue;
		answer = try_port(t, i);
		if (answer == EAFNOSUPPORT)
			return 0; /* this host has no IPv6 */
		if (answer == EACCES || answer == EPERM)
			errnum = answer;
		c->checked++;
		if (!cross_port_hidden(answer, false))
			continue;
		if (n < SUSPECTS_MAX)
			port[n++] = (uint16_t)i;
		else
			c->cut = true;
	}
	if (errnum == 0)
		errnum = again(sp, self, t, port, &n);
	for (size_t i = 0; errnum == 0 && i < n; i++) {
		struct buf *row = cross_open(c, STR_NONE, STR_NONE);

		row_str(row, KEY_NETWORK_TRANSPORT,
			str_of(sock_table[t].transport));
		row_u64(row, KEY_SOURCE_PORT, port[i]);
		cross_close(c);
	}
	return errnum;
}

int cross_ports(struct cross *c)
{
	static const enum sock_table tables[] = { SOCK_TCP, SOCK_TCP6, SOCK_UDP,
						  SOCK_UDP6 };
	struct ns ours = { .type = NS_NET, .fd = -1 };
	struct sock_probe sp = { .run = c->run, .env = c->env, .ns = &ours };
	int self = openat(c->env->proc, "self",
			  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int errnum = self < 0 ? errno : 0;

	sp.diag = sock_diag_tables(c->env);
	for (size_t i = 0; errnum == 0 && i < 4; i++)
		errnum = table(c, &sp, self, tables[i]);
	if (self >= 0)
		close(self);
	buf_free(&sp.row);
	buf_free(&sp.text);
	return errnum;
}
