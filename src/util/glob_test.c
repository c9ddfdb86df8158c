/* glob_test.c - path patterns, and that none takes exponential time. */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "glob.h"

static void matches(void **state)
{
	static const struct {
		const char *pattern, *path;
		bool want;
	} t[] = {
		{ "/var/log/**", "/var/log/a/b.log", true },
		{ "/var/log/**", "/var/logs/a", false },
		{ "/var/log/*", "/var/log/a/b", false },
		{ "/var/log/*.log*", "/var/log/auth.log.1", true },
		{ "/a/**/z", "/a/z", true },
		{ "/a/**/z", "/a/b/c/z", true },
		{ "/a/**/z", "/a/bz", false },
		{ "**/id_*", "/home/u/.ssh/id_rsa", true },
		{ "/x?z", "/xyz", true },
		{ "/x?z", "/x/z", false },
		{ "/[a-c]x", "/bx", true },
		{ "/[!a-c]x", "/bx", false },
		{ "/[]]x", "/]x", true },
		{ "**/b", "b", true },
		{ "a/**/b", "a/b", true },
		{ "/a*bc", "/abcd", false },
		{ "/a*bc", "/bc", false },
		{ "*.so", ".so", true },
		{ "/[x", "/[x", true },
		{ "", "", true },
		{ "*", "a/b", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (glob_match(str_of(t[i].pattern), str_of(t[i].path)) !=
		    t[i].want)
			fail_msg("%s on %s", t[i].pattern, t[i].path);
}

static void below(void **state)
{
	(void)state;
	assert_true(glob_may_below(STR("/var/log/*"), STR("/var")));
	assert_true(glob_may_below(STR("/var/**"), STR("/var/a/b/c")));
	assert_false(glob_may_below(STR("/var/log/*"), STR("/etc")));
	assert_false(glob_may_below(STR("/etc/passwd"), STR("/etc/passwd")));
}

static void many_stars_end_soon(void **state)
{
	char p[200], s[4000];

	(void)state;
	for (size_t i = 0; i < sizeof(p); i++)
		p[i] = i % 2 ? 'a' : '*';
	memset(s, 'a', sizeof(s));
	s[sizeof(s) - 1] = 'b';
	assert_false(glob_match(str_mem(p, sizeof(p)), str_mem(s, sizeof(s))));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches),
		cmocka_unit_test(below),
		cmocka_unit_test(many_stars_end_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
