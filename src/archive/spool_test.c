/*
 * spool_test.c - a container within the evidence fills no disk, and what is
 * behind it still has room.
 */
#include "spool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../util/buf.h"
#include "../util/io.h"

#define ROOM (64u * SPOOL_PAGE)

static void begin(struct spool *s)
{
	struct err err;
	int fd = io_tmpfile("/tmp", &err);

	assert_true(fd >= 0);
	spool_init(s, fd, 0);
	s->budget = ROOM;
}

/* Pages of `c'; how many went in. */
static unsigned fill(struct spool *s, char c, unsigned n)
{
	char page[SPOOL_PAGE];
	unsigned i;

	memset(page, c, sizeof(page));
	for (i = 0; i < n; i++)
		if (!spool_write(s, (uint64_t)i * SPOOL_PAGE, page,
				 sizeof(page)))
			break;
	return i;
}

static void a_bomb_gets_its_share_only(void **state)
{
	char page[SPOOL_PAGE], zero[SPOOL_PAGE] = { 0 };
	uint64_t limit, off;
	struct spool s;

	(void)state;
	begin(&s);
	limit = spool_enter(&s);
	assert_int_equal(fill(&s, 'b', 1000), 64 / SPOOL_SHARE);
	assert_true(s.failed);
	assert_true(spool_leave(&s, limit));
	assert_false(s.failed);
	/* the evidence goes on in its place, and nothing shines through */
	assert_int_equal(fill(&s, 'e', 40), 40);
	off = spool_close(&s, 50u * SPOOL_PAGE);
	assert_int_equal(off, 0);
	assert_int_equal(ftruncate(s.fd, (off_t)s.end), 0);
	assert_int_equal(io_pread(s.fd, page, sizeof(page), 0), SPOOL_PAGE);
	assert_int_equal(page[0], 'e');
	assert_int_equal(
		io_pread(s.fd, page, sizeof(page), 45 * (off_t)SPOOL_PAGE),
		SPOOL_PAGE);
	assert_memory_equal(page, zero, sizeof(page));
	(void)close(s.fd);
}

static void bombs_within_bombs(void **state)
{
	uint64_t outer, inner;
	struct spool s;

	(void)state;
	begin(&s);
	outer = spool_enter(&s);
	inner = spool_enter(&s);
	assert_int_equal(fill(&s, 'i', 1000), 64 / SPOOL_SHARE / SPOOL_SHARE);
	assert_true(spool_leave(&s, inner));
	assert_int_equal(fill(&s, 'o', 8), 8);
	(void)spool_close(&s, 8u * SPOOL_PAGE);
	assert_false(spool_leave(&s, outer));
	assert_int_equal(s.limit, UINT64_MAX);
	(void)close(s.fd);
}

static void evidence_that_does_not_fit_fails(void **state)
{
	uint64_t limit;
	struct spool s;

	(void)state;
	begin(&s);
	assert_int_equal(fill(&s, 'e', 1000), 64);
	assert_true(s.failed && s.err.msg[0]);
	limit = spool_enter(&s);
	assert_false(spool_leave(&s, limit));
	assert_true(s.failed);
	(void)close(s.fd);
}

int main(void)
{
	const struct CMUnitTest t[] = {
		cmocka_unit_test(a_bomb_gets_its_share_only),
		cmocka_unit_test(bombs_within_bombs),
		cmocka_unit_test(evidence_that_does_not_fit_fails),
	};

	return cmocka_run_group_tests_name("archive/spool", t, NULL, NULL);
}
