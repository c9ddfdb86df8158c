/* drive.c - see drive.h. */
#include "drive.h"

#include <setjmp.h>
#include <stdlib.h>

#include "util/buf.h"

#define KEEP_BYTES (64u << 20)
#define EVENTS_PER_BYTE 4 /* a byte of a history file is a line */
#define EVENTS_FREE 64

struct counter {
	struct sink sink;
	struct buf wire;
	struct event *back;
	size_t n, max;
};

static jmp_buf full; /* a source that is over its budget ends its worker */

static void on_full(struct arena *a)
{
	(void)a;
	longjmp(full, 1);
}

static void die(const char *why)
{
	(void)fprintf(stderr, "drive: %s\n", why);
	abort();
}

static int on_event(struct sink *s, struct event *e)
{
	struct counter *c = (struct counter *)s;

	if (++c->n > c->max)
		die("more events than the source can hold");
	c->wire.n = 0;
	event_put(&c->wire, e);
	if (!event_get(buf_view(&c->wire), c->back) ||
	    c->back->nfield != e->nfield)
		die("an event does not survive its wire form");
	return 0;
}

static void on_note(struct sink *s, const struct note *n)
{
	(void)s;
	if (n->kind >= NOTE_KINDS || n->what.n > NOTE_WHAT_MAX)
		die("a note that is none");
}

static const struct sink_ops ops = { .event = on_event, .note = on_note };

static void start(struct context *ctx, struct source *src,
		  const struct evidence *e, struct str bytes)
{
	char *copy = malloc(bytes.n ? bytes.n : 1);

	if (!copy)
		abort();
	memcpy(copy, bytes.n ? bytes.p : "", bytes.n);
	ctx->hostname = STR("host");
	ctx->id = STR("00000000000000000000000000000000");
	ctx->collected_ns = 1795500000000000000;
	ctx->collected_end_ns = ctx->collected_ns + 60000000000;
	src->data = (struct str){ copy, bytes.n };
	src->size = bytes.n;
	src->path = e->path;
	src->member = e->member;
	src->flags = e->flags;
	src->mtime_ns = e->mtime_ns;
	src->short_at = UINT64_MAX;
}

size_t drive(const struct parser *ps, const struct evidence *e,
	     struct str bytes)
{
	static struct counter c = { .sink = { &ops } };
	static struct arena keep, scratch;
	static struct context ctx;
	static struct source src;
	struct parse p = { .src = &src,
			   .ctx = &ctx,
			   .keep = &keep,
			   .scratch = &scratch,
			   .out = &c.sink };

	start(&ctx, &src, e, bytes);
	arena_init(&keep, KEEP_BYTES);
	arena_init(&scratch, KEEP_BYTES);
	keep.on_full = scratch.on_full = on_full;
	p.ev = malloc(sizeof(*p.ev));
	c.back = malloc(sizeof(*c.back));
	c.n = 0;
	c.max = bytes.n * EVENTS_PER_BYTE + EVENTS_FREE;
	if (setjmp(full) == 0)
		(void)parser_run(ps, &p);
	free(c.back);
	free(p.ev);
	arena_free(&keep);
	arena_free(&scratch);
	free((char *)(uintptr_t)src.data.p);
	return c.n;
}
