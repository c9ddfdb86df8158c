/*
 * sigma_value.c - modifiers and values of one field to atoms.
 */
#include "sigma.h"

#include <stdarg.h>

#include "../util/scan.h"
#include "regex_need.h"

static const struct {
	const char *name;
	uint8_t op;
} op_table[] = {
	{ "contains", OP_CONTAINS }, { "startswith", OP_STARTS },
	{ "endswith", OP_ENDS },     { "re", OP_REGEX },
	{ "cidr", OP_CIDR },         { "exists", OP_EXISTS },
	{ "fieldref", OP_FIELDREF }, { "gt", OP_GT },
	{ "gte", OP_GTE },           { "lt", OP_LT },
	{ "lte", OP_LTE },
};

static bool flag(struct modifiers *m, struct str w)
{
	static const struct {
		const char *name;
		size_t at;
	} table[] = {
#define FLAG(text, member) { text, offsetof(struct modifiers, member) }
		FLAG("all", all),
		FLAG("cased", cased),
		FLAG("windash", windash),
		FLAG("base64", base64),
		FLAG("base64offset", offset),
		FLAG("wide", wide),
		FLAG("utf16le", wide),
		FLAG("utf16be", utf16be),
		FLAG("utf16", utf16bom),
		FLAG("expand", expand),
		FLAG("neq", neq),
#undef FLAG
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (str_is(w, table[i].name)) {
			*(bool *)((char *)m + table[i].at) = true;
			return true;
		}
	return false;
}

static bool modifier(struct modifiers *m, struct str w)
{
	for (size_t i = 0; i < sizeof(op_table) / sizeof(*op_table); i++)
		if (str_is(w, op_table[i].name)) {
			/* fieldref says of what; the other says how */
			if (m->op != OP_EQUALS)
				return false;
			m->op = op_table[i].op;
			return true;
		}
	if (m->op == OP_REGEX && w.n == 1 && strchr("ims", w.p[0])) {
		m->regex |= w.p[0] == 'i'   ? PCRE2_CASELESS
			    : w.p[0] == 'm' ? PCRE2_MULTILINE
					    : PCRE2_DOTALL;
		return true;
	}
	return flag(m, w);
}

bool modifiers_parse(struct sigma *s, struct str text, uint32_t line,
		     struct modifiers *m)
{
	*m = (struct modifiers){ 0 };
	while (text.p) {
		struct str w = str_cut(&text, '|');

		if (!modifier(m, w))
			return sigma_fail(s, line,
					  "unknown modifier `" STR_FMT "'",
					  STR_ARG(w));
	}
	return true;
}

/* Makes or finds the atom that key describes. */
static struct atom *atom_for(struct sigma *s, struct str key, uint32_t *index)
{
	bool added;
	uint64_t *at = map_put(&s->rs->atoms, key, &added);

	if (added)
		*at = IMAGE_ADD(&s->rs->im, atom);
	*index = (uint32_t)*at;
	return added ? &s->rs->im.atom[*at] : NULL;
}

static void store_patterns(struct atom_draft *d, struct atom *a, uint32_t index)
{
	struct image *im = &d->s->rs->im;

	a->op = ATOM_STRING;
	a->field = d->field;
	a->first = (uint32_t)im->n_pat;
	a->n = (uint32_t)d->npat;
	for (int slow = 1; slow >= 0; slow--)
		for (size_t i = 0; i < d->npat; i++) {
			if (d->pat[i].slow != (slow == 1))
				continue;
			d->pat[i].atom = index;
			im->pat[IMAGE_ADD(im, pat)] = d->pat[i];
			a->nslow += slow == 1;
		}
	im->field[d->field].npat += a->n - a->nslow;
}

/* All string values of a list as one atom (OR). */
static bool strings(struct sigma *s, uint32_t field, const struct modifiers *m,
		    const struct yaml *v, bool list, uint32_t *node)
{
	struct atom_draft d = { .s = s, .m = m, .field = field };
	struct atom *a;
	uint32_t index;
	bool ok = true;

	buf_fmt(&d.key, "s %u %d", field, m->cased);
	for (; v && ok; v = list ? v->next : NULL)
		if (!yaml_is_null(v))
			ok = draft_string(&d, v);
	if (ok && d.npat) {
		a = atom_for(s, buf_view(&d.key), &index);
		if (a)
			store_patterns(&d, a, index);
		*node = node_add(&s->rs->im, NODE_ATOM, index, NULL, 0);
	} else if (ok) {
		*node = node_add(&s->rs->im, NODE_FALSE, 0, NULL, 0);
	}
	buf_free(&d.key);
	free(d.pat);
	return ok;
}

/* The hidden atom of what a pattern needs, + 1; 0: nothing is known. */
static uint32_t gate(struct sigma *s, uint32_t field, struct str pattern)
{
	static const struct modifiers plain = { .op = OP_CONTAINS };
	struct atom_draft d = { .s = s, .m = &plain, .field = field };
	struct need need;
	uint32_t index;

	regex_need(pattern, s->tmp, &need);
	if (need.n == 0)
		return 0;
	index = IMAGE_ADD(&s->rs->im, atom);
	for (size_t i = 0; i < need.n; i++)
		draft_literal(&d, need.lit[i]);
	store_patterns(&d, &s->rs->im.atom[index], index);
	buf_free(&d.key);
	free(d.pat);
	return index + 1;
}

static bool regex_value(struct sigma *s, const struct modifiers *m,
			const struct yaml *v, struct atom *a)
{
	struct image *im = &s->rs->im;
	uint32_t opt = m->regex, i;
	PCRE2_SIZE at;
	int code;

	if (v->s.n > SIGMA_MAX_VALUE)
		return sigma_fail(s, v->line, "a value is too long");
	for (size_t k = 0; k < v->s.n; k++)
		if ((unsigned char)v->s.p[k] >= 0x80)
			opt |= PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
	i = IMAGE_ADD(im, regex);
	im->regex[i].shown = pool_add(im, v->s);
	im->regex[i].code = pcre2_compile((PCRE2_SPTR)v->s.p, v->s.n, opt,
					  &code, &at, NULL);
	if (!im->regex[i].code) {
		unsigned char text[128];

		(void)pcre2_get_error_message(code, text, sizeof(text));
		return sigma_fail(s, v->line, "regular expression: %s at %zu",
				  (char *)text, (size_t)at);
	}
	im->regex[i].gate = gate(s, a->field, v->s);
	/* without JIT it still matches, slower */
	(void)pcre2_jit_compile(im->regex[i].code, PCRE2_JIT_COMPLETE);
	a->n++;
	return true;
}

static bool cidr_value(struct sigma *s, const struct yaml *v, struct atom *a)
{
	struct image *im = &s->rs->im;
	struct str bits = v->s, ip = str_cut(&bits, '/');
	struct cidr c = { .bits = 128 };
	bool v4 = str_chr(ip, ':') == (size_t)-1;
	uint64_t n = v4 ? 32 : 128;

	if (!str_ip(ip, c.ip) || (bits.p && !str_u64(bits, &n)) ||
	    n > (v4 ? 32u : 128u))
		return sigma_fail(s, v->line, "not a network: `" STR_FMT "'",
				  STR_ARG(v->s));
	c.bits = (uint8_t)(v4 ? n + 96 : n);
	c.shown = pool_add(im, v->s);
	im->cidr[IMAGE_ADD(im, cidr)] = c;
	a->n++;
	return true;
}

static bool number_value(struct sigma *s, const struct yaml *v, struct atom *a)
{
	struct image *im = &s->rs->im;
	char text[64], *end;

	if (v->s.n == 0 || v->s.n >= sizeof(text))
		return sigma_fail(s, v->line, "not a number");
	memcpy(text, v->s.p, v->s.n);
	text[v->s.n] = '\0';
	im->num[IMAGE_ADD(im, num)] = strtod(text, &end);
	a->n++;
	return *end == '\0' || sigma_fail(s, v->line, "not a number");
}

static const uint8_t atom_op[] = {
	[OP_REGEX] = ATOM_REGEX,
	[OP_CIDR] = ATOM_CIDR,
	[OP_GT] = ATOM_GT,
	[OP_GTE] = ATOM_GTE,
	[OP_LT] = ATOM_LT,
	[OP_LTE] = ATOM_LTE,
	[OP_FIELDREF] = ATOM_FIELDREF,
};

/* Everything that is no string pattern: one atom for the list. */
static bool others(struct sigma *s, uint32_t field, const struct modifiers *m,
		   const struct yaml *v, bool list, uint32_t *node)
{
	struct image *im = &s->rs->im;
	struct buf key = { 0 };
	struct atom a = { .op = atom_op[m->op], .field = field };
	uint32_t index;
	bool ok = true;

	buf_fmt(&key, "o %u %u %u", m->op, field, m->regex);
	for (const struct yaml *k = v; k; k = list ? k->next : NULL) {
		buf_c(&key, '\n');
		buf_str(&key, k->s);
	}
	a.first = (uint32_t)(m->op == OP_REGEX  ? im->n_regex
			     : m->op == OP_CIDR ? im->n_cidr
						: im->n_num);
	if (m->op == OP_FIELDREF)
		a.first = fieldmap_field(s->fm, s->rs, s->source, v->s);
	if (map_get(&s->rs->atoms, buf_view(&key))) {
		(void)atom_for(s, buf_view(&key), &index);
	} else {
		for (; v && ok && m->op != OP_FIELDREF;
		     v = list ? v->next : NULL)
			ok = m->op == OP_REGEX  ? regex_value(s, m, v, &a)
			     : m->op == OP_CIDR ? cidr_value(s, v, &a)
						: number_value(s, v, &a);
		if (ok)
			*atom_for(s, buf_view(&key), &index) = a;
	}
	buf_free(&key);
	if (ok)
		*node = node_add(im, NODE_ATOM, index, NULL, 0);
	return ok;
}

static bool plain_atom(struct sigma *s, uint32_t field, unsigned op,
		       uint32_t *node)
{
	struct str key;
	struct atom *a;
	uint32_t index;

	key = arena_fmt(s->tmp, "p %u %u", op, field);
	a = atom_for(s, key, &index);
	if (a)
		*a = (struct atom){ .op = (uint8_t)op, .field = field };
	*node = node_add(&s->rs->im, NODE_ATOM, index, NULL, 0);
	return true;
}

/* One value, or a list as OR: with its nulls. */
static bool any_of(struct sigma *s, uint32_t field, const struct modifiers *m,
		   const struct yaml *v, bool list, uint32_t *node)
{
	uint32_t kid[2];
	size_t n = 0;
	bool nulls = false, rest = false;

	for (const struct yaml *k = v; k; k = list ? k->next : NULL) {
		if (k->type != YAML_SCALAR)
			return sigma_fail(s, k->line, "a value is no scalar");
		if (yaml_is_null(k))
			nulls = true;
		else
			rest = true;
	}
	if (nulls && !plain_atom(s, field, ATOM_NULL, &kid[n++]))
		return false;
	if (rest) {
		bool ok = m->op < OP_REGEX
				  ? strings(s, field, m, v, list, &kid[n])
				  : others(s, field, m, v, list, &kid[n]);

		if (!ok)
			return false;
		n++;
	}
	*node = node_join(&s->rs->im, NODE_OR, kid, n);
	return true;
}

static bool all_of(struct sigma *s, uint32_t field, const struct modifiers *m,
		   const struct yaml *list, uint32_t *node)
{
	uint32_t *kid = arena_array(s->tmp, list->nkid + 1u, sizeof(*kid));
	size_t n = 0;

	for (const struct yaml *v = list->kid; v; v = v->next)
		if (!any_of(s, field, m, v, false, &kid[n++]))
			return false;
	*node = node_join(&s->rs->im, NODE_AND, kid, n);
	return true;
}

/* %name% stands for a list that only the user has. */
static bool names_list(struct sigma *s, const struct yaml *v, bool list)
{
	for (; v; v = list ? v->next : NULL)
		if (v->s.n > 2 && str_chr(v->s, '%') != (size_t)-1) {
			s->wants_list = v->s;
			return true;
		}
	return false;
}

static bool value_node(struct sigma *s, uint32_t f, const struct modifiers *m,
		       const struct yaml *v, uint32_t *node)
{
	bool yes;

	if (m->op == OP_EXISTS) {
		if (!yaml_is_bool(v, &yes))
			return sigma_fail(s, v->line,
					  "exists takes true or false");
		return plain_atom(s, f, yes ? ATOM_EXISTS : ATOM_NULL, node);
	}
	if (v->type == YAML_SEQ && v->nkid == 0)
		return sigma_fail(s, v->line, "an empty list");
	if (v->type == YAML_SEQ && m->all)
		return all_of(s, f, m, v, node);
	return any_of(s, f, m, v->type == YAML_SEQ ? v->kid : v,
		      v->type == YAML_SEQ, node);
}

bool sigma_value(struct sigma *s, struct str name, const struct modifiers *m,
		 const struct yaml *v, uint32_t *node)
{
	uint32_t f = fieldmap_field(s->fm, s->rs, s->source, name);

	if (v->type == YAML_MAP)
		return sigma_fail(s, v->line, "a map where a value belongs");
	if (m->expand && names_list(s, v->type == YAML_SEQ ? v->kid : v,
				    v->type == YAML_SEQ)) {
		*node = node_add(&s->rs->im, NODE_FALSE, 0, NULL, 0);
		return true;
	}
	if (!value_node(s, f, m, v, node))
		return false;
	if (m->neq)
		*node = node_add(&s->rs->im, NODE_NOT, 0, node, 1);
	return true;
}

bool sigma_fail(struct sigma *s, uint32_t line, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	if (s->why.n)
		return false;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	s->why = arena_dup(&s->rs->arena, str_of(text));
	s->line = line;
	return false;
}
