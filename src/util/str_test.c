/* str_test.c - views, numbers, scanners, the sticky reader, the terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "map.h"
#include "rd.h"
#include "scan.h"
#include "term.h"

static void numbers(void **state)
{
	uint64_t u;
	int64_t i;

	(void)state;
	assert_true(str_u64(STR("18446744073709551615"), &u) &&
		    u == UINT64_MAX);
	assert_false(str_u64(STR("18446744073709551616"), &u));
	assert_false(str_u64(STR(""), &u));
	assert_false(str_u64(STR("1 "), &u));
	assert_true(str_i64(STR("-9223372036854775808"), &i) && i == INT64_MIN);
	assert_false(str_i64(STR("9223372036854775808"), &i));
	assert_true(str_hex64(STR("fF"), &u) && u == 255);
}

static void cut_visits_every_piece(void **state)
{
	struct str rest = STR("a,,b,");
	size_t n = 0;

	(void)state;
	for (; rest.p; n++)
		(void)str_cut(&rest, ',');
	assert_int_equal(n, 4);
}

static void utf8(void **state)
{
	(void)state;
	assert_true(str_utf8_ok(STR("a\xe7\x97\x95\xf0\x9f\x98\x80")));
	assert_false(str_utf8_ok(STR("\xc0\x80")));
	assert_false(str_utf8_ok(STR("\xed\xa0\x80")));
	assert_false(str_utf8_ok(STR("\xf4\x90\x80\x80")));
	assert_false(str_utf8_ok(STR("\xe7\x97")));
}

static void reader_keeps_the_first_loss(void **state)
{
	struct rd r = rd_of(STR("\x01\x02\x03\x04\x05"));

	(void)state;
	assert_int_equal(rd_u16le(&r, "a"), 0x0201);
	assert_int_equal(rd_u16be(&r, "b"), 0x0304);
	assert_int_equal(rd_u32le(&r, "c"), 0);
	assert_int_equal(rd_u8(&r, "d"), 0);
	assert_false(rd_ok(&r));
	assert_string_equal(r.lost, "c");
	assert_int_equal(r.at, 4);
	assert_int_equal(r.need, 4);
}

static void addresses(void **state)
{
	unsigned char ip[16];

	(void)state;
	assert_true(str_ip(STR("192.0.2.1"), ip) && ip[12] == 192);
	assert_true(str_ip(STR("fe80::1%eth0"), ip) && ip[0] == 0xfe);
	assert_false(str_ip(STR("192.0.2"), ip));
	assert_false(str_ip(STR("host"), ip));
}

static void scanner_leaves_what_does_not_match(void **state)
{
	struct scan s = scan_of(STR("Feb 12 \"a\\\"b\" rest"));
	struct str q;
	uint64_t n;

	(void)state;
	assert_false(scan_digits(&s, 1, 2, &n));
	assert_int_equal(scan_month(&s), 2);
	assert_int_equal(scan_blank(&s), 1);
	assert_true(scan_digits(&s, 1, 2, &n) && n == 12);
	(void)scan_blank(&s);
	assert_true(scan_quoted(&s, &q) && str_is(q, "a\\\"b"));
	assert_true(str_is(s.s, " rest"));
}

static void terminal_shows_what_hides(void **state)
{
	struct buf b = { 0 };

	(void)state;
	term_text(&b, STR("a\x1b[31m\xe2\x80\xae\xff\xe7\x97\x95\n"));
	assert_true(str_is(buf_view(&b),
			   "a\\x1b[31m\\u{202e}\\xff\xe7\x97\x95\\x0a"));
	buf_free(&b);
}

static void map_finds_what_was_put(void **state)
{
	struct map m = { 0 };
	char t[32];

	(void)state;
	for (uint64_t i = 0; i < 10000; i++) {
		bool added;
		int n = snprintf(t, sizeof(t), "key %u", (unsigned)i);

		*map_put(&m, str_mem(t, (size_t)n), &added) = i;
		assert_true(added);
	}
	for (uint64_t i = 0; i < 10000; i++) {
		int n = snprintf(t, sizeof(t), "key %u", (unsigned)i);
		uint64_t *v = map_get(&m, str_mem(t, (size_t)n));

		assert_non_null(v);
		assert_int_equal(*v, i);
	}
	assert_null(map_get(&m, STR("key")));
	map_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(cut_visits_every_piece),
		cmocka_unit_test(utf8),
		cmocka_unit_test(reader_keeps_the_first_loss),
		cmocka_unit_test(addresses),
		cmocka_unit_test(scanner_leaves_what_does_not_match),
		cmocka_unit_test(terminal_shows_what_hides),
		cmocka_unit_test(map_finds_what_was_put),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
