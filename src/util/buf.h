/*
 * buf.h - bytes that grow.  The only heap string builder.  Out of memory
 * ends the process through xalloc (a bounded program does not get there).
 */
#ifndef UTIL_BUF_H
#define UTIL_BUF_H

#include "str.h"

struct buf {
	char *p;
	size_t n, cap;
};

void *xmalloc(size_t n); /* zeroed; never NULL */
void *xrealloc(void *p, size_t n);
void buf_grow(struct buf *, size_t n); /* room for n more bytes */
/* Makes room for n more bytes and returns where they go; n is not added. */
static inline char *buf_room(struct buf *b, size_t n)
{
	if (__builtin_expect(n > b->cap - b->n, 0))
		buf_grow(b, n);
	return b->p + b->n;
}
static inline void buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return;
	memcpy(buf_room(b, n), p, n);
	b->n += n;
}
static inline void buf_str(struct buf *b, struct str s)
{
	buf_add(b, s.p, s.n);
}
static inline void buf_c(struct buf *b, char c)
{
	*buf_room(b, 1) = c;
	b->n++;
}
void buf_puts(struct buf *, const char *cstr);
void buf_fmt(struct buf *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void buf_u64(struct buf *, uint64_t);
void buf_i64(struct buf *, int64_t);
void buf_hex(struct buf *, const void *p, size_t n);
void buf_b64(struct buf *, const void *p, size_t n);
static inline struct str buf_view(const struct buf *b)
{
	return (struct str){ b->p, b->n };
}
static inline void buf_clear(struct buf *b)
{
	b->n = 0;
}
void buf_free(struct buf *);

/*
 * Grows a malloc'ed array: makes *p hold at least `need' items of `size'
 * bytes; *cap counts items.  New room is zeroed.
 */
void vec_grow(void *p, size_t *cap, size_t need, size_t size);

#endif
