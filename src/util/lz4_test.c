/*
 * lz4_test.c - blocks written by hand after the format's description.
 */
#include "lz4.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static unsigned char out[4096];

static void literals_only(void **state)
{
	(void)state;
	assert_int_equal(lz4_block(STR("\x50hello"), out, sizeof(out)), 5);
	assert_memory_equal(out, "hello", 5);
	assert_int_equal(lz4_block(STR("\0"), out, sizeof(out)), 0);
}

/* `ab', then 9 bytes from 2 back, which reach into themselves; `!' */
static void overlapping_match(void **state)
{
	(void)state;
	assert_int_equal(lz4_block(STR("\x25"
				       "ab\x02\x00\x10!"),
				   out, sizeof(out)),
			 12);
	assert_memory_equal(out, "abababababa!", 12);
}

/* 15 + 255 + 3 literals; a match of 4 + 15 + 255 + 0 */
static void long_lengths(void **state)
{
	char in[300] = "\xff\xff\x03";
	size_t n = 3 + 273;

	(void)state;
	memset(in + 3, 'x', 273);
	memcpy(in + n, "\x01\x00\xff\x00\x00", 5);
	assert_int_equal(lz4_block(str_mem(in, n + 5), out, sizeof(out)),
			 273 + 274);
	for (size_t i = 0; i < 273 + 274; i++)
		assert_int_equal(out[i], 'x');
}

static void cut_at_the_cap(void **state)
{
	(void)state;
	memset(out, '#', sizeof(out));
	assert_int_equal(lz4_block(STR("\x50hello"), out, 3), 3);
	assert_memory_equal(out, "hel#", 4);
	assert_int_equal(lz4_block(STR("\x25"
				       "ab\x02\x00\x10!"),
				   out, 7),
			 7);
	assert_memory_equal(out, "abababa#", 8);
}

static void nonsense(void **state)
{
	static const struct str bad[] = {
		{ "", 0 },
		{ "\x50hell", 5 },      /* literals that are not there */
		{ "\x10x\x00\x00", 4 }, /* distance 0 */
		{ "\x10x\x02\x00", 4 }, /* before the beginning */
		{ "\x10x\x01", 3 },     /* half a distance */
		{ "\xf0\xff\xff", 3 },  /* a length without an end */
		{ "\x1fx\x01\x00", 4 }, /* the same for a match */
		{ "\x10x\x01\x00", 4 }, /* ends with a match */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(lz4_block(bad[i], out, sizeof(out)), LZ4_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literals_only),
		cmocka_unit_test(overlapping_match),
		cmocka_unit_test(long_lengths),
		cmocka_unit_test(cut_at_the_cap),
		cmocka_unit_test(nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
