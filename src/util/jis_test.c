/* jis_test.c - readings of odd bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "jis.h"

static void reads(const char *bytes, const char *want)
{
	struct arena a;
	struct str out;

	arena_init(&a, 0);
	if (want) {
		assert_true(jis_text(&a, str_of(bytes), &out));
		assert_true(str_is(out, want));
	} else {
		assert_false(jis_text(&a, str_of(bytes), &out));
	}
	arena_free(&a);
}

static void euc_jp(void **state)
{
	(void)state;
	reads("\xba\xaf\xc0\xd7.txt", "痕跡.txt");
	reads("\x8e\xb1\x8e\xb2", "ｱｲ");
}

static void cp932(void **state)
{
	(void)state;
	reads("\x8d\xad\x90\xd5.log", "痕跡.log");
	reads("\xfb\xfc", "髙");
	reads("\xb1.doc", "ｱ.doc");
}

static void neither(void **state)
{
	(void)state;
	reads("\xff\xfe", NULL);
	reads("half \x8d", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(euc_jp),
		cmocka_unit_test(cp932),
		cmocka_unit_test(neither),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
