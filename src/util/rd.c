/* rd.c - the sticky reader. */
#include "rd.h"

struct rd rd_of(struct str s)
{
	return (struct rd){ .base = (const unsigned char *)s.p, .len = s.n };
}

static const unsigned char *take(struct rd *r, size_t n, const char *what)
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

static uint64_t le(const unsigned char *p, size_t n)
{
	uint64_t v = 0;

	if (p)
		while (n > 0)
			v = v << 8 | p[--n];
	return v;
}

static uint64_t be(const unsigned char *p, size_t n)
{
	uint64_t v = 0;

	if (p)
		for (size_t i = 0; i < n; i++)
			v = v << 8 | p[i];
	return v;
}

uint8_t rd_u8(struct rd *r, const char *what)
{
	return (uint8_t)le(take(r, 1, what), 1);
}

uint16_t rd_u16le(struct rd *r, const char *what)
{
	return (uint16_t)le(take(r, 2, what), 2);
}

uint32_t rd_u32le(struct rd *r, const char *what)
{
	return (uint32_t)le(take(r, 4, what), 4);
}

uint64_t rd_u64le(struct rd *r, const char *what)
{
	return le(take(r, 8, what), 8);
}

uint16_t rd_u16be(struct rd *r, const char *what)
{
	return (uint16_t)be(take(r, 2, what), 2);
}

uint32_t rd_u32be(struct rd *r, const char *what)
{
	return (uint32_t)be(take(r, 4, what), 4);
}

uint64_t rd_u64be(struct rd *r, const char *what)
{
	return be(take(r, 8, what), 8);
}

struct str rd_bytes(struct rd *r, size_t n, const char *what)
{
	const unsigned char *p = take(r, n, what);

	return p ? str_mem(p, n) : STR_NONE;
}

struct str rd_cstr(struct rd *r, size_t n, const char *what)
{
	struct str s = rd_bytes(r, n, what);
	size_t i = str_chr(s, '\0');

	return i == (size_t)-1 ? s : str_head(s, i);
}

struct rd rd_sub(struct rd *r, size_t n, const char *what)
{
	struct rd sub = rd_of(rd_bytes(r, n, what));

	if (r->lost) {
		sub.lost = r->lost;
		sub.at = r->at;
		sub.need = r->need;
	}
	return sub;
}

void rd_skip(struct rd *r, size_t n, const char *what)
{
	(void)take(r, n, what);
}

void rd_seek(struct rd *r, size_t pos, const char *what)
{
	if (r->lost)
		return;
	if (pos > r->len) {
		r->lost = what;
		r->at = pos;
		r->need = 0;
		return;
	}
	r->pos = pos;
}
