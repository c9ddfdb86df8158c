/* buf.c - growing bytes and arrays. */
#include "buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void oom(void)
{
	static const char m[] = "konseki: out of memory\n";

	if (write(2, m, sizeof(m) - 1) < 0)
		abort();
	_exit(4);
}

void *xmalloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p)
		oom();
	return p;
}

void *xrealloc(void *p, size_t n)
{
	p = realloc(p, n ? n : 1);
	if (!p)
		oom();
	return p;
}

void buf_grow(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 256;

	while (cap - b->n < n)
		if (__builtin_mul_overflow(cap, 2, &cap))
			oom();
	b->p = xrealloc(b->p, cap);
	b->cap = cap;
}

void buf_puts(struct buf *b, const char *cstr)
{
	buf_add(b, cstr, strlen(cstr));
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	(void)buf_room(b, (size_t)n + 1);
	va_start(ap, fmt);
	(void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

/* two digits a step: numbers are a fifth of what JSON lines hold */
void buf_u64(struct buf *b, uint64_t v)
{
	static const char pair[] =
		"00010203040506070809101112131415161718192021"
		"22232425262728293031323334353637383940414243"
		"44454647484950515253545556575859606162636465"
		"66676869707172737475767778798081828384858687"
		"888990919293949596979899";
	char t[20];
	size_t i = sizeof(t);

	while (v >= 10) {
		i -= 2;
		memcpy(t + i, pair + v % 100 * 2, 2);
		v /= 100;
	}
	if (v || i == sizeof(t))
		t[--i] = (char)('0' + v);
	else if (t[i] == '0')
		i++;
	buf_add(b, t + i, sizeof(t) - i);
}

void buf_i64(struct buf *b, int64_t v)
{
	if (v < 0) {
		buf_c(b, '-');
		buf_u64(b, 0 - (uint64_t)v);
	} else {
		buf_u64(b, (uint64_t)v);
	}
}

void buf_hex(struct buf *b, const void *p, size_t n)
{
	static const char digit[] = "0123456789abcdef";
	const unsigned char *s = p;
	char *o = buf_room(b, n * 2);

	for (size_t i = 0; i < n; i++) {
		*o++ = digit[s[i] >> 4];
		*o++ = digit[s[i] & 15];
	}
	b->n += n * 2;
}

void buf_b64(struct buf *b, const void *p, size_t n)
{
	static const char digit[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789+/";
	const unsigned char *s = p;
	char *o = buf_room(b, (n + 2) / 3 * 4);

	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t v = (uint32_t)s[i] << 16 |
			     (left > 1 ? (uint32_t)s[i + 1] << 8 : 0) |
			     (left > 2 ? s[i + 2] : 0u);

		*o++ = digit[v >> 18];
		*o++ = digit[v >> 12 & 63];
		*o++ = left > 1 ? digit[v >> 6 & 63] : '=';
		*o++ = left > 2 ? digit[v & 63] : '=';
	}
	b->n += (n + 2) / 3 * 4;
}

void buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}

void vec_grow(void *p, size_t *cap, size_t need, size_t size)
{
	size_t want = *cap ? *cap : 16;
	char *q;

	if (need <= *cap)
		return;
	while (want < need)
		if (__builtin_mul_overflow(want, 2, &want))
			oom();
	if (want > SIZE_MAX / size)
		oom();
	memcpy(&q, p, sizeof(q));
	q = xrealloc(q, want * size);
	memset(q + *cap * size, 0, (want - *cap) * size);
	memcpy(p, &q, sizeof(q));
	*cap = want;
}
