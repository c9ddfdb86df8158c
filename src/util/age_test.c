/* age_test.c - keys as text, sealing and opening, cuts and changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "age.h"
#include "io.h"

static const char secret[] = "AGE-SECRET-KEY-1";

static int sealed(const struct age_recipient *r, size_t n, size_t size,
		  struct buf *plain)
{
	struct age_seal s;
	struct buf out = { 0 };
	struct err err;
	int fd = io_tmpfile("/tmp", &err);
	uint64_t x = 88172645463325252u;

	assert_true(fd >= 0);
	for (size_t i = 0; i < size; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		buf_c(plain, (char)x);
	}
	assert_int_equal(age_seal_begin(&s, r, n, &out, &err), 0);
	for (size_t at = 0; at < size;) { /* in odd steps */
		size_t k = size - at < 1013 ? size - at : 1013;

		assert_int_equal(age_seal_add(&s, plain->p + at, k, &out, &err),
				 0);
		at += k;
	}
	assert_int_equal(age_seal_end(&s, &out, &err), 0);
	age_seal_free(&s);
	assert_int_equal(io_write(fd, out.p, out.n), 0);
	buf_free(&out);
	return fd;
}

static void test_keys(void **state)
{
	struct age_identity a, b;
	struct age_recipient r;
	struct buf t = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(age_identity_new(&a, &err), 0);
	age_identity_text(&t, &a);
	assert_int_equal(t.n, 74);
	assert_memory_equal(t.p, secret, sizeof(secret) - 1);
	assert_true(age_identity_parse(buf_view(&t), &b));
	assert_memory_equal(&a, &b, sizeof(a));
	for (size_t i = 0; i < t.n; i++) { /* the checksum sees each letter */
		char was = t.p[i];

		t.p[i] = was == 'Q' ? 'P' : 'Q';
		assert_false(age_identity_parse(buf_view(&t), &b));
		t.p[i] = was;
		assert_false(age_identity_parse(str_head(buf_view(&t), i), &b));
	}
	buf_clear(&t);
	age_recipient_text(&t, &a.public);
	assert_int_equal(t.n, 62);
	assert_true(age_recipient_parse(buf_view(&t), &r));
	assert_memory_equal(&r, &a.public, sizeof(r));
	assert_false(age_identity_parse(buf_view(&t), &b));
	t.p[10] = t.p[10] >= 'a' ? (char)(t.p[10] - 32) : t.p[10];
	t.p[11] = t.p[11] >= 'a' ? (char)(t.p[11] - 32) : t.p[11];
	assert_false(age_recipient_parse(buf_view(&t), &r)); /* mixed case */
	buf_free(&t);
}

/* RFC 7748 6.1: Alice's keys, through the text of an identity. */
static void test_rfc7748(void **state)
{
	static const unsigned char alice[AGE_KEY] = {
		0x77, 0x07, 0x6d, 0x0a, 0x73, 0x18, 0xa5, 0x7d,
		0x3c, 0x16, 0xc1, 0x72, 0x51, 0xb2, 0x66, 0x45,
		0xdf, 0x4c, 0x2f, 0x87, 0xeb, 0xc0, 0x99, 0x2a,
		0xb1, 0x77, 0xfb, 0xa5, 0x1d, 0xb9, 0x2c, 0x2a
	};
	static const unsigned char public[AGE_KEY] = {
		0x85, 0x20, 0xf0, 0x09, 0x89, 0x30, 0xa7, 0x54,
		0x74, 0x8b, 0x7d, 0xdc, 0xb4, 0x3e, 0xf7, 0x5a,
		0x0d, 0xbf, 0x3a, 0x0d, 0x26, 0x38, 0x1a, 0xf4,
		0xeb, 0xa4, 0xa9, 0x8e, 0xaa, 0x9b, 0x4e, 0x6a
	};
	struct age_identity id = { 0 }, back;
	struct buf t = { 0 };

	(void)state;
	memcpy(id.secret, alice, AGE_KEY);
	age_identity_text(&t, &id);
	assert_true(age_identity_parse(buf_view(&t), &back));
	assert_memory_equal(back.public.key, public, AGE_KEY);
	buf_free(&t);
}

static void all_of(struct age_reader *r, const struct buf *plain)
{
	char *p = xmalloc(plain->n + 1);

	assert_int_equal(r->size, plain->n);
	assert_int_equal(age_pread(r, p, plain->n + 1, 0), plain->n);
	if (plain->n)
		assert_memory_equal(p, plain->p, plain->n);
	for (size_t at = 0; at < plain->n; at += 40009) { /* backwards too */
		size_t from = plain->n - at - 1;

		assert_int_equal(age_pread(r, p, 7, (off_t)from),
				 at < 6 ? (ssize_t)at + 1 : 7);
		assert_memory_equal(p, plain->p + from, 1);
	}
	free(p);
}

static void test_round(void **state)
{
	static const size_t size[] = { 0,
				       1,
				       AGE_PIECE - 1,
				       AGE_PIECE,
				       AGE_PIECE + 1,
				       3 * AGE_PIECE,
				       300000 };
	struct age_identity id[3];
	struct age_recipient to[2];
	struct err err;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(age_identity_new(&id[i], &err), 0);
	to[0] = id[0].public;
	to[1] = id[1].public;
	for (size_t i = 0; i < sizeof(size) / sizeof(*size); i++) {
		struct buf plain = { 0 };
		int fd = sealed(to, 2, size[i], &plain);
		struct age_reader r;

		for (size_t k = 0; k < 2; k++) {
			assert_int_equal(age_open(&r, fd, &id[k], 1, &err),
					 AGE_OPEN);
			assert_false(r.cut);
			all_of(&r, &plain);
			assert_int_equal(r.nbad, 0);
			age_reader_free(&r);
		}
		assert_int_equal(age_open(&r, fd, id, 3, &err), AGE_OPEN);
		age_reader_free(&r);
		assert_int_equal(age_open(&r, fd, &id[2], 1, &err),
				 AGE_NO_IDENTITY);
		assert_int_equal(age_open(&r, fd, NULL, 0, &err),
				 AGE_NO_IDENTITY);
		buf_free(&plain);
		close(fd);
	}
}

/* Every cut gives what is whole before it, or says why it gives nothing. */
static void test_cut(void **state)
{
	struct age_identity id;
	struct buf plain = { 0 };
	struct age_reader r;
	struct err err;
	int fd;
	off_t whole;

	(void)state;
	assert_int_equal(age_identity_new(&id, &err), 0);
	fd = sealed(&id.public, 1, 2 * AGE_PIECE + 500, &plain);
	whole = lseek(fd, 0, SEEK_END);
	for (off_t n = whole - 1; n >= 0; n -= n > 700 ? 6007 : 1) {
		char p[AGE_PIECE];

		assert_int_equal(ftruncate(fd, n), 0);
		if (age_open(&r, fd, &id, 1, &err) != AGE_OPEN) {
			assert_true(n < 300 + (off_t)AGE_PIECE);
			continue;
		}
		assert_true(r.cut);
		assert_int_equal(r.size % AGE_PIECE, 0);
		assert_true(r.size > 0);
		assert_int_equal(age_pread(&r, p, sizeof(p), 0), sizeof(p));
		assert_memory_equal(p, plain.p, sizeof(p));
		assert_int_equal(age_pread(&r, p, 1, (off_t)r.size), 0);
		age_reader_free(&r);
	}
	buf_free(&plain);
	close(fd);
}

/* A changed byte: the header proves it, a piece reads as zeros. */
static void test_changed(void **state)
{
	struct age_identity id;
	struct buf plain = { 0 };
	struct age_reader r;
	struct err err;
	uint64_t start;
	int fd;

	(void)state;
	assert_int_equal(age_identity_new(&id, &err), 0);
	fd = sealed(&id.public, 1, 3 * AGE_PIECE, &plain);
	assert_int_equal(age_open(&r, fd, &id, 1, &err), AGE_OPEN);
	start = r.start;
	age_reader_free(&r);
	for (off_t at = 0; at < (off_t)start; at++) {
		char was, now, p[8];
		enum age_result rc;

		assert_int_equal(io_pread(fd, &was, 1, at), 1);
		now = was ^ 1;
		assert_int_equal(io_pwrite(fd, &now, 1, at), 0);
		rc = age_open(&r, fd, &id, 1, &err);
		if (rc == AGE_OPEN) { /* the nonce: nothing opens by it */
			assert_int_equal(age_pread(&r, p, 8, 0), 8);
			assert_true(r.nbad > 0);
			age_reader_free(&r);
		} else {
			assert_true(err.msg[0]);
		}
		assert_int_equal(io_pwrite(fd, &was, 1, at), 0);
	}
	assert_int_equal(
		io_pwrite(fd, "x", 1, (off_t)(start + AGE_PIECE + AGE_TAG + 9)),
		0);
	assert_int_equal(age_open(&r, fd, &id, 1, &err), AGE_OPEN);
	for (size_t i = 0; i < 3 * AGE_PIECE; i += AGE_PIECE) {
		char p[16], zero[16] = { 0 };

		assert_int_equal(age_pread(&r, p, 16, (off_t)i), 16);
		assert_memory_equal(p, i == AGE_PIECE ? zero : plain.p + i, 16);
	}
	assert_int_equal(r.nbad, 1);
	age_reader_free(&r);
	buf_free(&plain);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),    cmocka_unit_test(test_rfc7748),
		cmocka_unit_test(test_round),   cmocka_unit_test(test_cut),
		cmocka_unit_test(test_changed),
	};

	return cmocka_run_group_tests_name("util/age", tests, NULL, NULL);
}
