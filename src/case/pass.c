/*
 * case/pass.c - the one ordered pass: merge -> sessions -> judge -> frames.
 */
#include "work.h"

#include <stdlib.h>

#include "../derive/derive.h"

#define MERGE_BYTES (16u << 20)

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

bool work_in_window(const struct event *e, const struct analysis_options *opt,
		    int32_t host_offset_s)
{
	int64_t offset_ns = (int64_t)host_offset_s * NS_PER_S;
	int64_t from = opt->from_ns - (opt->from_local ? offset_ns : 0);
	int64_t to = opt->to_ns - (opt->to_local ? offset_ns : 0);
	int64_t lo = e->when.flags & WHEN_NOT_BEFORE ? e->when.not_before
						     : e->when.ts_ns;
	int64_t hi = e->when.flags & WHEN_NOT_AFTER ? e->when.not_after
						    : e->when.ts_ns;

	if (e->when.from == FROM_BOUNDED && !(e->when.flags & WHEN_NOT_BEFORE))
		lo = INT64_MIN;
	return lo >= from && (hi < to || opt->to_ns == INT64_MAX);
}

static int32_t host_offset(const struct pass *p, const struct event *e)
{
	uint32_t host = p->w->source[e->source].src.host;

	return host < p->w->nctx ? work_offset(p->w->ctx[host]) : 0;
}

/* What tells how complete the evidence is counts at any time. */
static bool of_collection(unsigned kind)
{
	return kind == KIND_SOURCE_STATUS || kind == KIND_COLLECTED;
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
		if (!event_get_at(rec, &p->ev, p->w->evidence) ||
		    p->ev.source >= p->w->nsource) {
			p->lost++;
			return;
		}
		if (session) {
			sessions_host(p->sessions,
				      p->w->source[p->ev.source].src.host);
			sessions_event(p->sessions, &p->ev, &p->scratch);
			buf_clear(&p->rec);
			event_put_at(&p->rec, &p->ev, p->w->evidence);
			rec = buf_view(&p->rec);
		}
		if (hits && p->judge)
			judge_event(p->judge, &p->ev,
				    &p->w->source[p->ev.source].src);
		if (window && !(p->judge && of_collection(kind)) &&
		    !work_in_window(&p->ev, opt, host_offset(p, &p->ev)))
			rec = STR_NONE;
	}
	if (rec.n && (opt->events || of_collection(kind))) {
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

/* A cap of the judge's own: it belongs to no source. */
static void pass_note(struct sink *s, const struct note *n)
{
	struct pass *p = ((struct finding_sink *)(void *)s)->p;

	buf_clear(&p->rec);
	note_put(&p->rec, n);
	frame_put(p->o, FRAME_NOTE, buf_view(&p->rec));
}

static const struct sink_ops finding_ops = { .event = no_event,
					     .finding = pass_finding,
					     .note = pass_note };

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

void pass_run(struct work *w, struct frame_out *o)
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
