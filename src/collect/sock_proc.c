/*
 * sock_proc.c - sockets from /proc/PID/net, a line each.  Addresses are
 * 32-bit words in the host's own byte order, in hex.
 *   0: 0100007F:0016 00000000:0000 0A 0:0 00:0 0  0  0 1060 1 …
 */
#include "sock.h"
#include "live.h"
#include "../util/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK 65536
#define HELD_MAX 4096u /* packet and raw sockets looked at for filters */

#define UNIX_LISTENS 0x10000u /* __SO_ACCEPTCON in the flags */
#define UNIX_CONNECTED 3

struct held { /* rows that wait for their filters */
	struct sock *sock;
	size_t n, cap;
};

static struct str word(struct scan *s)
{
	(void)scan_blank(s);
	return scan_word(s);
}

static uint64_t number(struct scan *s)
{
	uint64_t v = 0;

	(void)str_u64(word(s), &v);
	return v;
}

static uint64_t hex(struct str s)
{
	uint64_t v = 0;

	(void)str_hex64(s, &v);
	return v;
}

static bool endpoint(struct str w, unsigned char addr[16], uint16_t *port)
{
	struct str ip = str_cut(&w, ':');

	if (ip.n != 8 && ip.n != 32)
		return false;
	for (size_t i = 0; i < ip.n / 8; i++) {
		uint32_t v = (uint32_t)hex(str_head(str_skip(ip, i * 8), 8));

		memcpy(addr + i * 4, &v, 4);
	}
	*port = (uint16_t)hex(w);
	return w.p != NULL;
}

static bool inet_line(struct str line, struct sock *s)
{
	struct scan c = scan_of(line);

	(void)word(&c); /* slot */
	if (!endpoint(word(&c), s->local, &s->lport) ||
	    !endpoint(word(&c), s->remote, &s->rport))
		return false; /* the heading */
	s->state = (uint8_t)hex(word(&c));
	for (int i = 0; i < 3; i++)
		(void)word(&c); /* queues, timer, retransmits */
	s->uid = (uint32_t)number(&c);
	(void)word(&c); /* timeout */
	s->inode = number(&c);
	s->have_uid = s->state != TCP_TIME_WAIT;
	return true;
}

/* sk RefCnt Type Proto Iface R Rmem User Inode */
static bool packet_line(struct str line, struct sock *s)
{
	struct scan c = scan_of(line);

	if (str_is(word(&c), "sk"))
		return false;
	(void)word(&c);
	s->type = (uint32_t)number(&c);
	s->protocol = (uint32_t)hex(word(&c));
	s->interface = (uint32_t)number(&c);
	(void)word(&c);
	(void)word(&c);
	s->uid = (uint32_t)number(&c);
	s->inode = number(&c);
	s->have_uid = true;
	return s->inode != 0;
}

/* Num: RefCount Protocol Flags Type St Inode Path */
static bool unix_line(struct str line, struct sock *s)
{
	struct scan c = scan_of(line);
	uint64_t flags, state;

	if (!str_ends(word(&c), STR(":")))
		return false;
	(void)word(&c);
	(void)word(&c);
	flags = hex(word(&c));
	s->type = (uint32_t)hex(word(&c));
	state = hex(word(&c));
	s->inode = number(&c);
	s->state = flags & UNIX_LISTENS      ? TCP_LISTEN
		   : state == UNIX_CONNECTED ? TCP_ESTABLISHED
					     : TCP_CLOSE;
	(void)scan_char(&c, ' ');
	s->path = c.s;
	return true;
}

static bool line_read(struct str line, struct sock *s)
{
	switch (s->table) {
	case SOCK_LINK:
		return packet_line(line, s);
	case SOCK_LOCAL:
		return unix_line(line, s);
	default:
		return inet_line(line, s);
	}
}

static bool may_filter(enum sock_table t)
{
	return t == SOCK_LINK || t == SOCK_RAW4 || t == SOCK_RAW6;
}

/* False when no more rows are wanted. */
static bool take(struct sock_probe *sp, struct held *h, const struct sock *s)
{
	if (!may_filter(s->table) || h->n == HELD_MAX)
		return sock_row(sp, s);
	vec_grow(&h->sock, &h->cap, h->n + 1, sizeof *h->sock);
	h->sock[h->n++] = *s;
	return true;
}

static int lines(struct sock_probe *sp, int fd, enum sock_table t,
		 struct held *h)
{
	struct buf text = { 0 };
	ssize_t got;
	bool more = true;
	int saved;

	while (more && (got = read(fd, buf_room(&text, CHUNK), CHUNK)) > 0) {
		struct str left;

		text.n += (size_t)got;
		left = buf_view(&text);
		while (more && str_chr(left, '\n') != (size_t)-1) {
			struct sock s = { .table = t };

			if (line_read(str_cut(&left, '\n'), &s))
				more = take(sp, h, &s);
		}
		text.n = left.n < CHUNK ? left.n : 0;
		memmove(text.p, left.p, text.n);
	}
	saved = errno;
	buf_free(&text);
	errno = saved;
	return more && got < 0 ? -1 : 0;
}

int sock_proc_read(struct sock_probe *sp, int pid_dir, enum sock_table t)
{
	struct held h = { 0 };
	char name[32];
	int fd, rc, saved;

	if (t > SOCK_LOCAL || t == SOCK_SCTP4 || t == SOCK_SCTP6) {
		errno = EOPNOTSUPP; /* other texts, or none */
		return -1;
	}
	snprintf(name, sizeof name, "net/%s", sock_table[t].file);
	fd = openat(pid_dir, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	rc = lines(sp, fd, t, &h);
	saved = errno;
	close(fd);
	if (h.n)
		sock_filters(sp->env, h.sock, h.n, &sp->text);
	for (size_t i = 0; i < h.n; i++)
		if (!sock_row(sp, &h.sock[i]))
			break;
	free(h.sock);
	errno = saved;
	return rc;
}
