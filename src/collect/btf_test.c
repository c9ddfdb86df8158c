/* btf_test.c - names by id, in a text of three types, whole and cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "btf.h"
#include "../util/buf.h"

static void u32(struct buf *b, uint32_t v)
{
	buf_add(b, &v, sizeof v);
}

static void sample(struct buf *b)
{
	static const char names[] = "\0int\0pair\0__x64_sys_getdents64";

	buf_add(b, "\x9f\xeb\x01\0", 4);
	u32(b, 24);
	u32(b, 0); /* types */
	u32(b, 16 + 36 + 12);
	u32(b, 16 + 36 + 12); /* names */
	u32(b, sizeof names);
	u32(b, 1); /* int */
	u32(b, 1u << 24);
	u32(b, 4);
	u32(b, 32);
	u32(b, 5); /* struct pair of two */
	u32(b, 4u << 24 | 2);
	u32(b, 8);
	for (int i = 0; i < 6; i++)
		u32(b, 0);
	u32(b, 10); /* a function */
	u32(b, 12u << 24);
	u32(b, 1);
	buf_add(b, names, sizeof names);
}

static void by_id(void **state)
{
	struct buf b = { 0 };

	(void)state;
	sample(&b);
	assert_true(str_is(btf_name(buf_view(&b), 1), "int"));
	assert_true(str_is(btf_name(buf_view(&b), 2), "pair"));
	assert_true(str_is(btf_name(buf_view(&b), 3), "__x64_sys_getdents64"));
	assert_int_equal(btf_name(buf_view(&b), 0).n, 0);
	assert_int_equal(btf_name(buf_view(&b), 4).n, 0);
	assert_int_equal(btf_name(buf_view(&b), UINT32_MAX).n, 0);
	buf_free(&b);
}

static void damaged(void **state)
{
	struct buf b = { 0 };
	unsigned seed = 4711;

	(void)state;
	sample(&b);
	for (size_t n = 0; n < b.n; n++)
		for (uint32_t id = 0; id < 5; id++) {
			char *exact = xmalloc(n ? n : 1);

			memcpy(exact, b.p, n);
			assert_true(btf_name(str_mem(exact, n), id).n <= n);
			free(exact);
		}
	for (int i = 0; i < 20000; i++) {
		char *exact = xmalloc(b.n);

		memcpy(exact, b.p, b.n);
		for (int k = 0; k < 2; k++) {
			seed = seed * 1103515245u + 12345u;
			exact[(seed >> 8) % b.n] = (char)(seed >> 24);
		}
		(void)btf_name(str_mem(exact, b.n), 3);
		free(exact);
	}
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_id),
		cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests_name("collect/btf", tests, NULL, NULL);
}
