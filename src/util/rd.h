/*
 * rd.h - bounds-checked reader of binary evidence.  The first read that does
 * not fit is kept in lost/at/need; it and every later read give 0: one test
 * per record.  A loop over hostile lengths tests rd_ok and advances by a
 * length proved non-zero.
 */
#ifndef UTIL_RD_H
#define UTIL_RD_H

#include "str.h"

struct rd {
	const unsigned char *base;
	size_t len, pos;
	const char
		*lost; /* what was read when it did not fit; NULL: all well */
	size_t at, need;
};

struct rd rd_of(struct str);
static inline bool rd_ok(const struct rd *r)
{
	return r->lost == NULL;
}
static inline size_t rd_left(const struct rd *r)
{
	return r->lost ? 0 : r->len - r->pos;
}
static inline const unsigned char *rd_take(struct rd *r, size_t n,
					   const char *what)
{
	const unsigned char *p;

	if (r->lost)
		return NULL;
	if (n > r->len - r->pos) {
		r->lost = what;
		r->at = r->pos;
		r->need = n;
		return NULL;
	}
	p = r->base + r->pos;
	r->pos += n;
	return p;
}

static inline uint64_t rd_le(const unsigned char *p, size_t n)
{
	uint64_t v = 0;

	if (p)
		while (n > 0)
			v = v << 8 | p[--n];
	return v;
}

static inline uint64_t rd_be(const unsigned char *p, size_t n)
{
	uint64_t v = 0;

	if (p)
		for (size_t i = 0; i < n; i++)
			v = v << 8 | p[i];
	return v;
}

static inline uint8_t rd_u8(struct rd *r, const char *what)
{
	return (uint8_t)rd_le(rd_take(r, 1, what), 1);
}

static inline uint16_t rd_u16le(struct rd *r, const char *what)
{
	return (uint16_t)rd_le(rd_take(r, 2, what), 2);
}

static inline uint32_t rd_u32le(struct rd *r, const char *what)
{
	return (uint32_t)rd_le(rd_take(r, 4, what), 4);
}

static inline uint64_t rd_u64le(struct rd *r, const char *what)
{
	return rd_le(rd_take(r, 8, what), 8);
}

/* n bytes as a view; empty when they do not fit */
static inline struct str rd_bytes(struct rd *r, size_t n, const char *what)
{
	const unsigned char *p = rd_take(r, n, what);

	return p ? str_mem(p, n) : STR_NONE;
}
uint16_t rd_u16be(struct rd *, const char *what);
uint32_t rd_u32be(struct rd *, const char *what);
uint64_t rd_u64be(struct rd *, const char *what);
/* n bytes up to their first NUL */
struct str rd_cstr(struct rd *, size_t n, const char *what);
struct rd rd_sub(struct rd *, size_t n, const char *what);
void rd_skip(struct rd *, size_t n, const char *what);
void rd_seek(struct rd *, size_t pos, const char *what);

#endif
