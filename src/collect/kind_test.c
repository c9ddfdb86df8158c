/* kind_test.c - first bytes, suffixes and places. */
#include "kind.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void first_bytes_decide(void **state)
{
	char pe[64] = "MZ";

	(void)state;
	assert_string_equal(kind_of(STR("\177ELF\2\1\1")), "elf");
	assert_string_equal(kind_of(STR("#!/bin/sh\n")), "script");
	assert_string_equal(kind_of(str_mem(pe, sizeof(pe))), "pe");
	assert_null(kind_of(STR("MZ")));
	assert_null(kind_of(STR("#")));
	assert_null(kind_of(STR_NONE));
}

static void suffixes(void **state)
{
	(void)state;
	assert_true(kind_program_name(STR("libc.so.6")));
	assert_true(kind_program_name(STR("rootkit.ko.xz")));
	assert_true(kind_program_name(STR("x.py")));
	assert_true(kind_program_name(STR("shell.phtml")));
	assert_true(kind_web_name(STR(".htaccess")));
	assert_true(kind_object_name(STR("pam_unix.so")));
	assert_false(kind_object_name(STR("x.py")));
	assert_false(kind_program_name(STR("notes.txt")));
	assert_false(kind_program_name(STR("so")));
	assert_false(kind_program_name(STR("archive.tar.gz")));
	assert_false(kind_program_name(STR("")));
}

static void places(void **state)
{
	(void)state;
	assert_true(kind_web_dir(STR("/var/www")));
	assert_true(kind_web_dir(STR("/var/www/html/a")));
	assert_true(kind_web_dir(STR("/home/u/public_html")));
	assert_false(kind_web_dir(STR("/var/wwwdata")));
	assert_false(kind_web_dir(STR("/usr/share/doc")));
	assert_true(kind_system_dir(STR("/usr/bin/x")));
	assert_false(kind_system_dir(STR("/usr/local/bin/x")));
	assert_false(kind_system_dir(STR("/tmp/x")));
}

static void mime_comes_from_the_database_inside(void **state)
{
	struct magic_box *box = NULL;
	const char *m = kind_mime(&box, STR("#!/bin/sh\necho\n"));

	(void)state;
	assert_non_null(m);
	assert_string_equal(m, "text/x-shellscript");
	assert_null(kind_mime(&box, STR_NONE));
	kind_free(box);
}

int main(void)
{
	const struct CMUnitTest t[] = {
		cmocka_unit_test(first_bytes_decide),
		cmocka_unit_test(suffixes),
		cmocka_unit_test(places),
		cmocka_unit_test(mime_comes_from_the_database_inside),
	};

	return cmocka_run_group_tests(t, NULL, NULL);
}
