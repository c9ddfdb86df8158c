/*
 * arena.h - memory that is freed all at once.
 * arena_alloc never fails to its caller: past the cap it calls on_full,
 * which must not return (a worker ends, cli prints and exits).
 */
#ifndef UTIL_ARENA_H
#define UTIL_ARENA_H

#include "str.h"

struct arena_block;
struct arena {
	struct arena_block *block; /* newest first */
	size_t used, cap;          /* bytes handed out; cap 0: none */
	void (*on_full)(struct arena *);
};
struct arena_mark {
	struct arena_block *block;
	size_t at, used;
};

void arena_init(struct arena *, size_t cap);
void *arena_alloc(struct arena *, size_t n); /* zeroed, 16-byte aligned */
void *arena_array(struct arena *, size_t n, size_t size);
struct str arena_dup(struct arena *, struct str);
char *arena_cstr(struct arena *, struct str); /* NUL-terminated copy */
struct str arena_fmt(struct arena *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
struct arena_mark arena_mark(const struct arena *);
void arena_rewind(struct arena *, struct arena_mark);
void arena_free(struct arena *); /* usable again afterwards */

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))

#endif
