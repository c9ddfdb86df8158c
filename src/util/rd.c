/* rd.c - the sticky reader. */
#include "rd.h"

struct rd rd_of(struct str s)
{
	return (struct rd){ .base = (const unsigned char *)s.p, .len = s.n };
}

uint16_t rd_u16be(struct rd *r, const char *what)
{
	return (uint16_t)rd_be(rd_take(r, 2, what), 2);
}

uint32_t rd_u32be(struct rd *r, const char *what)
{
	return (uint32_t)rd_be(rd_take(r, 4, what), 4);
}

uint64_t rd_u64be(struct rd *r, const char *what)
{
	return rd_be(rd_take(r, 8, what), 8);
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
	(void)rd_take(r, n, what);
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
