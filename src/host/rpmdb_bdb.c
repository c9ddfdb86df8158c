/*
 * rpmdb_bdb.c - Berkeley DB, access method hash (dbinc/db_page.h), of either
 * byte order: package number -> header.
 *
 *   meta page: 12 u32 magic  20 u32 page size  25 u8 type (8)
 *   page:      8 u32 page  12 prev  16 next  20 u16 entries
 *              22 u16 free offset, or bytes on an overflow page
 *              24 u8 level  25 u8 type  26 u16 offsets of the items
 *   items:     a key, its value, a key …; the first byte is the type
 *   off page:  u8 3  3 unused  u32 first overflow page  u32 length
 *
 * All pages are looked at in turn: buckets and their chains need not be
 * followed, and packages of a damaged chain are found too.
 */
#include "rpmdb.h"

#define PAGE_HEAD 26u
#define MAGIC_AT 12
#define MAGIC 0x061561u
#define MIN_PAGE 512u
#define MAX_PAGE 65536u

enum { PAGE_HASH_UNSORTED = 2, PAGE_OVERFLOW = 7, PAGE_HASH = 13 };
enum { ITEM_DATA = 1, ITEM_OFFPAGE = 3 };

struct bdb {
	struct rpmdb *db;
	uint32_t page; /* bytes */
	bool big;
};

static uint16_t u16(const struct bdb *b, struct rd *r, const char *what)
{
	return b->big ? rd_u16be(r, what) : rd_u16le(r, what);
}

static uint32_t u32(const struct bdb *b, struct rd *r, const char *what)
{
	return b->big ? rd_u32be(r, what) : rd_u32le(r, what);
}

static struct str page_at(const struct bdb *b, uint64_t n)
{
	uint64_t pages = b->db->data.n / b->page;

	if (n >= pages)
		return STR_NONE;
	return str_head(str_skip(b->db->data, (size_t)(n * b->page)), b->page);
}

/* A value that lies on pages of its own, put together in db->blob. */
static bool overflow(const struct bdb *b, uint32_t first, uint32_t length)
{
	struct buf *out = &b->db->blob;
	uint32_t next = first;

	buf_clear(out);
	if (length > RPMDB_MAX_BLOB || length > b->db->data.n)
		return false;
	/* every page adds something: a chain that is a ring ends too */
	while (out->n < length) {
		struct str page = page_at(b, next);
		struct rd r = rd_of(page);
		uint16_t n;
		uint8_t type;

		rd_skip(&r, 16, "head of a page");
		next = u32(b, &r, "next page");
		rd_skip(&r, 2, "entries");
		n = u16(b, &r, "bytes");
		rd_skip(&r, 1, "level");
		type = rd_u8(&r, "type");
		if (type != PAGE_OVERFLOW || n == 0 || n > rd_left(&r) ||
		    n > length - out->n)
			return false;
		buf_str(out, rd_bytes(&r, n, "value"));
	}
	return true;
}

/* One value; false: enough. */
static bool value(const struct bdb *b, struct str item, uint64_t off)
{
	struct rd r = rd_of(item);
	uint8_t type = rd_u8(&r, "type of a value");
	uint32_t first, length;

	if (type == ITEM_DATA) {
		/* package 0 is the last number that was given */
		if (item.n < 1 + 16)
			return true;
		b->db->headers++;
		return b->db->take(b->db->arg, str_skip(item, 1), off);
	}
	rd_skip(&r, 3, "value");
	first = u32(b, &r, "first page");
	length = u32(b, &r, "length");
	if (type != ITEM_OFFPAGE || !rd_ok(&r) || !overflow(b, first, length)) {
		rpmdb_damage(b->db, "value", off);
		return true;
	}
	b->db->headers++;
	return b->db->take(b->db->arg, buf_view(&b->db->blob), off);
}

/* The bytes of item i: it ends where the one before it begins. */
static struct str item_at(const struct bdb *b, struct str page, unsigned i)
{
	struct rd r = rd_of(str_skip(page, PAGE_HEAD + (i - 1) * 2));
	uint16_t end = u16(b, &r, "offset");
	uint16_t at = u16(b, &r, "offset");

	if (!rd_ok(&r) || at >= end || end > page.n || at < PAGE_HEAD)
		return STR_NONE;
	return str_head(str_skip(page, at), (size_t)(end - at));
}

static bool hash_page(const struct bdb *b, struct str page, uint64_t off,
		      uint16_t entries)
{
	for (unsigned i = 1; i < entries; i += 2) {
		struct str item = item_at(b, page, i);

		if (!item.n)
			rpmdb_damage(b->db, "item of a page", off);
		else if (!value(b, item, off))
			return false;
	}
	return true;
}

void rpmdb_bdb(struct rpmdb *d)
{
	struct bdb b = { .db = d };
	struct rd r = rd_of(str_skip(d->data, MAGIC_AT));

	b.big = rd_u32be(&r, "magic") == MAGIC;
	rd_skip(&r, 4, "version");
	b.page = u32(&b, &r, "page size");
	if (!rd_ok(&r) || b.page < MIN_PAGE || b.page > MAX_PAGE ||
	    b.page & (b.page - 1)) {
		rpmdb_damage(d, "page size", MAGIC_AT + 8);
		return;
	}
	if (d->data.n % b.page)
		rpmdb_damage(d, "cut page", d->data.n / b.page * b.page);
	for (uint64_t n = 1; n < d->data.n / b.page; n++) {
		struct str page = page_at(&b, n);
		struct rd p = rd_of(str_skip(page, 20));
		uint16_t entries = u16(&b, &p, "entries");
		uint8_t type;

		rd_skip(&p, 3, "free, level");
		type = rd_u8(&p, "type");
		if ((type == PAGE_HASH || type == PAGE_HASH_UNSORTED) &&
		    !hash_page(&b, page, n * b.page, entries))
			return;
	}
}
