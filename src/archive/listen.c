/*
 * listen.c - the parent's side of the decoding process.
 */
#define _GNU_SOURCE
#include "listen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spool.h"
#include "../util/child.h"
#include "../util/io.h"

#define SILENCE_MS 600000 /* the last net: nothing said for ten minutes */
#define HASH_STEP (1u << 20)
#define READ_STEP (64u << 10)

struct ear {
	const struct box *box;
	struct arena *arena;
	struct heard *h;
	void (*progress)(void *, uint64_t, uint64_t);
	void *arg;
	struct wire_in in;
	bool ended, failed;
	struct err *err;
	/* the digest of the input */
	struct sha256 sha;
	uint64_t hashed;
	char *buf;
	bool hashing;
};

static bool take_member(struct ear *e, const struct wire_member *m,
			struct str name)
{
	struct heard *h = e->h;
	uint64_t least = e->box->spool_end;
	bool first = h->nmember == 0;

	if (!first)
		least = h->member[h->nmember - 1].off +
			h->member[h->nmember - 1].size;
	if (e->box->spool < 0 || name.n == 0 || m->off % SPOOL_PAGE ||
	    m->off < least || m->off > SPOOL_MAX ||
	    m->size > SPOOL_MAX_MEMBER || h->nmember >= UNPACK_MAX_MEMBERS ||
	    (!first && m->origin < h->origin[h->nmember - 1]))
		return false;
	vec_grow(&h->member, &h->capmember, h->nmember + 1, sizeof(*h->member));
	vec_grow(&h->origin, &h->caporigin, h->nmember + 1, sizeof(*h->origin));
	h->origin[h->nmember] = m->origin;
	h->member[h->nmember++] =
		(struct unpacked){ .member = arena_dup(e->arena, name),
				   .off = m->off,
				   .size = m->size,
				   .mtime_ns = m->mtime_ns,
				   .ctime_ns = m->ctime_ns,
				   .btime_ns = m->btime_ns,
				   .mode = m->mode & 07777,
				   .uid = m->uid,
				   .gid = m->gid,
				   .decompressed =
					   m->decompressed & WIRE_DECOMPRESSED,
				   .nested = m->decompressed & WIRE_NESTED,
				   .short_at = m->short_at };
	return true;
}

static void take_short(struct ear *e, const struct wire_short *s)
{
	struct heard *h = e->h;
	size_t lo = 0, hi = h->nmember;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (h->origin[mid] < s->origin)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < h->nmember && h->origin[lo] == s->origin; lo++)
		if (!h->member[lo].decompressed &&
		    h->member[lo].short_at == UINT64_MAX)
			h->member[lo].short_at = s->at;
}

static void take_link(struct ear *e, struct str text)
{
	struct heard *h = e->h;
	struct str name = str_cut(&text, '\0');

	if (h->nlink >= UNPACK_MAX_LINKS || name.n == 0)
		return;
	vec_grow(&h->link, &h->caplink, h->nlink + 1, sizeof(*h->link));
	h->link[h->nlink].path = arena_dup(e->arena, name);
	h->link[h->nlink++].to = arena_dup(e->arena, text);
}

/* A text for people: control bytes have no place in it. */
static struct str clean(struct arena *a, struct str s)
{
	char *p = arena_cstr(a, s);

	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
			p[i] = '?';
	return str_mem(p, s.n);
}

static bool take(struct ear *e, enum wire_type type, const union wire_body *b,
		 struct str text)
{
	struct heard *h = e->h;

	switch (type) {
	case WIRE_KIND:
		if (b->kind.kind > INPUT_FILE)
			return false;
		h->kind = b->kind.kind;
		return true;
	case WIRE_MEMBER:
		return take_member(e, &b->member, text);
	case WIRE_SHORT:
		take_short(e, &b->shrt);
		return true;
	case WIRE_PROGRESS:
		if (e->progress)
			e->progress(e->arg, b->progress.nmember,
				    b->progress.bytes);
		return true;
	case WIRE_LINK:
		take_link(e, text);
		return true;
	case WIRE_PROBLEM:
		if (h->nproblem < PROBLEM_MAX)
			h->problem[h->nproblem++] = clean(e->arena, text);
		return true;
	case WIRE_FAIL:
		text = clean(e->arena, text);
		(void)err_set(e->err, "%.*s", (int)text.n, text.p);
		e->failed = true;
		return true;
	case WIRE_END:
		if (b->end.whole > ARCHIVE_INTERRUPTED || b->end.state > 3)
			return false;
		h->end = b->end;
		h->why = clean(e->arena, text);
		e->ended = true;
		return true;
	}
	return false;
}

static int take_all(struct ear *e)
{
	enum wire_type type;
	union wire_body b;
	struct str text;
	int rc;

	while ((rc = wire_next(&e->in, &type, &b, &text)) > 0)
		if (!take(e, type, &b, text))
			rc = -1;
	return rc;
}

static int hash_step(struct ear *e)
{
	ssize_t n;

	n = io_pread(e->box->in, e->buf, HASH_STEP, (off_t)e->hashed);
	if (n < 0)
		return err_sys(e->err, "cannot read the input", NULL);
	sha256_add(&e->sha, e->buf, (size_t)n);
	e->hashed += (uint64_t)n;
	if (n < (ssize_t)HASH_STEP) {
		sha256_end(&e->sha, e->h->sha256);
		e->hashing = false;
	}
	return 0;
}

/* Until the pipe is closed and the digest is done. */
static int hear_out(struct ear *e, int fd)
{
	bool open = true;

	while (open || e->hashing) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int ready = open ? poll(&p, 1, e->hashing ? 0 : SILENCE_MS) : 0;
		ssize_t n;

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0) {
			if (!e->hashing)
				return err_set(e->err, "unpacking hangs");
			if (hash_step(e) < 0)
				return -1;
			continue;
		}
		n = read(fd, buf_room(&e->in.b, READ_STEP), READ_STEP);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			open = false;
			continue;
		}
		e->in.b.n += (size_t)n;
		if (take_all(e) < 0)
			return err_set(e->err,
				       "the unpacking process talks nonsense");
	}
	return 0;
}

/* The spool must reach as far as its members say, or a map of it would end
 * in a signal. */
static int check_spool(const struct heard *h, int spool, struct err *err)
{
	const struct unpacked *last =
		h->nmember ? &h->member[h->nmember - 1] : NULL;
	struct stat st;

	if (!last)
		return 0;
	if (fstat(spool, &st) < 0)
		return err_sys(err, "cannot examine the temporary file", NULL);
	if ((uint64_t)st.st_size < last->off + last->size &&
	    ftruncate(spool, (off_t)(last->off + last->size)) < 0)
		return err_sys(err, "cannot extend the temporary file", NULL);
	return 0;
}

static int run(struct ear *e)
{
	struct box box = *e->box;
	struct child c;
	int p[2], rc, status = 0;

	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e->err, "pipe", NULL);
	box.pipe = p[1];
	if (child_start(&c, box_main, &box, e->err) < 0) {
		(void)close(p[0]);
		(void)close(p[1]);
		return -1;
	}
	(void)close(p[1]);
	rc = hear_out(e, p[0]);
	(void)close(p[0]);
	if (rc < 0) {
		child_kill(&c);
		return -1;
	}
	(void)child_wait(&c, -1, &status);
	if (e->failed)
		return -1;
	if (!e->ended)
		return err_set(e->err, "the unpacking process died (status %d)",
			       status);
	return box.spool < 0 ? 0 : check_spool(e->h, box.spool, e->err);
}

int listen_to_box(const struct box *box, struct arena *a,
		  void (*progress)(void *, uint64_t, uint64_t), void *arg,
		  struct heard *h, struct err *err)
{
	struct err unheard = { 0 };
	struct ear e = { .box = box,
			 .arena = a,
			 .h = h,
			 .progress = progress,
			 .arg = arg,
			 .err = err ? err : &unheard,
			 .hashing = box->in >= 0 };
	int rc;

	*h = (struct heard){ .kind = INPUT_FILE };
	sha256_init(&e.sha);
	e.buf = xmalloc(HASH_STEP);
	rc = run(&e);
	free(e.buf);
	buf_free(&e.in.b);
	if (rc < 0)
		heard_free(h);
	return rc;
}

void heard_free(struct heard *h)
{
	free(h->member);
	free(h->origin);
	free(h->link);
	h->link = NULL;
	h->nlink = 0;
	h->member = NULL;
	h->origin = NULL;
	h->nmember = 0;
}
