/* term.c - one pass, character by character. */
#include "term.h"

static size_t char_len(const unsigned char *p, size_t left)
{
	size_t k = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;

	if (k > left || !str_utf8_ok((struct str){ (const char *)p, k }))
		return 0;
	return k;
}

static uint32_t code(const unsigned char *p, size_t k)
{
	uint32_t c = k == 1 ? p[0] : p[0] & (0x7fu >> k);

	for (size_t i = 1; i < k; i++)
		c = c << 6 | (p[i] & 0x3fu);
	return c;
}

/* C0, C1, zero width, bidi marks, embeddings and isolates, BOM, tags */
static bool hidden(uint32_t c)
{
	static const uint32_t range[][2] = {
		{ 0, 0x1f },        { 0x7f, 0x9f },       { 0xad, 0xad },
		{ 0x061c, 0x061c }, { 0x180e, 0x180e },   { 0x200b, 0x200f },
		{ 0x2028, 0x202e }, { 0x2060, 0x206f },   { 0xfeff, 0xfeff },
		{ 0xfff9, 0xfffb }, { 0xe0000, 0xe007f },
	};

	for (size_t i = 0; i < sizeof(range) / sizeof(range[0]); i++)
		if (c >= range[i][0] && c <= range[i][1])
			return true;
	return false;
}

void term_text(struct buf *b, struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0;

	while (i < s.n) {
		size_t k = char_len(p + i, s.n - i);
		uint32_t c = k ? code(p + i, k) : 0;

		if (k == 0) {
			buf_fmt(b, "\\x%02x", p[i]);
			i++;
			continue;
		}
		if (c < 0x80 && hidden(c))
			buf_fmt(b, "\\x%02x", c);
		else if (hidden(c))
			buf_fmt(b, "\\u{%x}", c);
		else
			buf_add(b, p + i, k);
		i += k;
	}
}
