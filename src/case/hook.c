/*
 * case/hook.c - the collector's end of the socket, used by the collector and
 * by the readers it forks, one at a time.  A reader that is lost in the
 * middle leaves nothing behind: messages are whole, and questions have ids.
 */
#define _GNU_SOURCE
#include "hook.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../util/buf.h"
#include "../util/child.h"
#include "../util/rd.h"

#define STEP_MS 200
#define ANSWER_MS 120000 /* the last net: rules that never come to an end */
#define SEND_MS 10000

struct hook {
	struct collect_hook face;
	struct child child;
	int fd;
	bool broken;
	uint32_t nquestion;
	char in[sizeof(struct hook_head) + HOOK_PIECE];
};

static int out_of_reach(struct hook *h, struct err *err)
{
	h->broken = true;
	return err_set(err, "the judging process does not answer");
}

static int send_one(struct hook *h, enum hook_type type, uint64_t id,
		    struct str a, struct str b)
{
	struct hook_head head = { type, 0, id };
	struct iovec v[3] = { { &head, sizeof(head) },
			      { (void *)(uintptr_t)a.p, a.n },
			      { (void *)(uintptr_t)b.p, b.n } };
	struct msghdr m = { .msg_iov = v, .msg_iovlen = 3 };
	struct pollfd p = { .fd = h->fd, .events = POLLOUT };
	ssize_t n;

	if (h->broken)
		return -1;
	if (poll(&p, 1, SEND_MS) > 0) {
		do
			n = sendmsg(h->fd, &m, MSG_NOSIGNAL);
		while (n < 0 && errno == EINTR);
		if (n >= 0)
			return 0;
	}
	h->broken = true;
	return -1;
}

/* In the collector: what it writes is looked at later. */
static void rows(void *arg, struct str member, struct str lines)
{
	struct hook *h = arg;
	char name[256];

	member = str_head(member, sizeof(name) - 1);
	name[0] = (char)member.n;
	memcpy(name + 1, member.p, member.n);
	while (lines.n && !h->broken) {
		struct str piece = str_head(lines, HOOK_PIECE - sizeof(name));

		(void)send_one(
			h, HOOK_ROWS, 0, str_mem(name, member.n + 1),
			piece); /* a failure is said by the next question */
		lines = str_skip(lines, piece.n);
	}
}

/* The next answer to question id; its payload is a view into h->in. */
static int receive(struct hook *h, uint64_t id, const struct hook_wait *w,
		   struct hook_head *head, struct str *payload)
{
	for (int waited = 0; waited < ANSWER_MS; waited += STEP_MS) {
		struct pollfd p = { .fd = h->fd, .events = POLLIN };
		ssize_t n;

		w->alive(w->arg);
		if (poll(&p, 1, STEP_MS) <= 0)
			continue;
		n = recv(h->fd, h->in, sizeof(h->in), 0);
		if (n < (ssize_t)sizeof(*head))
			return -1;
		memcpy(head, h->in, sizeof(*head));
		*payload = str_mem(h->in + sizeof(*head),
				   (size_t)n - sizeof(*head));
		if (head->id == id)
			return 0;
	}
	return -1;
}

static int question(struct hook *h, enum hook_type type, uint64_t *id,
		    struct err *err)
{
	*id = (uint64_t)getpid() << 32 | ++h->nquestion;
	if (send_one(h, type, *id, STR_NONE, STR_NONE) < 0)
		return out_of_reach(h, err);
	return 0;
}

static int memory(void *arg, const struct hook_wait *w, struct hook_proc *out,
		  size_t max, struct err *err)
{
	struct hook *h = arg;
	struct hook_head head;
	struct str s;
	uint64_t id;
	size_t n = 0;

	if (question(h, HOOK_MEMORY, &id, err) < 0)
		return -1;
	do {
		if (receive(h, id, w, &head, &s) < 0)
			return out_of_reach(h, err);
		for (;
		     head.type == HOOK_PROCS && s.n >= sizeof(*out) && n < max;
		     s = str_skip(s, sizeof(*out)))
			memcpy(&out[n++], s.p, sizeof(*out));
	} while (head.type != HOOK_OVER);
	return (int)n;
}

static struct str string(struct rd *r)
{
	return rd_bytes(r, rd_u16le(r, "length"), "string");
}

static bool hit_read(struct str s, struct hook_hit *hit)
{
	struct rd r = rd_of(s);

	hit->pid = rd_u32le(&r, "pid");
	hit->kind = string(&r);
	hit->rule_id = string(&r);
	hit->rule_name = string(&r);
	hit->why = string(&r);
	hit->path = string(&r);
	return rd_ok(&r);
}

static int hits(struct hook *h, enum hook_type type, const struct hook_wait *w,
		void (*take)(void *, const struct hook_hit *), void *arg,
		struct err *err)
{
	struct hook_head head;
	struct hook_hit hit;
	struct str s;
	uint64_t id;
	int n = 0;

	if (question(h, type, &id, err) < 0)
		return -1;
	do {
		if (receive(h, id, w, &head, &s) < 0)
			return out_of_reach(h, err);
		if (head.type == HOOK_HIT && hit_read(s, &hit)) {
			take(arg, &hit);
			n++;
		}
	} while (head.type != HOOK_OVER);
	return n;
}

static int end(void *arg, const struct hook_wait *w,
	       void (*take)(void *, const struct hook_hit *), void *take_arg,
	       struct err *err)
{
	return hits(arg, HOOK_END, w, take, take_arg, err);
}

static int seen(void *arg, const struct hook_wait *w,
		void (*take)(void *, const struct hook_hit *), void *take_arg,
		struct err *err)
{
	return hits(arg, HOOK_SEEN, w, take, take_arg, err);
}

static int begin(void *arg, struct str path, struct err *err)
{
	struct hook *h = arg;

	if (send_one(h, HOOK_BEGIN, 0, str_head(path, 4096), STR_NONE) < 0)
		return out_of_reach(h, err);
	return 0;
}

static int data(void *arg, struct str s, struct err *err)
{
	struct hook *h = arg;

	while (s.n) {
		struct str piece = str_head(s, HOOK_PIECE);

		if (send_one(h, HOOK_DATA, 0, piece, STR_NONE) < 0)
			return out_of_reach(h, err);
		s = str_skip(s, piece.n);
	}
	return 0;
}

struct start {
	const struct hook_options *o;
	int fd;
};

static int judge_main(void *arg)
{
	const struct start *s = arg;

	/* ^C is for the collector, which still has questions */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	child_keep_fds(&s->fd, 1);
	return hook_judge(s->fd, s->o);
}

struct collect_hook *hook_start(const struct hook_options *o, struct err *err)
{
	struct hook *h = xmalloc(sizeof(*h));
	struct start s = { .o = o };
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) < 0) {
		(void)err_sys(err, "socketpair", NULL);
		free(h);
		return NULL;
	}
	s.fd = fd[1];
	if (child_start(&h->child, judge_main, &s, err) < 0) {
		(void)close(fd[0]);
		(void)close(fd[1]);
		free(h);
		return NULL;
	}
	(void)close(fd[1]);
	h->fd = fd[0];
	h->face = (struct collect_hook){
		.arg = h,
		.scans = o->scan,
		.files = o->ioc,
		.rows = rows,
		.memory = memory,
		.begin = begin,
		.data = data,
		.end = end,
		.seen = seen,
	};
	return &h->face;
}

void hook_stop(struct collect_hook *face)
{
	struct hook *h;

	if (!face)
		return;
	h = face->arg;
	(void)close(h->fd);
	child_kill(&h->child);
	free(h);
}
