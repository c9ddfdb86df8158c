/*
 * case/analysis.c - the parent's side: opens, forks the analyst, checks every
 * frame that comes back, and hands events, findings and notes to the sink.
 */
#include "analysis.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../event/note.h"
#include "../util/child.h"
#include "../util/io.h"
#include "../util/rd.h"
#include "input.h"
#include "work.h"

#define PIPE_BYTES (1 << 20)

static void *share(size_t n)
{
	void *p = mmap(NULL, n ? n : 1, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static const struct work_source *sorting; /* qsort has no argument */

static int largest_first(const void *x, const void *y)
{
	const struct source *a = &sorting[*(const uint32_t *)x].src;
	const struct source *b = &sorting[*(const uint32_t *)y].src;

	if (a->size != b->size)
		return a->size > b->size ? -1 : 1;
	return a->id < b->id ? -1 : 1;
}

/* Everything that is shared with processes that do not exist yet. */
static int prepare(struct work *w, const struct inputs *in, struct err *err)
{
	bool ok;

	w->source = in->source;
	w->nsource = in->nsource;
	w->spool = in->spool;
	w->spool_size = in->spool_size;
	w->nctx = in->nhost;
	w->queue = xmalloc(w->nsource * sizeof(*w->queue));
	for (uint32_t i = 0; i < w->nsource; i++)
		w->queue[i] = i;
	sorting = w->source;
	if (w->nsource)
		qsort(w->queue, w->nsource, sizeof(*w->queue), largest_first);
	w->next = share(sizeof(*w->next));
	w->done = share(w->nsource * sizeof(*w->done));
	w->slot = share(w->jobs * sizeof(*w->slot));
	w->buf = xmalloc(w->jobs * sizeof(*w->buf));
	w->tmp = xmalloc(w->jobs * sizeof(*w->tmp));
	ok = w->next && w->done && w->slot;
	for (unsigned i = 0; i < w->jobs; i++) {
		w->buf[i] = share(run_buf_bytes(WORK_BUF_BYTES));
		ok = ok && w->buf[i];
		if (w->buf[i])
			run_buf_init(w->buf[i], WORK_BUF_BYTES);
		w->tmp[i] = io_tmpfile(w->opt->tmp, err);
		if (w->tmp[i] < 0)
			return -1;
	}
	return ok ? 0 : err_sys(err, "cannot share memory with workers", NULL);
}

struct start {
	struct work *w;
	int in, out; /* ends of the pipe */
};

static int analyst_main(void *arg)
{
	struct start *s = arg;
	struct frame_out o = { .fd = s->out };

	(void)close(s->in); /* the parent's end */
	return analyst_run(s->w, &o);
}

/* ---- frames ---- */

struct reader {
	struct analysis *a;
	const struct analysis_options *opt;
	struct sink *out;
	struct event ev;
	struct finding finding;
	size_t nhost;
	bool end, stop;
	char why[256];
};

static struct str get_str(struct rd *r)
{
	return rd_bytes(r, rd_u32le(r, "length"), "string");
}

static void got_host(struct reader *k, struct str s)
{
	struct analysis *a = k->a;
	struct rd r = rd_of(s);
	struct analysis_host *h;
	struct export_host *x;

	if (k->nhost >= a->nhost)
		return;
	h = &a->host[k->nhost];
	x = (struct export_host *)(uintptr_t)&a->names.host[k->nhost++];
	h->collected_ns = (int64_t)rd_u64le(&r, "collected");
	h->collected_end_ns = (int64_t)rd_u64le(&r, "end");
	h->offset_s = (int32_t)rd_u32le(&r, "offset");
	h->have = rd_u32le(&r, "have");
	h->name = arena_dup(&a->arena, get_str(&r));
	h->id = arena_dup(&a->arena, get_str(&r));
	h->os = arena_dup(&a->arena, get_str(&r));
	h->kernel = arena_dup(&a->arena, get_str(&r));
	h->zone_name = arena_dup(&a->arena, get_str(&r));
	x->name = h->name;
	x->id = h->id;
}

static void got_source(struct reader *k, struct str s)
{
	struct rd r = rd_of(s);
	uint32_t id = rd_u32le(&r, "id");
	struct analysis_source *src;
	uint8_t state;

	if (id >= k->a->nsource)
		return;
	src = &k->a->source[id];
	src->nevent = rd_u64le(&r, "events");
	src->outcome = rd_u8(&r, "outcome");
	state = rd_u8(&r, "state");
	if (state == WORK_CRASHED || state == WORK_TIMEOUT)
		k->a->interrupted = true;
	src->parser =
		arena_dup(&k->a->arena, rd_bytes(&r, rd_left(&r), "parser"));
}

static void got_rule(struct reader *k, struct str s)
{
	struct analysis *a = k->a;
	struct rd r = rd_of(s);
	struct analysis_rule *rule;
	size_t cap = a->nrule;

	/* grown in steps of the arena: rules come once, a few thousand */
	if ((a->nrule & (a->nrule - 1)) == 0) {
		cap = a->nrule ? a->nrule * 2 : 1;
		rule = arena_array(&a->arena, cap, sizeof(*rule));
		if (a->nrule)
			memcpy(rule, a->rule, a->nrule * sizeof(*rule));
		a->rule = rule;
	}
	rule = &a->rule[a->nrule++];
	rule->evaluated = rd_u64le(&r, "evaluated");
	rule->kind = rd_u8(&r, "kind");
	rule->level = rd_u8(&r, "level");
	rule->state = rd_u8(&r, "state");
	rule->id = arena_dup(&a->arena, get_str(&r));
	rule->name = arena_dup(&a->arena, get_str(&r));
	rule->file = arena_dup(&a->arena, get_str(&r));
	rule->why = arena_dup(&a->arena, get_str(&r));
}

/* Indexes of rules become their ids: what stands in outputs. */
static void name_hits(struct reader *k, struct event *e)
{
	uint64_t hit[16];
	size_t n = 0, to = 0;

	for (size_t i = 0; i < e->nfield; i++) {
		if (e->field[i].key != KEY_K_HITS)
			e->field[to++] = e->field[i];
		else if (n < sizeof(hit) / sizeof(hit[0]))
			hit[n++] = e->field[i].v.u64;
	}
	e->nfield = to;
	for (size_t i = 0; i < n; i++)
		if (hit[i] < k->a->nrule)
			ev_str(e, KEY_RULE_ID, k->a->rule[hit[i]].id);
}

static void got_event(struct reader *k, struct str s)
{
	struct analysis_source *src;

	if (!event_get(s, &k->ev) || k->ev.source >= k->a->nsource) {
		k->a->nlost++;
		return;
	}
	src = &k->a->source[k->ev.source];
	if (k->ev.event_kind == EK_EVENT && k->ev.kind != KIND_FILE &&
	    k->ev.when.from != FROM_BOUNDED) {
		if (k->ev.when.ts_ns < src->first_ns)
			src->first_ns = k->ev.when.ts_ns;
		if (k->ev.when.ts_ns > src->last_ns)
			src->last_ns = k->ev.when.ts_ns;
	}
	k->a->nevent++;
	name_hits(k, &k->ev);
	if (sink_event(k->out, &k->ev) < 0)
		k->stop = true;
}

static void got_note(struct reader *k, struct str s)
{
	struct note n;

	if (!note_get(s, &n) || n.source >= k->a->nsource) {
		k->a->nlost++;
		return;
	}
	if (n.kind == NOTE_CRASHED || n.kind == NOTE_TIMEOUT)
		k->a->interrupted = true;
	k->a->nnote++;
	sink_note(k->out, &n);
}

static void got_progress(struct reader *k, struct str s)
{
	uint64_t n[3];
	char t[128];

	if (!k->opt->progress || s.n != sizeof(n))
		return;
	memcpy(n, s.p, sizeof(n));
	(void)snprintf(t, sizeof(t), "analyze: %llu/%llu sources, %llu events",
		       (unsigned long long)n[0], (unsigned long long)n[1],
		       (unsigned long long)n[2]);
	k->opt->progress(k->opt->arg, t);
}

static void got(struct reader *k, enum frame_type type, struct str s)
{
	struct rd r;

	switch (type) {
	case FRAME_EVENT:
		got_event(k, s);
		break;
	case FRAME_FINDING:
		if (!finding_get(s, &k->finding))
			k->a->nlost++;
		else if (sink_finding(k->out, &k->finding) < 0)
			k->stop = true;
		break;
	case FRAME_NOTE:
		got_note(k, s);
		break;
	case FRAME_HOST:
		got_host(k, s);
		break;
	case FRAME_SOURCE:
		got_source(k, s);
		break;
	case FRAME_RULE:
		got_rule(k, s);
		break;
	case FRAME_SANDBOX:
		if (s.n == sizeof(k->a->sandbox))
			memcpy(&k->a->sandbox, s.p, s.n);
		break;
	case FRAME_PROGRESS:
		got_progress(k, s);
		break;
	case FRAME_ERROR:
		(void)snprintf(k->why, sizeof(k->why), STR_FMT, STR_ARG(s));
		break;
	case FRAME_END:
		r = rd_of(s);
		k->a->nlost += rd_u64le(&r, "lost");
		k->end = true;
		break;
	}
}

static int listen_to(struct reader *k, int fd, struct err *err)
{
	struct frame_in in = { .fd = fd };
	enum frame_type type;
	struct str s;

	while (!k->end && !k->stop && frame_get(&in, &type, &s))
		got(k, type, s);
	buf_free(&in.b);
	if (k->why[0])
		return err_set(err, "analysis: %s", k->why);
	if (k->stop)
		return err_set(err, "the output cannot be written");
	if (!k->end)
		return err_set(err, "the analysis process ended early");
	return sink_end(k->out);
}

static void name_sources(struct analysis *a, const struct inputs *in)
{
	struct export_source *x =
		arena_array(&a->arena, in->nsource, sizeof(*x));

	a->nsource = in->nsource;
	a->source = arena_array(&a->arena, in->nsource, sizeof(*a->source));
	for (size_t i = 0; i < in->nsource; i++) {
		const struct source *s = &in->source[i].src;

		x[i] = (struct export_source){ s->path.n ? s->path : s->member,
					       s->member, s->host,
					       s->short_at };
		a->source[i] = (struct analysis_source){
			.first_ns = INT64_MAX,
			.last_ns = INT64_MIN,
			.size = s->size,
		};
	}
	a->host = arena_array(&a->arena, in->nhost, sizeof(*a->host));
	a->nhost = in->nhost;
	a->names =
		(struct export_names){ x, in->nsource,
				       arena_array(&a->arena, in->nhost,
						   sizeof(struct export_host)),
				       in->nhost };
}

static void done_with(struct work *w, struct inputs *in)
{
	for (unsigned i = 0; w->buf && i < w->jobs; i++)
		if (w->buf[i])
			(void)munmap(w->buf[i], run_buf_bytes(WORK_BUF_BYTES));
	for (unsigned i = 0; w->tmp && i < w->jobs; i++)
		if (w->tmp[i] > 0)
			(void)close(w->tmp[i]);
	if (in->spool >= 0)
		(void)close(in->spool);
	free(w->buf);
	free(w->tmp);
	free(w->queue);
	free(in->source);
}

int analysis_run(const struct analysis_options *opt, struct sink *out,
		 struct analysis *a, struct err *err)
{
	struct work w = { .opt = opt, .jobs = opt->jobs ? opt->jobs : 1 };
	struct reader *k = NULL;
	struct inputs in = { .spool = -1 };
	struct start s = { .w = &w };
	struct child child;
	int fd[2], r = -1, status = 0;

	memset(a, 0, sizeof(*a));
	arena_init(&a->arena, 0);
	if (inputs_read(opt, &a->arena, &in, err) < 0)
		goto release;
	a->input = in.input;
	a->ninput = opt->ninput;
	name_sources(a, &in);
	if (prepare(&w, &in, err) < 0)
		goto release;
	if (pipe2(fd, O_CLOEXEC) < 0) {
		r = err_sys(err, "pipe", NULL);
		goto release;
	}
	(void)fcntl(fd[1], F_SETPIPE_SZ, PIPE_BYTES); /* speed only */
	s.in = fd[0];
	s.out = fd[1];
	if (child_start(&child, analyst_main, &s, err) < 0)
		goto close_pipe;
	(void)close(fd[1]);
	fd[1] = -1;
	k = xmalloc(sizeof(*k));
	*k = (struct reader){ .a = a, .opt = opt, .out = out };
	r = listen_to(k, fd[0], err);
	if (r < 0)
		child_kill(&child);
	else
		(void)child_wait(&child, -1, &status);
	free(k);
close_pipe:
	(void)close(fd[0]);
	if (fd[1] >= 0)
		(void)close(fd[1]);
release:
	done_with(&w, &in);
	return r;
}

void analysis_free(struct analysis *a)
{
	arena_free(&a->arena);
}
