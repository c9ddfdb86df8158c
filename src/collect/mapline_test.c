/* mapline_test.c - lines of /proc/PID/maps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mapline.h"

static void a_line(void **state)
{
	struct str t = STR("garbage\n"
			   "2-1 r-xp 0 00:00 0\n"
			   "55d0000-55d2000 r-xp 00001000 fe:00 12      "
			   "/usr/bin/x y (deleted)\n"
			   "7ffc0-ffffffffffffffff rw-p 0 00:00 0 [stack]");
	struct mapline m;

	(void)state;
	assert_true(mapline_next(&t, &m));
	assert_int_equal(m.from, 0x55d0000);
	assert_int_equal(m.to, 0x55d2000);
	assert_int_equal(m.inode, 12);
	assert_true(str_is(m.range, "55d0000-55d2000"));
	assert_true(str_is(m.perms, "r-xp"));
	assert_true(str_is(m.path, "/usr/bin/x y (deleted)"));
	assert_true(mapline_next(&t, &m));
	assert_int_equal(m.inode, 0);
	assert_true(m.to == UINT64_MAX);
	assert_true(str_is(m.path, "[stack]"));
	assert_false(mapline_next(&t, &m));
}

static void every_prefix(void **state)
{
	static const char line[] = "55d0-55d2 r-xp 0 fe:00 12 /x\n";

	(void)state;
	for (size_t n = 0; n < sizeof(line); n++) {
		struct str t = { line, n };
		struct mapline m;

		while (mapline_next(&t, &m))
			assert_true(m.from < m.to);
	}
}

/* A program that is not moved about begins low: maps pads, map_files not. */
static void names_of_low_addresses(void **state)
{
	char name[MAPLINE_NAME];

	(void)state;
	assert_string_equal(mapline_file(STR("00400000-00452000"), name),
			    "map_files/400000-452000");
	assert_string_equal(
		mapline_file(STR("7f0012340000-7f0012350000"), name),
		"map_files/7f0012340000-7f0012350000");
	assert_string_equal(mapline_file(STR("00000000-00001000"), name),
			    "map_files/0-1000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line),
		cmocka_unit_test(every_prefix),
		cmocka_unit_test(names_of_low_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
