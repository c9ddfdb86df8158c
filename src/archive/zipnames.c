/*
 * zipnames.c - central directory of a zip (APPNOTE 4.3.12, 4.3.16).
 *   end: u32 "PK\5\6"  6 disks, counts  u16 entries at 10  u32 size at 12
 *        u32 offset at 16
 *   entry: u32 "PK\1\2"  28 u16 name length  30 u16 extra  32 u16 comment
 *        42 u32 local header  46 name
 */
#include "zipnames.h"

#include <stdlib.h>

#include "../util/rd.h"

#define END_SIZE 22u
#define END_SEARCH (END_SIZE + 65535u)
#define END_MAGIC 0x06054b50u
#define ENTRY_MAGIC 0x02014b50u

static int by_place(const void *a, const void *b)
{
	uint64_t x = ((const struct zip_name *)a)->at;
	uint64_t y = ((const struct zip_name *)b)->at;

	return (x > y) - (x < y);
}

/* Place and size of the directory; false when there is no end record. */
static bool find_end(const struct infile *in, uint64_t off, uint64_t size,
		     uint32_t *at, uint32_t *len)
{
	size_t n = size < END_SEARCH ? (size_t)size : END_SEARCH;
	char *p = xmalloc(n);
	bool found = false;

	if (infile_read(in, p, n, off + size - n) == (ssize_t)n)
		for (size_t i = n >= END_SIZE ? n - END_SIZE + 1 : 0;
		     i-- > 0 && !found;) {
			struct rd r = rd_of(str_mem(p + i, n - i));

			if (rd_u32le(&r, "magic") != END_MAGIC)
				continue;
			rd_skip(&r, 8, "disks and counts");
			*len = rd_u32le(&r, "size");
			*at = rd_u32le(&r, "offset");
			found = rd_ok(&r) && *at <= size && *len <= size - *at;
		}
	free(p);
	return found;
}

static bool one_name(struct rd *r, struct zip_name *z)
{
	uint32_t magic = rd_u32le(r, "magic");
	uint16_t name, extra, comment;

	rd_skip(r, 24, "versions, times, sizes");
	name = rd_u16le(r, "name length");
	extra = rd_u16le(r, "extra length");
	comment = rd_u16le(r, "comment length");
	rd_skip(r, 8, "disk and attributes");
	z->at = rd_u32le(r, "local header");
	z->name = rd_bytes(r, name, "name");
	rd_skip(r, extra, "extra");
	rd_skip(r, comment, "comment");
	return magic == ENTRY_MAGIC && rd_ok(r);
}

struct zip_name *zip_names(const struct infile *in, uint64_t off, uint64_t size,
			   struct arena *a, size_t *n)
{
	uint32_t at = 0, len = 0;
	struct zip_name *v, z;
	char *p;
	struct rd r;

	*n = 0;
	if (!find_end(in, off, size, &at, &len) || len > ZIPNAMES_MAX_BYTES)
		return NULL;
	p = arena_alloc(a, len);
	if (infile_read(in, p, len, off + at) != (ssize_t)len)
		return NULL;
	r = rd_of(str_mem(p, len));
	for (*n = 0; *n < ZIPNAMES_MAX && one_name(&r, &z); ++*n)
		;
	v = arena_array(a, *n + 1, sizeof(*v));
	r = rd_of(str_mem(p, len));
	for (size_t i = 0; i < *n; i++)
		(void)one_name(&r, &v[i]); /* it was read before */
	qsort(v, *n, sizeof(*v), by_place);
	return v;
}
