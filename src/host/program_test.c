/*
 * program_test.c - names with versions, names that only look alike; file
 * capabilities of every revision.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "filecaps.h"
#include "program.h"

static void interpreters_by_name(void **state)
{
	static const struct {
		const char *path;
		bool interpreter, anything;
	} c[] = {
		{ "/usr/bin/bash", true, true },
		{ "/usr/bin/python3.11", true, true },
		{ "/usr/bin/perl5.36.0", true, true },
		{ "/bin/ksh93", true, true },
		{ "php8.2", true, true },
		{ "/usr/bin/find", false, true },
		{ "/usr/bin/vim.basic", false, true },
		{ "/usr/bin/passwd", false, false },
		{ "/usr/bin/at", false, false }, /* setuid by its package */
		{ "/usr/lib/openssh/ssh-keysign", false, false },
		{ "/usr/bin/bashful", false, false },
		{ "/usr/bin/", false, false },
		{ "", false, false },
		{ "3", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++) {
		struct str path = str_of(c[i].path);

		if (program_is_interpreter(path) != c[i].interpreter ||
		    program_runs_anything(path) != c[i].anything)
			fail_msg("%s", c[i].path);
	}
}

static void capabilities_of_every_revision(void **state)
{
	const struct str v2 =
		STR("\1\0\0\2\x80\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
	const struct str v1 = STR("\0\0\0\1\x80\0\0\0\1\0\0\0");
	const struct str high = STR("\1\0\0\3\0\0\0\0\0\0\0\0\x80\1\0\0\0\0\0\0"
				    "\0\0\0\0");
	struct arena a = { 0 };

	(void)state;
	assert_true(str_is(filecaps_text(v2, &a), "cap_setuid,cap_net_raw=ep"));
	assert_true(str_is(filecaps_text(v1, &a), "cap_setuid=p cap_chown=i"));
	assert_true(str_is(filecaps_text(high, &a), "cap_bpf,"
						    "cap_checkpoint_restore"
						    "=ep"));
	for (size_t n = 0; n < v2.n; n++)
		assert_int_equal(filecaps_text(str_head(v2, n), &a).n, 0);
	assert_int_equal(filecaps_text(STR("\1\0\0\x09\0\0\0\0\0\0\0\0"), &a).n,
			 0);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest test[] = {
		cmocka_unit_test(interpreters_by_name),
		cmocka_unit_test(capabilities_of_every_revision),
	};

	return cmocka_run_group_tests(test, NULL, NULL);
}
