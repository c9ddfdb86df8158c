/* extents_test.c - holes are found, parts laid together give the file. */
#define _GNU_SOURCE
#include "extents.h"

#include "../util/io.h"

#include <stdlib.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define BLOCK UINT64_C(65536)

static int file_with(const uint64_t *block, size_t n, uint64_t size)
{
	char data[BLOCK];
	int fd = io_tmpfile("/tmp", NULL);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	memset(data, 'x', sizeof(data));
	for (size_t i = 0; i < n; i++)
		assert_int_equal(io_pwrite(fd, data, sizeof(data),
					   (off_t)(block[i] * BLOCK)),
				 0);
	return fd;
}

static void holes_stay_holes(void **state)
{
	const uint64_t at[] = { 0, 5, 100 };
	int fd = file_with(at, 3, 200 * BLOCK);
	static struct extent x[LANE_MAX_EXTENTS];
	struct cut c;

	(void)state;
	cut_next(fd, 0, 200 * BLOCK, true, UINT64_MAX, x, &c);
	assert_true(c.sparse);
	assert_int_equal(c.len, 200 * BLOCK);
	assert_int_equal(c.data, 3 * BLOCK);
	assert_int_equal(c.nextent, 3);
	assert_int_equal(x[1].off, 5 * BLOCK);
	assert_int_equal(x[1].len, BLOCK);
	(void)close(fd);
}

static void parts_cover_the_file(void **state)
{
	const uint64_t at[] = { 1, 2, 3, 50, 51, 52, 99 };
	uint64_t size = 120 * BLOCK + 17, off = 0, data = 0;
	int fd = file_with(at, 7, size);
	static struct extent x[LANE_MAX_EXTENTS];
	unsigned parts = 0;

	(void)state;
	while (off < size) {
		struct cut c;

		cut_next(fd, off, size, true, 2 * BLOCK, x, &c);
		assert_true(c.len > 0);
		assert_true(c.data <= 2 * BLOCK);
		for (size_t i = 0; i < c.nextent; i++) {
			char byte = 0;

			assert_true(x[i].off + x[i].len <= c.len);
			assert_int_equal(
				io_pread(fd, &byte, 1, (off_t)(off + x[i].off)),
				1);
			assert_int_equal(byte, 'x');
		}
		off += c.len;
		data += c.data;
		parts++;
	}
	assert_int_equal(off, size);
	assert_int_equal(data, 7 * BLOCK);
	assert_int_equal(parts, 4);
	(void)close(fd);
}

static void a_file_of_nothing_but_hole(void **state)
{
	int fd = file_with(NULL, 0, UINT64_C(1) << 40);
	static struct extent x[LANE_MAX_EXTENTS];
	struct cut c;

	(void)state;
	cut_next(fd, 0, UINT64_C(1) << 40, true, BLOCK, x, &c);
	assert_int_equal(c.len, UINT64_C(1) << 40);
	assert_int_equal(c.data, 0);
	assert_int_equal(c.nextent, 0);
	assert_true(c.sparse);
	(void)close(fd);
}

static void full_files_are_cut_by_size(void **state)
{
	const uint64_t at[] = { 0, 1, 2 };
	int fd = file_with(at, 3, 3 * BLOCK);
	static struct extent x[LANE_MAX_EXTENTS];
	struct cut c;

	(void)state;
	cut_next(fd, BLOCK, 3 * BLOCK, false, BLOCK, x, &c);
	assert_false(c.sparse);
	assert_int_equal(c.len, BLOCK);
	/* said to be sparse (a compressed file), but there is no hole */
	cut_next(fd, 0, 3 * BLOCK, true, UINT64_MAX, x, &c);
	assert_false(c.sparse);
	assert_int_equal(c.len, 3 * BLOCK);
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest t[] = {
		cmocka_unit_test(holes_stay_holes),
		cmocka_unit_test(parts_cover_the_file),
		cmocka_unit_test(a_file_of_nothing_but_hole),
		cmocka_unit_test(full_files_are_cut_by_size),
	};

	return cmocka_run_group_tests(t, NULL, NULL);
}
