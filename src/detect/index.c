/*
 * index.c - what makes many rules cheap: one automaton per field over the
 * patterns of rules in force, and for each rule a set of atoms of which one
 * must be hit by it - a rule without a hit is not asked at all.
 */
#include "sigma.h"

#define MAX_SET 64u /* atoms that can make one rule true */

struct atoms {
	uint32_t atom[MAX_SET];
	size_t n; /* 0: nothing is known */
};

/* Marks the atoms below node i, with the gates of their regexes. */
static void mark(const struct image *im, uint32_t i, bool *live)
{
	const struct node *n = &im->node[i];

	for (uint32_t k = 0; k < n->nkid; k++)
		mark(im, im->kid[n->kid + k], live);
	if (n->op != NODE_ATOM)
		return;
	live[n->arg] = true;
	if (im->atom[n->arg].op != ATOM_REGEX)
		return;
	for (uint32_t k = 0; k < im->atom[n->arg].n; k++) {
		uint32_t gate = im->regex[im->atom[n->arg].first + k].gate;

		if (gate)
			live[gate - 1] = true;
	}
}

static void automata(struct image *im, const bool *live)
{
	struct ac_word *w = xmalloc((im->n_pat + 1) * sizeof(*w));

	for (uint32_t f = 0; f < im->n_field; f++) {
		size_t n = 0;

		if (!im->field[f].npat)
			continue;
		for (uint32_t i = 0; i < im->n_pat; i++)
			if (!im->pat[i].slow && live[im->pat[i].atom] &&
			    im->atom[im->pat[i].atom].field == f)
				w[n++] = (struct ac_word){
					pool_str(im, im->pat[i].text), i
				};
		if (n)
			ac_build(&im->field[f].ac, w, n);
	}
	free(w);
}

static bool join(struct atoms *out, const struct atoms *more)
{
	if (more->n == 0 || out->n + more->n > MAX_SET)
		return false;
	memcpy(out->atom + out->n, more->atom, more->n * sizeof(*out->atom));
	out->n += more->n;
	return true;
}

static void of_atom(const struct image *im, uint32_t index, struct atoms *out)
{
	const struct atom *a = &im->atom[index];

	out->n = 0;
	if (a->op == ATOM_STRING && a->nslow == 0) {
		out->atom[out->n++] = index;
		return;
	}
	if (a->op != ATOM_REGEX || a->n > MAX_SET)
		return;
	for (uint32_t k = 0; k < a->n; k++) {
		uint32_t gate = im->regex[a->first + k].gate;

		if (!gate) {
			out->n = 0;
			return;
		}
		out->atom[out->n++] = gate - 1;
	}
}

/*
 * A set of which one atom must be hit for node i to be true: of an AND the
 * smallest such set, of an OR all of them.
 */
static void required(const struct image *im, uint32_t i, struct atoms *out)
{
	const struct node *n = &im->node[i];
	struct atoms kid;

	out->n = 0;
	if (n->op == NODE_ATOM) {
		of_atom(im, n->arg, out);
		return;
	}
	if (n->op != NODE_AND && n->op != NODE_OR)
		return;
	for (uint32_t k = 0; k < n->nkid; k++) {
		required(im, im->kid[n->kid + k], &kid);
		if (n->op == NODE_OR) {
			if (!join(out, &kid)) {
				out->n = 0;
				return;
			}
		} else if (kid.n && (out->n == 0 || kid.n < out->n)) {
			*out = kid;
		}
	}
}

struct pairs {
	struct pair {
		uint32_t atom, rule;
	} * v;
	size_t n, cap;
};

static int by_atom(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->atom != y->atom)
		return x->atom < y->atom ? -1 : 1;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

static void add_triggers(struct ruleset *rs, uint32_t rule, struct pairs *p)
{
	struct atoms need;

	required(&rs->im, rs->rule[rule].root, &need);
	rs->rule[rule].triggered = need.n > 0;
	for (size_t i = 0; i < need.n; i++) {
		vec_grow(&p->v, &p->cap, p->n + 1, sizeof(*p->v));
		p->v[p->n++] = (struct pair){ need.atom[i], rule };
	}
}

void index_build(struct ruleset *rs)
{
	struct image *im = &rs->im;
	bool *live = xmalloc(im->n_atom + 1);
	struct pairs p = { 0 };

	for (uint32_t r = 0; r < rs->nrule; r++) {
		if (rs->rule[r].kind != RULE_SIGMA || rs->rule[r].where.none)
			continue;
		mark(im, rs->rule[r].root, live);
		add_triggers(rs, r, &p);
	}
	automata(im, live);
	free(live);
	if (p.n)
		qsort(p.v, p.n, sizeof(*p.v), by_atom);
	im->trigger = xmalloc((im->n_atom + 1) * sizeof(*im->trigger));
	im->triggered = xmalloc((p.n + 1) * sizeof(*im->triggered));
	for (size_t i = 0; i < p.n; i++) {
		struct span *t = &im->trigger[p.v[i].atom];

		if (t->len++ == 0)
			t->off = (uint32_t)i;
		im->triggered[i] = p.v[i].rule;
	}
	free(p.v);
}
