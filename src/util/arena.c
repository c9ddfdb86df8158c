/* arena.c - blocks of 64 KiB or more, newest first. */
#include "arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK_MIN (64u << 10)

struct arena_block {
	struct arena_block *next;
	size_t at, size;
	_Alignas(16) unsigned char data[];
};

void arena_init(struct arena *a, size_t cap)
{
	*a = (struct arena){ .cap = cap };
}

static void full(struct arena *a)
{
	if (a->on_full)
		a->on_full(a);
	abort();
}

static void grow(struct arena *a, size_t n)
{
	size_t size = n > BLOCK_MIN ? n : BLOCK_MIN;
	struct arena_block *b;

	b = malloc(sizeof(*b) + size);
	if (!b)
		full(a);
	b->next = a->block;
	b->at = 0;
	b->size = size;
	a->block = b;
}

static void *take(struct arena *a, size_t n)
{
	size_t want;
	void *p;

	if (n > SIZE_MAX / 2)
		full(a);
	want = (n + 15) & ~(size_t)15;
	if (a->cap && (want > a->cap || a->used > a->cap - want))
		full(a);
	if (!a->block || want > a->block->size - a->block->at)
		grow(a, want);
	p = a->block->data + a->block->at;
	a->block->at += want;
	a->used += want;
	return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
	return memset(take(a, n), 0, n);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		full(a);
	return arena_alloc(a, bytes);
}

struct str arena_dup(struct arena *a, struct str s)
{
	char *p;

	if (s.n == 0)
		return (struct str){ "", 0 };
	p = take(a, s.n);
	memcpy(p, s.p, s.n);
	return (struct str){ p, s.n };
}

char *arena_cstr(struct arena *a, struct str s)
{
	char *p = take(a, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

struct str arena_fmt(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	p = take(a, (size_t)n + 1);
	va_start(ap, fmt);
	(void)vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return (struct str){ p, (size_t)n };
}

struct arena_mark arena_mark(const struct arena *a)
{
	return (struct arena_mark){ a->block, a->block ? a->block->at : 0,
				    a->used };
}

void arena_rewind(struct arena *a, struct arena_mark m)
{
	while (a->block != m.block) {
		struct arena_block *b = a->block;

		/* keep the first block: rewinding per record is cheap */
		if (!m.block && !b->next) {
			b->at = 0;
			a->used = 0;
			return;
		}
		a->block = b->next;
		free(b);
	}
	if (a->block)
		a->block->at = m.at;
	a->used = m.used;
}

void arena_free(struct arena *a)
{
	while (a->block) {
		struct arena_block *b = a->block;

		a->block = b->next;
		free(b);
	}
	a->used = 0;
}
