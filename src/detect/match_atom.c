/*
 * match_atom.c - one question of one field.  Strings are compared with ASCII
 * letters folded unless the rule says cased.
 */
#include "match.h"

#include "../util/scan.h"

static bool equal(struct str s, struct str text, bool cased)
{
	return cased ? str_eq(s, text) : str_ieq(s, text);
}

static uint16_t unit(struct str glob, size_t i)
{
	uint16_t u;

	memcpy(&u, glob.p + i * 2, sizeof(u));
	return u;
}

/* `?' is one character: the tail bytes of UTF-8 go with it. */
static size_t step(struct str s, size_t k, uint16_t u)
{
	unsigned char c = (unsigned char)s.p[k++];

	if (u == GLOB_ONE && c >= 0xc0)
		while (k < s.n && ((unsigned char)s.p[k] & 0xc0) == 0x80)
			k++;
	return k;
}

static bool glob_units(struct str glob, struct str s, bool cased)
{
	const size_t none = (size_t)-1;
	size_t n = glob.n / 2, i = 0, k = 0, star = none, back = 0;

	for (;;) {
		if (i < n && unit(glob, i) == GLOB_MANY) {
			star = ++i;
			back = k;
			continue;
		}
		if (k == s.n) {
			/* a longer tail cannot help */
			return i == n;
		}
		if (i < n) {
			uint16_t u = unit(glob, i);
			unsigned char c = (unsigned char)s.p[k];

			if (u == GLOB_ONE || u == (cased ? c : ac_fold(c))) {
				k = step(s, k, u);
				i++;
				continue;
			}
		}
		if (star == none)
			return false;
		i = star;
		k = ++back;
	}
}

bool pat_matches(const struct image *im, const struct pat *p, struct str s)
{
	struct str t = pool_str(im, p->text);

	switch (p->type) {
	case PAT_ANY:
		return true;
	case PAT_EXACT:
		return equal(s, t, p->cased);
	case PAT_PREFIX:
		return s.n >= t.n && equal(str_head(s, t.n), t, p->cased);
	case PAT_SUFFIX:
		return s.n >= t.n && equal(str_skip(s, s.n - t.n), t, p->cased);
	case PAT_CONTAINS:
		if (p->cased)
			return str_has(s, t);
		for (size_t i = 0; t.n <= s.n && i <= s.n - t.n; i++)
			if (str_ieq(str_mem(s.p + i, t.n), t))
				return true;
		return false;
	default:
		return glob_units(pool_str(im, p->glob), s, p->cased);
	}
}

/* p's literal ends before `end' in s: is the whole pattern there? */
static bool verify(struct matcher *m, const struct pat *p, struct str s,
		   size_t end)
{
	uint64_t *at = &m->glob_at[p - m->im->pat];

	switch (p->type) {
	case PAT_CONTAINS:
		return true;
	case PAT_PREFIX:
		return end == p->text.len;
	case PAT_SUFFIX:
		return end == s.n;
	case PAT_EXACT:
		return end == s.n && s.n == p->text.len;
	default:
		/* once per value, however often its literal stands there */
		if (*at == m->nscan)
			return false;
		*at = m->nscan;
		return glob_units(pool_str(m->im, p->glob), s, false);
	}
}

static void add_hit(struct matcher *m, uint32_t atom)
{
	m->hit_gen[atom] = m->gen;
	m->hit[m->nhit++] = atom;
}

static void report(struct matcher *m, const struct ac *ac, uint32_t state,
		   struct str s, size_t end)
{
	if (!ac->state[state].out)
		state = ac->state[state].chain;
	for (; state; state = ac->state[state].chain) {
		const struct ac_state *st = &ac->state[state];

		for (uint32_t i = 0; i < st->nout; i++) {
			const struct pat *p =
				&m->im->pat[ac->out[st->out - 1 + i]];

			if (m->hit_gen[p->atom] != m->gen &&
			    verify(m, p, s, end))
				add_hit(m, p->atom);
		}
	}
}

void match_scan(struct matcher *m, uint32_t field)
{
	const struct ac *ac = &m->im->field[field].ac;
	const struct value *v;
	size_t n;

	v = match_values(m, field, &n);
	if (m->field[field].scanned)
		return;
	m->field[field].scanned = true;
	for (size_t i = 0; i < n && ac->nstate; i++) {
		struct str s = v[i].s;
		uint32_t state = 0;

		m->nscan++;

		for (size_t k = 0; k < s.n; k++) {
			state = ac_step(ac, state, (unsigned char)s.p[k]);
			if (state & AC_OUT) {
				state &= ~AC_OUT;
				report(m, ac, state, s, k + 1);
			}
		}
	}
}

static bool strings(struct matcher *m, const struct atom *a, uint32_t index)
{
	const struct value *v;
	size_t n;

	if (a->n > a->nslow)
		match_scan(m, a->field);
	if (m->hit_gen[index] == m->gen)
		return true;
	v = match_values(m, a->field, &n);
	for (uint32_t p = 0; p < a->nslow; p++)
		for (size_t i = 0; i < n; i++)
			if (pat_matches(m->im, &m->im->pat[a->first + p],
					v[i].s))
				return true;
	return false;
}

bool regex_matches(struct matcher *m, const struct regex *re, struct str s)
{
	return pcre2_match(re->code, (PCRE2_SPTR)(s.p ? s.p : ""), s.n, 0, 0,
			   m->md, m->mc) >= 0;
}

bool cidr_matches(const struct cidr *c, const struct value *v)
{
	unsigned char ip[16];
	unsigned bytes = c->bits / 8, rest = c->bits % 8;

	if (v->f && v->f->type == V_IP)
		memcpy(ip, v->f->v.ip, sizeof(ip));
	else if (!str_ip(v->s, ip))
		return false;
	if (memcmp(ip, c->ip, bytes) != 0)
		return false;
	return rest == 0 || ((ip[bytes] ^ c->ip[bytes]) >> (8 - rest)) == 0;
}

static bool number(const struct value *v, double *out)
{
	char text[64], *end;

	if (v->s.n == 0 || v->s.n >= sizeof(text))
		return false;
	memcpy(text, v->s.p, v->s.n);
	text[v->s.n] = '\0';
	*out = strtod(text, &end);
	return *end == '\0';
}

static bool compares(unsigned op, double a, double b)
{
	return op == ATOM_GT    ? a > b
	       : op == ATOM_GTE ? a >= b
	       : op == ATOM_LT  ? a < b
				: a <= b;
}

/* Is one of the literals there that the expression needs? */
static bool gate_open(struct matcher *m, uint32_t field, const struct regex *re)
{
	if (!re->gate)
		return true;
	match_scan(m, field);
	return m->hit_gen[re->gate - 1] == m->gen;
}

/* Item i of the atom against one value. */
static bool item(struct matcher *m, const struct atom *a, uint32_t i,
		 const struct value *v)
{
	const struct regex *re;
	double x;

	switch (a->op) {
	case ATOM_REGEX:
		re = &m->im->regex[a->first + i];
		return gate_open(m, a->field, re) && regex_matches(m, re, v->s);
	case ATOM_CIDR:
		return cidr_matches(&m->im->cidr[a->first + i], v);
	default:
		return number(v, &x) &&
		       compares(a->op, x, m->im->num[a->first + i]);
	}
}

static bool same_value(struct matcher *m, const struct atom *a)
{
	size_t n, no;

	(void)match_values(m, a->field, &n);
	(void)match_values(m, a->first, &no);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < no; k++)
			if (str_ieq(m->value[m->field[a->field].first + i].s,
				    m->value[m->field[a->first].first + k].s))
				return true;
	return false;
}

static bool ask(struct matcher *m, uint32_t index)
{
	const struct atom *a = &m->im->atom[index];
	const struct value *v;
	size_t n;

	if (a->op == ATOM_STRING)
		return strings(m, a, index);
	if (a->op == ATOM_FIELDREF)
		return same_value(m, a);
	v = match_raw(m, a->field, &n);
	if (a->op == ATOM_NULL || a->op == ATOM_EXISTS)
		return (n > 0) == (a->op == ATOM_EXISTS);
	if (a->op != ATOM_CIDR) /* which reads addresses as they are */
		v = match_values(m, a->field, &n);
	for (size_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < a->n; k++)
			if (item(m, a, k, &v[i]))
				return true;
	return false;
}

bool atom_answer(struct matcher *m, uint32_t atom)
{
	if (m->seen_gen[atom] != m->gen) {
		m->answer[atom] = ask(m, atom);
		m->seen_gen[atom] = m->gen;
	}
	return m->answer[atom];
}
