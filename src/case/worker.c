/*
 * case/worker.c - one sandboxed worker: takes sources from the shared queue;
 * parse -> enrich -> match -> identify -> run buffer.  It may die at any
 * instruction: what is whole in the buffer is kept by the analyst.
 */
#include "work.h"

#include <unistd.h>
#include <sys/mman.h>

#include "../derive/derive.h"
#include "../parse/parser.h"
#include "../util/jis.h"

#define KEEP_CAP (96u << 20)    /* a parser's memory for one source */
#define SCRATCH_CAP (16u << 20) /* for one record */

struct worker {
	struct sink sink; /* the chain's end: what parsers emit into */
	struct work *w;
	unsigned slot;
	struct source src; /* the source, or the slice of it, at hand */
	const struct context *ctx;
	struct matcher *matcher;
	struct scanner *scanner;
	struct arena keep, scratch, enrich;
	struct buf rec;
	struct event ev;
	struct identity identity;
	uint64_t nevent, nnote;
};

static struct worker *of(struct sink *s)
{
	return (struct worker *)(void *)s;
}

/* Into the run buffer; a full one is sorted into the temporary file. */
static int keep_record(struct worker *k, const struct run_key *key)
{
	struct work_slot *slot = &k->w->slot[k->slot];
	struct run_buf *b = k->w->buf[k->slot];
	struct run run;
	struct err err;

	if (run_buf_add(b, key, buf_view(&k->rec)))
		return 0;
	if (k->rec.n > RUN_MAX_RECORD || slot->nrun == WORK_MAX_RUNS ||
	    run_spill(b, k->w->tmp[k->slot], &slot->end, &run, &err) < 0) {
		slot->lost++;
		return slot->nrun == WORK_MAX_RUNS ? -1 : 0;
	}
	slot->run[slot->nrun].off = run.off;
	slot->run[slot->nrun].len = run.len;
	slot->run[slot->nrun].count = run.count;
	__atomic_store_n(&slot->nrun, slot->nrun + 1, __ATOMIC_RELEASE);
	if (!run_buf_add(b, key, buf_view(&k->rec)))
		slot->lost++;
	return 0;
}

static bool ascii(struct str s)
{
	const uint64_t top = 0x8080808080808080u;
	uint64_t w, all = 0;

	for (; s.n >= 8; s = str_skip(s, 8)) {
		memcpy(&w, s.p, 8);
		all |= w;
	}
	for (size_t i = 0; i < s.n; i++)
		all |= (unsigned char)s.p[i];
	return (all & top) == 0;
}

static bool of_original(const struct event *e, const struct field *f)
{
	uintptr_t at = (uintptr_t)f->v.str.p - (uintptr_t)e->original.p;

	return at < e->original.n && f->v.str.n <= e->original.n - at;
}

/* Values in an old Japanese encoding get a reading beside them. */
static void add_readings(struct event *e, struct arena *a)
{
	bool plain = ascii(e->original);
	size_t n = e->nfield;
	struct {
		struct str name, text;
	} found[8];
	size_t nfound = 0;

	for (size_t i = 0; i < n && nfound < 8; i++) {
		const struct field *f = &e->field[i];
		struct str text;

		if (f->type != V_STR || (plain && of_original(e, f)) ||
		    ascii(f->v.str) || str_utf8_ok(f->v.str) ||
		    !jis_text(a, f->v.str, &text))
			continue;
		found[nfound].name = key_info(f->key)->name;
		found[nfound++].text = text;
	}
	for (size_t i = 0; i < nfound; i++)
		ev_named(e, KEY_K_TEXT, found[i].name, found[i].text);
}

static int take_event(struct sink *s, struct event *e)
{
	struct worker *k = of(s);
	struct arena_mark m = arena_mark(&k->enrich);
	struct run_key key;
	int r;

	e->source = k->src.id;
	if (k->src.flags & SRC_RECOVERED && !ev_get(e, KEY_K_RECOVERED))
		ev_bool(e, KEY_K_RECOVERED, true);
	enrich(e, &k->src, k->ctx, &k->enrich);
	add_readings(e, &k->enrich);
	if (k->matcher)
		matcher_event(k->matcher, e);
	event_identify(e, k->w->ctx[k->src.host]->id,
		       k->src.path.n && k->src.root == 0 ? k->src.path
							 : k->src.member,
		       &k->identity);
	key = (struct run_key){ e->when.ts_ns, e->source, e->sub, e->off };
	buf_clear(&k->rec);
	buf_c(&k->rec, REC_EVENT);
	event_put_at(&k->rec, e, k->w->evidence);
	r = keep_record(k, &key);
	arena_rewind(&k->enrich, m);
	k->nevent++;
	return r;
}

static void take_note(struct sink *s, const struct note *n)
{
	struct worker *k = of(s);
	struct note copy = *n;
	struct run_key key;

	if (k->nnote++ >= WORK_MAX_NOTES)
		return;
	copy.source = k->src.id;
	/* after all events; nnote keeps keys apart */
	key = (struct run_key){ INT64_MAX, copy.source, (uint32_t)k->nnote,
				n->off };
	buf_clear(&k->rec);
	buf_c(&k->rec, REC_NOTE);
	note_put(&k->rec, &copy);
	(void)keep_record(k, &key); /* counted as lost in the slot */
}

static const struct sink_ops ops = { .event = take_event, .note = take_note };

static void out_of_memory(struct arena *a)
{
	(void)a;
	_exit(3); /* the analyst notes that this source was too much */
}

static uint32_t parser_index(const struct parser *p)
{
	for (uint32_t i = 0; parser_table[i]; i++)
		if (parser_table[i] == p)
			return i + 1;
	return 0;
}

static bool promised(struct str path)
{
	for (size_t i = 0; parser_table[i]; i++)
		if (parser_expects(parser_table[i], path))
			return true;
	return false;
}

/* A deleted file runs nothing: what was configured there is not in force. */
static bool was_in_force(const struct source *src)
{
	static const char *const dir[] = { "/etc/", "/lib/", "/usr/",
					   "/var/spool/" };

	for (size_t i = 0; i < sizeof(dir) / sizeof(dir[0]); i++)
		if (src->flags & SRC_RECOVERED &&
		    str_starts(src->path, str_of(dir[i])))
			return true;
	return false;
}

/*
 * A program that was collected is no log, even when it looks like one: what
 * a collection holds is read where an artifact or a log is expected.
 */
static bool may_be_log(const struct source *src)
{
	if (src->flags & SRC_MEMORY || was_in_force(src))
		return false;
	return !(src->flags & (SRC_COLLECTED | SRC_RECOVERED)) ||
	       promised(src->path) || str_has(src->path, STR("/log/")) ||
	       str_has(src->path, STR("/logs/"));
}

/* Slices of one source are in several hands. */
static void worse(struct work_done *done, enum outcome o)
{
	uint32_t was = __atomic_load_n(&done->outcome, __ATOMIC_RELAXED);

	while (was < (uint32_t)o &&
	       !__atomic_compare_exchange_n(&done->outcome, &was, (uint32_t)o,
					    false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED))
		;
}

static void parse_one(struct worker *k, struct work_done *done)
{
	const struct source *src = &k->src;
	const struct parser *p =
		src->size && may_be_log(src) ? parser_pick(src) : NULL;
	struct parse run = { .src = src,
			     .ctx = k->ctx,
			     .keep = &k->keep,
			     .scratch = &k->scratch,
			     .out = &k->sink,
			     .ev = &k->ev };

	if (p) {
		done->parser = parser_index(p);
		worse(done, parser_run(p, &run));
	} else if (src->size && promised(src->path) &&
		   !(src->flags & (SRC_RECOVERED | SRC_MEMORY))) {
		struct note n = { .kind = NOTE_REFUSED,
				  .source = src->id,
				  .have = src->size,
				  .what = STR("no parser knows this content") };

		worse(done, REFUSED);
		take_note(&k->sink, &n);
	}
	if (src->short_at != UINT64_MAX) {
		struct note n = { .kind = NOTE_SHORT,
				  .source = src->id,
				  .off = src->short_at,
				  .need = src->size,
				  .have = src->short_at,
				  .what = STR("cut while it was collected") };

		take_note(&k->sink, &n);
	}
}

/* Pages behind us may go; failure costs memory only. */
static void drop_pages(struct str d)
{
	uintptr_t from = (uintptr_t)d.p & ~(uintptr_t)4095;

	if (d.n)
		(void)madvise((void *)from, (uintptr_t)d.p + d.n - from,
			      MADV_DONTNEED);
}

static void one_slice(struct worker *k, const struct work_slice *slice)
{
	const struct source *whole = &k->w->source[slice->source].src;
	struct work_done *done = &k->w->done[slice->source];

	k->src = *whole;
	k->src.base = slice->from;
	k->src.size = slice->to - slice->from;
	k->src.data = str_head(
		str_skip(k->w->evidence,
			 k->w->source[slice->source].spool_off + slice->from),
		k->src.size);
	k->ctx = ctx_root(k->w->ctx[whole->host], whole->root);
	k->identity.known = false;
	k->nevent = 0;
	k->nnote = 0;
	done->state = WORK_RUNNING;
	parse_one(k, done);
	if (k->scanner && k->src.size == whole->size &&
	    scanner_wants(k->scanner, whole))
		(void)scanner_source(k->scanner, whole, k->ctx, &k->ev,
				     &k->sink);
	__atomic_fetch_add(&done->nevent, k->nevent, __ATOMIC_RELAXED);
	__atomic_fetch_add(&done->nnote, k->nnote, __ATOMIC_RELAXED);
	done->state = WORK_DONE;
	arena_free(&k->keep);
	arena_free(&k->scratch);
	drop_pages(k->src.data);
}

int worker_run(struct work *w, unsigned slot)
{
	struct worker *k = xmalloc(sizeof(*k));
	size_t nrule = w->rules ? ruleset_count(w->rules) : 0;

	sandbox_tighten(false, &w->slot[slot].sandbox);
	k->sink.ops = &ops;
	k->w = w;
	k->slot = slot;
	arena_init(&k->keep, KEEP_CAP);
	arena_init(&k->scratch, SCRATCH_CAP);
	arena_init(&k->enrich, SCRATCH_CAP);
	k->keep.on_full = k->scratch.on_full = out_of_memory;
	k->enrich.on_full = out_of_memory;
	if (w->rules)
		k->matcher = matcher_new(w->rules);
	if (w->rules && w->opt->yara)
		k->scanner = scanner_new(w->rules);
	for (;;) {
		uint32_t i = __atomic_fetch_add(w->next, 1, __ATOMIC_RELAXED);

		if (i >= w->nqueue)
			break;
		w->slot[slot].running = w->queue[i].source + 1;
		one_slice(k, &w->queue[i]);
		w->slot[slot].running = 0;
	}
	if (k->matcher)
		for (size_t i = 0; i < nrule; i++)
			w->evaluated[slot * nrule + i] +=
				matcher_evaluated(k->matcher)[i];
	scanner_free(k->scanner);
	matcher_free(k->matcher);
	return 0;
}
