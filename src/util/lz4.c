/*
 * lz4.c - decoder of LZ4 blocks.  Spec: lz4_Block_format.md.
 * A block is a row of sequences: token (literal length << 4 | match length
 * - 4), more length bytes (255 goes on), literals, u16le distance, more
 * length bytes.  The last sequence has literals only.
 */
#include "lz4.h"
#include "rd.h"

#define MIN_MATCH 4

struct lz4 {
	struct rd in;
	unsigned char *out;
	size_t n, cap;
};

/* The lengths' tail; every byte read is progress. */
static size_t length(struct rd *r, unsigned nibble)
{
	size_t n = nibble;
	uint8_t b;

	if (nibble < 15)
		return n;
	do {
		b = rd_u8(r, "length");
		n += b;
	} while (b == 255 && rd_ok(r));
	return n;
}

static void literals(struct lz4 *z, size_t n)
{
	struct str s = rd_bytes(&z->in, n, "literals");

	s = str_head(s, z->cap - z->n);
	if (s.n)
		memcpy(z->out + z->n, s.p, s.n);
	z->n += s.n;
}

/* Bytewise: a match may reach into what it is just writing. */
static void match(struct lz4 *z, size_t distance, size_t n)
{
	if (n > z->cap - z->n)
		n = z->cap - z->n;
	for (; n > 0; n--, z->n++)
		z->out[z->n] = z->out[z->n - distance];
}

size_t lz4_block(struct str in, unsigned char *out, size_t cap)
{
	struct lz4 z = { rd_of(in), out, 0, cap };

	while (rd_ok(&z.in)) {
		uint8_t token = rd_u8(&z.in, "token");
		size_t distance, n;

		literals(&z, length(&z.in, token >> 4));
		if (!rd_ok(&z.in))
			return LZ4_BAD;
		if (z.n == cap || rd_left(&z.in) == 0)
			return z.n;
		distance = rd_u16le(&z.in, "distance");
		n = length(&z.in, token & 15) + MIN_MATCH;
		if (!rd_ok(&z.in) || distance == 0 || distance > z.n)
			return LZ4_BAD;
		match(&z, distance, n);
	}
	return LZ4_BAD;
}
