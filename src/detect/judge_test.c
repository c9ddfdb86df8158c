/* judge_test.c - hits to findings: grouping, score, tier, identity. */
#include "judge_test.h"

static const char rules[] =
	"title: hard\nid: hard\nlevel: critical\n"
	"logsource: {product: linux, category: process_snapshot}\n"
	"detection: {s: {process.name: evil}, condition: s}\n"
	"konseki: {severity: 95, fact: observed, ceiling: respond,"
	" active: process, subject: process, response: live-shell}\n"
	"---\n"
	"title: foreign\nid: foreign\nlevel: critical\n"
	"logsource: {product: linux, category: process_creation}\n"
	"detection: {s: {CommandLine|contains: evil}, condition: s}\n"
	"---\n"
	"title: foreign low\nid: low\nlevel: medium\n"
	"logsource: {product: linux, category: process_creation}\n"
	"detection: {s: {CommandLine|contains: evil}, condition: s}\n"
	"---\n"
	"title: recent\nid: recent\nlevel: high\n"
	"logsource: {product: linux, category: process_creation}\n"
	"detection: {s: {CommandLine|contains: evil}, condition: s}\n"
	"konseki: {severity: 75, fact: structural, ceiling: respond,"
	" active: recent, subject: user}\n"
	"---\n"
	"title: armed\nid: armed\nlevel: high\n"
	"logsource: {product: linux, category: persistence}\n"
	"detection: {s: {konseki.autorun.name: evil}, condition: s}\n"
	"konseki: {severity: 95, fact: structural, ceiling: respond,"
	" active: persistence, subject: autorun}\n"
	"---\n"
	"title: file\nid: file\nlevel: high\n"
	"logsource: {product: linux, category: file_state}\n"
	"detection: {s: {file.name: evil}, condition: s}\n"
	"konseki: {severity: 75, fact: structural, ceiling: watch,"
	" active: persistence, subject: file}\n";

static int begin(void **state)
{
	struct rule_file f = { .path = STR("t.yml") };

	(void)state;
	f.text = str_of(rules);
	begin_with(ruleset_compile(&f, 1));
	return 0;
}

static const struct finding *found(const char *rule)
{
	for (size_t i = 0; i < got.n; i++)
		if (str_is(got.f[i].rule_id, rule))
			return &got.f[i];
	return NULL;
}

static struct event *process(const char *name, unsigned pid)
{
	struct event *e = event_of(KIND_PROCESS, "processes", COLLECTED);

	e->event_kind = EK_STATE;
	ev_cstr(e, KEY_PROCESS_NAME, name);
	ev_u64(e, KEY_PROCESS_PID, pid);
	return e;
}

static struct event *command(const char *grade, int64_t ts)
{
	struct event *e = event_of(KIND_EXEC, "sudo", ts);

	ev_cstr(e, KEY_PROCESS_COMMAND_LINE, "evil");
	ev_cstr(e, KEY_USER_NAME, "taro");
	ev_cstr(e, KEY_K_EXEC_GRADE, grade);
	return e;
}

static void a_living_process_is_respond(void **state)
{
	const struct finding *f;

	(void)state;
	feed(process("evil", 42));
	finish();
	f = found("hard");
	assert_non_null(f);
	assert_int_equal(f->tier, TIER_RESPOND);
	assert_int_equal(f->active, ACTIVE_PROCESS);
	assert_true(str_is(f->subject, "process 42 evil"));
	assert_true(str_is(f->score_terms, "S95 C1.00 P1.00 R1.00 T1.00"));
	assert_int_equal(f->score, 95);
	assert_int_equal(f->count, 1);
	assert_int_equal(f->first_ns, INT64_MAX); /* state is no activity */
	assert_int_equal(f->observed_ns, COLLECTED);
	assert_int_equal(f->id.n, 16);
	assert_true(str_is(f->response, "live-shell"));
}

static void a_connection_outwards_weighs(void **state)
{
	struct event *e = process("evil", 42);

	(void)state;
	ev_bool(e, KEY_K_PROCESS_REMOTE_EXTERNAL, true);
	feed(e);
	finish();
	assert_int_equal(found("hard")->score, 100);
	assert_true(str_has(found("hard")->score_terms, STR("T1.15")));
}

static void one_finding_per_subject(void **state)
{
	(void)state;
	feed(process("evil", 42));
	feed(process("evil", 42));
	feed(process("evil", 43));
	finish();
	assert_int_equal(got.n, 2);
	assert_int_equal(got.f[0].count + got.f[1].count, 3);
	assert_false(str_eq(got.f[0].id, got.f[1].id));
}

static void others_rules_reach_watch_at_most(void **state)
{
	(void)state;
	feed(command("observed", COLLECTED - HOUR));
	finish();
	assert_int_equal(found("foreign")->tier, TIER_WATCH);
	assert_int_equal(found("low")->tier, TIER_NOTE);
}

static void fresh_evidence_is_active(void **state)
{
	(void)state;
	feed(command("logged", COLLECTED - 71 * HOUR));
	finish();
	assert_int_equal(found("recent")->tier, TIER_RESPOND);
	assert_int_equal(found("recent")->active, ACTIVE_RECENT);
}

static void old_evidence_is_not(void **state)
{
	(void)state;
	feed(command("logged", COLLECTED - 73 * HOUR));
	finish();
	assert_int_equal(found("recent")->tier, TIER_WATCH);
	assert_int_equal(found("recent")->active, ACTIVE_NO);
}

static void very_old_evidence_weighs_less(void **state)
{
	(void)state;
	feed(command("logged", COLLECTED - 181 * 24 * HOUR));
	finish();
	assert_true(str_has(found("recent")->score_terms, STR("T0.85")));
}

static void what_was_typed_is_never_respond(void **state)
{
	(void)state;
	feed(command("typed", COLLECTED - HOUR));
	finish();
	assert_int_equal(found("recent")->tier, TIER_WATCH);
}

static void a_typed_and_a_logged_one_together_are(void **state)
{
	(void)state;
	feed(command("typed", COLLECTED - HOUR));
	feed(command("logged", COLLECTED - HOUR));
	finish();
	assert_int_equal(found("recent")->tier, TIER_RESPOND);
}

static void undated_evidence_is_not_fresh(void **state)
{
	struct event *e = command("logged", COLLECTED - HOUR);

	(void)state;
	e->when.from = FROM_BOUNDED;
	feed(e);
	finish();
	assert_int_equal(found("recent")->tier, TIER_WATCH);
}

static struct event *autorun(void)
{
	struct event *e = event_of(KIND_AUTORUN, "autoruns", COLLECTED);

	e->event_kind = EK_STATE;
	ev_cstr(e, KEY_K_AUTORUN_NAME, "evil");
	ev_cstr(e, KEY_K_AUTORUN_PATH, "/etc/cron.d/evil");
	return e;
}

static void armed_persistence_is_respond(void **state)
{
	(void)state;
	feed(autorun());
	finish();
	assert_int_equal(found("armed")->tier, TIER_RESPOND);
	assert_int_equal(found("armed")->active, ACTIVE_PERSISTENCE);
}

static void what_is_switched_off_is_watch(void **state)
{
	struct event *e = autorun();

	(void)state;
	ev_bool(e, KEY_K_AUTORUN_ENABLED, false);
	feed(e);
	finish();
	assert_int_equal(found("armed")->tier, TIER_WATCH);
}

static void its_package_vouches_for_a_file(void **state)
{
	struct event *e = event_of(KIND_FILE_STATE, "files", COLLECTED);

	(void)state;
	e->event_kind = EK_STATE;
	ev_cstr(e, KEY_FILE_NAME, "evil");
	ev_cstr(e, KEY_FILE_PATH, "/usr/bin/evil");
	ev_cstr(e, KEY_K_FILE_PACKAGE_STATE, "intact");
	feed(e);
	finish();
	assert_int_equal(found("file")->tier, TIER_NOTE);
	assert_true(str_has(found("file")->score_terms, STR("P0.15")));
}

static void the_responder_is_marked_not_dropped(void **state)
{
	struct event *e = process("evil", 42);

	(void)state;
	ev_bool(e, KEY_K_RESPONDER, true);
	feed(e);
	finish();
	assert_true(str_is(found("hard")->suppressed_by, "responder"));
}

static void the_worst_comes_first(void **state)
{
	(void)state;
	feed(command("typed", COLLECTED - HOUR));
	feed(process("evil", 42));
	finish();
	assert_int_equal(got.n, 4);
	for (size_t i = 1; i < got.n; i++)
		assert_true(got.f[i - 1].tier >= got.f[i].tier);
	assert_true(str_is(got.f[0].rule_id, "hard"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest test[] = {
		TEST(a_living_process_is_respond),
		TEST(a_connection_outwards_weighs),
		TEST(one_finding_per_subject),
		TEST(others_rules_reach_watch_at_most),
		TEST(fresh_evidence_is_active),
		TEST(old_evidence_is_not),
		TEST(very_old_evidence_weighs_less),
		TEST(what_was_typed_is_never_respond),
		TEST(a_typed_and_a_logged_one_together_are),
		TEST(undated_evidence_is_not_fresh),
		TEST(armed_persistence_is_respond),
		TEST(what_is_switched_off_is_watch),
		TEST(its_package_vouches_for_a_file),
		TEST(the_responder_is_marked_not_dropped),
		TEST(the_worst_comes_first),
	};

	return cmocka_run_group_tests(test, NULL, NULL);
}
