/* excerpt_test.c - times of lines, and windows of whole lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "../util/io.h"
#include "../util/timefmt.h"
#include "excerpt.h"

#define MTIME (INT64_C(1796000000) * NS_PER_S) /* 2026-11-29 */

static void test_times(void **state)
{
	static const struct {
		const char *line;
		int64_t s; /* 0: none */
	} t[] = {
		{ "2026-11-24T06:26:15.123+00:00 host a: b", 1795501575 },
		{ "2026-11-24 06:26:15 status installed", 1795501575 },
		{ "Nov 24 06:26:15 host sshd[1]: x", 1795501575 },
		{ "Dec  5 00:00:00 host sshd[1]: x", 1764892800 },
		{ "type=USER_AUTH msg=audit(1795501575.123:7): x", 1795501575 },
		{ "1795501575.123 TCP_MISS", 1795501575 },
		{ "192.0.2.1 - - [24/Nov/2026:06:26:15 +0000] \"GET /\"",
		  1795501575 },
		{ "no time at all", 0 },
		{ "17955015751 too long a number", 0 },
		{ "Foo 24 06:26:15 x", 0 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		int64_t ts = 0;

		assert_int_equal(excerpt_time(str_of(t[i].line), MTIME, &ts),
				 t[i].s != 0);
		if (t[i].s)
			assert_int_equal(ts_s(ts), t[i].s);
		/* cut anywhere: nothing but an answer */
		for (size_t n = 0; n < strlen(t[i].line); n++) {
			char *p = malloc(n + 1);

			assert_non_null(p);
			memcpy(p, t[i].line, n);
			(void)excerpt_time(str_mem(p, n), MTIME, &ts);
			free(p);
		}
	}
}

static int a_log(unsigned nline, uint64_t *size)
{
	struct buf b = { 0 };
	struct err err;
	int fd = io_tmpfile("/tmp", &err);

	assert_true(fd >= 0);
	for (unsigned i = 0; i < nline; i++)
		buf_fmt(&b, "%lld.000 line %u\n",
			(long long)(ts_s(MTIME) - (nline - i) * 60LL), i);
	assert_int_equal(io_write(fd, b.p, b.n), 0);
	*size = b.n;
	buf_free(&b);
	return fd;
}

static void check(int fd, uint64_t size, uint64_t max, const struct extent *w,
		  size_t n)
{
	uint64_t sum = 0, end = 0;

	for (size_t i = 0; i < n; i++) {
		char c;

		assert_true(w[i].len > 0 && w[i].off >= end);
		end = w[i].off + w[i].len;
		sum += w[i].len;
		assert_true(end <= size);
		assert_int_equal(io_pread(fd, &c, 1, (off_t)end - 1), 1);
		assert_int_equal(c, '\n');
		if (w[i].off) {
			assert_int_equal(
				io_pread(fd, &c, 1, (off_t)w[i].off - 1), 1);
			assert_int_equal(c, '\n');
		}
	}
	assert_true(sum <= max);
}

static void test_windows(void **state)
{
	struct extent w[EXCERPT_MAX];
	uint64_t size;
	int fd = a_log(40000, &size);

	(void)state;
	for (uint64_t max = 65536; max < size; max = max * 3 / 2) {
		size_t n = excerpt(fd, size, max, INT64_MIN, MTIME, w);

		assert_int_equal(n, 2);
		check(fd, size, max, w, n);
		assert_int_equal(w[0].off, 0);
		assert_int_equal(w[1].off + w[1].len, size);
		for (int64_t back = 1; back < 50000; back += 3001) {
			n = excerpt(fd, size, max, MTIME - back * 60 * NS_PER_S,
				    MTIME, w);
			assert_true(n >= 1 && n <= 3);
			check(fd, size, max, w, n);
		}
	}
	/* a moment in the middle is within the window in the middle */
	assert_int_equal(excerpt(fd, size, 300000,
				 MTIME - INT64_C(20000) * 60 * NS_PER_S, MTIME,
				 w),
			 3);
	assert_true(w[1].off < size / 2 && w[1].off + w[1].len > size / 2);
	assert_int_equal(excerpt(fd, size, size, INT64_MIN, MTIME, w), 0);
	assert_int_equal(io_pwrite(fd, "", 1, 100), 0); /* no text any more */
	assert_int_equal(excerpt(fd, size, 65536, INT64_MIN, MTIME, w), 0);
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_windows),
	};

	return cmocka_run_group_tests_name("collect/excerpt", tests, NULL,
					   NULL);
}
