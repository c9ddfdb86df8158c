/*
 * case/analyst.c - the analysis process: contexts, rules, workers, and the
 * one ordered pass: merge -> sessions -> judge -> frames to the parent.
 */
#include "work.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../derive/derive.h"
#include "../host/build.h"
#include "../parse/parser.h"
#include "../util/child.h"
#include "../util/hash.h"
#include "../util/timefmt.h"

#define MERGE_BYTES (16u << 20)
#define TICK_MS 200

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

	if (step < WORK_SLICE_BYTES)
		step = WORK_SLICE_BYTES;
	if (w->jobs > 1 && s->size > 2 * step && s->short_at == UINT64_MAX)
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

static int map_spool(struct work *w)
{
	char *p = NULL;

	if (w->spool_size) {
		p = mmap(NULL, w->spool_size, PROT_READ, MAP_SHARED, w->spool,
			 0);
		if (p == MAP_FAILED)
			return -1;
	}
	for (size_t i = 0; i < w->nsource; i++) {
		struct work_source *s = &w->source[i];

		s->src.data =
			(struct str){ p ? p + s->spool_off : "", s->src.size };
	}
	return 0;
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

static void build_contexts(struct work *w)
{
	w->ctx = xmalloc(w->nctx * sizeof(struct context *));
	for (size_t h = 0; h < w->nctx; h++) {
		w->ctx[h] = xmalloc(sizeof(struct context));
		context_init(w->ctx[h]);
	}
	for (size_t i = 0; i < w->nsource; i++) {
		const struct source *s = &w->source[i].src;

		if (context_wants(s->member, s->path))
			context_take(w->ctx[s->host], s->member, s->path,
				     s->data);
	}
	for (size_t h = 0; h < w->nctx; h++)
		context_finish(w->ctx[h]);
	for (size_t i = 0; i < w->nsource; i++)
		rename_host(w, &w->source[i].src);
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
		int64_t at = c->collected_ns == INT64_MIN ? 0 : c->collected_ns;
		int32_t offset = tz_offset(&c->zone, ts_s(at));
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

/* ---- workers ---- */

struct job {
	struct work *w;
	unsigned slot;
	struct child child;
	uint32_t seen; /* the source it was in at the last look */
	int64_t since_s;
	bool over;
};

static int job_main(void *arg)
{
	struct job *j = arg;

	return worker_run(j->w, j->slot);
}

static int64_t now_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static int start(struct job *j)
{
	struct err err;

	j->seen = 0;
	j->since_s = now_s();
	return child_start(&j->child, job_main, j, &err);
}

/* A note in the analyst's own words, through the dead worker's buffer. */
static void note_loss(struct work *w, unsigned slot, uint32_t id,
		      enum note_kind kind)
{
	struct note n = {
		.kind = (uint8_t)kind,
		.source = id,
		.have = w->source[id].src.size,
		.what = kind == NOTE_TIMEOUT
				? STR("took too long; what came before is kept")
				: STR("the worker died here; what came before "
				      "is kept")
	};
	struct run_key key = { INT64_MAX, id, UINT32_MAX, 0 };
	struct buf b = { 0 };

	w->done[id].state = kind == NOTE_TIMEOUT ? WORK_TIMEOUT : WORK_CRASHED;
	w->done[id].outcome = STOP;
	buf_c(&b, REC_NOTE);
	note_put(&b, &n);
	if (!run_buf_add(w->buf[slot], &key, buf_view(&b)))
		w->slot[slot].lost++;
	buf_free(&b);
}

/* The worker ended: well, or in the middle of a source. */
static void ended(struct job *j, int status, bool timeout)
{
	struct work_slot *slot = &j->w->slot[j->slot];
	uint32_t in = slot->running;

	j->over = true;
	if (in == 0 && status == 0)
		return;
	if (in && in <= j->w->nsource)
		note_loss(j->w, j->slot, in - 1,
			  timeout ? NOTE_TIMEOUT : NOTE_CRASHED);
	slot->running = 0;
	if (*j->w->next < j->w->nqueue && start(j) == 0)
		j->over = false;
}

static void look(struct job *j, int wait_ms)
{
	uint32_t in = j->w->slot[j->slot].running;
	int status = 0, r;

	r = child_wait(&j->child, wait_ms, &status);
	if (r == 0) {
		ended(j, status, false);
		return;
	}
	if (in != j->seen) {
		j->seen = in;
		j->since_s = now_s();
	} else if (in && now_s() - j->since_s > WORK_SOURCE_SECONDS) {
		child_kill(&j->child);
		ended(j, -1, true);
	}
}

static void progress(const struct work *w, struct frame_out *o)
{
	uint64_t n[3] = { *w->next < w->nqueue ? *w->next : w->nqueue,
			  w->nqueue, 0 };

	for (size_t i = 0; i < w->nsource; i++)
		n[2] += w->done[i].nevent;
	frame_put(o, FRAME_PROGRESS, str_mem(n, sizeof(n)));
	(void)frame_flush(o); /* seen again at the next write */
}

static int run_workers(struct work *w, struct frame_out *o)
{
	struct job *job = xmalloc(w->jobs * sizeof(*job));
	unsigned running = 0, started = 0;

	for (unsigned i = 0; i < w->jobs; i++) {
		job[i] = (struct job){ .w = w, .slot = i };
		job[i].over = start(&job[i]) < 0;
		started += !job[i].over;
	}
	do {
		running = 0;
		for (unsigned i = 0; i < w->jobs; i++) {
			if (!job[i].over)
				look(&job[i], running ? 0 : TICK_MS);
			running += !job[i].over;
		}
		progress(w, o);
	} while (running && !o->failed);
	for (unsigned i = 0; i < w->jobs; i++)
		if (!job[i].over)
			child_kill(&job[i].child);
	free(job);
	return started ? 0 : -1;
}

/* ---- the ordered pass ---- */

struct pass {
	const struct work *w;
	struct frame_out *o;
	struct judge *judge;
	struct sessions *sessions;
	struct arena scratch;
	struct event ev;
	struct buf rec;
	uint64_t nevent, lost;
};

static bool in_window(const struct event *e, const struct analysis_options *opt)
{
	int64_t lo = e->when.flags & WHEN_NOT_BEFORE ? e->when.not_before
						     : e->when.ts_ns;
	int64_t hi = e->when.flags & WHEN_NOT_AFTER ? e->when.not_after
						    : e->when.ts_ns;

	if (e->when.from == FROM_BOUNDED && !(e->when.flags & WHEN_NOT_BEFORE))
		lo = INT64_MIN;
	return lo >= opt->from_ns &&
	       (hi < opt->to_ns || opt->to_ns == INT64_MAX);
}

static bool of_session(unsigned kind)
{
	return kind == KIND_LOGIN || kind == KIND_LOGOUT ||
	       kind == KIND_SESSION_OPEN || kind == KIND_SESSION_CLOSE ||
	       kind == KIND_BOOT || kind == KIND_SHUTDOWN;
}

static void pass_event(struct pass *p, struct str rec)
{
	const struct analysis_options *opt = p->w->opt;
	bool window = opt->from_ns != INT64_MIN || opt->to_ns != INT64_MAX;
	struct arena_mark m = arena_mark(&p->scratch);
	bool hits;
	unsigned kind = event_peek(rec, &hits);
	bool session = of_session(kind);

	if (session || hits || window) {
		if (!event_get(rec, &p->ev) || p->ev.source >= p->w->nsource) {
			p->lost++;
			return;
		}
		if (session) {
			sessions_host(p->sessions,
				      p->w->source[p->ev.source].src.host);
			sessions_event(p->sessions, &p->ev, &p->scratch);
			buf_clear(&p->rec);
			event_put(&p->rec, &p->ev);
			rec = buf_view(&p->rec);
		}
		if (hits && p->judge)
			judge_event(p->judge, &p->ev,
				    &p->w->source[p->ev.source].src);
		if (window && !in_window(&p->ev, opt))
			rec = STR_NONE;
	}
	if (rec.n && (opt->events || kind == KIND_SOURCE_STATUS ||
		      kind == KIND_COLLECTED)) {
		frame_put(p->o, FRAME_EVENT, rec);
		p->nevent++;
	}
	arena_rewind(&p->scratch, m);
}

struct finding_sink {
	struct sink sink;
	struct pass *p;
};

static int pass_finding(struct sink *s, const struct finding *f)
{
	struct pass *p = ((struct finding_sink *)(void *)s)->p;

	buf_clear(&p->rec);
	finding_put(&p->rec, f);
	frame_put(p->o, FRAME_FINDING, buf_view(&p->rec));
	return p->o->failed ? -1 : 0;
}

static int no_event(struct sink *s, struct event *e)
{
	(void)s;
	(void)e;
	return 0;
}

static const struct sink_ops finding_ops = { .event = no_event,
					     .finding = pass_finding };

static size_t gather_runs(struct work *w, struct run **out)
{
	struct run *run;
	size_t n = 0;

	for (unsigned i = 0; i < w->jobs; i++)
		n += w->slot[i].nrun + 1;
	run = xmalloc(n * sizeof(*run));
	n = 0;
	for (unsigned i = 0; i < w->jobs; i++) {
		struct work_slot *s = &w->slot[i];

		for (uint32_t k = 0; k < s->nrun && k < WORK_MAX_RUNS; k++)
			run[n++] =
				(struct run){ w->tmp[i],     s->run[k].off,
					      s->run[k].len, NULL,
					      NULL,          s->run[k].count };
		run_keep(w->buf[i], &run[n++]);
	}
	*out = run;
	return n;
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

static void ordered_pass(struct work *w, struct frame_out *o)
{
	struct pass *p = xmalloc(sizeof(*p));
	struct finding_sink findings = { { &finding_ops }, p };
	struct run_key key;
	struct run *run;
	size_t nrun = gather_runs(w, &run);
	struct merge *m = merge_new(run, nrun, MERGE_BYTES);
	struct str rec;

	p->w = w;
	p->o = o;
	p->sessions = sessions_new();
	if (w->rules)
		p->judge = judge_new(w->rules,
				     (const struct context *const *)w->ctx,
				     w->nctx);
	while (merge_next(m, &key, &rec) && !o->failed) {
		if (rec.n && rec.p[0] == REC_EVENT)
			pass_event(p, str_skip(rec, 1));
		else if (rec.n && rec.p[0] == REC_NOTE)
			frame_put(o, FRAME_NOTE, str_skip(rec, 1));
	}
	if (p->judge)
		(void)judge_end(p->judge, &findings.sink); /* o keeps failure */
	p->lost += merge_lost(m);
	for (unsigned i = 0; i < w->jobs; i++)
		p->lost += w->slot[i].lost;
	frame_put(o, FRAME_END, str_mem(&p->lost, sizeof(p->lost)));
	(void)frame_flush(o); /* the parent misses FRAME_END then */
	judge_free(p->judge);
	sessions_free(p->sessions);
	merge_free(m);
	for (size_t i = 0; i < nrun; i++)
		run_free(&run[i]);
	free(run);
}

int analyst_run(struct work *w, struct frame_out *o)
{
	const struct sandbox_options box = { .may_fork = true,
					     .may_exec_pages = true };
	struct sandbox sb = { 0 };

	if (map_spool(w) < 0) {
		fail(o, "cannot map the unpacked evidence");
		return 1;
	}
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
	if (run_workers(w, o) < 0) {
		fail(o, "cannot start a worker process");
		return 1;
	}
	tell_sources(w, o);
	tell_rules(w, o);
	ordered_pass(w, o);
	return o->failed;
}
