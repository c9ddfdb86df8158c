/*
 * forecast_test.c - a run whose host is as fast as expected, half or twice as
 * fast: after a tenth of the walk the forecast is right within 25 %.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <cmocka.h>

#include "forecast.h"

#define S INT64_C(1000000000)

static struct forecast f = {
	.objects = 400000,
	.look = 5000000000u,
	.copy = 600000000,
	.log = 100000000,
	.count_ns = 2 * S,
};

static void nobody_counted(void **state)
{
	struct forecast none = { .objects = 0 };
	struct forecast_now n = { .stage = FORECAST_WALK };

	(void)state;
	assert_int_equal(forecast_left(&none, &n), -1);
}

static void the_pace_of_the_host_counts(void **state)
{
	(void)state;
	for (double slow = 0.5; slow <= 4; slow *= 2) {
		double walk = (3 + 5000 / 300.0) * slow; /* seconds */
		double copy = 600 / 120.0 * slow;

		for (double part = 0.1; part <= 1; part += 0.1) {
			struct forecast_now n = {
				.stage = FORECAST_WALK,
				.stage_ns = (int64_t)(walk * part * 1e9),
				.objects = (uint64_t)(400000 * part),
				.bytes = (uint64_t)(5e9 * part),
			};
			double left = (double)forecast_left(&f, &n) / 1e9;
			double real = walk * (1 - part) + copy;

			assert_true(left > real * 0.75 && left < real * 1.25);
			n = (struct forecast_now){
				.stage = FORECAST_COPY,
				.stage_ns = (int64_t)(copy * part * 1e9),
				.bytes = (uint64_t)(6e8 * part),
			};
			left = (double)forecast_left(&f, &n) / 1e9;
			real = copy * (1 - part);
			assert_true(left > real * 0.75 - 0.01 &&
				    left < real * 1.25 + 0.01);
		}
	}
}

/*
 * Objects and bytes do not go together: big files come first, or last, and
 * half of what was expected turns out to be none of ours.
 */
static void an_uneven_walk(void **state)
{
	double walk = 3 + 5000 / 300.0, copy = 600 / 120.0;

	(void)state;
	for (int first = 0; first < 2; first++) {
		f.marks = (struct forecast_marks){ .n = 0 };
		for (uint64_t o = 1; o <= f.objects; o++) {
			double part = (double)o / (double)f.objects;

			forecast_mark(&f.marks, o,
				      (uint64_t)(5e9 * (first ? sqrt(part)
							      : part * part)));
		}
		for (double part = 0.1; part < 1; part += 0.1) {
			double b = first ? sqrt(part) : part * part;
			double took = 3 * part + 5000 / 300.0 * b;
			double real = walk - took + copy, left;
			struct forecast_now n = {
				.stage = FORECAST_WALK,
				.stage_ns = (int64_t)(took * 1e9),
				.objects = (uint64_t)(400000 * part),
				.bytes = (uint64_t)(5e9 * b),
			};

			if (took < (walk + copy) / 10) /* the first tenth */
				continue;
			left = (double)forecast_left(&f, &n) / 1e9;
			assert_true(left > real * 0.75 && left < real * 1.25);
			n.bytes /= 2; /* and takes half of the time */
			n.stage_ns /= 2;
			left = (double)forecast_left(&f, &n) / 1e9;
			real /= 2;
			assert_true(left > real * 0.7 && left < real * 1.3);
		}
	}
	f.marks = (struct forecast_marks){ .n = 0 };
}

static void more_than_was_counted_is_no_negative_time(void **state)
{
	struct forecast_now n = {
		.stage = FORECAST_COPY,
		.stage_ns = S,
		.bytes = 900000000,
	};

	(void)state;
	assert_int_equal(forecast_left(&f, &n), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_counted),
		cmocka_unit_test(the_pace_of_the_host_counts),
		cmocka_unit_test(an_uneven_walk),
		cmocka_unit_test(more_than_was_counted_is_no_negative_time),
	};

	return cmocka_run_group_tests_name("collect/forecast", tests, NULL,
					   NULL);
}
