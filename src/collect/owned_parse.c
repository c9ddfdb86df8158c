/*
 * owned_parse.c - package databases are read by a process that has nothing
 * but a socket and, of rpm's, the open file, which it maps: a file that
 * shrinks meanwhile ends that process and no other.
 */
#define _GNU_SOURCE
#include "owned.h"

#include "../host/pkgfiles.h"
#include "../host/pkgwire.h"
#include "../util/child.h"
#include "../util/io.h"
#include "../util/sandbox.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMORY (UINT64_C(96) << 20)
#define PATH_BYTES 4096u
#define SILENCE_MS 120000 /* a large database on a slow disk */
#define STEP_MS 250

struct head { /* of a file that is sent */
	uint32_t npath, ntext;
};

struct owned_parse {
	int fd; /* ours */
	int theirs;
	bool lost; /* it is gone, or never listened */
	struct child child;
	const struct owned_rpm *rpm;
	size_t nrpm;
};

/* --- the process without privileges ----------------------------------- */

static int put(void *arg, const void *p, size_t n)
{
	const int *fd = arg;

	return io_write(*fd, p, n);
}

static void out_of_memory(struct arena *a)
{
	(void)a;
	_exit(2);
}

/* The next file into buf, path first; false at the end. */
static bool hear(int fd, struct buf *buf, struct head *h)
{
	size_t n;

	buf_clear(buf);
	if (io_read(fd, h, sizeof(*h)) != (ssize_t)sizeof(*h))
		return false;
	n = (size_t)h->npath + h->ntext;
	if (io_read(fd, buf_room(buf, n), n) != (ssize_t)n)
		_exit(3);
	buf->n = n;
	return true;
}

static void map_rpm(const struct owned_parse *o, struct pkgfiles *f,
		    struct packages *s)
{
	for (size_t i = 0; i < o->nrpm; i++) {
		const struct owned_rpm *r = &o->rpm[i];
		void *p = r->size ? mmap(NULL, r->size, PROT_READ, MAP_PRIVATE,
					 r->fd, 0)
				  : MAP_FAILED;

		if (p != MAP_FAILED)
			pkgfiles_take(f, s, str_of(r->path),
				      str_mem(p, r->size));
		else if (r->size)
			_exit(4);
	}
}

static int parse(void *arg)
{
	const struct owned_parse *o = arg;
	const struct sandbox_options box = { .max_data = MEMORY };
	int fd = o->theirs, keep[1 + OWNED_MAX_RPM] = { fd };
	struct pkgfiles f = { .nrpm = 0 };
	struct sandbox sb;
	struct buf buf = { 0 };
	struct packages s;
	struct arena a;
	struct head h;
	bool whole;

	for (size_t i = 0; i < o->nrpm; i++)
		keep[1 + i] = o->rpm[i].fd;
	child_keep_fds(keep, 1 + o->nrpm);
	/* what is in force here is what the other processes have */
	sandbox_enter(&box, &sb);
	arena_init(&a, 0);
	a.on_full = out_of_memory;
	packages_init(&s, &a);
	map_rpm(o, &f, &s);
	while (hear(fd, &buf, &h))
		pkgfiles_take(&f, &s, str_mem(buf.p, h.npath),
			      str_mem(buf.p + h.npath, h.ntext));
	buf_free(&buf);
	whole = pkgfiles_finish(&f, &s);
	return pkgwire_write(&s, !whole, put, &fd) < 0;
}

/* --- the reader ------------------------------------------------------- */

struct owned_parse *owned_parse_start(const struct owned_rpm *rpm, size_t n)
{
	struct owned_parse *o = xmalloc(sizeof(*o));
	struct err err = { 0 };
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		free(o);
		return NULL;
	}
	o->fd = pair[0];
	o->theirs = pair[1];
	o->rpm = rpm;
	o->nrpm = n;
	if (child_start(&o->child, parse, o, &err) < 0) {
		int e = errno;

		(void)close(pair[0]);
		(void)close(pair[1]);
		free(o);
		errno = e;
		return NULL;
	}
	(void)close(o->theirs);
	return o;
}

static void tell(struct owned_parse *o, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0 && !o->lost) {
		ssize_t done = send(o->fd, at, n, MSG_NOSIGNAL);

		if (done < 0 && errno == EINTR)
			continue;
		o->lost = done <= 0;
		if (o->lost)
			break;
		at += done;
		n -= (size_t)done;
	}
}

void owned_parse_file(struct owned_parse *o, struct str path, struct str text)
{
	struct head h = { (uint32_t)path.n, (uint32_t)text.n };

	if (path.n > PATH_BYTES || text.n > UINT32_MAX - PATH_BYTES)
		return;
	tell(o, &h, sizeof(h));
	tell(o, path.p, path.n);
	tell(o, text.p, text.n);
}

struct answer {
	struct probe_run *run;
	int fd, errnum;
};

static int get(void *arg, void *p, size_t n)
{
	struct answer *a = arg;
	char *at = p;
	int waited = 0;

	while (n > 0) {
		struct pollfd ready = { .fd = a->fd, .events = POLLIN };
		ssize_t got;

		run_tick(a->run);
		if (poll(&ready, 1, STEP_MS) == 0) {
			waited += STEP_MS;
			a->errnum = ETIMEDOUT;
			if (waited >= SILENCE_MS)
				return -1;
			continue;
		}
		got = read(a->fd, at, n);
		if (got < 0 && errno == EINTR)
			continue;
		a->errnum = EIO;
		if (got <= 0)
			return -1;
		waited = 0;
		at += got;
		n -= (size_t)got;
	}
	return 0;
}

int owned_parse_end(struct probe_run *r, struct owned_parse *o,
		    struct packages *s)
{
	struct answer a = { .run = r, .fd = o->fd };
	bool damaged = false;
	int status;

	(void)shutdown(o->fd, SHUT_WR);
	if (pkgwire_read(s, &damaged, get, &a))
		a.errnum = damaged ? EBADMSG : 0;
	else if (!a.errnum)
		a.errnum = EPROTO;
	(void)close(o->fd);
	if (child_wait(&o->child, 1000, &status) != 0)
		child_kill(&o->child);
	free(o);
	return a.errnum;
}
