/*
 * rules_test.c - every rule of signatures/sigma/linux against its events in
 * testdata/rules/<rule>.jsonl: one object a line,
 *   "hit": bool    "kind": of kinds.def    "as": event | state | alert
 *   "tier": what the finding becomes (optional)    "original": text
 * and the fields of the event under their names.  The collection is taken to
 * have begun at 1,000,000 s; events stand an hour before.
 */
#include "rule_test.h"

#include <stdio.h>

#include "../util/json_in.h"

#define COLLECTED_NS INT64_C(1000000000000000)
#define EVENT_NS (COLLECTED_NS - INT64_C(3600000000000))

struct set {
	struct arena arena;
	struct rule_file *file;
	size_t n;
	struct ruleset *rs;
};
static struct set set;

struct expectation {
	bool hit;
	struct str tier;
};

static void set_kind(struct event *e, struct str name)
{
	for (unsigned k = 0; k < KIND_COUNT; k++)
		if (str_is(name, kind_info(k)->name)) {
			e->kind = (uint16_t)k;
			return;
		}
	fail_msg("no kind " STR_FMT, STR_ARG(name));
}

static void set_value(struct event *e, struct str key, enum json_type t,
		      struct str v)
{
	struct str rest = STR_NONE;
	unsigned k = key_find(key);
	uint64_t n;

	if (k == KEY_NONE && (k = key_find_named(key, &rest)) == KEY_NONE)
		fail_msg("no key " STR_FMT, STR_ARG(key));
	if (rest.n)
		ev_named(e, k, rest, v);
	else if (t == JSON_TRUE || t == JSON_FALSE)
		ev_bool(e, k, t == JSON_TRUE);
	else if (key_info(k)->type == V_IP)
		assert_true(ev_ip_str(e, k, v));
	else if (key_info(k)->type == V_U64 && str_u64(v, &n))
		ev_u64(e, k, n);
	else
		ev_str(e, k, v);
}

static void special(struct event *e, struct expectation *x, struct str key,
		    enum json_type t, struct str v)
{
	if (str_is(key, "hit"))
		x->hit = t == JSON_TRUE;
	else if (str_is(key, "tier"))
		x->tier = v;
	else if (str_is(key, "kind"))
		set_kind(e, v);
	else if (str_is(key, "as"))
		e->event_kind = str_is(v, "state")   ? EK_STATE
				: str_is(v, "alert") ? EK_ALERT
						     : EK_EVENT;
	else if (str_is(key, "dataset"))
		e->dataset = v;
	else if (str_is(key, "original"))
		e->original = v;
	else
		set_value(e, key, t, v);
}

static void read_event(struct event *e, struct str line, struct arena *a,
		       struct expectation *x)
{
	struct json j;
	struct str key = STR_NONE;
	enum json_type t;

	json_init(&j, line, a);
	assert_int_equal(json_next(&j), JSON_OBJ);
	while ((t = json_next(&j)) != JSON_OBJ_END) {
		if (t == JSON_BAD || t == JSON_END)
			fail_msg("not JSON at %zu: " STR_FMT, j.at,
				 STR_ARG(line));
		if (t == JSON_KEY)
			key = arena_dup(a, j.text);
		else if (t != JSON_ARR && t != JSON_ARR_END)
			special(e, x, key, t, arena_dup(a, j.text));
	}
}

struct taker {
	struct sink sink;
	struct str file;
	uint8_t tier;
	bool seen;
};

static int take(struct sink *s, const struct finding *f)
{
	struct taker *t = (struct taker *)s;

	if (str_eq(f->rule_file, t->file)) {
		t->tier = f->tier;
		t->seen = true;
		assert_true(f->nwhy > 0);
		assert_true(f->subject.n > 0);
	}
	return 0;
}

static void check_tier(const struct event *e, struct str file, struct str want)
{
	static const struct sink_ops ops = { .finding = take };
	struct context ctx = { .collected_ns = COLLECTED_NS, .id = STR("h") };
	const struct context *const list[] = { &ctx };
	struct taker t = { .sink = { &ops }, .file = file };
	struct judge *j = judge_new(set.rs, list, 1);

	judge_event(j, e, NULL);
	assert_int_equal(judge_end(j, &t.sink), 0);
	assert_true(t.seen);
	if (want.n && !str_is(want, tier_name(t.tier)))
		fail_msg(STR_FMT ": %s, not " STR_FMT, STR_ARG(file),
			 tier_name(t.tier), STR_ARG(want));
	judge_free(j);
}

static bool hit_by(const struct event *e, struct str file)
{
	for (size_t i = 0; i < e->nfield; i++)
		if (e->field[i].key == KEY_K_HITS &&
		    str_eq(ruleset_info(set.rs, e->field[i].v.u64)->file, file))
			return true;
	return false;
}

static void one_line(struct str file, struct str line, struct matcher *m,
		     size_t n[2])
{
	struct when w = when_stated(EVENT_NS, UNIT_NS);
	struct expectation x = { false, STR_NONE };
	struct arena a = { 0 };
	struct event *e = &test_event;

	ev_begin(e, KIND_GENERIC, "test", &w, 0);
	read_event(e, line, &a, &x);
	matcher_event(m, e);
	if (hit_by(e, file) != x.hit)
		fail_msg(STR_FMT " should%s hit: " STR_FMT, STR_ARG(file),
			 x.hit ? "" : " not", STR_ARG(line));
	if (x.hit)
		check_tier(e, file, x.tier);
	n[x.hit]++;
	arena_free(&a);
}

static struct str slurp(const char *path, struct arena *a)
{
	FILE *f = fopen(path, "rb");
	struct buf b = { 0 };
	struct str s;
	size_t got;

	if (!f)
		return STR_NONE;
	while ((got = fread(buf_room(&b, 4096), 1, 4096, f)) > 0)
		b.n += got;
	(void)fclose(f);
	s = arena_dup(a, buf_view(&b));
	buf_free(&b);
	return s;
}

static void check_rule(struct str file, struct matcher *m)
{
	struct str stem = str_base(file), lines;
	struct arena a = { 0 };
	size_t n[2] = { 0, 0 };
	char path[256];

	stem.n -= sizeof(".yml") - 1;
	(void)snprintf(path, sizeof(path), "testdata/rules/" STR_FMT ".jsonl",
		       STR_ARG(stem));
	lines = slurp(path, &a);
	while (lines.n) {
		struct str line = str_cut(&lines, '\n');

		if (line.n)
			one_line(file, line, m, n);
	}
	if (!n[0] || !n[1])
		fail_msg("%s: %zu events that hit, %zu that do not", path, n[1],
			 n[0]);
	arena_free(&a);
}

static void every_rule_has_its_events(void **state)
{
	struct matcher *m = matcher_new(set.rs);

	(void)state;
	for (size_t i = 0; i < set.n; i++)
		if (str_starts(set.file[i].path,
			       STR("signatures/sigma/linux/")))
			check_rule(set.file[i].path, m);
	matcher_free(m);
}

static void all_are_in_force(void **state)
{
	(void)state;
	assert_true(ruleset_count(set.rs) >= 28);
	for (size_t i = 0; i < ruleset_count(set.rs); i++)
		if (ruleset_info(set.rs, i)->state != RULE_ACTIVE)
			fail_msg(STR_FMT,
				 STR_ARG(ruleset_info(set.rs, i)->why));
}

static bool uuid(struct str s)
{
	if (s.n != 36)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23
			    ? s.p[i] != '-'
			    : !strchr("0123456789abcdef", s.p[i]))
			return false;
	return true;
}

static void all_say_what_they_are(void **state)
{
	(void)state;
	for (size_t i = 0; i < ruleset_count(set.rs); i++) {
		const struct rule_info *r = ruleset_info(set.rs, i);
		const struct rule *rule = &set.rs->rule[i];

		if (!uuid(r->id))
			fail_msg(STR_FMT ": id", STR_ARG(r->file));
		for (size_t k = 0; k < i; k++)
			if (str_eq(r->id, ruleset_info(set.rs, k)->id))
				fail_msg(STR_FMT ": id of another",
					 STR_ARG(r->file));
		if (rule->base)
			continue;
		if (!r->attack.n || !r->name_ja.n || !r->description.n)
			fail_msg(STR_FMT ": attack, title_ja, description",
				 STR_ARG(r->file));
		if (!rule->judged || !rule->response.n)
			fail_msg(STR_FMT ": konseki block", STR_ARG(r->file));
	}
}

static void responses_exist(void **state)
{
	(void)state;
	for (size_t i = 0; i < set.rs->nrule; i++) {
		struct str id = set.rs->rule[i].response;
		struct str path = arena_fmt(
			&set.arena, "signatures/responses/" STR_FMT ".yml",
			STR_ARG(id));

		if (id.n && !builtin_file(&set.arena, path).n)
			fail_msg("no " STR_FMT, STR_ARG(path));
	}
}

int main(void)
{
	const struct CMUnitTest test[] = {
		cmocka_unit_test(all_are_in_force),
		cmocka_unit_test(all_say_what_they_are),
		cmocka_unit_test(responses_exist),
		cmocka_unit_test(every_rule_has_its_events),
	};
	int r;

	set.n = builtin_rules(&set.arena, &set.file);
	set.rs = ruleset_compile(set.file, set.n);
	r = cmocka_run_group_tests(test, NULL, NULL);
	ruleset_free(set.rs);
	arena_free(&set.arena);
	return r;
}
