/* guess_test.c - the built-in rules on passwords that are guessed. */
#include "judge_test.h"

static int begin_builtin(void **state)
{
	struct arena a = { 0 };
	struct rule_file *f;
	size_t n = builtin_rules(&a, &f);

	(void)state;
	begin_with(ruleset_compile(f, n));
	arena_free(&a);
	return 0;
}

static struct event *login(bool ok, int64_t ts, unsigned port)
{
	struct event *e =
		event_of(ok ? KIND_LOGIN : KIND_LOGIN_FAILED, "sshd", ts);

	assert_true(ev_ip_str(e, KEY_SOURCE_IP, STR("203.0.113.9")));
	e->off = port;
	ev_u64(e, KEY_SOURCE_PORT, port);
	ev_cstr(e, KEY_USER_NAME, "root");
	return e;
}

static const struct finding *named(const char *part)
{
	for (size_t i = 0; i < got.n; i++)
		if (str_has(got.f[i].rule_name, str_of(part)))
			return &got.f[i];
	return NULL;
}

static void a_guess_that_succeeds_is_respond(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 10; i++)
		feed(login(false, COLLECTED - HOUR + i * S, 4000 + i));
	feed(login(true, COLLECTED - HOUR + 20 * S, 5000));
	finish();
	assert_non_null(named("then logged in"));
	assert_int_equal(named("then logged in")->tier, TIER_RESPOND);
	assert_true(str_is(named("then logged in")->subject,
			   "address 203.0.113.9"));
	assert_true(named("then logged in")->nevent >= 2);
}

static void guesses_without_success_are_a_note(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2000; i++)
		feed(login(false, COLLECTED - 48 * HOUR + i * 20 * S,
			   1024 + i));
	finish();
	assert_int_equal(got.n, 1);
	assert_int_equal(got.f[0].tier, TIER_NOTE);
}

/* Three times wrong, told by three logs, then right. */
static void a_mistyped_password_is_nothing(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 9; i++)
		feed(login(false, COLLECTED - HOUR + i * S, 4000));
	feed(login(true, COLLECTED - HOUR + 20 * S, 4000));
	finish();
	assert_int_equal(got.n, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_builtin, end)

int main(void)
{
	const struct CMUnitTest test[] = {
		TEST(a_guess_that_succeeds_is_respond),
		TEST(guesses_without_success_are_a_note),
		TEST(a_mistyped_password_is_nothing),
	};

	return cmocka_run_group_tests(test, NULL, NULL);
}
