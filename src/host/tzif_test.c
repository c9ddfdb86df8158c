/*
 * tzif_test.c - real zones against the C library's own reading of them, the
 * turns of clocks, and files that are not what they say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

#include "../util/io.h"
#include "../util/timefmt.h"
#include "tzif.h"

#define ZONEINFO "/usr/share/zoneinfo/"

static bool zone_load(const char *name, struct arena *a, struct tz *tz,
		      struct buf *raw)
{
	struct buf path = { 0 };
	struct err err;
	int fd;
	bool ok;

	buf_puts(&path, ZONEINFO);
	buf_puts(&path, name);
	buf_c(&path, '\0');
	fd = open(path.p, O_RDONLY | O_CLOEXEC);
	buf_free(&path);
	if (fd < 0)
		return false;
	ok = io_slurp(fd, 1 << 20, raw, &err) == 0;
	close(fd);
	return ok && tz_read(buf_view(raw), a, tz);
}

static const char *const zone[] = {
	"Asia/Tokyo",          "Europe/Berlin", "America/New_York",
	"Europe/Dublin",       "Asia/Tehran",   "Africa/Casablanca",
	"Australia/Lord_Howe", "America/Nuuk",  "Asia/Gaza",
	"America/Santiago",    "Pacific/Apia",  "Asia/Kathmandu",
	"Antarctica/Troll",    "UTC",           "America/Caracas",
};

/* Every 40 hours and 7 s from 1900 to 2100: all rules, no even hours. */
static void offsets_as_the_c_library(void **state)
{
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(zone) / sizeof(*zone); i++) {
		struct arena a = { 0 };
		struct buf raw = { 0 };
		struct tz tz;

		if (!zone_load(zone[i], &a, &tz, &raw))
			continue;
		seen++;
		setenv("TZ", zone[i], 1);
		tzset();
		for (int64_t s = -2208988800; s < 4102444800; s += 144007) {
			time_t t = s;
			struct tm tm;

			assert_non_null(localtime_r(&t, &tm));
			if (tz_offset(&tz, s) != tm.tm_gmtoff)
				fail_msg("%s at %lld: %d, not %ld", zone[i],
					 (long long)s, tz_offset(&tz, s),
					 tm.tm_gmtoff);
		}
		buf_free(&raw);
		arena_free(&a);
	}
	if (seen == 0) {
		print_message("skipped: no " ZONEINFO "\n");
		skip();
	}
}

/* From local time back: every instant is one of the two candidates. */
static void local_time_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(zone) / sizeof(*zone); i++) {
		struct arena a = { 0 };
		struct buf raw = { 0 };
		struct tz tz;

		if (!zone_load(zone[i], &a, &tz, &raw))
			continue;
		for (int64_t s = 0; s < 4102444800; s += 86413) {
			int64_t utc, other;

			(void)tz_to_utc(&tz, s + tz_offset(&tz, s), &utc,
					&other);
			assert_true(utc == s || other == s);
		}
		buf_free(&raw);
		arena_free(&a);
	}
}

static int64_t civil(int64_t y, unsigned m, unsigned d, unsigned h,
		     unsigned min)
{
	struct civil c = {
		.year = y, .month = m, .day = d, .hour = h, .min = min
	};

	return civil_to_s(&c);
}

static struct tz berlin(void)
{
	struct tz tz = { .first_s = 3600 };

	assert_true(tz_rule_read(STR("CET-1CEST,M3.5.0,M10.5.0/3"), &tz.rule));
	return tz;
}

static void a_repeated_hour_has_two_answers(void **state)
{
	struct tz tz = berlin();
	int64_t utc, other;

	(void)state;
	assert_true(tz_to_utc(&tz, civil(2026, 10, 25, 2, 30), &utc, &other));
	assert_int_equal(utc, civil(2026, 10, 25, 0, 30));
	assert_int_equal(other, civil(2026, 10, 25, 1, 30));
	assert_false(tz_to_utc(&tz, civil(2026, 10, 25, 3, 0), &utc, NULL));
	assert_int_equal(utc, civil(2026, 10, 25, 2, 0));
}

static void a_skipped_hour_moves_forward(void **state)
{
	struct tz tz = berlin();
	int64_t utc, other;

	(void)state;
	assert_false(tz_to_utc(&tz, civil(2026, 3, 29, 2, 30), &utc, &other));
	assert_int_equal(utc + tz_offset(&tz, utc), civil(2026, 3, 29, 3, 30));
	assert_int_equal(utc, other);
}

static void rules_of_the_south_and_of_days(void **state)
{
	struct tz tz = { 0 };

	(void)state;
	assert_true(
		tz_rule_read(STR("AEST-10AEDT,M10.1.0,M4.1.0/3"), &tz.rule));
	assert_int_equal(tz_offset(&tz, civil(2026, 1, 1, 0, 0)), 11 * 3600);
	assert_int_equal(tz_offset(&tz, civil(2026, 7, 1, 0, 0)), 10 * 3600);
	/* J60 is March 1, in leap years too; 59 is not */
	assert_true(tz_rule_read(STR("XXX0YYY,J60/0,J300/0"), &tz.rule));
	assert_int_equal(tz_offset(&tz, civil(2024, 2, 29, 23, 0)), 0);
	assert_int_equal(tz_offset(&tz, civil(2024, 3, 1, 0, 0)), 3600);
	assert_true(tz_rule_read(STR("XXX0YYY,59/0,300/0"), &tz.rule));
	assert_int_equal(tz_offset(&tz, civil(2024, 2, 29, 0, 0)), 3600);
	/* all year */
	assert_true(tz_rule_read(STR("XXX3EDT4,0/0,J365/23"), &tz.rule));
	assert_int_equal(tz_offset(&tz, civil(2025, 12, 31, 23, 30)),
			 -4 * 3600);
}

static void wrong_rules_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"CET",
		"C-1",
		"<-1",
		"CET-1CEST",
		"CET-999",
		"CET-1CEST,M13.1.0,M10.5.0",
		"CET-1CEST,M3.6.0,M10.5.0",
		"CET-1CEST,J0,J1",
		"CET-1CEST,M3.5.0,M10.5.0x",
		"CET-1:60",
		"CET-1CEST,M3.5.0",
	};
	struct tz_rule r;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (tz_rule_read(str_of(bad[i]), &r))
			fail_msg("taken: %s", bad[i]);
		assert_false(r.some);
	}
	assert_true(tz_rule_read(STR("<+0330>-3:30"), &r));
	assert_int_equal(r.std_s, 12600);
}

/* Every prefix of a real file: refused, or a zone without its footer. */
static void every_cut_is_survived(void **state)
{
	struct arena a = { 0 };
	struct buf raw = { 0 };
	struct tz tz;

	(void)state;
	if (!zone_load("Europe/Berlin", &a, &tz, &raw)) {
		print_message("skipped: no " ZONEINFO "\n");
		skip();
	}
	for (size_t n = 0; n < raw.n; n++) {
		bool ok = tz_read(str_head(buf_view(&raw), n), &a, &tz);

		assert_true(!ok || !tz.rule.some);
		assert_true(ok || tz.nchange == 0);
	}
	/* and with each byte turned over, only without crashing */
	for (size_t i = 0; i < raw.n; i++) {
		int64_t utc, other;

		raw.p[i] = (char)~raw.p[i];
		if (tz_read(buf_view(&raw), &a, &tz))
			(void)tz_to_utc(&tz, INT64_MAX, &utc, &other);
		raw.p[i] = (char)~raw.p[i];
	}
	buf_free(&raw);
	arena_free(&a);
}

static void changes_must_ascend(void **state)
{
	/* v1, two changes at the same second, one type */
	static const char f[] = "TZif\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
				"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2"
				"\0\0\0\1\0\0\0\4"
				"\0\0\0\5\0\0\0\5\0\0"
				"\0\0\x0e\x10\0\0CET\0";
	struct arena a = { 0 };
	char ok[sizeof(f)];
	struct tz tz;

	(void)state;
	assert_false(tz_read(str_mem(f, sizeof(f) - 1), &a, &tz));
	memcpy(ok, f, sizeof(f));
	ok[51] = 6;
	assert_true(tz_read(str_mem(ok, sizeof(ok) - 1), &a, &tz));
	assert_int_equal(tz_offset(&tz, 7), 3600);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest test[] = {
		cmocka_unit_test(offsets_as_the_c_library),
		cmocka_unit_test(local_time_and_back),
		cmocka_unit_test(a_repeated_hour_has_two_answers),
		cmocka_unit_test(a_skipped_hour_moves_forward),
		cmocka_unit_test(rules_of_the_south_and_of_days),
		cmocka_unit_test(wrong_rules_are_refused),
		cmocka_unit_test(every_cut_is_survived),
		cmocka_unit_test(changes_must_ascend),
	};

	return cmocka_run_group_tests(test, NULL, NULL);
}
