/*
 * yara_rules.c - YARA sources to one compiled set.  Each file is first tried
 * alone: one that is wrong is said to be, and never loses the others.
 */
#include "yara_set.h"

const char *const yara_external[EXT_STRINGS] = {
	"filename", "filepath", "extension", "filetype", "owner",
};
/* other scanners' names: defined so that their rules compile, never true */
static const char *const empty_external[] = {
	"group",     "filemode",      "timezone",      "language",
	"osversion", "unpack_parent", "unpack_source",
};

struct fault {
	uint32_t line;
	char why[200];
};

static void on_fault(int level, const char *file, int line, const YR_RULE *rule,
		     const char *message, void *ctx)
{
	struct fault *f = ctx;

	(void)file;
	(void)rule;
	if (level != YARA_ERROR_LEVEL_ERROR || f->why[0])
		return;
	f->line = line > 0 ? (uint32_t)line : 0;
	(void)snprintf(f->why, sizeof(f->why), "%s", message);
}

static YR_COMPILER *compiler(struct fault *fault)
{
	YR_COMPILER *c;
	int bad = 0;

	if (yr_compiler_create(&c) != ERROR_SUCCESS)
		return NULL;
	yr_compiler_set_callback(c, on_fault, fault);
	yr_compiler_set_include_callback(c, NULL, NULL, NULL);
	for (size_t i = 0; i < EXT_STRINGS; i++)
		bad |= yr_compiler_define_string_variable(c, yara_external[i],
							  "");
	for (size_t i = 0; i < sizeof(empty_external) / sizeof(char *); i++)
		bad |= yr_compiler_define_string_variable(c, empty_external[i],
							  "");
	if (bad) {
		yr_compiler_destroy(c);
		return NULL;
	}
	return c;
}

static bool is_yara(struct str path)
{
	return str_ends(path, STR(".yar")) || str_ends(path, STR(".yara"));
}

static bool add(YR_COMPILER *c, const struct rule_file *f, struct arena *a)
{
	/* a namespace each: names may come twice */
	char *text = arena_cstr(a, f->text), *name = arena_cstr(a, f->path);

	return strlen(text) == f->text.n &&
	       yr_compiler_add_string(c, text, name) == 0;
}

static bool tried(struct ruleset *rs, const struct rule_file *f,
		  struct arena *tmp)
{
	struct fault fault = { 0 };
	YR_COMPILER *c = compiler(&fault);
	bool ok = c && add(c, f, tmp);

	if (c)
		yr_compiler_destroy(c);
	if (!ok)
		ruleset_invalid(rs, ruleset_add(rs, f->path, RULE_YARA),
				fault.line,
				fault.why[0] ? str_of(fault.why)
					     : STR("not a YARA source"));
	return ok;
}

static const char *meta(const YR_RULE *r, const char *name)
{
	YR_META *m;

	yr_rule_metas_foreach(r, m) if (m->type == META_TYPE_STRING &&
					strcmp(m->identifier, name) == 0)
	{
		return m->string;
	}
	return NULL;
}

static uint16_t score(const YR_RULE *r)
{
	YR_META *m;

	yr_rule_metas_foreach(r, m) if (m->type == META_TYPE_INTEGER &&
					strcmp(m->identifier, "score") == 0 &&
					m->integer >= 0 && m->integer <= 100)
	{
		return (uint16_t)m->integer;
	}
	return 75;
}

static void describe(struct ruleset *rs, const YR_RULE *y, bool builtin)
{
	uint32_t i = ruleset_add(rs, str_of(y->ns->name), RULE_YARA);
	struct rule_info *info = &rs->info[i];
	struct rule *r = &rs->rule[i];
	struct arena *a = &rs->arena;
	const char *id = meta(y, "id"), *title = meta(y, "title");

	info->name = arena_dup(a, str_of(title ? title : y->identifier));
	info->id = arena_dup(a, str_of(id ? id : y->identifier));
	info->name_ja = arena_dup(a, str_of(meta(y, "title_ja")));
	info->description = arena_dup(a, str_of(meta(y, "description")));
	info->attack = arena_dup(a, str_of(meta(y, "attack")));
	info->logsource = STR("content");
	r->judged = builtin;
	r->severity = score(y);
	/* meta.score is S and C in one */
	r->confidence = 100;
	r->fact = FACT_NAME;
	r->ceiling = r->severity >= 60 ? TIER_WATCH : TIER_NOTE;
	r->active = ACTIVE_PROCESS;
	r->subject = SUBJECT_FILE;
	r->response = arena_dup(a, str_of(meta(y, "response")));
	r->level = r->severity >= 75 ? LEVEL_HIGH : LEVEL_MEDIUM;
	info->level = r->level;
}

/* The source of a rule, kept once a file. */
static struct str source(struct ruleset *rs, const struct rule_file *f)
{
	const struct rule_info *before =
		rs->nrule > 1 ? &rs->info[rs->nrule - 2] : NULL;

	if (before && before->kind == RULE_YARA &&
	    str_eq(before->file, f->path))
		return before->text;
	return arena_dup(&rs->arena, f->text);
}

static void list(struct ruleset *rs, struct yara_set *set,
		 const struct rule_file *f, size_t n)
{
	YR_RULE *y;

	set->first = (uint32_t)rs->nrule;
	yr_rules_foreach(set->rules, y)
	{
		size_t i = 0;

		while (i < n && !str_is(f[i].path, y->ns->name))
			i++;
		describe(rs, y, i < n && f[i].builtin);
		if (i < n)
			rs->info[rs->nrule - 1].text = source(rs, &f[i]);
		set->nrule++;
	}
}

void yara_compile(struct ruleset *rs, const struct rule_file *f, size_t n)
{
	struct arena tmp = { 0 };
	struct fault fault = { 0 };
	struct yara_set *set;
	YR_COMPILER *c;
	size_t nfile = 0;

	if (yr_initialize() != ERROR_SUCCESS)
		return;
	set = xmalloc(sizeof(*set));
	rs->yara = set;
	c = compiler(&fault);
	for (size_t i = 0; i < n && c; i++)
		if (!f[i].ioc && is_yara(f[i].path) && tried(rs, &f[i], &tmp))
			nfile += add(c, &f[i], &tmp);
	if (nfile && yr_compiler_get_rules(c, &set->rules) == ERROR_SUCCESS)
		list(rs, set, f, n);
	if (c)
		yr_compiler_destroy(c);
	arena_free(&tmp);
}

void yara_free(struct ruleset *rs)
{
	if (!rs->yara)
		return;
	if (rs->yara->rules)
		yr_rules_destroy(rs->yara->rules);
	free(rs->yara);
	yr_finalize();
}
