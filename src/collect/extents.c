/* extents.c - SEEK_DATA and SEEK_HOLE; where those are unknown, all is data. */
#define _GNU_SOURCE
#include "extents.h"

#include <unistd.h>

static void dense(uint64_t size, uint64_t max_data, struct cut *out)
{
	uint64_t left = size - out->off;

	out->len = out->data = left < max_data ? left : max_data;
	out->sparse = false;
}

/* The next stretch of data at or after *at; false when there is none. */
static bool next_data(int fd, uint64_t *at, uint64_t size, uint64_t *end)
{
	off_t d = lseek(fd, (off_t)*at, SEEK_DATA), h;

	if (d < 0 || (uint64_t)d >= size)
		return false;
	h = lseek(fd, d, SEEK_HOLE);
	*at = (uint64_t)d;
	*end = h <= d || (uint64_t)h > size ? size : (uint64_t)h;
	return true;
}

void cut_next(int fd, uint64_t off, uint64_t size, bool sparse,
	      uint64_t max_data, struct extent *extent, struct cut *out)
{
	uint64_t at = off, end;

	*out = (struct cut){ .off = off, .sparse = sparse };
	if (!sparse || lseek(fd, (off_t)off, SEEK_HOLE) < 0) {
		dense(size, max_data, out);
		return;
	}
	out->len = size - off;
	while (at < size && next_data(fd, &at, size, &end)) {
		uint64_t room = max_data - out->data;

		if (room == 0 || out->nextent == LANE_MAX_EXTENTS) {
			out->len = at - off; /* the hole before belongs here */
			break;
		}
		if (end - at > room)
			end = at + room;
		extent[out->nextent++] = (struct extent){ at - off, end - at };
		out->data += end - at;
		at = end;
	}
	if (out->nextent == 1 && extent->off == 0 && extent->len == out->len)
		out->sparse = false; /* compressed, not sparse */
}
