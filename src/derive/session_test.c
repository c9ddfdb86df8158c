/*
 * session_test.c - login sessions: lengths, who tells of them, boots, bounds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "derive.h"

static struct event ev;
static struct arena scratch;

static void begin(unsigned kind, int64_t ts)
{
	struct when w = when_stated(ts, UNIT_NS);

	ev_begin(&ev, kind, "test", &w, 0);
}

static struct str get(unsigned key)
{
	return ev_get_str(&ev, key);
}

#define S INT64_C(1000000000)

static void session_event(struct sessions *s, unsigned kind, int64_t at_s,
			  unsigned pid, const char *tty)
{
	begin(kind, at_s * S);
	if (pid)
		ev_u64(&ev, KEY_PROCESS_PID, pid);
	ev_cstr(&ev, KEY_PROCESS_TTY, tty);
	if (kind == KIND_LOGIN)
		ev_cstr(&ev, KEY_USER_NAME, "ann");
	sessions_event(s, &ev, &scratch);
}

static void a_session_has_a_length(void **state)
{
	struct sessions *s = sessions_new();

	(void)state;

	session_event(s, KIND_LOGIN, 100, 7, "");
	assert_true(str_is(get(KEY_K_SESSION_ID), "7@100"));
	session_event(s, KIND_LOGIN, 101, 7, "pts/0");
	assert_true(str_is(get(KEY_K_SESSION_ID), "7@100"));
	session_event(s, KIND_LOGOUT, 160, 0, "pts/0");
	assert_int_equal(ev_get(&ev, KEY_EVENT_DURATION)->v.u64, 60 * S);
	assert_true(str_is(get(KEY_USER_NAME), "ann"));
	session_event(s, KIND_SESSION_CLOSE, 161, 7, "");
	assert_non_null(ev_get(&ev, KEY_EVENT_DURATION));
	session_event(s, KIND_LOGOUT, 9000, 0, "pts/0");
	assert_null(ev_get(&ev, KEY_EVENT_DURATION));
	sessions_free(s);
}

static void named_sessions_share_a_pid(void **state)
{
	struct sessions *s = sessions_new();

	(void)state;

	for (unsigned i = 0; i < 2; i++) {
		begin(KIND_SESSION_OPEN, (100 + i) * S);
		ev_u64(&ev, KEY_PROCESS_PID, 500);
		ev_cstr(&ev, KEY_K_SESSION_ID, i ? "6" : "5");
		sessions_event(s, &ev, &scratch);
	}
	begin(KIND_SESSION_CLOSE, 110 * S);
	ev_u64(&ev, KEY_PROCESS_PID, 500);
	ev_cstr(&ev, KEY_K_SESSION_ID, "5");
	sessions_event(s, &ev, &scratch);
	assert_int_equal(ev_get(&ev, KEY_EVENT_DURATION)->v.u64, 10 * S);
	sessions_free(s);
}

static void a_boot_ends_all_sessions(void **state)
{
	struct sessions *s = sessions_new();

	(void)state;

	session_event(s, KIND_LOGIN, 100, 7, "pts/0");
	sessions_host(s, 1);
	session_event(s, KIND_BOOT, 110, 0, "");
	session_event(s, KIND_LOGOUT, 120, 7, "pts/0");
	assert_null(ev_get(&ev, KEY_EVENT_DURATION));
	sessions_host(s, 0);
	session_event(s, KIND_LOGOUT, 120, 7, "pts/0");
	assert_non_null(ev_get(&ev, KEY_EVENT_DURATION));
	session_event(s, KIND_BOOT, 121, 0, "");
	session_event(s, KIND_LOGOUT, 122, 7, "pts/0");
	assert_null(ev_get(&ev, KEY_EVENT_DURATION));
	sessions_free(s);
}

static void very_many_sessions_are_bounded(void **state)
{
	struct sessions *s = sessions_new();

	(void)state;

	for (unsigned i = 1; i < 200000; i++)
		session_event(s, KIND_LOGIN, 1000 * (int64_t)i, i, "");
	session_event(s, KIND_LOGOUT, 199999001, 199999, "");
	assert_int_equal(ev_get(&ev, KEY_EVENT_DURATION)->v.u64, S);
	sessions_free(s);
}

int main(void)
{
	const struct CMUnitTest test[] = {
		cmocka_unit_test(a_session_has_a_length),
		cmocka_unit_test(named_sessions_share_a_pid),
		cmocka_unit_test(a_boot_ends_all_sessions),
		cmocka_unit_test(very_many_sessions_are_bounded),
	};
	int failed = cmocka_run_group_tests(test, NULL, NULL);

	arena_free(&scratch);
	return failed;
}
