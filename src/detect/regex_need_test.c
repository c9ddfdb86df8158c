/* regex_need_test.c - what a pattern needs, and when nothing is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "../util/buf.h"
#include "regex_need.h"

static const struct {
	const char *pattern, *need; /* literals with `,' between them */
} cases[] = {
	{ "curl", "curl" },
	{ "CuRL", "curl" },
	{ "a", "" },
	{ "abc+d", "abc" },
	{ "ab?cde", "cde" },
	{ "abc*", "ab" },
	{ "abc{2}de", "abc" },
	{ "abc{0,3}de", "ab" },
	{ "ab{x}c", "ab{x}c" },
	{ "(curl|wget)\\s+http", "http" },
	{ "(curl|wget)\\s+-", "curl,wget" },
	{ "(curl|w)\\s+-", "" },
	{ "(curl|wget)?x", "" },
	{ "\\bbase64\\b.*\\|\\s*sh", "base64" },
	{ "/dev/(tcp|udp)/", "/dev/" },
	{ "a\\.b\\.c", "a.b.c" },
	{ "abc|def", "abc,def" },
	{ "abc|", "" },
	{ "[xyz]+", "" },
	{ "[]abc]def", "def" },
	{ "[[:alpha:]]]xyz", "]xyz" },
	{ "(?i)foo", "foo" },
	{ "(?i:foo)bar", "foo" },
	{ "(?:foo|ba)z", "foo,ba" },
	{ "(?=foo)bar", "" },
	{ "(?!foo)bar", "" },
	{ "(?x) f o o", "" },
	{ "\\x41bcd", "" },
	{ "\\Qa.b\\E", "" },
	{ "(abc)\\1", "" },
	{ "((ab)c", "" },
	{ "ab)cd", "" },
	{ "", "" },
};

static void all(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena a = { 0 };
		struct buf b = { 0 };
		struct need n;

		regex_need(str_of(cases[i].pattern), &a, &n);
		for (size_t k = 0; k < n.n; k++) {
			if (k)
				buf_c(&b, ',');
			buf_str(&b, n.lit[k]);
		}
		if (!str_is(buf_view(&b), cases[i].need))
			fail_msg("%s: " STR_FMT ", not %s", cases[i].pattern,
				 STR_ARG(buf_view(&b)), cases[i].need);
		buf_free(&b);
		arena_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest test[] = { cmocka_unit_test(all) };

	return cmocka_run_group_tests(test, NULL, NULL);
}
