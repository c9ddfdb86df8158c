/*
 * case/judgement.c - gathers findings by tier, evidence windows, coverage
 * and next steps while the stream passes.
 */
#include "judgement.h"

#include <stdlib.h>

#include "../parse/parser.h"
#include "../detect/response.h"
#include "coverage.h"

struct judgement {
	struct sink sink;
	const struct analysis *a;
	enum lang lang;
	struct arena arena;
	struct coverage coverage;
	struct verdict v;
	bool done;
};

static struct judgement *of(struct sink *s)
{
	return (struct judgement *)(void *)s;
}

static int take_event(struct sink *s, struct event *e)
{
	struct judgement *j = of(s);

	coverage_event(&j->coverage, e, &j->arena);
	return 0;
}

/* what, where to, from where: enough to act on */
#define MAX_WHY_SHOWN 4

/* What the screen shows of a finding, in our own arena. */
static struct finding keep(struct judgement *j, const struct finding *f)
{
	struct finding k = *f;

	k.id = arena_dup(&j->arena, f->id);
	k.rule_id = arena_dup(&j->arena, f->rule_id);
	k.rule_name = arena_dup(&j->arena, f->rule_name);
	k.rule_name_ja = arena_dup(&j->arena, f->rule_name_ja);
	k.rule_file = STR_NONE;
	k.score_terms = arena_dup(&j->arena, f->score_terms);
	k.subject = arena_dup(&j->arena, f->subject);
	k.message = arena_dup(&j->arena, f->message);
	k.attack = arena_dup(&j->arena, f->attack);
	k.response = arena_dup(&j->arena, f->response);
	k.nwhy = f->nwhy < MAX_WHY_SHOWN ? f->nwhy : MAX_WHY_SHOWN;
	for (size_t i = 0; i < k.nwhy; i++)
		k.why[i] = arena_dup(&j->arena, f->why[i]);
	k.suppressed_by = STR_NONE;
	return k;
}

static void activity(struct verdict *v, const struct finding *f)
{
	if (f->first_ns != INT64_MAX && f->first_ns < v->first_ns)
		v->first_ns = f->first_ns;
	if (f->last_ns != INT64_MIN && f->last_ns > v->last_ns)
		v->last_ns = f->last_ns;
}

static int take_finding(struct sink *s, const struct finding *f)
{
	struct judgement *j = of(s);
	struct verdict *v = &j->v;

	if (f->suppressed_by.n) {
		v->nsilenced++;
		return 0;
	}
	v->nfinding[f->tier]++;
	if (v->ntop[f->tier] < VERDICT_MAX_TOP)
		v->top[f->tier][v->ntop[f->tier]++] = keep(j, f);
	if (f->tier == TIER_NOTE)
		return 0;
	activity(v, f);
	if (f->active <= ACTIVE_RECENT)
		return 0;
	v->nactive_all++;
	if (v->nactive < VERDICT_MAX_ACTIVE)
		v->active[v->nactive++] = keep(j, f);
	return 0;
}

static void take_note(struct sink *s, const struct note *n)
{
	(void)s;
	(void)n; /* counted by the analysis */
}

static const struct sink_ops ops = { take_event, take_finding, take_note,
				     NULL };

struct judgement *judgement_new(const struct analysis *a, enum lang lang)
{
	struct judgement *j = xmalloc(sizeof(*j));

	j->sink.ops = &ops;
	j->a = a;
	j->lang = lang;
	j->v.first_ns = INT64_MAX;
	j->v.last_ns = INT64_MIN;
	return j;
}

struct sink *judgement_sink(struct judgement *j)
{
	return &j->sink;
}

/* ---- the verdict ---- */

static int by_count(const void *x, const void *y)
{
	const struct verdict_window *a = x, *b = y;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return str_cmp(a->name, b->name);
}

/* State files have dates too, but no window: /etc/shadow is no log. */
static bool is_log(struct str path)
{
	return str_starts(path, STR("/")) && !str_starts(path, STR("/etc/"));
}

static void windows(struct judgement *j)
{
	const struct analysis *a = j->a;
	struct verdict *v = &j->v;
	struct verdict_window *w = xmalloc((a->nsource + 1) * sizeof(*w));
	struct map at = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < a->nsource; i++) {
		const struct analysis_source *s = &a->source[i];
		struct str name = path_unrotated(a->names.source[i].path);
		bool added;
		uint64_t *k;

		if (s->first_ns > s->last_ns || !is_log(name))
			continue;
		k = map_put(&at, name, &added);
		if (added) {
			*k = n;
			w[n++] = (struct verdict_window){ name, s->parser,
							  s->first_ns,
							  s->last_ns, 0 };
		}
		w[*k].count += s->nevent;
		if (s->first_ns < w[*k].first_ns)
			w[*k].first_ns = s->first_ns;
		if (s->last_ns > w[*k].last_ns)
			w[*k].last_ns = s->last_ns;
	}
	if (n)
		qsort(w, n, sizeof(*w), by_count);
	v->nwindow = n < VERDICT_MAX_WINDOWS ? n : VERDICT_MAX_WINDOWS;
	v->window = arena_array(&j->arena, v->nwindow, sizeof(*w));
	memcpy(v->window, w, v->nwindow * sizeof(*w));
	map_free(&at);
	free(w);
}

static void hosts(struct judgement *j)
{
	const struct analysis *a = j->a;

	j->v.host = arena_array(&j->arena, a->nhost, sizeof(*j->v.host));
	j->v.nhost = a->nhost;
	for (size_t i = 0; i < a->nhost; i++)
		j->v.host[i] =
			(struct verdict_host){ a->host[i].name, a->host[i].os,
					       a->host[i].collected_ns,
					       a->host[i].offset_s };
}

static void inputs(struct judgement *j)
{
	static const char *const en[] = { "intact", "MISMATCH", "cut",
					  "unsealed", "interrupted" };
	static const char *const ja[] = { "改変なし（封印と一致）",
					  "封印と不一致", "欠損あり",
					  "封印なし", "収集中断" };
	const struct analysis *a = j->a;

	j->v.ninput = a->ninput;
	j->v.input = arena_array(&j->arena, a->ninput, sizeof(*j->v.input));
	for (size_t i = 0; i < a->ninput; i++) {
		const struct analysis_input *in = &a->input[i];
		struct verdict_input *v = &j->v.input[i];
		bool own =
			in->kind == INPUT_ARCHIVE || in->whole != ARCHIVE_WHOLE;

		v->path = in->path;
		v->why = coverage_input_why(in, j->lang);
		v->state =
			str_of(own ? tr(j->lang, en[in->whole], ja[in->whole])
				   : tr(j->lang, "read", "読み取り済み"));
		v->bad = in->whole != ARCHIVE_WHOLE;
		v->has_sha256 = in->kind != INPUT_DIR;
		memcpy(v->sha256, in->sha256, 32);
	}
}

static void counts(struct judgement *j)
{
	const struct analysis *a = j->a;
	struct verdict *v = &j->v;
	struct buf off = { 0 };

	v->nevent = a->nevent;
	v->nnote = a->nnote;
	v->nlost = a->nlost;
	v->nsource = a->nsource;
	for (size_t i = 0; i < a->nsource; i++) {
		v->nparsed += a->source[i].parser.n != 0;
		v->nrefused += a->source[i].outcome == REFUSED;
	}
	for (size_t i = 0; i < a->nrule; i++) {
		v->nrule[a->rule[i].state & 7]++;
		v->rules_evaluated += a->rule[i].evaluated;
	}
	for (unsigned r = 0; r < RUNG_COUNT; r++)
		if (a->sandbox.rung[r] == RUNG_OFF)
			buf_fmt(&off, "%s%s", off.n ? ", " : "",
				sandbox_rung_name(r));
	v->sandbox_off = arena_dup(&j->arena, buf_view(&off));
	buf_free(&off);
}

/* What to do when no finding says it: it depends on what is missing. */
static struct str fallback(const struct judgement *j)
{
	if (j->v.word == VERDICT_NOTHING)
		return STR("nothing");
	if (j->coverage.any && !j->v.not_root)
		return STR("missing");
	return STR("incomplete");
}

static void steps(struct judgement *j)
{
	struct verdict *v = &j->v;

	for (unsigned t = TIER_COUNT; t-- > TIER_WATCH && v->nstep == 0;)
		for (size_t i = 0; i < v->ntop[t] && v->nstep == 0; i++)
			v->nstep = response_steps(v->top[t][i].response,
						  j->lang, &j->arena, v->step,
						  VERDICT_MAX_STEPS);
	if (v->nstep == 0)
		v->nstep = response_steps(fallback(j), j->lang, &j->arena,
					  v->step, VERDICT_MAX_STEPS);
}

const struct verdict *judgement_verdict(struct judgement *j)
{
	struct verdict *v = &j->v;

	if (j->done)
		return v;
	j->done = true;
	coverage_gaps(&j->coverage, j->a, j->lang, &j->arena, v);
	hosts(j);
	windows(j);
	inputs(j);
	counts(j);
	v->word = v->nfinding[TIER_RESPOND] ? VERDICT_RESPOND
		  : v->nfinding[TIER_WATCH] ? VERDICT_WATCH
		  : v->ngap                 ? VERDICT_INCONCLUSIVE
					    : VERDICT_NOTHING;
	steps(j);
	return v;
}

bool judgement_incomplete(const struct judgement *j)
{
	bool gaps = j->coverage.any && j->v.ngap > 0;

	for (size_t i = 0; i < j->a->ninput; i++)
		if (j->a->input[i].whole != ARCHIVE_WHOLE)
			gaps = true;
	return gaps || j->a->interrupted || j->a->nlost > 0;
}

void judgement_free(struct judgement *j)
{
	if (!j)
		return;
	coverage_free(&j->coverage);
	arena_free(&j->arena);
	free(j);
}
