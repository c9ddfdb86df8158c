/* timefmt_test.c - civil time there and back, texts and their zones. */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "timefmt.h"

static void days_agree_with_the_calendar(void **state)
{
	struct civil c = { .year = 1600, .month = 1, .day = 1 }, back;
	int64_t s = civil_to_s(&c);

	(void)state;
	for (; c.year < 2500; s += 86400) {
		civil_of_s(s + 86399, &back);
		assert_int_equal(back.year, c.year);
		assert_int_equal(back.month, c.month);
		assert_int_equal(back.day, c.day);
		assert_int_equal(civil_to_s(&c), s);
		if (++c.day > days_in_month(c.year, c.month)) {
			c.day = 1;
			if (++c.month > 12) {
				c.month = 1;
				c.year++;
			}
		}
	}
}

static void text_of_edges(void **state)
{
	static const struct {
		int64_t ts;
		const char *want;
	} t[] = {
		{ 0, "1970-01-01T00:00:00.000000000Z" },
		{ -1, "1969-12-31T23:59:59.999999999Z" },
		{ TS_MAX, "2262-04-11T23:47:16.854775807Z" },
		{ TS_MIN, "1677-09-21T00:12:43.145224192Z" },
		{ INT64_C(951782400000000000),
		  "2000-02-29T00:00:00.000000000Z" },
	};
	char out[TS_TEXT + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		assert_int_equal(ts_text(t[i].ts, out), TS_TEXT);
		assert_string_equal(out, t[i].want);
	}
}

static void saturates_out_of_range(void **state)
{
	bool clipped;

	(void)state;
	assert_true(ts_of(INT64_MAX / 2, 0, &clipped) == TS_MAX && clipped);
	assert_true(ts_of(-INT64_MAX / 2, 0, &clipped) == TS_MIN && clipped);
	assert_true(ts_of(1, 5, &clipped) == 1000000005 && !clipped);
}

static void reads_iso_with_any_offset(void **state)
{
	static const struct {
		const char *in, *want;
		bool zone;
	} t[] = {
		{ "2026-11-24T06:26:15Z", "2026-11-24T06:26:15.000000000Z",
		  true },
		{ "2026-11-24T15:26:15.5+09:00",
		  "2026-11-24T06:26:15.500000000Z", true },
		{ "2026-11-23 20:56:15,123456-0930",
		  "2026-11-24T06:26:15.123456000Z", true },
		{ "2026-11-24 06:26:15", "2026-11-24T06:26:15.000000000Z",
		  false },
		{ "2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000000Z",
		  true },
	};
	char out[TS_TEXT + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		int64_t ts;
		unsigned digits;
		bool zone;
		int32_t off;

		assert_int_equal(ts_parse_iso(str_of(t[i].in), &ts, &digits,
					      &zone, &off),
				 strlen(t[i].in));
		assert_int_equal(zone, t[i].zone);
		(void)ts_text(ts, out);
		assert_string_equal(out, t[i].want);
	}
}

static void refuses_what_is_no_time(void **state)
{
	static const char *const t[] = { "",
					 "2026-13-01T00:00:00",
					 "2026-02-29T00:00:00",
					 "2026-01-01T24:00:00",
					 "2026-01-01",
					 "2026-1-01T00:00:00",
					 "2026-01-01T00:61:00" };

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		int64_t ts;
		unsigned digits;
		bool zone;
		int32_t off;

		assert_int_equal(
			ts_parse_iso(str_of(t[i]), &ts, &digits, &zone, &off),
			0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_agree_with_the_calendar),
		cmocka_unit_test(text_of_edges),
		cmocka_unit_test(saturates_out_of_range),
		cmocka_unit_test(reads_iso_with_any_offset),
		cmocka_unit_test(refuses_what_is_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
