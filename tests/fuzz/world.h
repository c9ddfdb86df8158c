/*
 * world.h - a parser run on hostile bytes: one source of one host, and a
 * sink that believes no event.  Shared by sweep.c and fuzz.c.
 */
#ifndef FUZZ_WORLD_H
#define FUZZ_WORLD_H

#include "parse/parser.h"
#include "util/buf.h"
#include "util/timefmt.h"

#include <assert.h>

#define WORLD_KEEP (96u << 20) /* what a worker gives to one source */
#define WORLD_SCRATCH (16u << 20)

struct world {
	struct sink sink;
	struct source src;
	struct context ctx;
	struct account account[2];
	struct arena keep, scratch;
	struct event *ev, *back;
	struct buf wire;
	uint64_t nevent, nnote;
};

/* Sorted keys that exist, values with their bytes there, a wire form. */
static inline int world_event(struct sink *sink, struct event *e)
{
	struct world *w = (struct world *)sink;

	assert(e->kind < KIND_COUNT && e->nfield <= EV_MAX_FIELDS);
	assert(e->dataset.n > 0 && e->source == w->src.id);
	for (size_t i = 0; i < e->nfield; i++) {
		assert(e->field[i].key > KEY_NONE);
		assert(e->field[i].key < KEY_COUNT);
		assert(i == 0 || e->field[i].key >= e->field[i - 1].key);
	}
	buf_clear(&w->wire);
	event_put(&w->wire, e);
	assert(event_get(buf_view(&w->wire), w->back));
	assert(w->back->nfield == e->nfield);
	event_identify(e, w->ctx.id, w->src.path, &(struct identity){ 0 });
	w->nevent++;
	return 0;
}

static inline void world_note(struct sink *sink, const struct note *n)
{
	struct world *w = (struct world *)sink;

	assert(n->kind < NOTE_KINDS && n->what.n > 0);
	assert(n->what.n <= NOTE_WHAT_MAX);
	w->nnote++;
}

static const struct sink_ops world_ops = { .event = world_event,
					   .note = world_note };

static inline void world_open(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->sink.ops = &world_ops;
	arena_init(&w->keep, WORLD_KEEP);
	arena_init(&w->scratch, WORLD_SCRATCH);
	w->ev = xmalloc(sizeof(*w->ev));
	w->back = xmalloc(sizeof(*w->back));
	w->account[0] =
		(struct account){ .name = STR("root"), .home = STR("/root") };
	w->account[1] = (struct account){ .name = STR("alice"),
					  .home = STR("/home/alice"),
					  .uid = 1000 };
	w->ctx.account = w->account;
	w->ctx.naccount = 2;
	w->ctx.have = CTX_ACCOUNTS | CTX_ZONE;
	w->ctx.zone = tz_fixed(9 * 3600);
	w->ctx.hostname = STR("host");
	w->ctx.id = STR("00000000000000000000000000000000");
	w->ctx.collected_ns = INT64_C(1764000000) * NS_PER_S;
	w->ctx.collected_end_ns = w->ctx.collected_ns;
	w->src.path = w->src.member = STR("/input");
	w->src.mtime_ns = w->ctx.collected_ns;
	w->src.short_at = UINT64_MAX;
}

static inline void world_close(struct world *w)
{
	arena_free(&w->keep);
	arena_free(&w->scratch);
	buf_free(&w->wire);
	free(w->ev);
	free(w->back);
}

/* Runs ps (NULL: the best bidder, if any) on data; was there one? */
static inline bool world_run(struct world *w, const struct parser *ps,
			     struct str data)
{
	struct parse p = { .src = &w->src,
			   .ctx = &w->ctx,
			   .keep = &w->keep,
			   .scratch = &w->scratch,
			   .out = &w->sink,
			   .ev = w->ev };

	w->src.data = data;
	w->src.size = data.n;
	if (!ps)
		ps = parser_pick(&w->src);
	if (!ps)
		return false;
	assert(ps->parse(&p) <= STOP);
	arena_free(&w->keep);
	arena_free(&w->scratch);
	return true;
}

#endif
