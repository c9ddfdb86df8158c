/*
 * match.c - the matcher: which rules an event concerns, and which say yes.
 *
 * Events of one kind and dataset concern the same rules: that list is made
 * when the first such event comes, and kept.
 */
#include "match.h"

/* a regex that needs more than this is taken as not matching */
#define MATCH_LIMIT 100000u
#define DEPTH_LIMIT 250u
#define MAX_HITS 64u
#define NBUCKET 1024u /* slots; when full, lists are made anew each time */

struct bucket {
	struct str dataset;
	uint32_t first, n; /* in cand */
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
	m->evaluated = xmalloc(rs->nrule * sizeof(*m->evaluated));
	m->bucket = xmalloc(NBUCKET * sizeof(*m->bucket));
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
	free(m->field);
	free(m->value);
	free(m->evaluated);
	free(m->bucket);
	free(m->cand);
	arena_free(&m->text);
	buf_free(&m->made);
	pcre2_match_data_free(m->md);
	pcre2_match_context_free(m->mc);
	free(m);
}

const uint64_t *matcher_evaluated(const struct matcher *m)
{
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

static void list_candidates(struct matcher *m, struct bucket *b)
{
	b->first = (uint32_t)m->ncand;
	for (size_t r = 0; r < m->rs->nrule; r++) {
		const struct rule *rule = &m->rs->rule[r];

		if (rule->kind != RULE_SIGMA ||
		    !match_where(m->im, &rule->where, m->ev))
			continue;
		vec_grow(&m->cand, &m->capcand, m->ncand + 1, sizeof(*m->cand));
		m->cand[m->ncand++] = (uint32_t)r;
	}
	b->n = (uint32_t)m->ncand - b->first;
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

void matcher_event(struct matcher *m, struct event *e)
{
	uint32_t hit[MAX_HITS];
	struct bucket spare;
	const struct bucket *b;
	size_t n = 0;

	match_begin(m, e);
	b = find(m, &spare);
	for (uint32_t i = 0; i < b->n; i++) {
		uint32_t rule = m->cand[b->first + i];

		m->evaluated[rule]++;
		if (match_node(m, m->rs->rule[rule].root) && n < MAX_HITS)
			hit[n++] = rule;
	}
	/* only now: the event's fields move when one is added */
	for (size_t i = 0; i < n; i++)
		ev_u64(e, KEY_K_HITS, hit[i]);
}
