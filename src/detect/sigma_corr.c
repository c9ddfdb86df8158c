/*
 * sigma_corr.c - correlation documents: event_count, value_count, temporal,
 * temporal_ordered over rules or other correlations, by id or name.
 */
#include "sigma.h"

#include "../util/timefmt.h"

static bool type_of(struct sigma *s, const struct yaml *c, struct corr *out)
{
	static const char *const name[] = { "event_count", "value_count",
					    "temporal", "temporal_ordered" };
	struct str t = yaml_str(c, "type");

	for (uint8_t i = 0; i < 4; i++)
		if (str_is(t, name[i])) {
			out->type = i;
			return true;
		}
	return sigma_fail(s, c->line, "correlation type `" STR_FMT "'",
			  STR_ARG(t));
}

static bool span_of(struct sigma *s, const struct yaml *c, struct corr *out)
{
	struct str t = yaml_str(c, "timespan");
	uint64_t n, unit;

	if (t.n < 2 || !str_u64(str_head(t, t.n - 1), &n) || n == 0 ||
	    n > 100000)
		return sigma_fail(s, c->line, "no timespan such as 5m");
	switch (t.p[t.n - 1]) {
	case 's':
		unit = 1;
		break;
	case 'm':
		unit = 60;
		break;
	case 'h':
		unit = 3600;
		break;
	case 'd':
		unit = 86400;
		break;
	default:
		return sigma_fail(s, c->line, "timespan ends in s, m, h or d");
	}
	out->span_ns = (int64_t)(n * unit) * NS_PER_S;
	return true;
}

static bool bound(struct sigma *s, const struct yaml *e, struct corr *out)
{
	uint64_t v;

	if (str_is(e->key, "field"))
		return true;
	if (!str_u64(e->s, &v) || v >= CORR_MAX_COUNT)
		return sigma_fail(s, e->line, "not a count");
	if (str_is(e->key, "gte"))
		out->min = v;
	else if (str_is(e->key, "gt"))
		out->min = v + 1;
	else if (str_is(e->key, "lte"))
		out->max = v;
	else if (str_is(e->key, "lt") && v > 0)
		out->max = v - 1;
	else if (str_is(e->key, "eq"))
		out->min = out->max = v;
	else
		return sigma_fail(s, e->line, "condition `" STR_FMT "'",
				  STR_ARG(e->key));
	return true;
}

static bool bounds(struct sigma *s, const struct yaml *c, struct corr *out)
{
	const struct yaml *cond = yaml_get(c, "condition");
	bool temporal = out->type >= CORR_TEMPORAL;

	out->min = temporal ? out->nrule : 1;
	out->max = UINT64_MAX;
	if (!cond && !temporal)
		return sigma_fail(s, c->line, "no condition");
	if (cond && cond->type != YAML_MAP)
		return sigma_fail(s, cond->line, "condition is no map");
	for (const struct yaml *e = cond ? cond->kid : NULL; e; e = e->next)
		if (!bound(s, e, out))
			return false;
	out->keep = out->max == UINT64_MAX ? out->min : out->max + 1;
	if (out->keep == 0)
		out->keep = 1;
	return true;
}

static bool refer(struct sigma *s, const struct yaml *k, struct corr *out,
		  bool generate)
{
	const uint64_t *at = map_get(&s->rs->by_name, k->s);
	uint32_t rule;

	if (!at)
		return sigma_fail(s, k->line, "no rule `" STR_FMT "'",
				  STR_ARG(k->s));
	if (out->nrule == CORR_MAX_RULES)
		return sigma_fail(s, k->line, "too many rules");
	rule = (uint32_t)*at - 1;
	if (rule == out->rule || s->rs->info[rule].state == RULE_INVALID)
		return sigma_fail(s, k->line, "rule `" STR_FMT "' is invalid",
				  STR_ARG(k->s));
	if (!generate)
		s->rs->rule[rule].base = true;
	out->of[out->nrule++] = rule;
	return true;
}

static bool rules_of(struct sigma *s, const struct yaml *c, struct corr *out)
{
	const struct yaml *list = yaml_get(c, "rules");
	bool generate = yaml_true(c, "generate");

	if (!list)
		return sigma_fail(s, c->line, "no rules");
	if (list->type == YAML_SCALAR)
		return refer(s, list, out, generate);
	for (const struct yaml *k = list->kid; k; k = k->next)
		if (!refer(s, k, out, generate))
			return false;
	return out->nrule > 0 || sigma_fail(s, c->line, "no rules");
}

/* What `name' means in events of the i-th rule: an alias, or itself. */
static struct str alias(const struct sigma *s, const struct yaml *c,
			struct str name, const struct corr *out, unsigned i)
{
	const struct yaml *a = yaml_get(c, "aliases");

	for (a = a ? a->kid : NULL; a; a = a->next) {
		if (!str_eq(a->key, name))
			continue;
		for (const struct yaml *e = a->kid; e; e = e->next) {
			const uint64_t *at = map_get(&s->rs->by_name, e->key);

			if (at && *at - 1 == out->of[i])
				return e->s;
		}
	}
	return name;
}

static void field_for(struct sigma *s, const struct yaml *c, struct str name,
		      const struct corr *out, unsigned i, uint32_t *field)
{
	*field = fieldmap_field(s->fm, s->rs, s->sources[out->of[i]],
				alias(s, c, name, out, i));
}

static bool groups(struct sigma *s, const struct yaml *c, struct corr *out)
{
	const struct yaml *g = yaml_get(c, "group-by");
	struct str value = yaml_str(yaml_get(c, "condition"), "field");

	if (out->type == CORR_VALUE_COUNT && value.n == 0)
		return sigma_fail(s, c->line, "value_count of which field?");
	if (g && g->type == YAML_SEQ)
		g = g->kid;
	for (; g; g = g->next) {
		if (out->ngroup == CORR_MAX_GROUP)
			return sigma_fail(s, g->line, "too many group-by");
		for (unsigned i = 0; i < out->nrule; i++)
			field_for(s, c, g->s, out, i,
				  &out->group[i][out->ngroup]);
		out->ngroup++;
	}
	for (unsigned i = 0; i < out->nrule && value.n; i++)
		field_for(s, c, value, out, i, &out->value[i]);
	return true;
}

bool correlation_compile(struct sigma *s, const struct yaml *doc, uint32_t rule)
{
	const struct yaml *c = yaml_get(doc, "correlation");
	struct image *im = &s->rs->im;
	struct corr out = { .rule = rule };

	if (c->type != YAML_MAP)
		return sigma_fail(s, c->line, "correlation is no map");
	if (!type_of(s, c, &out) || !span_of(s, c, &out) ||
	    !rules_of(s, c, &out) || !bounds(s, c, &out) || !groups(s, c, &out))
		return false;
	for (unsigned i = 0; i < out.nrule; i++) {
		const struct rule_info *of = &s->rs->info[out.of[i]];

		if (of->state == RULE_ACTIVE || of->state == RULE_PARTIAL)
			continue;
		s->rs->info[rule].state = of->state;
		s->rs->info[rule].why =
			arena_fmt(&s->rs->arena, "needs " STR_FMT ": " STR_FMT,
				  STR_ARG(of->name), STR_ARG(of->why));
		return true;
	}
	im->corr[IMAGE_ADD(im, corr)] = out;
	s->rs->rule[rule].corr = (uint32_t)im->n_corr;
	return true;
}
