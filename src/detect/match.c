/*
 * match.c - the matcher: which rules an event concerns, and which say yes.
 *
 * Events of one kind and dataset concern the same rules: that list is made
 * when the first such event comes, and kept.
 */
#include "ioc.h"
#include "match.h"

/* a regex that needs more than this is taken as not matching */
#define MATCH_LIMIT 100000u
#define DEPTH_LIMIT 250u
#define MAX_HITS 64u
#define NBUCKET 1024u /* slots; when full, lists are made anew each time */

struct bucket {
	struct str dataset;
	uint64_t count;      /* events */
	uint32_t first, n;   /* in cand: rules that are always asked */
	uint32_t nfield;     /* behind them: fields to scan for triggers, */
	uint32_t ntriggered; /* and the rules that those can make true */
	uint16_t kind;
	uint8_t event_kind;
	bool text, used;
};

struct matcher *matcher_new(const struct ruleset *rs)
{
	struct matcher *m = xmalloc(sizeof(*m));
	const struct image *im = &rs->im;

	m->rs = rs;
	m->im = im;
	m->hit_gen = xmalloc(im->n_atom * sizeof(*m->hit_gen));
	m->seen_gen = xmalloc(im->n_atom * sizeof(*m->seen_gen));
	m->answer = xmalloc(im->n_atom * sizeof(*m->answer));
	m->field = xmalloc(im->n_field * sizeof(*m->field));
	m->hit = xmalloc(im->n_atom * sizeof(*m->hit));
	m->glob_at = xmalloc(im->n_pat * sizeof(*m->glob_at));
	m->rule_gen = xmalloc(rs->nrule * sizeof(*m->rule_gen));
	m->evaluated = xmalloc(rs->nrule * sizeof(*m->evaluated));
	m->bucket = xmalloc(NBUCKET * sizeof(*m->bucket));
	if (rs->ioc && rs->ioc->nioc) {
		m->ioc = xmalloc(sizeof(*m->ioc));
		ioc_match_init(m->ioc, rs);
	}
	m->md = pcre2_match_data_create(1, NULL);
	m->mc = pcre2_match_context_create(NULL);
	if (m->mc) {
		(void)pcre2_set_match_limit(m->mc, MATCH_LIMIT);
		(void)pcre2_set_depth_limit(m->mc, DEPTH_LIMIT);
	}
	return m;
}

void matcher_free(struct matcher *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < NBUCKET; i++)
		free((void *)(uintptr_t)m->bucket[i].dataset.p);
	free(m->hit_gen);
	free(m->seen_gen);
	free(m->answer);
	free(m->hit);
	free(m->glob_at);
	free(m->rule_gen);
	free(m->field);
	free(m->value);
	free(m->evaluated);
	free(m->bucket);
	free(m->cand);
	free(m->ioc);
	arena_free(&m->text);
	buf_free(&m->made);
	pcre2_match_data_free(m->md);
	pcre2_match_context_free(m->mc);
	free(m);
}

void matcher_source(struct matcher *m, const struct source *src)
{
	m->src = src;
}

const uint64_t *matcher_evaluated(struct matcher *m)
{
	if (m->counted)
		return m->evaluated;
	m->counted = true;
	memset(m->evaluated, 0, m->rs->nrule * sizeof(*m->evaluated));
	for (size_t i = 0; i < NBUCKET; i++) {
		const struct bucket *b = &m->bucket[i];
		const uint32_t *rule = m->cand + b->first;

		for (uint32_t k = 0; k < b->n; k++)
			m->evaluated[rule[k]] += b->count;
		rule += b->n + b->nfield;
		for (uint32_t k = 0; k < b->ntriggered; k++)
			m->evaluated[rule[k]] += b->count;
	}
	return m->evaluated;
}

bool match_where(const struct image *im, const struct where *w,
		 const struct event *e)
{
	if (w->none)
		return false;
	if ((w->kinds[0] || w->kinds[1]) &&
	    !(w->kinds[e->kind / 64 % 2] >> e->kind % 64 & 1))
		return false;
	if (w->event_kinds && !(w->event_kinds >> e->event_kind & 1))
		return false;
	if (w->text && !e->original.n)
		return false;
	for (uint32_t i = 0; i < w->nset; i++)
		if (str_eq(pool_str(im, im->set[w->set + i]), e->dataset))
			return true;
	return w->nset == 0;
}

static void push(struct matcher *m, uint32_t v)
{
	vec_grow(&m->cand, &m->capcand, m->ncand + 1, sizeof(*m->cand));
	m->cand[m->ncand++] = v;
}

/* Rules about the current event of one sort; how many. */
static uint32_t list_rules(struct matcher *m, bool triggered)
{
	size_t before = m->ncand;

	for (uint32_t r = 0; r < m->rs->nrule; r++) {
		const struct rule *rule = &m->rs->rule[r];

		if (rule->kind == RULE_SIGMA && rule->triggered == triggered &&
		    match_where(m->im, &rule->where, m->ev))
			push(m, r);
	}
	return (uint32_t)(m->ncand - before);
}

/* Fields whose automata can trigger one of these rules. */
static uint32_t list_fields(struct matcher *m)
{
	const struct image *im = m->im;
	size_t before = m->ncand;

	for (uint32_t a = 0; a < im->n_atom; a++) {
		bool wanted = false, listed = false;

		for (uint32_t i = 0; i < im->trigger[a].len && !wanted; i++) {
			uint32_t r = im->triggered[im->trigger[a].off + i];

			wanted = match_where(im, &m->rs->rule[r].where, m->ev);
		}
		for (size_t i = before; i < m->ncand && wanted; i++)
			listed |= m->cand[i] == im->atom[a].field;
		if (wanted && !listed)
			push(m, im->atom[a].field);
	}
	return (uint32_t)(m->ncand - before);
}

static void list_candidates(struct matcher *m, struct bucket *b)
{
	b->first = (uint32_t)m->ncand;
	b->n = list_rules(m, false);
	b->nfield = list_fields(m);
	b->ntriggered = list_rules(m, true);
}

static bool is(const struct bucket *b, const struct event *e)
{
	return b->kind == e->kind && b->event_kind == e->event_kind &&
	       b->text == (e->original.n > 0) && str_eq(b->dataset, e->dataset);
}

static struct bucket describe(const struct event *e)
{
	return (struct bucket){ .kind = e->kind,
				.event_kind = e->event_kind,
				.text = e->original.n > 0,
				.used = true };
}

static struct bucket *find(struct matcher *m, struct bucket *spare)
{
	const struct event *e = m->ev;
	size_t n = e->dataset.n;
	uint32_t h = e->kind * 31u + (uint32_t)n;
	struct bucket *b;

	/* datasets are few and short: two of their bytes are hash enough */
	if (n)
		h = h * 31u + (unsigned char)e->dataset.p[0] * 7u +
		    (unsigned char)e->dataset.p[n - 1];
	for (uint32_t i = 0; i < NBUCKET; i++) {
		b = &m->bucket[(h + i) % NBUCKET];
		if (!b->used)
			break;
		if (is(b, e))
			return b;
	}
	if (m->nbucket >= NBUCKET / 2) {
		size_t keep = m->ncand;

		*spare = describe(e);
		list_candidates(m, spare);
		m->ncand = keep;
		return spare;
	}
	m->nbucket++;
	*b = describe(e);
	b->dataset.p = memcpy(xmalloc(n + 1), n ? e->dataset.p : "", n);
	b->dataset.n = n;
	list_candidates(m, b);
	return b;
}

bool match_node(struct matcher *m, uint32_t i)
{
	const struct node *n = &m->im->node[i];
	const uint32_t *kid = m->im->kid + n->kid;

	switch (n->op) {
	case NODE_ATOM:
		return atom_answer(m, n->arg);
	case NODE_NOT:
		return !match_node(m, kid[0]);
	case NODE_AND:
		for (uint32_t k = 0; k < n->nkid; k++)
			if (!match_node(m, kid[k]))
				return false;
		return true;
	case NODE_OR:
		for (uint32_t k = 0; k < n->nkid; k++)
			if (match_node(m, kid[k]))
				return true;
		return false;
	default:
		return n->op == NODE_TRUE;
	}
}

bool match_rule(struct matcher *m, uint32_t rule)
{
	return match_node(m, m->rs->rule[rule].root);
}

struct hits {
	uint32_t rule[MAX_HITS];
	size_t n;
};

static void ask(struct matcher *m, uint32_t rule, struct hits *h)
{
	if (h->n < MAX_HITS && match_rule(m, rule))
		h->rule[h->n++] = rule;
}

/* Rules that an atom just hit can make true, each once. */
static void ask_triggered(struct matcher *m, uint32_t atom, struct hits *h)
{
	const struct image *im = m->im;
	const struct span t = im->trigger[atom];

	for (uint32_t i = 0; i < t.len; i++) {
		uint32_t rule = im->triggered[t.off + i];

		if (m->rule_gen[rule] == m->gen)
			continue;
		m->rule_gen[rule] = m->gen;
		if (match_where(im, &m->rs->rule[rule].where, m->ev))
			ask(m, rule, h);
	}
}

static int ascending(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

void matcher_event(struct matcher *m, struct event *e)
{
	struct bucket spare, *b;
	struct hits h = { .n = 0 };
	size_t nhit;

	match_begin(m, e);
	b = find(m, &spare);
	b->count++;
	m->counted = false;
	for (uint32_t i = 0; i < b->nfield; i++)
		match_scan(m, m->cand[b->first + b->n + i]);
	/* asking rules may scan fields that can trigger nothing here */
	nhit = m->nhit;
	for (size_t i = 0; i < nhit; i++)
		ask_triggered(m, m->hit[i], &h);
	for (uint32_t i = 0; i < b->n; i++)
		ask(m, m->cand[b->first + i], &h);
	if (h.n > 1)
		qsort(h.rule, h.n, sizeof(*h.rule), ascending);
	/* only now: the event's fields move when one is added */
	for (size_t i = 0; i < h.n; i++)
		ev_u64(e, KEY_K_HITS, h.rule[i]);
	if (m->ioc)
		ioc_event(m->ioc, e);
}
