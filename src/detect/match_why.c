/*
 * match_why.c - which fields matched what: for hits only, so it may be slow.
 */
#include "match.h"

#define MAX_SHOWN 240u   /* bytes of a value */
#define MAX_PATTERN 120u /* of what it matched */

struct why {
	struct matcher *m;
	struct arena *a;
	struct str *out;
	size_t n, max;
};

static void say(struct why *w, const struct atom *a, const char *how,
		struct str pattern, struct str value)
{
	struct str name = pool_str(w->m->im, w->m->im->field[a->field].name);
	struct buf b = { 0 };
	struct str s;

	buf_str(&b, name);
	if (value.p) {
		buf_puts(&b, " = ");
		buf_str(&b, str_head(value, MAX_SHOWN));
		if (value.n > MAX_SHOWN)
			buf_puts(&b, "...");
	}
	if (*how) {
		buf_puts(&b, " (");
		buf_puts(&b, how);
		buf_str(&b, str_head(pattern, MAX_PATTERN));
		buf_puts(&b, pattern.n > MAX_PATTERN ? "...)" : ")");
	}
	s = buf_view(&b);
	for (size_t i = 0; i < w->n; i++)
		if (str_eq(w->out[i], s))
			s.n = 0;
	if (s.n)
		w->out[w->n++] = arena_dup(w->a, s);
	buf_free(&b);
}

static void say_string(struct why *w, const struct atom *a)
{
	static const char *const how[] = {
		[PAT_EXACT] = "",
		[PAT_PREFIX] = "starts with ",
		[PAT_SUFFIX] = "ends with ",
		[PAT_CONTAINS] = "contains ",
		[PAT_GLOB] = "like ",
		[PAT_ANY] = "any value",
	};
	const struct image *im = w->m->im;
	const struct value *v;
	size_t n;

	v = match_values(w->m, a->field, &n);
	for (uint32_t p = 0; p < a->n; p++) {
		const struct pat *pat = &im->pat[a->first + p];
		struct str shown = pool_str(im, pat->shown);

		if (pat->type == PAT_ANY)
			shown.n = 0;
		for (size_t i = 0; i < n; i++)
			if (pat_matches(im, pat, v[i].s)) {
				say(w, a, how[pat->type], shown, v[i].s);
				return;
			}
	}
}

static void say_other(struct why *w, const struct atom *a)
{
	struct matcher *m = w->m;
	const struct value *v;
	size_t n;

	v = match_values(m, a->field, &n);
	for (size_t i = 0; i < n; i++) {
		for (uint32_t k = 0; k < a->n; k++) {
			uint32_t at = a->first + k;

			if (a->op == ATOM_REGEX &&
			    regex_matches(m, &m->im->regex[at], v[i].s)) {
				say(w, a, "matches ",
				    pool_str(m->im, m->im->regex[at].shown),
				    v[i].s);
				return;
			}
			if (a->op == ATOM_CIDR &&
			    cidr_matches(&m->im->cidr[at], &v[i])) {
				say(w, a, "in ",
				    pool_str(m->im, m->im->cidr[at].shown),
				    v[i].s);
				return;
			}
		}
	}
	say(w, a, "", STR_NONE, n ? v[0].s : STR_NONE);
}

static void say_atom(struct why *w, const struct atom *a)
{
	if (a->op == ATOM_STRING)
		say_string(w, a);
	else if (a->op == ATOM_NULL)
		say(w, a, "absent", STR_NONE, STR_NONE);
	else
		say_other(w, a);
}

/* Atoms that are true and not below a `not'. */
static void walk(struct why *w, uint32_t i)
{
	const struct image *im = w->m->im;
	const struct node *n = &im->node[i];

	if (w->n >= w->max)
		return;
	if (n->op == NODE_ATOM) {
		if (atom_answer(w->m, n->arg))
			say_atom(w, &im->atom[n->arg]);
		return;
	}
	if (n->op != NODE_AND && n->op != NODE_OR)
		return;
	for (uint32_t k = 0; k < n->nkid; k++)
		if (match_node(w->m, im->kid[n->kid + k]))
			walk(w, im->kid[n->kid + k]);
}

size_t match_why(struct matcher *m, uint32_t rule, struct arena *a,
		 struct str *why, size_t max)
{
	struct why w = { .m = m, .a = a, .out = why, .max = max };

	walk(&w, m->rs->rule[rule].root);
	return w.n;
}
