/*
 * ruleset.c - rule files in, one compiled set out.  A rule that is wrong
 * keeps its place with the reason; nothing is dropped.
 */
#include "ruleset.h"

#include "ioc.h"
#include "sigma.h"

/* documents of all files, in order; correlations come after plain rules */
struct todo {
	const struct yaml *doc;
	uint32_t rule;
};
struct build {
	struct ruleset *rs;
	struct arena tmp;
	struct fieldmap fm;
	const struct yaml **source; /* per rule */
	size_t capsource;
	struct todo *corr;
	size_t ncorr, capcorr;
};

struct span pool_add(struct image *im, struct str s)
{
	struct span at = { (uint32_t)im->pool.n, (uint32_t)s.n };

	buf_str(&im->pool, s);
	return at;
}

uint32_t ruleset_add(struct ruleset *rs, struct str file, unsigned kind)
{
	uint32_t i = (uint32_t)rs->nrule;

	vec_grow(&rs->rule, &rs->caprule, rs->nrule + 1, sizeof(*rs->rule));
	vec_grow(&rs->info, &rs->capinfo, rs->nrule + 1, sizeof(*rs->info));
	rs->nrule++;
	rs->rule[i].kind = (uint8_t)kind;
	rs->rule[i].where.none = true;
	rs->info[i].kind = (uint8_t)kind;
	rs->info[i].file = arena_dup(&rs->arena, file);
	return i;
}

void ruleset_invalid(struct ruleset *rs, uint32_t rule, uint32_t line,
		     struct str why)
{
	struct rule_info *info = &rs->info[rule];

	info->state = RULE_INVALID;
	info->line = line;
	if (line)
		info->why = arena_fmt(&rs->arena, STR_FMT ":%u: " STR_FMT,
				      STR_ARG(info->file), line, STR_ARG(why));
	else
		info->why = arena_fmt(&rs->arena, STR_FMT ": " STR_FMT,
				      STR_ARG(info->file), STR_ARG(why));
	rs->rule[rule].where.none = true;
	if (info->name.n == 0)
		info->name = str_base(info->file);
	if (info->id.n == 0)
		info->id = info->name;
}

static void set_state(struct ruleset *rs, uint32_t rule, unsigned state,
		      struct str why)
{
	rs->info[rule].state = (uint8_t)state;
	rs->info[rule].why = arena_dup(&rs->arena, why);
	if (state != RULE_ACTIVE && state != RULE_PARTIAL)
		rs->rule[rule].where.none = true;
}

static struct str logsource_text(struct arena *a, const struct yaml *ls)
{
	static const char *const part[] = { "product", "category", "service" };
	struct buf b = { 0 };
	struct str out;

	for (size_t i = 0; i < 3; i++) {
		struct str s = yaml_str(ls, part[i]);

		if (i)
			buf_c(&b, '/');
		buf_str(&b, s.n ? s : STR("-"));
	}
	out = arena_dup(a, buf_view(&b));
	buf_free(&b);
	return out;
}

/* Active, partial, without a source or waiting for a list. */
static void judge_state(struct build *b, const struct sigma *s, uint32_t rule)
{
	struct ruleset *rs = b->rs;
	struct buf missing = { 0 }, why = { 0 };
	bool can = node_possible(&rs->im, rs->rule[rule].root, &missing);

	if (!s->source) {
		buf_puts(&why, "nothing that is read feeds ");
		buf_str(&why, rs->info[rule].logsource);
		set_state(rs, rule, RULE_NO_SOURCE, buf_view(&why));
	} else if (s->wants_list.n) {
		buf_fmt(&why, "needs a list for " STR_FMT,
			STR_ARG(s->wants_list));
		set_state(rs, rule, RULE_NEEDS_LIST, buf_view(&why));
	} else if (missing.n) {
		buf_puts(&why, "no event carries ");
		buf_str(&why, buf_view(&missing));
		set_state(rs, rule, can ? RULE_PARTIAL : RULE_NO_SOURCE,
			  buf_view(&why));
	}
	buf_free(&missing);
	buf_free(&why);
}

static void compile_rule(struct build *b, const struct yaml *doc, uint32_t rule)
{
	struct ruleset *rs = b->rs;
	const struct yaml *ls = yaml_get(doc, "logsource"), *cond;
	struct sigma s = { .rs = rs, .tmp = &b->tmp, .fm = &b->fm };
	uint32_t root = 0;
	bool ok;

	s.detection = yaml_get(doc, "detection");
	cond = yaml_get(s.detection, "condition");
	ok = ls && ls->type == YAML_MAP;
	if (!ok)
		(void)sigma_fail(&s, doc->line, "no logsource");
	else if (!(ok = s.detection && s.detection->type == YAML_MAP))
		(void)sigma_fail(&s, doc->line, "no detection");
	else if (!(ok = cond != NULL))
		(void)sigma_fail(&s, s.detection->line, "no condition");
	if (ok) {
		s.source = fieldmap_source(&b->fm, ls);
		vec_grow(&b->source, &b->capsource, rule + 1u,
			 sizeof(*b->source));
		b->source[rule] = s.source;
		rs->info[rule].logsource = logsource_text(&rs->arena, ls);
		ok = sigma_condition(&s, cond, &root);
	}
	if (!ok) {
		ruleset_invalid(rs, rule, s.line, s.why);
		return;
	}
	rs->rule[rule].root = root;
	fieldmap_where(&rs->im, s.source, &rs->rule[rule].where);
	judge_state(b, &s, rule);
}

static void name_rule(struct ruleset *rs, struct str name, uint32_t rule)
{
	bool added;
	uint64_t *at;

	if (name.n == 0)
		return;
	at = map_put(&rs->by_name, name, &added);
	if (added)
		*at = rule + 1;
}

static void document(struct build *b, const struct rule_file *f,
		     const struct yaml *doc)
{
	struct ruleset *rs = b->rs;
	bool corr = yaml_get(doc, "correlation") != NULL;
	uint32_t rule =
		ruleset_add(rs, f->path, corr ? RULE_CORRELATION : RULE_SIGMA);

	if (doc->type != YAML_MAP) {
		ruleset_invalid(rs, rule, doc->line, STR("not a rule"));
		return;
	}
	meta_rule(&rs->arena, doc, &rs->rule[rule], &rs->info[rule]);
	rs->info[rule].text = arena_dup(&rs->arena, f->text);
	if (rs->info[rule].name.n == 0) {
		ruleset_invalid(rs, rule, doc->line, STR("no title"));
		return;
	}
	name_rule(rs, rs->info[rule].id, rule);
	name_rule(rs, yaml_str(doc, "name"), rule);
	if (!corr) {
		compile_rule(b, doc, rule);
		return;
	}
	vec_grow(&b->corr, &b->capcorr, b->ncorr + 1, sizeof(*b->corr));
	b->corr[b->ncorr++] = (struct todo){ doc, rule };
}

static void sigma_file(struct build *b, const struct rule_file *f)
{
	struct yaml_error err;
	const struct yaml *doc = yaml_load(&b->tmp, f->text, &err);

	if (!doc && err.why.n)
		ruleset_invalid(b->rs, ruleset_add(b->rs, f->path, RULE_SIGMA),
				err.line, err.why);
	for (; doc; doc = doc->next)
		document(b, f, doc);
}

static void correlations(struct build *b)
{
	vec_grow(&b->source, &b->capsource, b->rs->nrule + 1,
		 sizeof(*b->source));
	for (size_t i = 0; i < b->ncorr; i++) {
		struct sigma s = { .rs = b->rs, .tmp = &b->tmp, .fm = &b->fm };

		s.sources = b->source;

		if (!correlation_compile(&s, b->corr[i].doc, b->corr[i].rule))
			ruleset_invalid(b->rs, b->corr[i].rule, s.line, s.why);
	}
}

static bool named(struct str path, const char *suffix)
{
	return str_ends(path, str_of(suffix));
}

static bool is_map(struct str path)
{
	return str_is(str_base(path), "fields.yml");
}

static bool is_sigma(struct str path)
{
	return (named(path, ".yml") || named(path, ".yaml")) &&
	       !str_has(path, STR("responses/")) && !is_map(path);
}

static void load_map(struct build *b, const struct rule_file *f, size_t n)
{
	struct yaml_error err;
	struct str text = STR_NONE;

	for (size_t i = 0; i < n; i++)
		if (!f[i].ioc && is_map(f[i].path))
			text = f[i].text;
	if (!text.n)
		text = builtin_file(&b->tmp, STR("signatures/fields.yml"));
	/* without a map every rule is without a source, and says so */
	(void)fieldmap_load(&b->fm, &b->tmp, text, &err);
}

struct ruleset *ruleset_compile(const struct rule_file *f, size_t n)
{
	struct ruleset *rs = xmalloc(sizeof(*rs));
	struct build b = { .rs = rs };

	load_map(&b, f, n);
	for (size_t i = 0; i < n; i++)
		if (!f[i].ioc && is_sigma(f[i].path))
			sigma_file(&b, &f[i]);
	correlations(&b);
	index_build(rs);
	yara_compile(rs, f, n);
	for (size_t i = 0; i < n; i++)
		if (f[i].ioc)
			ioc_compile(rs, &f[i]);
	ioc_finish(rs);
	free(b.corr);
	free(b.source);
	arena_free(&b.tmp);
	map_free(&rs->atoms);
	map_free(&rs->fields);
	return rs;
}

size_t ruleset_count(const struct ruleset *rs)
{
	return rs->nrule;
}

const struct rule_info *ruleset_info(const struct ruleset *rs, size_t i)
{
	return i < rs->nrule ? &rs->info[i] : NULL;
}

bool ruleset_memory(const struct ruleset *rs, uint64_t i)
{
	return i < rs->nrule && rs->rule[i].memory;
}

size_t ruleset_bytes(const struct ruleset *rs)
{
	const struct image *im = &rs->im;
	size_t n = im->pool.cap + rs->arena.used;

	n += im->cap_field * sizeof(*im->field) +
	     im->cap_ref * sizeof(*im->ref) + im->cap_atom * sizeof(*im->atom) +
	     im->cap_pat * sizeof(*im->pat) + im->cap_cidr * sizeof(*im->cidr) +
	     im->cap_node * sizeof(*im->node) + im->cap_kid * 4 +
	     im->cap_corr * sizeof(*im->corr) +
	     rs->caprule * sizeof(*rs->rule) + rs->capinfo * sizeof(*rs->info);
	for (size_t i = 0; i < im->n_field; i++)
		n += ac_bytes(&im->field[i].ac);
	return n;
}

void ruleset_free(struct ruleset *rs)
{
	struct image *im;

	if (!rs)
		return;
	im = &rs->im;
	for (size_t i = 0; i < im->n_field; i++)
		ac_free(&im->field[i].ac);
	for (size_t i = 0; i < im->n_regex; i++)
		pcre2_code_free(im->regex[i].code);
	yara_free(rs);
	ioc_free(rs);
	free(im->field);
	free(im->ref);
	free(im->atom);
	free(im->pat);
	free(im->cidr);
	free(im->regex);
	free(im->num);
	free(im->node);
	free(im->kid);
	free(im->set);
	free(im->corr);
	free(im->trigger);
	free(im->triggered);
	buf_free(&im->pool);
	map_free(&rs->by_name);
	free(rs->rule);
	free(rs->info);
	arena_free(&rs->arena);
	free(rs);
}

const char *rule_state_name(unsigned state)
{
	static const char *const name[RULE_STATES] = {
		"active", "partial", "needs_list", "no_source", "invalid",
	};

	return state < RULE_STATES ? name[state] : "invalid";
}
