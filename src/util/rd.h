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
uint8_t rd_u8(struct rd *, const char *what);
uint16_t rd_u16le(struct rd *, const char *what);
uint32_t rd_u32le(struct rd *, const char *what);
uint64_t rd_u64le(struct rd *, const char *what);
uint16_t rd_u16be(struct rd *, const char *what);
uint32_t rd_u32be(struct rd *, const char *what);
uint64_t rd_u64be(struct rd *, const char *what);
/* n bytes as a view; empty when they do not fit */
struct str rd_bytes(struct rd *, size_t n, const char *what);
/* n bytes up to their first NUL */
struct str rd_cstr(struct rd *, size_t n, const char *what);
struct rd rd_sub(struct rd *, size_t n, const char *what);
void rd_skip(struct rd *, size_t n, const char *what);
void rd_seek(struct rd *, size_t pos, const char *what);

#endif
