/*
 * scan.h - bounds-checked reader of text evidence.  A scanner is a view that
 * gets shorter; a function that does not match returns false (or an empty
 * view) and leaves it as it was.
 */
#ifndef UTIL_SCAN_H
#define UTIL_SCAN_H

#include "str.h"

struct scan {
	struct str s; /* what is left */
};

static inline struct scan scan_of(struct str s)
{
	return (struct scan){ s };
}
static inline bool scan_end(const struct scan *s)
{
	return s->s.n == 0;
}
bool scan_char(struct scan *, char c);
bool scan_lit(struct scan *, struct str lit);
/* Blanks and tabs; how many there were. */
size_t scan_blank(struct scan *);
/* Bytes up to (not including) the next blank, tab or the end. */
struct str scan_word(struct scan *);
/* Bytes up to c, which is eaten too; false when there is no c. */
bool scan_until(struct scan *, char c, struct str *out);
/* Bytes up to lit, which is eaten too. */
bool scan_until_lit(struct scan *, struct str lit, struct str *out);
/* A decimal number of at least min and at most max digits. */
bool scan_digits(struct scan *, unsigned min, unsigned max, uint64_t *out);
bool scan_u64(struct scan *, uint64_t *out);
/* "…" with backslash escapes left in place; the quotes are eaten. */
bool scan_quoted(struct scan *, struct str *out);
/* 1..12 from an English three-letter month name; 0 when it is none. */
unsigned scan_month(struct scan *);
/* A textual IPv4 or IPv6 address: 16 bytes, v4 as ::ffff:a.b.c.d. */
bool str_ip(struct str, unsigned char out[16]);

#endif
