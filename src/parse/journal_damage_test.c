/*
 * journal_damage_test.c - no entry is invented, and none lost that is still
 * there, when a journal is cut or has a flipped bit.
 */
#include "journal_test.h"

static bool known(const struct list *all, uint64_t off)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->e[i].off == off)
			return true;
	return false;
}

/* No entry that is none, and none twice. */
static void none_invented(const struct list *all, const struct list *got,
			  const char *how)
{
	for (size_t i = 0; i < got->n; i++) {
		if (!known(all, got->e[i].off))
			fail_msg("%s: invented entry at %llu", how,
				 (unsigned long long)got->e[i].off);
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(got->e[k].off, got->e[i].off);
	}
}

static void cut_at(const struct list *all, struct str data, size_t n)
{
	struct list got = { 0 };
	char *copy = xmalloc(n + 1); /* so that ASan sees its end */
	char how[64];
	size_t whole = 0;

	memcpy(copy, data.p, n);
	(void)snprintf(how, sizeof(how), "cut at %zu", n);
	(void)run(str_mem(copy, n), &got);
	none_invented(all, &got, how);
	for (size_t i = 0; i < all->n; i++) {
		uint64_t size = 0;

		for (unsigned b = 8; b > 0; b--)
			size = size << 8 |
			       (unsigned char)data.p[all->e[i].off + 7 + b];
		whole += all->e[i].off + size <= n;
	}
	if (got.n != whole)
		fail_msg("%s: %zu entries of %zu", how, got.n, whole);
	free(copy);
	free(got.e);
}

static void cuts_lose_nothing_whole(void **state)
{
	uint64_t seed = SEED;

	(void)state;
	print_message("seed %#llx\n", (unsigned long long)seed);
	for (size_t i = 0; i < NSAMPLE; i++) {
		struct list all = { 0 };
		struct buf data = { 0 };

		assert_true(slurp(samples[i], &data));
		assert_int_equal(run(buf_view(&data), &all), WHOLE);
		for (unsigned k = 0; k < 200; k++)
			cut_at(&all, buf_view(&data),
			       272 + rnd(&seed) % (data.n - 272));
		buf_free(&data);
		free(all.e);
	}
}

static void flip(const struct list *all, struct buf *data, size_t at,
		 unsigned bit)
{
	struct list got = { 0 };
	char how[64];

	(void)snprintf(how, sizeof(how), "byte %zu bit %u", at, bit);
	data->p[at] = (char)(data->p[at] ^ 1 << bit);
	(void)run(buf_view(data), &got);
	none_invented(all, &got, how);
	if (got.n + 1 < all->n)
		fail_msg("%s: %zu entries of %zu", how, got.n, all->n);
	data->p[at] = (char)(data->p[at] ^ 1 << bit);
	free(got.e);
}

/* Every bit of the header, and 500 of the rest. */
static void flips_lose_one_at_most(void **state)
{
	uint64_t seed = SEED;

	(void)state;
	print_message("seed %#llx\n", (unsigned long long)seed);
	for (size_t i = 0; i < NSAMPLE; i++) {
		struct list all = { 0 };
		struct buf data = { 0 };

		print_message("%s\n", samples[i]);
		assert_true(slurp(samples[i], &data));
		assert_int_equal(run(buf_view(&data), &all), WHOLE);
		for (unsigned k = 8 * 8; k < 272 * 8; k++)
			flip(&all, &data, k / 8, k % 8);
		for (unsigned k = 0; k < 500; k++) {
			uint64_t r = rnd(&seed);

			flip(&all, &data, 272 + r / 8 % (data.n - 272), r % 8);
		}
		buf_free(&data);
		free(all.e);
	}
}

/* An item of the chain set to zero: the scan still finds its entry. */
static void unlisted_entry_is_marked(void **state)
{
	struct list all = { 0 }, got = { 0 };
	struct buf data = { 0 };
	size_t array;

	(void)state;
	assert_true(slurp("testdata/journal/plain/input", &data));
	assert_int_equal(run(buf_view(&data), &all), WHOLE);
	array = (unsigned char)data.p[176] | (size_t)(unsigned char)data.p[177]
						     << 8;
	/* the second item takes the value of the third: one is unlisted */
	memcpy(data.p + array + 24 + 8, data.p + array + 24 + 16, 8);
	assert_int_equal(run(buf_view(&data), &got), PARTLY);
	assert_int_equal(got.n, all.n);
	assert_int_equal(got.recovered, 1);
	buf_free(&data);
	free(all.e);
	free(got.e);
}

static void put(struct buf *b, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_c(b, (char)(i < 8 ? v >> 8 * i : 0));
}

static void put_object(struct buf *b, unsigned type, uint64_t size,
		       unsigned zeros)
{
	while (b->n % 8)
		buf_c(b, 0);
	put(b, type, 8);
	put(b, size, 8);
	for (unsigned i = 0; i < zeros; i++)
		buf_c(b, 0);
}

/* One large value, told by each of n entries as often as they may. */
static struct buf bomb(unsigned n)
{
	struct buf b = { 0 };
	uint64_t data = 272;

	buf_puts(&b, "LPKSHHRH");
	put(&b, 0, 4);
	put(&b, 16, 4); /* compact */
	put(&b, 0, 72);
	put(&b, 272, 8);
	put(&b, 0, (unsigned)(272 - b.n));
	put_object(&b, 1, 72 + 4 + 30000, 56);
	buf_puts(&b, "BIG=");
	for (unsigned i = 0; i < 30000; i++)
		buf_c(&b, 'x');
	for (unsigned i = 0; i < n; i++) {
		put_object(&b, 3, 64 + 4 * 1000, 0);
		put(&b, i + 1, 8);
		put(&b, 1700000000000000 + i, 8);
		put(&b, i, 8);
		put(&b, 1, 24); /* boot id, xor of hashes */
		for (unsigned k = 0; k < 1000; k++)
			put(&b, data, 4);
	}
	put(&b, 0, 8);
	return b;
}

static void shared_values_are_bounded(void **state)
{
	struct list got = { .size = true };
	struct buf b = bomb(3000);

	(void)state;
	(void)run(buf_view(&b), &got);
	assert_int_equal(got.n, 3000); /* every one is told of */
	assert_true(got.notes > 0 && got.notes <= 66);
	/* 30 MB a million times: no more than the base and 64 times the file */
	assert_true(got.bytes > 256u << 20);
	assert_true(got.bytes < (257u << 20) + 64 * b.n);
	buf_free(&b);
	free(got.e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_lose_nothing_whole),
		cmocka_unit_test(flips_lose_one_at_most),
		cmocka_unit_test(unlisted_entry_is_marked),
		cmocka_unit_test(shared_values_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
