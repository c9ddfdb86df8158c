/*
 * konread_test.c - members that our archives never hold: links, devices, and
 * type 7, whose data must not shine through the holes of the next member.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "../util/buf.h"
#include "../util/io.h"
#include "unpack.h"

#define SIZE 200000u

/* A ustar member of n bytes c, the last one 'x'. */
static void member(struct buf *tar, const char *name, char type, char c,
		   size_t n)
{
	char h[512] = "";
	unsigned sum = 8 * ' ';
	char *data = xmalloc(n + 512);

	(void)snprintf(h, 100, "%s", name);
	(void)snprintf(h + 100, 8, "%07o", 0600u);
	(void)snprintf(h + 108, 8, "%07o", 0u);
	(void)snprintf(h + 116, 8, "%07o", 0u);
	(void)snprintf(h + 124, 12, "%011zo", n);
	(void)snprintf(h + 136, 12, "%011o", 0u);
	h[156] = type;
	memcpy(h + 257,
	       "ustar\0"
	       "00",
	       8);
	for (size_t i = 0; i < sizeof(h); i++)
		sum += i >= 148 && i < 156 ? 0 : (unsigned char)h[i];
	(void)snprintf(h + 148, 8, "%06o", sum);
	h[155] = ' ';
	memset(data, c, n);
	if (n)
		data[n - 1] = 'x';
	buf_add(tar, h, sizeof(h));
	buf_add(tar, data, (n + 511) / 512 * 512);
	free(data);
}

static void no_member_shows_anothers_data(void **state)
{
	static const char types[] = "7136";
	char path[] = "/tmp/konseki-konread-XXXXXX", page[4096];
	struct unpack_result r;
	struct buf tar = { 0 };
	struct arena a;
	struct err err;
	uint64_t end = 0;
	int fd = mkstemp(path), spool = io_tmpfile("/tmp", &err);
	struct unpack_options o = { .path = path,
				    .spool = spool,
				    .spool_end = &end };

	(void)state;
	assert_true(fd >= 0 && spool >= 0);
	member(&tar, "konseki.json", '0', '{', 2);
	member(&tar, "files/first", '0', 'f', 10);
	for (size_t i = 0; types[i]; i++)
		member(&tar, "files/odd", types[i], 'Z',
		       types[i] == '7' ? SIZE : 0);
	member(&tar, "files/zeros", '0', '\0', SIZE);
	memset(buf_room(&tar, 1024), 0, 1024);
	tar.n += 1024;
	assert_int_equal(io_write(fd, tar.p, tar.n), 0);
	(void)close(fd);
	arena_init(&a, 0);
	assert_int_equal(unpack(&o, &a, &r, &err), 0);
	assert_int_equal(r.kind, INPUT_ARCHIVE);
	assert_int_equal(r.whole, ARCHIVE_MISMATCH);
	assert_int_equal(r.nmember, 3);
	assert_int_equal(r.nrefused, 4);
	assert_true(str_is(r.member[2].member, "files/zeros"));
	for (uint64_t at = 0; at < SIZE - sizeof(page); at += sizeof(page)) {
		assert_int_equal(io_pread(spool, page, sizeof(page),
					  (off_t)(r.member[2].off + at)),
				 sizeof(page));
		for (size_t i = 0; i < sizeof(page); i++)
			assert_int_equal(page[i], 0);
	}
	arena_free(&a);
	buf_free(&tar);
	(void)close(spool);
	(void)unlink(path);
}

int main(void)
{
	const struct CMUnitTest t[] = {
		cmocka_unit_test(no_member_shows_anothers_data),
	};

	return cmocka_run_group_tests_name("archive/konread", t, NULL, NULL);
}
