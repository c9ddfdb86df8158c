/* store_test.c - runs in memory and in files merge into one total order. */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <unistd.h>

#include "store.h"
#include "../util/buf.h"
#include "../util/io.h"

static uint64_t rng = 88172645463325252u;

static uint64_t next(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng;
}

static struct run_buf *new_buf(uint64_t size)
{
	struct run_buf *b = xmalloc(run_buf_bytes(size));

	run_buf_init(b, size);
	return b;
}

/* random keys, several runs, some spilled: all come back, ascending */
static void check(size_t n, uint64_t size, bool nearly_sorted)
{
	struct err err;
	int fd = io_tmpfile("/tmp", &err);
	struct run run[256];
	struct run_buf *b = new_buf(size);
	uint64_t end = 0, sum = 0, back = 0, count = 0;
	struct run_key last = { .ts = INT64_MIN }, k;
	struct merge *m;
	struct str rec;
	size_t nrun = 0;

	assert_true(fd >= 0);
	for (size_t i = 0; i < n; i++) {
		uint64_t r = next();
		struct run_key key = { nearly_sorted ? (int64_t)(i / 3)
						     : (int64_t)(r % 1000),
				       (uint32_t)(r >> 40) % 4, 0, i };

		sum += i;
		if (run_buf_add(b, &key, str_mem(&i, sizeof(i))))
			continue;
		assert_true(nrun < 255);
		assert_int_equal(run_spill(b, fd, &end, &run[nrun++], &err), 0);
		assert_true(run_buf_add(b, &key, str_mem(&i, sizeof(i))));
	}
	run_keep(b, &run[nrun++]);
	m = merge_new(run, nrun, 1 << 20);
	while (merge_next(m, &k, &rec)) {
		size_t i;

		assert_int_equal(rec.n, sizeof(i));
		memcpy(&i, rec.p, sizeof(i));
		back += i;
		count++;
		assert_true(last.ts < k.ts ||
			    (last.ts == k.ts &&
			     (last.source < k.source ||
			      (last.source == k.source && last.off < k.off))));
		last = k;
	}
	assert_int_equal(merge_lost(m), 0);
	assert_int_equal(count, n);
	assert_int_equal(sum, back);
	merge_free(m);
	for (size_t i = 0; i < nrun; i++)
		run_free(&run[i]);
	free(b);
	assert_int_equal(close(fd), 0);
}

static void orders_any_input(void **state)
{
	(void)state;
	check(0, 4096, false);
	check(1, 4096, false);
	check(33, 1 << 20, false);
	check(20000, 1 << 20, false);
	check(20000, 10000, false);
	check(20000, 1 << 20, true);
}

/* what a dying writer left half done is passed over, the rest is kept */
static void torn_record_costs_only_itself(void **state)
{
	struct run_buf *b = new_buf(4096);
	struct run_key k = { 1, 0, 0, 0 };
	struct run run;

	(void)state;
	assert_true(run_buf_add(b, &k, STR("whole")));
	k.ts = 0;
	assert_true(run_buf_add(b, &k, STR("torn")));
	memset(b->data + b->used - 32, 0xee, 32);
	run_keep(b, &run);
	assert_int_equal(run.count, 1);
	run_free(&run);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_any_input),
		cmocka_unit_test(torn_record_costs_only_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
