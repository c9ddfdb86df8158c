/*
 * yara_test.c - the built-in YARA rules against made content, externals, bad
 * files, and what is scanned at all.
 */
#include "rule_test.h"

#include <stdio.h>

#include "../util/json_in.h"

#define MAX_ALERTS 8

struct alerts {
	struct sink sink;
	char name[MAX_ALERTS][80], first[MAX_ALERTS][160];
	size_t n;
	struct str sha256;
};

static int take(struct sink *s, struct event *e)
{
	struct alerts *a = (struct alerts *)s;
	struct str name = ev_get_str(e, KEY_RULE_NAME);
	const struct field *f = ev_get(e, KEY_K_YARA_STRINGS);

	assert_int_equal(e->kind, KIND_YARA);
	assert_int_equal(e->event_kind, EK_ALERT);
	assert_int_equal(ev_get_str(e, KEY_FILE_HASH_SHA256).n, 64);
	assert_non_null(ev_get(e, KEY_K_HITS));
	assert_true(a->n < MAX_ALERTS);
	(void)snprintf(a->name[a->n], sizeof(a->name[0]), STR_FMT,
		       STR_ARG(name));
	if (f)
		(void)snprintf(a->first[a->n], sizeof(a->first[0]), STR_FMT,
			       STR_ARG(f->v.str));
	a->n++;
	return 0;
}

static const struct sink_ops ops = { .event = take };
static struct alerts alerts;

static void scan(struct ruleset *rs, const char *path, struct str data)
{
	struct context ctx = { .collected_ns = 0 };
	struct source src = { .path = str_of(path),
			      .data = data,
			      .size = data.n };
	struct scanner *s = scanner_new(rs);

	alerts = (struct alerts){ .sink = { &ops } };
	assert_true(scanner_wants(s, &src));
	assert_int_equal(
		scanner_source(s, &src, &ctx, &test_event, &alerts.sink), 0);
	scanner_free(s);
}

static struct ruleset *builtin(void)
{
	struct arena a = { 0 };
	struct rule_file *f;
	size_t n = builtin_rules(&a, &f);
	struct ruleset *rs = ruleset_compile(f, n);

	arena_free(&a);
	return rs;
}

struct content {
	struct str rule, path, base64;
};

static void read_line(struct str line, struct arena *a, struct content *c)
{
	struct json j;
	struct str key = STR_NONE;
	enum json_type t;

	*c = (struct content){ .rule = STR_NONE };
	json_init(&j, line, a);
	while ((t = json_next(&j)) != JSON_END) {
		assert_int_not_equal(t, JSON_BAD);
		if (t == JSON_KEY)
			key = arena_dup(a, j.text);
		if (t != JSON_STR)
			continue;
		if (str_is(key, "rule"))
			c->rule = arena_dup(a, j.text);
		else if (str_is(key, "path"))
			c->path = arena_dup(a, j.text);
		else
			c->base64 = arena_dup(a, j.text);
	}
}

/* What should match, or nothing when rule is empty. */
static void one(struct ruleset *rs, const struct content *c, struct arena *a)
{
	struct str data;

	assert_true(b64_decode(a, c->base64, &data));
	scan(rs, arena_cstr(a, c->path), data);
	if (alerts.n != (c->rule.n > 0) ||
	    (alerts.n && !str_is(c->rule, alerts.name[0])))
		fail_msg(STR_FMT " in " STR_FMT ": %zu, %s", STR_ARG(c->rule),
			 STR_ARG(c->path), alerts.n, alerts.name[0]);
	if (alerts.n)
		assert_true(alerts.first[0][0] == '$');
}

/*
 * testdata/yara/content.jsonl: contents in base64, so that neither the file
 * nor this program is a finding itself.  Every built-in rule is in it.
 */
static void content_that_must_and_must_not_match(void **state)
{
	struct ruleset *rs = builtin();
	FILE *f = fopen("testdata/yara/content.jsonl", "rb");
	struct map seen = { 0 };
	char text[4096];
	size_t nyara = 0;

	(void)state;
	assert_non_null(f);
	while (fgets(text, sizeof(text), f)) {
		struct arena a = { 0 };
		struct content c;

		read_line(str_trim(str_of(text)), &a, &c);
		one(rs, &c, &a);
		(void)map_put(&seen, c.rule, NULL);
		arena_free(&a);
	}
	(void)fclose(f);
	for (size_t i = 0; i < ruleset_count(rs); i++)
		if (ruleset_info(rs, i)->kind == RULE_YARA)
			nyara++;
	assert_int_equal(seen.nitem, nyara + 1);
	map_free(&seen);
	ruleset_free(rs);
}

static void externals_are_of_the_file(void **state)
{
	const struct rule_file f = {
		.path = STR("x.yar"),
		.text = STR("rule a { condition: filename == \"b.PHP\" and "
			    "filepath == \"/var/www\" and extension == "
			    "\".php\" and "
			    "filetype == \"PHP\" and owner == \"\" and group "
			    "== \"\" "
			    "}"),
	};
	struct ruleset *rs = ruleset_compile(&f, 1);

	(void)state;
	assert_int_equal(ruleset_info(rs, 0)->state, RULE_ACTIVE);
	scan(rs, "/var/www/b.PHP", STR("<?php"));
	assert_int_equal(alerts.n, 1);
	scan(rs, "/var/www/b.txt.sh", STR("#!/bin/sh"));
	assert_int_equal(alerts.n, 0);
	ruleset_free(rs);
}

static void a_bad_file_loses_only_itself(void **state)
{
	const struct rule_file f[] = {
		{ .path = STR("bad.yar"),
		  .text = STR("rule a { condition: true }\n\nrule b { "
			      "condition: x }") },
		{ .path = STR("include.yar"),
		  .text = STR("include \"/etc/passwd\"") },
		{ .path = STR("good.yar"),
		  .text = STR("rule a { condition: true }") },
		{ .path = STR("again.yar"),
		  .text = STR("rule a { condition: true }") },
	};
	struct ruleset *rs = ruleset_compile(f, 4);

	(void)state;
	assert_int_equal(ruleset_count(rs), 4);
	assert_int_equal(ruleset_info(rs, 0)->state, RULE_INVALID);
	assert_int_equal(ruleset_info(rs, 0)->line, 3);
	assert_int_equal(ruleset_info(rs, 1)->state, RULE_INVALID);
	scan(rs, "/tmp/a.sh", STR("#!/bin/sh"));
	assert_int_equal(alerts.n, 2);
	ruleset_free(rs);
}

static bool wants(const char *path, struct str data, unsigned mode,
		  unsigned flags)
{
	struct ruleset *rs = builtin();
	struct scanner *s = scanner_new(rs);
	struct source src = { .path = str_of(path),
			      .data = data,
			      .size = data.n,
			      .mode = mode,
			      .flags = flags };
	bool yes = scanner_wants(s, &src);

	scanner_free(s);
	ruleset_free(rs);
	return yes;
}

static void what_is_scanned(void **state)
{
	(void)state;
	assert_true(wants("/tmp/a", STR("\177ELF\2\1\1"), 0, 0));
	assert_true(wants("/tmp/a", STR("#!/bin/sh"), 0, 0));
	assert_true(wants("/srv/www/a", STR("x <?php y"), 0, 0));
	assert_true(wants("/usr/local/bin/a", STR("data"), 0755, 0));
	assert_true(wants("/etc/cron.d/a", STR("* * * * *"), 0644, 0));
	assert_true(wants("4711-1/exe", STR("x"), 0, SRC_RECOVERED));
	assert_false(wants("/home/u/a.txt", STR("data"), 0644, 0));
	assert_false(wants("/var/log/syslog", STR("data"), 0755, 0));
	assert_false(wants("live/x", STR("#!/bin/sh"), 0, SRC_STREAM));
	assert_false(wants("/tmp/a", STR(""), 0755, 0));
}

int main(void)
{
	const struct CMUnitTest test[] = {
		cmocka_unit_test(content_that_must_and_must_not_match),
		cmocka_unit_test(externals_are_of_the_file),
		cmocka_unit_test(a_bad_file_loses_only_itself),
		cmocka_unit_test(what_is_scanned),
	};

	return cmocka_run_group_tests(test, NULL, NULL);
}
