/*
 * str.h - borrowed bytes with a length; never assumed NUL-terminated.
 * A view lives as long as what it points into.
 */
#ifndef UTIL_STR_H
#define UTIL_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

#define STR(lit) ((struct str){ (lit), sizeof(lit) - 1 })
#define STR_NONE ((struct str){ NULL, 0 })
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

static inline struct str str_of(const char *cstr)
{
	return (struct str){ cstr, cstr ? strlen(cstr) : 0 };
}

static inline struct str str_mem(const void *p, size_t n)
{
	return (struct str){ p, n };
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_is(struct str a, const char *cstr)
{
	return str_eq(a, str_of(cstr));
}

static inline bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n &&
	       (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

static inline bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n &&
	       (suffix.n == 0 ||
		memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

/* The rest of s after its first n bytes; empty when s is shorter. */
static inline struct str str_skip(struct str s, size_t n)
{
	if (n > s.n)
		n = s.n;
	return (struct str){ s.p ? s.p + n : NULL, s.n - n };
}

/* The first n bytes of s, or all of it. */
static inline struct str str_head(struct str s, size_t n)
{
	return (struct str){ s.p, n < s.n ? n : s.n };
}

/* bytewise order, shorter first: <0, 0, >0 */
int str_cmp(struct str a, struct str b);
bool str_ieq(struct str a, struct str b); /* ASCII case folded */
/* Offset of the first c or of needle; (size_t)-1 when absent. */
size_t str_chr(struct str s, char c);
size_t str_rchr(struct str s, char c);
size_t str_find(struct str s, struct str needle);
static inline bool str_has(struct str s, struct str needle)
{
	return str_find(s, needle) != (size_t)-1;
}
/* s without leading and trailing blanks, tabs, CR and LF. */
struct str str_trim(struct str s);
/*
 * Cuts *rest at the first c: returns what stood before it and leaves what
 * follows in *rest.  Without a c it returns all and *rest.p becomes NULL, so
 * `while (rest.p)' visits every piece, the empty last one included.
 */
struct str str_cut(struct str *rest, char c);
/* What follows the last `/' (all of it when there is none), and before it. */
struct str str_base(struct str path);
struct str str_dir(struct str path);
/* Whole-string numbers; false when empty, out of range or with other bytes. */
bool str_u64(struct str s, uint64_t *out);
bool str_i64(struct str s, int64_t *out);
bool str_hex64(struct str s, uint64_t *out);
bool str_utf8_ok(struct str s);
/* Writes the 1..4 bytes of a code point; how many. */
size_t utf8_put(char *out, uint32_t c);

#endif
