/* json_in_test.c - the pull reader on good, odd and hostile documents. */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "json_in.h"
#include "json_out.h"

/* Reads to the end; how many values and keys, or -1 when it is bad. */
static int walk(struct str s)
{
	struct arena a;
	struct json j;
	enum json_type t;
	int n = 0;

	arena_init(&a, 0);
	json_init(&j, s, &a);
	while ((t = json_next(&j)) > JSON_BAD)
		n++;
	arena_free(&a);
	return t == JSON_BAD ? -1 : n;
}

static void good_documents(void **state)
{
	(void)state;
	assert_int_equal(walk(STR("{}")), 2);
	assert_int_equal(walk(STR("{\"a\":[1,2.5e3,-1],\"b\":{\"c\":null}}")),
			 13);
	assert_int_equal(walk(STR(" true ")), 1);
}

static void bad_documents(void **state)
{
	static const char *const t[] = { "{",        "[1",       "{\"a\"}",
					 "{\"a\":}", "nul",      "\"x",
					 "]",        "1 2",      "{\"a\":1]",
					 "\"\\q\"",  "\"\\u12\"" };

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		assert_int_equal(walk(str_of(t[i])), -1);
}

static void depth_is_capped(void **state)
{
	char deep[1000];

	(void)state;
	memset(deep, '[', sizeof(deep));
	assert_int_equal(walk(str_mem(deep, sizeof(deep))), -1);
}

/* whatever the escaper writes, the reader gives back */
static void escapes_there_and_back(void **state)
{
	struct arena a;
	struct buf b = { 0 };
	char all[127], any[] = "\xe7\x97\x95\xf0\x9f\x98\x80";
	struct json j;

	(void)state;
	arena_init(&a, 0);
	for (int i = 0; i < 127; i++)
		all[i] = (char)(i + 1);
	assert_true(json_str(&b, str_mem(all, sizeof(all))));
	json_init(&j, buf_view(&b), &a);
	assert_int_equal(json_next(&j), JSON_STR);
	assert_true(str_eq(j.text, str_mem(all, sizeof(all))));
	buf_clear(&b);
	assert_true(json_str(&b, str_of(any)));
	json_init(&j, buf_view(&b), &a);
	assert_int_equal(json_next(&j), JSON_STR);
	assert_true(str_is(j.text, any));
	json_init(&j, STR("\"\\ud83d\\ude00\\u75d5\""), &a);
	assert_int_equal(json_next(&j), JSON_STR);
	assert_true(str_is(j.text, "\xf0\x9f\x98\x80\xe7\x97\x95"));
	buf_free(&b);
	arena_free(&a);
}

static void bad_bytes_are_told(void **state)
{
	struct buf b = { 0 };

	(void)state;
	assert_false(json_str(&b, STR("a\xff\\b")));
	assert_true(str_is(buf_view(&b), "\"a\\\\xff\\\\\\\\b\""));
	buf_free(&b);
}

static void base64_there_and_back(void **state)
{
	struct arena a;
	char raw[64];

	(void)state;
	arena_init(&a, 0);
	for (size_t n = 0; n < sizeof(raw); n++) {
		struct buf b = { 0 };
		struct str out;

		raw[n] = (char)(n * 37);
		buf_b64(&b, raw, n);
		assert_true(b64_decode(&a, buf_view(&b), &out));
		assert_true(str_eq(out, str_mem(raw, n)));
		buf_free(&b);
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_documents),
		cmocka_unit_test(bad_documents),
		cmocka_unit_test(depth_is_capped),
		cmocka_unit_test(escapes_there_and_back),
		cmocka_unit_test(bad_bytes_are_told),
		cmocka_unit_test(base64_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
