/* subject_test.c - names that are as long as evidence allows. */
#include "subject.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct event ev;

static struct str of_user(char last, struct buf *text, struct buf *key)
{
	static char name[EV_MAX_VALUE];
	const struct rule r = { .subject = SUBJECT_USER };
	struct when w = when_stated(0, UNIT_NS);

	memset(name, 'u', sizeof(name));
	name[sizeof(name) - 1] = last;
	ev_begin(&ev, KIND_EXEC, "sudo", &w, 0);
	ev_str(&ev, KEY_USER_NAME, (struct str){ name, sizeof(name) });
	return subject_of(&r, &ev, text, key);
}

static void long_names_are_cut_and_stay_apart(void **state)
{
	struct buf text = { 0 }, a = { 0 }, b = { 0 }, again = { 0 };
	struct str s;

	(void)state;
	s = of_user('a', &text, &a);
	assert_true(str_starts(s, STR("user uuu")));
	assert_true(s.n <= SUBJECT_MAX + 3);
	assert_true(a.n <= SUBJECT_MAX + 3 + 32);
	(void)of_user('b', &text, &b);
	assert_false(str_eq(buf_view(&a), buf_view(&b)));
	(void)of_user('a', &text, &again);
	assert_true(str_eq(buf_view(&a), buf_view(&again)));
	buf_free(&text);
	buf_free(&a);
	buf_free(&b);
	buf_free(&again);
}

static void short_names_are_their_own_keys(void **state)
{
	const struct rule r = { .subject = SUBJECT_USER };
	struct buf text = { 0 }, key = { 0 };
	struct when w = when_stated(0, UNIT_NS);

	(void)state;
	ev_begin(&ev, KIND_EXEC, "sudo", &w, 0);
	ev_str(&ev, KEY_USER_NAME, STR("hana"));
	assert_true(str_is(subject_of(&r, &ev, &text, &key), "user hana"));
	assert_true(str_is(buf_view(&key), "user hana"));
	buf_free(&text);
	buf_free(&key);
}

int main(void)
{
	const struct CMUnitTest t[] = {
		cmocka_unit_test(long_names_are_cut_and_stay_apart),
		cmocka_unit_test(short_names_are_their_own_keys),
	};

	return cmocka_run_group_tests_name("detect/subject", t, NULL, NULL);
}
