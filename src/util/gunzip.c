/* gunzip.c - zlib, a piece at a time. */
#include "gunzip.h"

#include <zlib.h>

#define PIECE 65536

bool is_gzip(struct str s)
{
	return str_starts(s, STR("\037\213\010"));
}

bool gunzip(struct str packed, size_t max, struct buf *out)
{
	z_stream z = { .next_in = NULL };
	int got = Z_OK;
	size_t room;

	if (packed.n > UINT32_MAX || inflateInit2(&z, 15 + 16) != Z_OK)
		return false;
	z.next_in = (z_const Bytef *)(uintptr_t)packed.p;
	z.avail_in = (uInt)packed.n;
	while (got == Z_OK && max > 0) {
		room = max < PIECE ? max : PIECE;
		z.next_out = (Bytef *)buf_room(out, room);
		z.avail_out = (uInt)room;
		got = inflate(&z, Z_NO_FLUSH);
		room -= z.avail_out;
		out->n += room;
		max -= room;
		if (got == Z_OK && room == 0)
			break; /* nothing more comes of what is there */
	}
	(void)inflateEnd(&z);
	return got == Z_STREAM_END;
}
