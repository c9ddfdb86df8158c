/*
 * judge.c - the ordered pass: hits into findings, one per rule, host and
 * subject, with the first events as evidence; scored when all is seen.
 */
#include "correlate.h"
#include "score.h"
#include "subject.h"

#include "../event/message.h"
#include "../util/hash.h"

#define MAX_FINDINGS 20000u /* more are counted in a note, not kept */
#define ID_BYTES 8
#define ATTEMPT_SEVERITY 40u /* an indicator in a login that failed */

struct acc { /* a finding that still grows */
	struct finding f;
	struct score_facts facts;
	uint32_t rule;
	bool mine_only; /* all of it is the responder's own doing */
};

struct judge {
	const struct ruleset *rs;
	const struct context *const *ctx;
	size_t nctx;
	struct matcher *m;
	struct messages *messages;
	struct correlator *corr;
	struct arena arena;
	struct map index; /* rule, host, subject -> acc */
	struct acc *acc;
	size_t nacc, capacc;
	uint64_t nlost;
	struct buf text, key;
	uint32_t host; /* of the current event */
	const struct source *src;
};

struct judge *judge_new(const struct ruleset *rs,
			const struct context *const *ctx, size_t nctx)
{
	struct judge *j = xmalloc(sizeof(*j));

	j->rs = rs;
	j->ctx = ctx;
	j->nctx = nctx;
	j->m = matcher_new(rs);
	j->messages = messages_new(LANG_EN);
	j->corr = correlator_new(rs);
	return j;
}

void judge_free(struct judge *j)
{
	if (!j)
		return;
	matcher_free(j->m);
	messages_free(j->messages);
	correlator_free(j->corr);
	arena_free(&j->arena);
	map_free(&j->index);
	free(j->acc);
	buf_free(&j->text);
	buf_free(&j->key);
	free(j);
}

static struct str finding_id(struct judge *j, struct str rule, struct str host,
			     struct str subject)
{
	unsigned char h[SHA256_LEN];
	struct buf b = { 0 };
	struct str id;

	buf_str(&b, rule);
	buf_c(&b, '\0');
	buf_str(&b, host);
	buf_c(&b, '\0');
	buf_str(&b, subject);
	sha256_of(b.p, b.n, h);
	buf_clear(&b);
	buf_hex(&b, h, ID_BYTES);
	id = arena_dup(&j->arena, buf_view(&b));
	buf_free(&b);
	return id;
}

static void begin(struct judge *j, struct acc *a, uint32_t rule,
		  struct str subject, struct str key)
{
	const struct rule_info *info = &j->rs->info[rule];
	const struct rule *r = &j->rs->rule[rule];
	const struct context *ctx = j->host < j->nctx ? j->ctx[j->host] : NULL;
	struct finding *f = &a->f;

	*a = (struct acc){ .rule = rule, .mine_only = true };
	a->facts.last_ns = INT64_MIN;
	a->facts.typed = true;
	a->facts.collected_ns = ctx ? ctx->collected_ns : INT64_MIN;
	f->rule_id = info->id;
	f->rule_name = info->name;
	f->rule_name_ja = info->name_ja;
	f->rule_file = info->file;
	f->rule_kind = info->kind;
	f->level = info->level;
	f->attack = info->attack;
	f->response = r->response;
	f->host = j->host;
	f->first_ns = INT64_MAX;
	f->last_ns = INT64_MIN;
	f->observed_ns = INT64_MIN;
	f->subject = arena_dup(&j->arena, subject);
	f->id = finding_id(j, info->id, ctx ? ctx->id : STR_NONE, key);
}

/* The finding of rule about e's subject; NULL when there are too many. */
static struct acc *acc_of(struct judge *j, uint32_t rule, const struct event *e)
{
	struct str subject =
		subject_of(&j->rs->rule[rule], e, &j->text, &j->key);
	size_t n = j->key.n;
	uint64_t *at;

	buf_add(&j->key, &rule, sizeof(rule));
	buf_add(&j->key, &j->host, sizeof(j->host));
	at = map_get(&j->index, buf_view(&j->key));
	if (at)
		return &j->acc[*at];
	if (j->nacc >= MAX_FINDINGS) {
		j->nlost++;
		return NULL;
	}
	vec_grow(&j->acc, &j->capacc, j->nacc + 1, sizeof(*j->acc));
	*map_put(&j->index, buf_view(&j->key), NULL) = j->nacc;
	begin(j, &j->acc[j->nacc], rule, subject,
	      str_head(buf_view(&j->key), n));
	return &j->acc[j->nacc++];
}

static bool truth(const struct event *e, unsigned key)
{
	const struct field *f = ev_get(e, key);

	return f && f->type == V_BOOL && f->v.b;
}

/* Is what the event shows still there?  Only observed state can say so. */
static uint8_t active_now(const struct rule *r, const struct event *e,
			  const struct source *src)
{
	const struct field *on = ev_get(e, KEY_K_AUTORUN_ENABLED);

	if (e->kind == KIND_YARA && src &&
	    src->flags & (SRC_RECOVERED | SRC_MEMORY))
		return ACTIVE_PROCESS;
	if (r->kind == RULE_IOC)
		return e->event_kind != EK_STATE ? ACTIVE_NO
		       : e->kind == KIND_PROCESS ? ACTIVE_PROCESS
		       : e->kind == KIND_SOCKET  ? ACTIVE_SOCKET
						 : ACTIVE_NO;
	if (e->event_kind != EK_STATE || r->active == ACTIVE_NO ||
	    r->active == ACTIVE_RECENT)
		return ACTIVE_NO;
	if (on && on->type == V_BOOL && !on->v.b)
		return ACTIVE_NO;
	return r->active;
}

static void see_facts(struct acc *a, const struct rule *r,
		      const struct event *e, const struct source *src)
{
	uint8_t now = active_now(r, e, src);
	const struct field *score = ev_get(e, KEY_K_YARA_SCORE);

	if (now > a->facts.active)
		a->facts.active = now;
	if (score && score->type == V_U64 && score->v.u64 <= 100 &&
	    score->v.u64 > a->facts.severity)
		a->facts.severity = (uint16_t)score->v.u64;
	/* whoever only tried is worth a note */
	if (r->kind == RULE_IOC && e->kind != KIND_LOGIN_FAILED)
		a->facts.severity = r->severity;
	else if (r->kind == RULE_IOC && !a->facts.severity)
		a->facts.severity = ATTEMPT_SEVERITY;
	if (str_is(ev_get_str(e, KEY_K_FILE_PACKAGE_STATE), "intact"))
		a->facts.vouched = true;
	if (e->event_kind == EK_STATE &&
	    truth(e, KEY_K_PROCESS_REMOTE_EXTERNAL))
		a->facts.outward = true;
	if (!str_is(ev_get_str(e, KEY_K_EXEC_GRADE), "typed"))
		a->facts.typed = false;
	if (!truth(e, KEY_K_RESPONDER))
		a->mine_only = false;
}

static void see_time(struct acc *a, const struct event *e)
{
	struct finding *f = &a->f;
	int64_t ts = e->when.ts_ns;

	if (e->event_kind != EK_EVENT) {
		if (ts > f->observed_ns)
			f->observed_ns = ts;
		return;
	}
	if (ts < f->first_ns)
		f->first_ns = ts;
	if (ts > f->last_ns)
		f->last_ns = ts;
	if (e->when.from != FROM_BOUNDED && ts > a->facts.last_ns)
		a->facts.last_ns = ts;
}

static void add_evidence(struct finding *f, const struct finding_event *ev)
{
	for (size_t i = 0; i < f->nevent; i++)
		if (memcmp(f->event[i].id, ev->id, sizeof(ev->id)) == 0 &&
		    f->event[i].source == ev->source &&
		    f->event[i].off == ev->off)
			return;
	if (f->nevent < FINDING_MAX_EVENTS)
		f->event[f->nevent++] = *ev;
}

static void why_fired(struct judge *j, struct finding *f, uint32_t rule)
{
	const struct image *im = &j->rs->im;
	const struct corr *k = &im->corr[j->rs->rule[rule].corr - 1];

	for (unsigned g = 0; g < k->ngroup; g++) {
		uint32_t field = k->group[k->nrule - 1][g];
		size_t n;
		const struct value *v = match_values(j->m, field, &n);

		if (n && f->nwhy < FINDING_MAX_WHY)
			f->why[f->nwhy++] = arena_fmt(
				&j->arena, STR_FMT " = " STR_FMT,
				STR_ARG(pool_str(im, im->field[field].name)),
				STR_ARG(v[0].s));
	}
	for (unsigned i = 0; i < k->nrule && f->nwhy < FINDING_MAX_WHY; i++)
		f->why[f->nwhy++] =
			arena_fmt(&j->arena, "within %llu s: " STR_FMT,
				  (unsigned long long)(k->span_ns / 1000000000),
				  STR_ARG(j->rs->info[k->of[i]].name));
}

/* The values of that key, those that are not said yet. */
static void why_values(struct judge *j, struct finding *f,
		       const struct event *e, unsigned key)
{
	for (size_t i = 0; i < e->nfield && f->nwhy < FINDING_MAX_WHY; i++) {
		bool said = e->field[i].key != key;

		for (size_t k = 0; k < f->nwhy && !said; k++)
			said = str_eq(f->why[k], e->field[i].v.str);
		if (!said)
			f->why[f->nwhy++] =
				arena_dup(&j->arena, e->field[i].v.str);
	}
}

static void see(struct judge *j, uint32_t rule, const struct corr_hit *corr)
{
	const struct event *e = j->m->ev;
	const struct rule *r = &j->rs->rule[rule];
	struct acc *a = acc_of(j, rule, e);
	struct finding_event me = { .source = e->source,
				    .off = e->off,
				    .ts_ns = e->when.ts_ns };

	if (!a)
		return;
	memcpy(me.id, e->id, sizeof(me.id));
	if (a->f.count++ == 0)
		a->f.message = arena_dup(&j->arena, message_of(j->messages, e));
	for (size_t i = 0; corr && i < corr->nevent; i++) {
		add_evidence(&a->f, &corr->event[i]);
		if (corr->event[i].ts_ns < a->f.first_ns)
			a->f.first_ns = corr->event[i].ts_ns;
	}
	add_evidence(&a->f, &me);
	see_time(a, e);
	see_facts(a, r, e, j->src);
	if (a->f.nwhy == 0 && r->kind == RULE_SIGMA)
		a->f.nwhy = match_why(j->m, rule, &j->arena, a->f.why,
				      FINDING_MAX_WHY);
	else if (a->f.nwhy == 0 && r->corr)
		why_fired(j, &a->f, rule);
	else if (a->f.nwhy == 0 && r->kind == RULE_YARA)
		why_values(j, &a->f, e, KEY_K_YARA_STRINGS);
	else if (r->kind == RULE_IOC)
		why_values(j, &a->f, e, KEY_K_IOC);
}

static void fired(void *ctx, const struct corr_hit *hit)
{
	struct judge *j = ctx;

	if (!j->rs->rule[hit->rule].base)
		see(j, hit->rule, hit);
}

void judge_event(struct judge *j, const struct event *e,
		 const struct source *src)
{
	bool begun = false;

	for (size_t i = 0; i < e->nfield && e->field[i].key <= KEY_K_HITS;
	     i++) {
		uint64_t rule = e->field[i].v.u64;

		if (e->field[i].key != KEY_K_HITS ||
		    e->field[i].type != V_U64 || rule >= j->rs->nrule)
			continue;
		if (!begun)
			match_begin(j->m, e);
		begun = true;
		j->src = src;
		matcher_source(j->m, src);
		j->host = src ? src->host : 0;
		if (!j->rs->rule[rule].base)
			see(j, (uint32_t)rule, NULL);
		correlator_hit(j->corr, j->m, (uint32_t)rule, j->host, fired,
			       j);
	}
}

static int by_rank(const void *x, const void *y)
{
	const struct finding *a = &((const struct acc *)x)->f;
	const struct finding *b = &((const struct acc *)y)->f;

	if (a->tier != b->tier)
		return a->tier > b->tier ? -1 : 1;
	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	return str_cmp(a->id, b->id);
}

static void note_limit(struct sink *out, uint64_t lost, const char *what)
{
	struct note n = { .kind = NOTE_LIMIT,
			  .source = UINT32_MAX,
			  .need = lost,
			  .what = str_of(what) };

	if (lost)
		sink_note(out, &n);
}

int judge_end(struct judge *j, struct sink *out)
{
	for (size_t i = 0; i < j->nacc; i++) {
		struct acc *a = &j->acc[i];

		score_finding(&a->f, &j->rs->rule[a->rule], &a->facts,
			      &j->arena);
		if (a->mine_only)
			a->f.suppressed_by = STR("responder");
	}
	if (j->nacc)
		qsort(j->acc, j->nacc, sizeof(*j->acc), by_rank);
	for (size_t i = 0; i < j->nacc; i++)
		if (sink_finding(out, &j->acc[i].f) < 0)
			return -1;
	note_limit(out, j->nlost, "hits beyond the findings that are kept");
	note_limit(out, correlator_dropped(j->corr),
		   "correlation groups closed early");
	return 0;
}
