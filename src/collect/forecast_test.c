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
	.walk = { .objects = 400000, .open_ns = 3 * S, .bytes = 5000000000u },
	.copy = 600000000,
	.log = 100000000,
	.count_ns = 2 * S,
};

static void nobody_counted(void **state)
{
	struct forecast none = { .copy = 1 };
	struct forecast_now n = { .stage = FORECAST_WALK };

	(void)state;
	assert_int_equal(forecast_left(&none, &n), -1);
}

static void the_pace_of_the_host_counts(void **state)
{
	(void)state;
	for (double slow = 0.5; slow <= 4; slow *= 2) {
		double bytes = 5000 / 600.0 * slow; /* seconds */
		double walk = (3 + 3) * slow + bytes;
		double copy = 600 / 200.0 * slow;

		for (double part = 0.1; part <= 1; part += 0.1) {
			struct forecast_now n = {
				.stage = FORECAST_WALK,
				.stage_ns = (int64_t)(walk * part * 1e9),
				.bytes_ns = (int64_t)(bytes * part * 1e9),
				.done = { .objects = (uint64_t)(4e5 * part),
					  .bytes = (uint64_t)(5e9 * part) },
			};
			double left = (double)forecast_left(&f, &n) / 1e9;
			double real = walk * (1 - part) + copy;

			assert_true(left > real * 0.75 && left < real * 1.25);
			n = (struct forecast_now){
				.stage = FORECAST_COPY,
				.stage_ns = (int64_t)(copy * part * 1e9),
				.done.bytes = (uint64_t)(6e8 * part),
			};
			left = (double)forecast_left(&f, &n) / 1e9;
			real = copy * (1 - part);
			assert_true(left > real * 0.75 - 0.01 &&
				    left < real * 1.25 + 0.01);
		}
	}
}

/*
 * Objects and bytes do not go together: big files come first, or last; reading
 * is three times as slow as usual; half of what was expected turns out to be
 * none of ours.
 */
static void an_uneven_walk(void **state)
{
	double others = 3 + 3, copy = 600 / 200.0;

	(void)state;
	for (int kind = 0; kind < 8; kind++) {
		double slow = kind & 2 ? 3 : 1, real = kind & 4 ? 0.5 : 1;
		double bytes = 5000 / 600.0 * slow * real;
		double all = others + bytes + copy * real * slow;

		f.marks = (struct forecast_marks){ .n = 0 };
		for (uint64_t o = 1; o <= f.walk.objects; o++) {
			double part = (double)o / (double)f.walk.objects;
			double b = kind & 1 ? sqrt(part) : part * part;
			struct forecast_work w = {
				.objects = o,
				.open_ns = (int64_t)(3e9 * part),
				.bytes = (uint64_t)(5e9 * b),
			};

			forecast_mark(&f.marks, &w);
		}
		for (double part = 0.1; part < 1; part += 0.1) {
			double b = kind & 1 ? sqrt(part) : part * part;
			double took = others * part + bytes * b, left;
			struct forecast_now n = {
				.stage = FORECAST_WALK,
				.stage_ns = (int64_t)(took * 1e9),
				.bytes_ns = (int64_t)(bytes * b * 1e9),
				.done = { .objects = (uint64_t)(4e5 * part),
					  .bytes = (uint64_t)(5e9 * b * real) },
			};

			if (took < all / 10) /* the first tenth */
				continue;
			left = (double)forecast_left(&f, &n) / 1e9;
			assert_true(fabs(left - (all - took)) < 0.25 * all);
		}
	}
	f.marks = (struct forecast_marks){ .n = 0 };
}

static void a_stumble_counts_little(void **state)
{
	int64_t usual = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		forecast_sample(&usual, 50000);
	assert_in_range(usual, 49990, 50010);
	forecast_sample(&usual, 20 * S / 1000);
	assert_in_range(usual, 50000, 100000);
	for (int i = 0; i < 50; i++) /* from here on it is cold */
		forecast_sample(&usual, 5 * S / 1000);
	assert_in_range(usual, 4 * S / 1000, 5 * S / 1000);
}

static void more_than_was_counted_is_no_negative_time(void **state)
{
	struct forecast_now n = {
		.stage = FORECAST_COPY,
		.stage_ns = S,
		.done.bytes = 900000000,
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
		cmocka_unit_test(a_stumble_counts_little),
		cmocka_unit_test(more_than_was_counted_is_no_negative_time),
	};

	return cmocka_run_group_tests_name("collect/forecast", tests, NULL,
					   NULL);
}
