/*
 * case/feed.c - the parent's ear: checks every frame that comes from a
 * sandboxed process and hands events, findings and notes to the sink.
 */
#include "feed.h"

#include <stdio.h>
#include <stdlib.h>

#include "../event/note.h"
#include "../util/rd.h"
#include "work.h"

struct feed {
	struct analysis *a;
	const struct analysis_options *opt;
	struct sink *out;
	struct event ev;
	struct finding finding;
	size_t nhost, told;
	bool end, stop;
	bool inputs_given; /* known before: nobody may change them */
	char why[256];
};

static struct str get_str(struct rd *r)
{
	return rd_bytes(r, rd_u32le(r, "length"), "string");
}

/* What is kept to the end; beyond the caps it is cut, then left out. */
static struct str told(struct feed *k, struct str s)
{
	s = str_head(s, FEED_MAX_STR);
	if (s.n > FEED_MAX_TOLD - k->told) {
		k->a->nlost++;
		return STR_NONE;
	}
	k->told += s.n;
	return arena_dup(&k->a->arena, s);
}

static void got_host(struct feed *k, struct str s)
{
	struct analysis *a = k->a;
	struct rd r = rd_of(s);
	struct analysis_host *h;
	struct export_host *x;

	if (k->nhost >= a->nhost)
		return;
	h = &a->host[k->nhost];
	x = &a->host_name[k->nhost++];
	h->collected_ns = (int64_t)rd_u64le(&r, "collected");
	h->collected_end_ns = (int64_t)rd_u64le(&r, "end");
	h->offset_s = (int32_t)rd_u32le(&r, "offset");
	h->have = rd_u32le(&r, "have");
	h->name = told(k, get_str(&r));
	h->id = told(k, get_str(&r));
	h->os = told(k, get_str(&r));
	h->kernel = told(k, get_str(&r));
	h->zone_name = told(k, get_str(&r));
	x->name = h->name;
	x->id = h->id;
}

void feed_sizes(struct analysis *a, size_t nsource, size_t nhost)
{
	a->nsource = nsource;
	a->source = arena_array(&a->arena, nsource, sizeof(*a->source));
	a->source_name =
		arena_array(&a->arena, nsource, sizeof(*a->source_name));
	a->nhost = nhost;
	a->host = arena_array(&a->arena, nhost, sizeof(*a->host));
	a->host_name = arena_array(&a->arena, nhost, sizeof(*a->host_name));
	a->names = (struct export_names){ a->source_name, nsource, a->host_name,
					  nhost };
	for (size_t i = 0; i < nsource; i++) {
		a->source[i].first_ns = INT64_MAX;
		a->source[i].last_ns = INT64_MIN;
	}
}

static void got_sizes(struct feed *k, struct str s)
{
	struct rd r = rd_of(s);
	uint64_t nsource = rd_u64le(&r, "sources");
	uint64_t nhost = rd_u64le(&r, "hosts");

	if (!rd_ok(&r) || nsource > UNPACK_MAX_MEMBERS ||
	    nhost > ANALYSIS_MAX_INPUTS || k->a->source)
		return;
	feed_sizes(k->a, nsource, nhost);
}

/* An array in the arena, doubled when n reaches a power of two. */
static void *grown(struct arena *a, void *old, size_t n, size_t size)
{
	void *p = old;

	if ((n & (n - 1)) == 0) {
		p = arena_array(a, n ? n * 2 : 1, size);
		if (n)
			memcpy(p, old, n * size);
	}
	return p;
}

static void got_input(struct feed *k, struct str s)
{
	struct analysis *a = k->a;
	struct rd r = rd_of(s);
	struct analysis_input in = { .kind = rd_u8(&r, "kind") };
	struct str sha;

	in.whole = rd_u8(&r, "whole");
	in.nmember = rd_u64le(&r, "members");
	in.nrefused = rd_u64le(&r, "refused");
	in.path = told(k, get_str(&r));
	in.why = told(k, get_str(&r));
	sha = get_str(&r);
	if (k->inputs_given || !rd_ok(&r) || sha.n != sizeof(in.sha256) ||
	    in.kind > INPUT_FILE || in.whole > ARCHIVE_INTERRUPTED ||
	    a->ninput == ANALYSIS_MAX_INPUTS) {
		a->nlost++;
		return;
	}
	memcpy(in.sha256, sha.p, sha.n);
	a->input = grown(&a->arena, a->input, a->ninput, sizeof(in));
	a->input[a->ninput++] = in;
}

static void got_name(struct feed *k, struct str s)
{
	struct rd r = rd_of(s);
	uint32_t id = rd_u32le(&r, "id");
	struct export_source *x;

	if (id >= k->a->nsource)
		return;
	x = &k->a->source_name[id];
	x->host = rd_u32le(&r, "host");
	x->short_at = rd_u64le(&r, "short");
	k->a->source[id].size = rd_u64le(&r, "size");
	x->path = told(k, get_str(&r));
	x->member = told(k, get_str(&r));
}

static void got_source(struct feed *k, struct str s)
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
	src->parser = told(k, rd_bytes(&r, rd_left(&r), "parser"));
}

static void got_rule(struct feed *k, struct str s)
{
	struct analysis *a = k->a;
	struct rd r = rd_of(s);
	struct analysis_rule *rule;

	if (a->nrule == FEED_MAX_RULES) {
		a->nlost++;
		return;
	}
	a->rule = grown(&a->arena, a->rule, a->nrule, sizeof(*rule));
	rule = &a->rule[a->nrule++];
	rule->evaluated = rd_u64le(&r, "evaluated");
	rule->kind = rd_u8(&r, "kind");
	rule->level = rd_u8(&r, "level");
	rule->state = rd_u8(&r, "state");
	rule->id = told(k, get_str(&r));
	rule->name = told(k, get_str(&r));
	rule->file = told(k, get_str(&r));
	rule->why = told(k, get_str(&r));
}

/* Indexes of rules become their ids: what stands in outputs. */
static void name_hits(struct feed *k, struct event *e)
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

static void got_event(struct feed *k, struct str s)
{
	struct analysis_source *src;

	if (!event_get_at(s, &k->ev, k->a->evidence) ||
	    k->ev.source >= k->a->nsource) {
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

static void got_note(struct feed *k, struct str s)
{
	struct note n;

	if (!note_get(s, &n) ||
	    (n.source >= k->a->nsource && n.source != UINT32_MAX)) {
		k->a->nlost++;
		return;
	}
	if (n.kind == NOTE_CRASHED || n.kind == NOTE_TIMEOUT)
		k->a->interrupted = true;
	k->a->nnote++;
	sink_note(k->out, &n);
}

static void got_progress(struct feed *k, struct str s)
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

static void got(struct feed *k, enum frame_type type, struct str s)
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
	case FRAME_SIZES:
		got_sizes(k, s);
		break;
	case FRAME_INPUT:
		got_input(k, s);
		break;
	case FRAME_NAME:
		got_name(k, s);
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

static int listen_to(struct feed *k, int fd, struct err *err)
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

int feed_listen(int fd, const struct analysis_options *opt, struct sink *out,
		struct analysis *a, struct err *err)
{
	struct feed *k = xmalloc(sizeof(*k));
	int r;

	k->a = a;
	k->opt = opt;
	k->out = out;
	k->inputs_given = a->ninput > 0;
	r = listen_to(k, fd, err);
	free(k);
	return r;
}
