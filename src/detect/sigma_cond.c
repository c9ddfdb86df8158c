/*
 * sigma_cond.c - the condition grammar, weakest first:
 *   or < and < not < (1 | all | N | any) of NAME* | them < ( … )
 */
#include "sigma.h"

struct cond {
	struct sigma *s;
	const struct cond_names *names;
	struct str rest, word; /* word: the current token, empty at the end */
	uint32_t line;
	unsigned depth;
};

static void next(struct cond *c)
{
	size_t n = 0;

	c->rest = str_trim(c->rest);
	if (c->rest.n && (c->rest.p[0] == '(' || c->rest.p[0] == ')'))
		n = 1;
	else
		while (n < c->rest.n && !strchr(" \t\r\n()", c->rest.p[n]))
			n++;
	c->word = str_head(c->rest, n);
	c->rest = str_skip(c->rest, n);
}

static bool is(const struct cond *c, const char *w)
{
	return str_ieq(c->word, str_of(w));
}

static bool either(struct cond *c, uint32_t *node);

/* "N of the kids": as an OR of ANDs when 1 < N < all. */
#define MAX_CHOICES 512
static bool at_least(struct cond *c, const uint32_t *kid, size_t n, size_t k,
		     uint32_t *node)
{
	struct image *im = &c->s->rs->im;
	uint32_t some[MAX_CHOICES], pick[16];
	size_t nsome = 0, at[16];

	if (k > n) {
		*node = node_add(im, NODE_FALSE, 0, NULL, 0);
		return true;
	}
	if (k > 16)
		return sigma_fail(c->s, c->line, "`%zu of' is too many", k);
	for (size_t i = 0; i < k; i++)
		at[i] = i;
	for (;;) {
		size_t i = k;

		for (size_t j = 0; j < k; j++)
			pick[j] = kid[at[j]];
		if (nsome == MAX_CHOICES)
			return sigma_fail(c->s, c->line,
					  "`of' has too many choices");
		some[nsome++] = node_join(im, NODE_AND, pick, k);
		while (i > 0 && at[i - 1] == n - k + i - 1)
			i--;
		if (i == 0)
			break;
		at[i - 1]++;
		for (; i < k; i++)
			at[i] = at[i - 1] + 1;
	}
	*node = node_join(im, NODE_OR, some, nsome);
	return true;
}

#define MAX_OF 1024
static bool quantified(struct cond *c, uint32_t *node)
{
	uint32_t kid[MAX_OF];
	uint64_t k = 1;
	bool all = is(c, "all");
	size_t n;

	if (!all && !is(c, "any") && !str_u64(c->word, &k))
		return sigma_fail(c->s, c->line, "what is `" STR_FMT " of'?",
				  STR_ARG(c->word));
	next(c);
	next(c);
	if (c->word.n == 0)
		return sigma_fail(c->s, c->line, "`of' what?");
	n = c->names->match(c->names->ctx,
			    is(c, "them") ? STR("them") : c->word, c->line, kid,
			    MAX_OF);
	if (n == 0)
		return sigma_fail(c->s, c->line,
				  "no selection matches `" STR_FMT "'",
				  STR_ARG(c->word));
	next(c);
	if (all || k == n)
		*node = node_join(&c->s->rs->im, NODE_AND, kid, n);
	else if (k == 1)
		*node = node_join(&c->s->rs->im, NODE_OR, kid, n);
	else
		return at_least(c, kid, n, k, node);
	return true;
}

static bool primary(struct cond *c, uint32_t *node)
{
	struct cond ahead = *c;

	if (is(c, "(")) {
		next(c);
		if (!either(c, node))
			return false;
		if (!is(c, ")"))
			return sigma_fail(c->s, c->line, "`)' is missing");
		next(c);
		return true;
	}
	if (c->word.n == 0)
		return sigma_fail(c->s, c->line, "the condition ends early");
	if (is(c, ")") || is(c, "|") || is(c, "and") || is(c, "or"))
		return sigma_fail(c->s, c->line, "`" STR_FMT "' has no place",
				  STR_ARG(c->word));
	next(&ahead);
	if (is(&ahead, "of"))
		return quantified(c, node);
	if (!c->names->name(c->names->ctx, c->word, c->line, node))
		return false;
	next(c);
	return true;
}

static bool negated(struct cond *c, uint32_t *node)
{
	bool no = false;

	for (; is(c, "not"); next(c))
		no = !no;
	if (!primary(c, node))
		return false;
	if (no)
		*node = node_add(&c->s->rs->im, NODE_NOT, 0, node, 1);
	return true;
}

#define MAX_TERMS 256
static bool both(struct cond *c, uint32_t *node)
{
	uint32_t kid[MAX_TERMS];
	size_t n = 0;

	for (;;) {
		if (n == MAX_TERMS)
			return sigma_fail(c->s, c->line, "too many `and'");
		if (!negated(c, &kid[n++]))
			return false;
		if (!is(c, "and"))
			break;
		next(c);
	}
	*node = node_join(&c->s->rs->im, NODE_AND, kid, n);
	return true;
}

static bool either(struct cond *c, uint32_t *node)
{
	uint32_t kid[MAX_TERMS];
	size_t n = 0;

	if (++c->depth > SIGMA_MAX_NEST)
		return sigma_fail(c->s, c->line, "nested too deeply");
	for (;;) {
		if (n == MAX_TERMS)
			return sigma_fail(c->s, c->line, "too many `or'");
		if (!both(c, &kid[n++]))
			return false;
		if (!is(c, "or"))
			break;
		next(c);
	}
	c->depth--;
	*node = node_join(&c->s->rs->im, NODE_OR, kid, n);
	return true;
}

bool condition_parse(struct sigma *s, struct str text, uint32_t line,
		     const struct cond_names *names, uint32_t *node)
{
	struct cond c = { .s = s, .names = names, .rest = text, .line = line };

	next(&c);
	if (!either(&c, node))
		return false;
	if (c.word.n)
		return sigma_fail(s, line, "`" STR_FMT "' has no place",
				  STR_ARG(c.word));
	return true;
}

/* A selection is compiled where it is named; atoms are shared anyway. */
static bool selection(struct sigma *s, const struct yaml *e, uint32_t *node)
{
	if (s->nselection++ == SIGMA_MAX_SELECTIONS)
		return sigma_fail(s, e->line, "too many selections");
	return sigma_selection(s, e, node);
}

static bool selection_named(void *ctx, struct str name, uint32_t line,
			    uint32_t *node)
{
	struct sigma *s = ctx;

	for (const struct yaml *e = s->detection->kid; e; e = e->next)
		if (str_eq(e->key, name) && !str_is(name, "condition"))
			return selection(s, e, node);
	return sigma_fail(s, line, "no selection `" STR_FMT "'", STR_ARG(name));
}

static bool like(struct str pattern, struct str name)
{
	size_t star = str_chr(pattern, '*');
	struct str tail;

	if (star == (size_t)-1)
		return str_eq(pattern, name);
	tail = str_skip(pattern, star + 1);
	if (!str_starts(name, str_head(pattern, star)))
		return false;
	name = str_skip(name, star);
	/* the next pieces, each at its first place: one `*' is the rule */
	while ((star = str_chr(tail, '*')) != (size_t)-1) {
		size_t at = str_find(name, str_head(tail, star));

		if (at == (size_t)-1)
			return false;
		name = str_skip(name, at + star);
		tail = str_skip(tail, star + 1);
	}
	return str_ends(name, tail);
}

static size_t selections_like(void *ctx, struct str pattern, uint32_t line,
			      uint32_t *node, size_t max)
{
	struct sigma *s = ctx;
	bool them = str_is(pattern, "them");
	size_t n = 0;

	(void)line;
	for (const struct yaml *e = s->detection->kid; e && n < max;
	     e = e->next) {
		if (str_is(e->key, "condition") || str_is(e->key, "timeframe"))
			continue;
		if (them ? str_starts(e->key, STR("_"))
			 : !like(pattern, e->key))
			continue;
		if (!selection(s, e, &node[n]))
			return 0;
		n++;
	}
	return n;
}

bool sigma_condition(struct sigma *s, const struct yaml *cond, uint32_t *node)
{
	const struct cond_names names = { selection_named, selections_like, s };
	uint32_t kid[MAX_TERMS];
	size_t n = 0;

	if (cond->type == YAML_SCALAR)
		return condition_parse(s, cond->s, cond->line, &names, node);
	for (const struct yaml *k = cond->kid; k && n < MAX_TERMS; k = k->next)
		if (k->type != YAML_SCALAR ||
		    !condition_parse(s, k->s, k->line, &names, &kid[n++]))
			return sigma_fail(s, k->line, "not a condition");
	*node = node_join(&s->rs->im, NODE_OR, kid, n);
	return true;
}
