/*
 * case/analyst.c - the analysis process: contexts, rules, what there is to
 * do; then the crew works and the pass tells the parent.
 */
#include "work.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "../host/build.h"
#include "../host/kept.h"
#include "../parse/parser.h"
#include "../util/hash.h"
#include "../util/timefmt.h"
#include "konseki/archive.h"

#define HEAD_MAX (64u << 20) /* of a giant, what contexts look at */

static void fail(struct frame_out *o, const char *why)
{
	frame_put(o, FRAME_ERROR, str_of(why));
	(void)frame_flush(o); /* the parent also sees our exit status */
}

/* ---- what there is to do ---- */

static void add_slice(struct work *w, uint32_t id, uint64_t from, uint64_t to)
{
	vec_grow(&w->queue, &w->capqueue, w->nqueue + 1, sizeof(*w->queue));
	w->queue[w->nqueue++] = (struct work_slice){ id, from, to };
}

/* A big source whose parser can be cut becomes several pieces of work. */
static void add_work(struct work *w, const struct source *s)
{
	const struct parser *p = NULL;
	uint64_t from = 0, step = s->size / (w->jobs * 4u) + 1;
	size_t nspan;
	const struct work_slice *span = work_spans_of(w, s->id, &nspan);

	for (size_t i = 0; i < nspan; i++)
		add_slice(w, s->id, span[i].from, span[i].to);
	if (nspan)
		return;
	if (step < WORK_SLICE_BYTES)
		step = WORK_SLICE_BYTES;
	if (w->jobs > 1 && s->size > 2 * step && s->short_at == UINT64_MAX &&
	    !(s->flags & SRC_MEMORY))
		p = parser_pick(s);
	while (p && p->split && s->size - from > step) {
		uint64_t to = p->split(s, from + step);

		if (to <= from || to >= s->size)
			break;
		add_slice(w, s->id, from, to);
		from = to;
	}
	add_slice(w, s->id, from, s->size);
}

static int largest_first(const void *x, const void *y)
{
	const struct work_slice *a = x, *b = y;

	if (a->to - a->from != b->to - b->from)
		return a->to - a->from > b->to - b->from ? -1 : 1;
	if (a->source != b->source)
		return a->source < b->source ? -1 : 1;
	return (a->from > b->from) - (a->from < b->from);
}

static void build_queue(struct work *w)
{
	for (size_t i = 0; i < w->nsource; i++)
		add_work(w, &w->source[i].src);
	if (w->nqueue)
		qsort(w->queue, w->nqueue, sizeof(*w->queue), largest_first);
}

/* ---- contexts ---- */

static void lay_out(struct work *w)
{
	for (size_t i = 0; i < w->nsource; i++) {
		struct work_source *s = &w->source[i];
		size_t nspan;
		const struct work_slice *span =
			work_spans_of(w, s->src.id, &nspan);

		s->src.data = str_head(str_skip(w->evidence, s->spool_off),
				       s->src.size);
		if (span) /* of a giant of holes only the beginning is asked */
			s->src.data = str_head(s->src.data, span->to < HEAD_MAX
								    ? span->to
								    : HEAD_MAX);
	}
}

/* --host NAME=INPUT: the user knows better whose evidence it is. */
static void rename_host(struct work *w, const struct source *s)
{
	const char *name =
		w->opt->host_name ? w->opt->host_name[s->input] : NULL;
	struct context *c = w->ctx[s->host];
	unsigned char digest[SHA256_LEN];
	struct buf hex = { 0 };

	if (!name || str_is(c->hostname, name))
		return;
	sha256_of(name, strlen(name), digest);
	buf_hex(&hex, digest, EV_ID_LEN);
	c->hostname = arena_dup(&c->arena, str_of(name));
	c->id = arena_dup(&c->arena, buf_view(&hex));
	buf_free(&hex);
}

/* Of another root: into the context of that one. */
static void take(struct context *host, const struct source *s)
{
	struct context *c = s->root ? context_root(host, s->root) : host;

	if (c)
		context_take(c, s->root ? STR_NONE : s->member, s->path,
			     s->data);
}

static void build_contexts(struct work *w)
{
	w->ctx = xmalloc(w->nctx * sizeof(struct context *));
	for (size_t h = 0; h < w->nctx; h++) {
		w->ctx[h] = xmalloc(sizeof(struct context));
		context_init(w->ctx[h]);
	}
	for (size_t i = 0; i < w->nsource; i++) {
		const struct source *s = &w->source[i].src;

		/* a deleted passwd says nothing of who has an account */
		if (s->root)
			(void)context_root(w->ctx[s->host], s->root);
		if (!(s->flags & (SRC_RECOVERED | SRC_MEMORY | SRC_NESTED)) &&
		    context_wants(s->member, s->path))
			take(w->ctx[s->host], s);
	}
	for (size_t i = 0; i < w->nlink; i++)
		kept_link(w->ctx[w->link[i].host], w->link[i].path,
			  w->link[i].to);
	for (size_t h = 0; h < w->nctx; h++)
		context_finish(w->ctx[h]);
	for (size_t i = 0; i < w->nsource; i++) {
		const struct source *s = &w->source[i].src;

		if (s->flags & SRC_COLLECTED && s->root == 0)
			kept_collected(w->ctx[s->host], s->path);
		rename_host(w, s);
	}
	/* they have the name of their host, whatever that is now */
	for (size_t h = 0; h < w->nctx; h++)
		for (size_t i = 0; i < w->ctx[h]->nroot; i++)
			context_finish(w->ctx[h]->root[i]);
}

static void add_str(struct buf *b, struct str s)
{
	uint32_t n = (uint32_t)s.n;

	buf_add(b, &n, sizeof(n));
	buf_str(b, s);
}

static void tell_hosts(const struct work *w, struct frame_out *o)
{
	for (size_t h = 0; h < w->nctx; h++) {
		const struct context *c = w->ctx[h];
		int32_t offset = work_offset(c);
		struct buf b = { 0 };

		buf_add(&b, &c->collected_ns, 8);
		buf_add(&b, &c->collected_end_ns, 8);
		buf_add(&b, &offset, 4);
		buf_add(&b, &c->have, 4);
		add_str(&b, c->hostname);
		add_str(&b, c->id);
		add_str(&b, c->os_name);
		add_str(&b, c->kernel);
		add_str(&b, c->zone_name);
		frame_put(o, FRAME_HOST, buf_view(&b));
		buf_free(&b);
	}
}

static void tell_sources(const struct work *w, struct frame_out *o)
{
	struct buf b = { 0 };

	for (uint32_t i = 0; i < w->nsource; i++) {
		const struct work_done *d = &w->done[i];
		const char *name =
			d->parser ? parser_table[d->parser - 1]->name : "";

		buf_clear(&b);
		buf_add(&b, &i, 4);
		buf_add(&b, &d->nevent, 8);
		buf_c(&b, (char)d->outcome);
		buf_c(&b, (char)d->state);
		buf_puts(&b, name);
		frame_put(o, FRAME_SOURCE, buf_view(&b));
	}
	buf_free(&b);
}

static void tell_rules(const struct work *w, struct frame_out *o)
{
	size_t n = w->rules ? ruleset_count(w->rules) : 0;
	struct buf b = { 0 };

	for (size_t i = 0; i < n; i++) {
		const struct rule_info *r = ruleset_info(w->rules, i);
		uint64_t evaluated = 0;

		for (unsigned k = 0; k < w->jobs; k++)
			evaluated += w->evaluated[k * n + i];
		buf_clear(&b);
		buf_add(&b, &evaluated, 8);
		buf_c(&b, (char)r->kind);
		buf_c(&b, (char)r->level);
		buf_c(&b, (char)r->state);
		add_str(&b, r->id);
		add_str(&b, r->name);
		add_str(&b, r->file);
		add_str(&b, r->why);
		frame_put(o, FRAME_RULE, buf_view(&b));
	}
	buf_free(&b);
}

int analyst_run(struct work *w, struct frame_out *o)
{
	const struct sandbox_options box = { .may_fork = true,
					     .may_exec_pages = true };
	struct sandbox sb = { 0 };

	lay_out(w);
	sandbox_enter(&box, &sb);
	build_contexts(w);
	build_queue(w);
	tell_hosts(w, o);
	if (w->opt->nrule) {
		w->rules = ruleset_compile(w->opt->rule, w->opt->nrule);
		w->evaluated =
			mmap(NULL, (ruleset_count(w->rules) * w->jobs + 1) * 8,
			     PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			     -1, 0);
		if (w->evaluated == MAP_FAILED) {
			fail(o, "out of memory");
			return 1;
		}
	}
	frame_put(o, FRAME_SANDBOX, str_mem(&sb, sizeof(sb)));
	if (crew_work(w, o) < 0) {
		fail(o, "cannot start a worker process");
		return 1;
	}
	tell_sources(w, o);
	tell_rules(w, o);
	pass_run(w, o);
	return o->failed;
}
