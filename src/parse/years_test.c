/* years_test.c - the runs of a log's dates. */
#include "years.h"

#include "../util/buf.h"
#include "../util/timefmt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* 2026-07-01T00:00:00Z */
#define SUMMER_2026 INT64_C(1782864000)

static struct arena arena;
static struct years y;

static void scan(const char *text, int64_t limit_s)
{
	static const struct tz utc;

	years_scan(&y, str_of(text), &utc, limit_s, &arena);
}

static void a_day_is_one_run(void **state)
{
	(void)state;
	scan("Jun 15 10:00:00 a\nJun 15 10:00:01 a\nJun 15 10:00:02 a\n"
	     "Jun 16 10:00:00 a\nJun 16 10:00:07 a\n",
	     SUMMER_2026);
	assert_int_equal(y.nrun, 1);
	assert_int_equal(y.run[0].last_s, 10 * 3600 + 7);
	assert_int_equal(years_of(&y, 0), 2026);
}

/* The last line of a day counts, not the first: it may be after the file. */
static void the_last_line_decides(void **state)
{
	(void)state;
	scan("Jul  2 00:00:00 a\nJul  2 00:00:01 a\nJul  2 12:00:00 a\n",
	     SUMMER_2026);
	assert_int_equal(years_of(&y, 0), 2025);
	scan("Jul  2 12:00:00 a\nJul  2 00:00:01 a\nJul  2 00:00:00 a\n",
	     SUMMER_2026);
	assert_int_equal(years_of(&y, 0), 2026);
}

static void lines_without_stamps_are_passed(void **state)
{
	(void)state;
	scan("x\n\nJun 15\nJun 31 10:00:00 a\nJun 15 10:00:00", SUMMER_2026);
	assert_int_equal(y.nrun, 1);
	assert_int_equal(y.run[0].off, 28);
	scan("", SUMMER_2026);
	assert_int_equal(y.nrun, 0);
}

static void a_year_that_nothing_tells_starts_at_1970(void **state)
{
	(void)state;
	scan("Nov 15 10:00:00 a\nJan 15 10:00:00 a\n", INT64_MAX);
	assert_int_equal(years_of(&y, 0), 1970);
	assert_int_equal(years_of(&y, 18), 1971);
}

static void turns_of_the_year_are_capped(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (unsigned i = 0; i < YEARS_MAX_RUNS + 10; i++)
		buf_puts(&b,
			 i % 2 ? "Jun 15 10:00:00 a\n" : "Jan 15 10:00:00 a\n");
	buf_c(&b, '\0');
	scan(b.p, SUMMER_2026);
	assert_true(y.overflow);
	assert_int_equal(y.nrun, YEARS_MAX_RUNS);
	assert_int_equal(years_of(&y, b.n), y.run[y.nrun - 1].year);
	buf_free(&b);
}

static int empty(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_day_is_one_run, empty),
		cmocka_unit_test_teardown(the_last_line_decides, empty),
		cmocka_unit_test_teardown(lines_without_stamps_are_passed,
					  empty),
		cmocka_unit_test_teardown(
			a_year_that_nothing_tells_starts_at_1970, empty),
		cmocka_unit_test_teardown(turns_of_the_year_are_capped, empty),
	};

	arena_init(&arena, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
