/*
 * utmp_damage_test.c - records that were wiped, cut or make no sense.
 */
#include "utmp_test.h"

static void wiped_records_lie_between_neighbours(void **state)
{
	struct buf b = file_of(history, NHISTORY, false, false);
	struct watcher *w = xmalloc(sizeof(*w));

	(void)state;
	memset(b.p + 3 * 384, 0, 2 * 384);
	assert_int_equal(run("/var/log/wtmp", buf_view(&b), w), PARTLY);
	assert_int_equal(w->n, NHISTORY);
	for (unsigned i = 3; i < 5; i++) {
		const struct when *t = &w->seen[i].when;

		assert_string_equal(w->seen[i].type, "ZEROED");
		assert_int_equal(t->from, FROM_BOUNDED);
		assert_int_equal(t->flags, WHEN_NOT_BEFORE | WHEN_NOT_AFTER);
		assert_int_equal(t->not_before, 1764000010 * NS_PER_S);
		assert_int_equal(t->not_after, 1764000300 * NS_PER_S);
		assert_int_equal(t->ts_ns, t->not_after);
	}
	assert_int_equal(w->notes, 2);
	/* the last one: nothing follows, no file time is known */
	memset(b.p + 8 * 384, 0, 384);
	assert_int_equal(run("/var/log/wtmp", buf_view(&b), w), PARTLY);
	assert_int_equal(w->seen[8].when.flags, WHEN_NOT_BEFORE);
	assert_int_equal(w->seen[8].when.ts_ns, 1764000400 * NS_PER_S + 2000);
	free(w);
	buf_free(&b);
}

static void all_wiped_needs_its_name(void **state)
{
	struct watcher *w = xmalloc(sizeof(*w));
	struct buf b = { 0 };

	(void)state;
	put_text(&b, "", 3 * 384);
	assert_int_equal(run("/var/log/wtmp", buf_view(&b), w), PARTLY);
	assert_int_equal(w->n, 3);
	assert_string_equal(w->seen[2].type, "ZEROED");
	assert_int_equal(run("/srv/zeros", buf_view(&b), w), REFUSED);
	free(w);
	buf_free(&b);
}

/* What was zero-padded while collecting was never wiped. */
static void padding_is_not_wiped(void **state)
{
	struct buf b = file_of(history, 3, false, false);
	struct watcher *w = xmalloc(sizeof(*w));

	(void)state;
	put_text(&b, "", 2 * 384);
	assert_int_equal(run_short("/var/log/wtmp", buf_view(&b), 3 * 384, w),
			 WHOLE);
	assert_int_equal(w->n, 3);
	free(w);
	buf_free(&b);
}

static void rest_is_noted(void **state)
{
	struct buf b = file_of(history, 4, false, false);
	struct watcher *w = xmalloc(sizeof(*w));

	(void)state;
	buf_c(&b, 'x');
	assert_int_equal(b.n, 1537);
	assert_int_equal(run("/var/log/wtmp", buf_view(&b), w), PARTLY);
	assert_int_equal(w->n, 4);
	assert_int_equal(w->notes, 1);
	assert_int_equal(w->last.off, 1536);
	assert_int_equal(w->last.need, 384);
	assert_int_equal(w->last.have, 1);
	free(w);
	buf_free(&b);
}

static void impossible_type_and_time(void **state)
{
	struct made m[NHISTORY];
	struct watcher *w = xmalloc(sizeof(*w));
	struct buf b;

	(void)state;
	memcpy(m, history, sizeof(m));
	m[1].type = 77;
	m[3].s = 0;
	b = file_of(m, NHISTORY, false, false);
	assert_int_equal(run("/var/log/wtmp", buf_view(&b), w), PARTLY);
	assert_int_equal(w->n, NHISTORY);
	assert_int_equal(w->notes, 2);
	assert_string_equal(w->seen[1].type, "77");
	assert_int_equal(w->seen[1].kind, KIND_UTMP);
	assert_string_equal(w->seen[3].user, "alice");
	assert_int_equal(w->seen[3].when.from, FROM_BOUNDED);
	assert_int_equal(w->seen[3].when.flags,
			 WHEN_NOT_BEFORE | WHEN_NOT_AFTER | WHEN_RAW);
	free(w);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wiped_records_lie_between_neighbours),
		cmocka_unit_test(all_wiped_needs_its_name),
		cmocka_unit_test(padding_is_not_wiped),
		cmocka_unit_test(rest_is_noted),
		cmocka_unit_test(impossible_type_and_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
