/* hash_test.c - digests of known values, and names made to collide. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "buf.h"
#include "hash.h"
#include "map.h"

#define NKEY 20000u

/* the round of hash_bytes, known to everybody */
static uint64_t mix(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 m = (unsigned __int128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

/* 24 bytes: the second word takes the state to 0, whatever the first says */
static void collide(uint64_t i, uint64_t out[3])
{
	uint64_t h = 0x9e3779b97f4a7c15u ^ 24;

	out[0] = i;
	out[1] = mix(h ^ i, 0xe7037ed1a0b428dbu);
	out[2] = 0;
}

static void keyed_keeps_apart_what_was_made_to_collide(void **state)
{
	uint64_t a[3], b[3];

	(void)state;
	collide(1, a);
	for (uint64_t i = 2; i < 1000; i++) {
		collide(i, b);
		assert_int_equal(hash_bytes(a, 24), hash_bytes(b, 24));
		assert_int_not_equal(hash_keyed(a, 24), hash_keyed(b, 24));
	}
}

static void keyed_is_one_function_in_a_run(void **state)
{
	(void)state;
	for (size_t n = 0; n < 20; n++)
		assert_int_equal(hash_keyed("/usr/bin/some-program", n),
				 hash_keyed("/usr/bin/some-program", n));
	assert_int_not_equal(hash_keyed("a", 1), hash_keyed("a\0", 2));
}

static void a_map_of_them_keeps_order_and_values(void **state)
{
	struct map m = { 0 };
	uint64_t k[3];

	(void)state;
	for (uint64_t i = 0; i < NKEY; i++) {
		collide(i, k);
		*map_put(&m, str_mem((char *)k, 24), NULL) = i;
	}
	assert_int_equal(m.nitem, NKEY);
	for (uint64_t i = 0; i < NKEY; i += 997) {
		collide(i, k);
		assert_int_equal(*map_get(&m, str_mem((char *)k, 24)), i);
		assert_int_equal(m.item[i].value, i);
	}
	map_free(&m);
}

static void sha256_of_abc(void **state)
{
	unsigned char d[SHA256_LEN];
	struct buf b = { 0 };

	(void)state;
	sha256_of("abc", 3, d);
	buf_hex(&b, d, 4);
	assert_memory_equal(b.p, "ba7816bf", 8);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest t[] = {
		cmocka_unit_test(keyed_keeps_apart_what_was_made_to_collide),
		cmocka_unit_test(keyed_is_one_function_in_a_run),
		cmocka_unit_test(a_map_of_them_keeps_order_and_values),
		cmocka_unit_test(sha256_of_abc),
	};

	return cmocka_run_group_tests_name("util/hash", t, NULL, NULL);
}
