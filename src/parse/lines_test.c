/* lines_test.c - framing, dialects, years and zones of text logs. */
#include "lines.h"

#include "../util/timefmt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define MAX_SEEN 64

struct world {
	struct source src;
	struct context ctx;
	struct arena keep, scratch;
	struct parse p;
	struct sink sink;
	struct when when[MAX_SEEN];
	struct str text[MAX_SEEN];
	uint64_t off[MAX_SEEN];
	size_t n, nnote;
	struct event ev;
};

static enum outcome line(struct parse *p, struct str rec, struct when *w,
			 uint64_t off)
{
	struct world *d = p->state;

	assert_true(d->n < MAX_SEEN);
	d->when[d->n] = *w;
	d->text[d->n] = rec;
	d->off[d->n++] = off;
	return WHOLE;
}

static void on_note(struct sink *s, const struct note *n)
{
	(void)n;
	((struct world *)((char *)s - offsetof(struct world, sink)))->nnote++;
}

static const struct sink_ops ops = { .note = on_note };

static int64_t ns_of(const char *iso)
{
	int64_t ts;
	unsigned digits;
	bool has;
	int32_t off;

	assert_int_equal(ts_parse_iso(str_of(iso), &ts, &digits, &has, &off),
			 strlen(iso));
	return ts;
}

static int setup(void **state)
{
	struct world *d = calloc(1, sizeof(*d));

	arena_init(&d->keep, 0);
	arena_init(&d->scratch, 0);
	d->src.mtime_ns = INT64_MIN;
	d->src.short_at = UINT64_MAX;
	d->ctx.collected_ns = INT64_MIN;
	d->ctx.have = CTX_ZONE;
	d->ctx.zone = tz_fixed(0);
	d->sink.ops = &ops;
	d->p = (struct parse){ .src = &d->src,
			       .ctx = &d->ctx,
			       .keep = &d->keep,
			       .scratch = &d->scratch,
			       .out = &d->sink,
			       .ev = &d->ev,
			       .state = d };
	*state = d;
	return 0;
}

static int teardown(void **state)
{
	struct world *d = *state;

	arena_free(&d->keep);
	arena_free(&d->scratch);
	free(d);
	return 0;
}

static enum outcome run(struct world *d, const char *text, const char *mtime)
{
	d->src.data = str_of(text);
	d->src.mtime_ns = mtime ? ns_of(mtime) : INT64_MIN;
	d->n = d->nnote = 0;
	return lines_parse(&d->p, line);
}

static void at(const struct world *d, size_t i, const char *iso)
{
	char text[TS_TEXT + 1];

	assert_true(i < d->n);
	ts_text(d->when[i].ts_ns, text);
	text[19] = 'Z';
	text[20] = '\0';
	assert_string_equal(text, iso);
}

static void new_year_is_crossed_backwards(void **state)
{
	struct world *d = *state;

	run(d,
	    "Nov 30 10:00:00 a\nDec 31 23:59:59 a\nJan  1 00:00:00 a\n"
	    "Jun 15 10:00:00 a\nDec 31 10:00:00 a\nJan  2 10:00:00 a\n",
	    "2026-01-02T10:00:00Z");
	at(d, 0, "2024-11-30T10:00:00Z");
	at(d, 1, "2024-12-31T23:59:59Z");
	at(d, 2, "2025-01-01T00:00:00Z");
	at(d, 3, "2025-06-15T10:00:00Z");
	at(d, 4, "2025-12-31T10:00:00Z");
	at(d, 5, "2026-01-02T10:00:00Z");
	assert_int_equal(d->when[0].from, FROM_INFERRED);
	assert_int_equal(d->when[0].year, YEAR_FROM_MTIME);
}

static void no_line_is_later_than_its_file(void **state)
{
	struct world *d = *state;

	run(d, "Nov 22 10:00:00 a\nNov 23 10:00:00 a\n",
	    "2026-06-01T00:00:00Z");
	at(d, 0, "2025-11-22T10:00:00Z");
	at(d, 1, "2025-11-23T10:00:00Z");
	/* one line ahead of the others does not move them */
	run(d, "Nov 22 10:00:00 a\nDec 10 10:00:00 a\nNov 23 10:00:00 a\n",
	    "2026-11-23T10:00:00Z");
	at(d, 0, "2026-11-22T10:00:00Z");
	at(d, 1, "2025-12-10T10:00:00Z");
	at(d, 2, "2026-11-23T10:00:00Z");
}

static void a_log_that_grew_while_it_was_copied_keeps_its_year(void **state)
{
	struct world *d = *state;

	run(d, "Nov 22 10:00:00 a\nNov 22 10:00:07 a\n",
	    "2026-11-22T10:00:05Z");
	at(d, 1, "2026-11-22T10:00:07Z");
}

static void mtime_after_the_collection_is_not_believed(void **state)
{
	struct world *d = *state;

	d->ctx.collected_ns = ns_of("2026-03-01T00:00:00Z");
	run(d, "Nov 22 10:00:00 a\n", "2030-01-01T00:00:00Z");
	at(d, 0, "2025-11-22T10:00:00Z");
	assert_int_equal(d->when[0].year, YEAR_FROM_COLLECTION);
}

static void leap_day_takes_a_leap_year(void **state)
{
	struct world *d = *state;

	run(d, "Feb 29 10:00:00 a\nMar  1 10:00:00 a\n",
	    "2027-05-01T00:00:00Z");
	at(d, 0, "2024-02-29T10:00:00Z");
	at(d, 1, "2024-03-01T10:00:00Z");
	/* 1900 was none: eight years apart */
	run(d, "Feb 29 10:00:00 a\n", "1903-05-01T00:00:00Z");
	at(d, 0, "1896-02-29T10:00:00Z");
}

static void seconds_out_of_order_are_no_new_year(void **state)
{
	struct world *d = *state;

	run(d,
	    "Dec 31 23:59:59 a\nJan  1 00:00:00 a\nDec 31 23:59:58 a\n"
	    "Jan  1 00:00:01 a\nJan  1 00:00:00 a\n",
	    "2026-01-01T00:00:01Z");
	at(d, 0, "2025-12-31T23:59:59Z");
	at(d, 1, "2026-01-01T00:00:00Z");
	at(d, 2, "2025-12-31T23:59:58Z");
	at(d, 3, "2026-01-01T00:00:01Z");
}

static void a_dead_clock_does_not_cost_a_year(void **state)
{
	struct world *d = *state;

	run(d,
	    "Nov 19 10:00:00 a\nJan  1 00:00:05 a\nJan  1 00:00:09 a\n"
	    "Nov 19 10:05:00 a\nNov 20 10:05:00 a\n",
	    "2026-11-20T10:05:00Z");
	at(d, 0, "2026-11-19T10:00:00Z");
	at(d, 3, "2026-11-19T10:05:00Z");
	/* over New Year, and with a clock that was ahead */
	run(d,
	    "Dec 31 10:00:00 a\nMay  1 00:00:05 a\nJan  1 10:05:00 a\n"
	    "Jan  2 10:05:00 a\n",
	    "2026-01-02T10:05:00Z");
	at(d, 0, "2025-12-31T10:00:00Z");
	at(d, 1, "2025-05-01T00:00:05Z");
	at(d, 2, "2026-01-01T10:05:00Z");
	run(d, "Mar 10 10:00:00 a\nJun  1 10:00:00 a\nMar 10 10:05:00 a\n",
	    "2026-03-10T10:05:00Z");
	at(d, 0, "2026-03-10T10:00:00Z");
	at(d, 1, "2025-06-01T10:00:00Z");
	at(d, 2, "2026-03-10T10:05:00Z");
}

static void dialects_may_change_line_by_line(void **state)
{
	struct world *d = *state;

	run(d,
	    "Jun 30 10:00:00 a\n2024-07-01T10:00:00.5+02:00 a\n"
	    "2024-07-01 10:00:01,25 a\n<13>1 2024-07-01T10:00:02Z a b - - -\n"
	    "<13>Jul  2 10:00:00 a\nJul  3 2024 10:00:00 a\n",
	    "2026-11-01T00:00:00Z");
	assert_int_equal(d->n, 6);
	at(d, 0, "2024-06-30T10:00:00Z");
	at(d, 1, "2024-07-01T08:00:00Z");
	at(d, 2, "2024-07-01T10:00:01Z");
	at(d, 3, "2024-07-01T10:00:02Z");
	at(d, 4, "2024-07-02T10:00:00Z");
	at(d, 5, "2024-07-03T10:00:00Z");
	assert_int_equal(ts_frac(d->when[1].ts_ns), 500000000);
	assert_int_equal(d->when[1].unit, UNIT_MS);
	assert_int_equal(d->when[1].zone, ZONE_OFFSET);
	assert_int_equal(d->when[1].offset_s, 7200);
	assert_int_equal(d->when[2].zone, ZONE_HOST);
	assert_int_equal(d->when[3].zone, ZONE_UTC);
}

/* A zone of one autumn: 2 h east until 01:00 UTC of October 25, then 1 h. */
static struct tz autumn(struct tz_change change[2])
{
	change[0] =
		(struct tz_change){ ns_of("2026-03-29T01:00:00Z") / NS_PER_S,
				    7200 };
	change[1] =
		(struct tz_change){ ns_of("2026-10-25T01:00:00Z") / NS_PER_S,
				    3600 };
	return (struct tz){ .change = change, .nchange = 2, .first_s = 3600 };
}

static void order_decides_a_repeated_hour(void **state)
{
	struct world *d = *state;
	struct tz_change change[2];

	d->ctx.zone = autumn(change);
	run(d,
	    "Oct 25 01:59:59 a\nOct 25 02:00:05 a\nOct 25 02:59:00 a\n"
	    "Oct 25 02:00:05 a\nOct 25 02:00:04 a\nOct 25 03:00:00 a\n",
	    "2026-10-26T00:00:00Z");
	at(d, 0, "2026-10-24T23:59:59Z");
	at(d, 1, "2026-10-25T00:00:05Z");
	at(d, 2, "2026-10-25T00:59:00Z");
	at(d, 3, "2026-10-25T01:00:05Z");
	at(d, 4, "2026-10-25T01:00:04Z");
	at(d, 5, "2026-10-25T02:00:00Z");
	assert_false(d->when[0].flags & WHEN_OTHER);
	for (size_t i = 1; i < 5; i++)
		assert_true(d->when[i].flags & WHEN_OTHER);
	assert_int_equal(d->when[1].other - d->when[1].ts_ns, 3600 * NS_PER_S);
	assert_int_equal(d->when[3].other - d->when[3].ts_ns, -3600 * NS_PER_S);
	assert_false(d->when[5].flags & WHEN_OTHER);
}

static void the_zone_of_a_host_decides_the_year(void **state)
{
	struct world *d = *state;

	d->ctx.zone = tz_fixed(9 * 3600);
	run(d, "Jan  1 08:00:00 a\n", "2025-12-31T23:00:00Z");
	at(d, 0, "2025-12-31T23:00:00Z");
	assert_int_equal(d->when[0].offset_s, 9 * 3600);
	d->ctx.have = 0;
	d->ctx.zone = tz_fixed(0);
	run(d, "Jan  1 08:00:00 a\n", "2025-12-31T23:00:00Z");
	at(d, 0, "2026-01-01T08:00:00Z"); /* within a day: the zone's doing */
	assert_int_equal(d->when[0].zone, ZONE_ASSUMED_UTC);
}

static void lines_without_time_join_the_record_before(void **state)
{
	struct world *d = *state;

	assert_int_equal(run(d,
			     "orphan\nNov 20 10:00:00 a: b\n\tc\r\n\nd\n\n"
			     "Nov 20 10:00:01 e",
			     "2026-11-20T10:00:01Z"),
			 WHOLE);
	assert_int_equal(d->n, 3);
	assert_true(str_is(d->text[0], "orphan"));
	assert_int_equal(d->when[0].from, FROM_BOUNDED);
	assert_int_equal(d->when[0].not_after, ns_of("2026-11-20T10:00:00Z"));
	assert_true(str_is(d->text[1], "Nov 20 10:00:00 a: b\n\tc\r\n\nd"));
	assert_int_equal(d->off[1], 7);
	assert_true(str_is(d->text[2], "Nov 20 10:00:01 e"));
}

static void a_date_that_is_none_is_noted(void **state)
{
	struct world *d = *state;

	assert_int_equal(run(d,
			     "Nov 20 10:00:00 a\nNov 31 10:00:00 a\n"
			     "Foo 20 10:00:00 a\nNov 20 25:00:00 a\n"
			     "2026-02-29T10:00:00Z a\nNov 20 10:00:01 b\n",
			     "2026-11-20T10:00:01Z"),
			 PARTLY);
	assert_int_equal(d->n, 2);
	assert_int_equal(d->nnote, 4);
}

static void records_have_a_largest_size(void **state)
{
	struct world *d = *state;
	size_t n = 3 * LINES_MAX_RECORD;
	char *big = malloc(n + 1);

	memset(big, 'x', n);
	for (size_t i = 99; i < n; i += 100)
		big[i] = '\n';
	memcpy(big, "Nov 20 10:00:00 a", 17);
	big[n] = '\0';
	assert_int_equal(run(d, big, "2026-11-20T10:00:01Z"), PARTLY);
	assert_true(d->n >= 3);
	assert_true(d->nnote > 0);
	for (size_t i = 0; i < d->n; i++)
		assert_true(d->text[i].n <= LINES_MAX_RECORD);
	assert_int_equal(d->when[1].from, FROM_BOUNDED);
	assert_int_equal(d->when[1].not_before, d->when[0].ts_ns);
	free(big);
}

static void bytes_past_the_cut_are_not_read(void **state)
{
	struct world *d = *state;

	d->src.short_at = 18;
	run(d, "Nov 20 10:00:00 a\nNov 20 10:00:01 b\n",
	    "2026-11-20T10:00:01Z");
	assert_int_equal(d->n, 1);
}

static void nothing_known_gives_no_year(void **state)
{
	struct world *d = *state;

	assert_int_equal(run(d, "Nov 20 10:00:00 a\n", NULL), PARTLY);
	assert_int_equal(d->when[0].from, FROM_BOUNDED);
	assert_int_equal(d->nnote, 1);
}

static bool is_text(const char *p, size_t n)
{
	const struct source s = { .data = { p, n },
				  .size = n,
				  .short_at = UINT64_MAX };

	return lines_text(&s);
}

static void nul_bytes_hide_no_log(void **state)
{
	static const char log[] = "Nov 24 06:25:01 h sshd[1]: Accepted\n"
				  "Nov 24 06:25:02 h sshd[2]: Accepted\n";
	char t[9000];
	struct source s = { .data = { t, sizeof(t) }, .short_at = UINT64_MAX };

	(void)state;
	memset(t, 0, sizeof(t));
	assert_false(is_text(t, sizeof(t)));
	for (size_t n = 0; n < 3; n++) { /* runs before the first line */
		memcpy(t + n * 4096, log, sizeof(log) - 1);
		assert_true(is_text(t, n * 4096 + sizeof(log) - 1));
		s.data.n = n * 4096 + sizeof(log) - 1;
		assert_memory_equal(lines_sample(&s, 10).p, "Nov 24 06:", 10);
		memset(t, 0, sizeof(t));
	}
	memcpy(t, log, sizeof(log) - 1);
	t[20] = '\0'; /* within a line */
	assert_true(is_text(t, sizeof(log) - 1));
	for (size_t i = 0; i < 200; i += 2) /* UTF-16, and binary files */
		t[i] = 'A', t[i + 1] = '\0';
	assert_false(is_text(t, 200));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nul_bytes_hide_no_log),
		T(new_year_is_crossed_backwards),
		T(no_line_is_later_than_its_file),
		T(a_log_that_grew_while_it_was_copied_keeps_its_year),
		T(mtime_after_the_collection_is_not_believed),
		T(leap_day_takes_a_leap_year),
		T(seconds_out_of_order_are_no_new_year),
		T(a_dead_clock_does_not_cost_a_year),
		T(dialects_may_change_line_by_line),
		T(order_decides_a_repeated_hour),
		T(the_zone_of_a_host_decides_the_year),
		T(lines_without_time_join_the_record_before),
		T(a_date_that_is_none_is_noted),
		T(records_have_a_largest_size),
		T(bytes_past_the_cut_are_not_read),
		T(nothing_known_gives_no_year),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
