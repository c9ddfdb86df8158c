/*
 * rpmdb_sqlite.c - the rows of table Packages (hnum INTEGER PRIMARY KEY,
 * blob BLOB) of an SQLite file, and of the log beside it.
 *
 * Spec: sqlite.org/fileformat2.html.  A library would want the file on a
 * disk and its own locks; the evidence is bytes that must not be believed.
 *
 *   0 "SQLite format 3\0"  16 u16 page size (1: 65536)  20 u8 reserved
 *   page: u8 type (5 inner, 13 leaf of a table)  3 u16 cells  8 u32 right
 *   child (inner); then u16 offsets of cells
 *   inner cell: u32 child, varint;  leaf: varint size, varint row, payload,
 *   u32 first overflow page
 */
#include "rpmdb.h"

#include "../util/map.h"

#define MAX_DEPTH 16 /* of a tree: 2^30 pages of 4 KiB have 4 */
#define HEAD 100u    /* of page 1 */
#define MAX_SCHEMA 65536u
#define WAL_HEAD 32u
#define WAL_FRAME 24u

enum { PAGE_INNER = 5, PAGE_LEAF = 13 };

struct sqlite {
	struct rpmdb *db;
	uint32_t page, usable;
	uint64_t pages;   /* of the file, log included */
	uint64_t visited; /* pages of trees: no more than there are */
	struct map log;   /* page -> offset in the log */
	uint32_t root;    /* of Packages; 0: not found */
	bool stop;
};

/* --- pages ------------------------------------------------------------ */

static struct str page_at(const struct sqlite *s, uint32_t n)
{
	const uint64_t *in_log;
	uint64_t off;

	in_log = map_get(&s->log, str_mem(&n, sizeof(n)));
	if (in_log)
		return str_head(str_skip(s->db->wal, (size_t)*in_log), s->page);
	if (n == 0 || n > s->db->data.n / s->page)
		return STR_NONE;
	off = (uint64_t)(n - 1) * s->page;
	return str_head(str_skip(s->db->data, (size_t)off), s->page);
}

static uint64_t varint(struct rd *r)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++) {
		uint8_t b = rd_u8(r, "number");

		v = v << 7 | (b & 0x7f);
		if (!(b & 0x80))
			return v;
	}
	return v << 8 | rd_u8(r, "number");
}

/* --- the log ---------------------------------------------------------- */

static void checksum(struct str bytes, bool big, uint32_t sum[2])
{
	struct rd r = rd_of(bytes);

	while (rd_left(&r) >= 8) {
		uint32_t a = big ? rd_u32be(&r, "a") : rd_u32le(&r, "a");
		uint32_t b = big ? rd_u32be(&r, "b") : rd_u32le(&r, "b");

		sum[0] += a + sum[1];
		sum[1] += b + sum[0];
	}
}

static bool frame_ok(struct rd head, struct str frame, bool big,
		     const uint32_t salt[2], uint32_t sum[2])
{
	rd_skip(&head, 8, "page, size");
	if (rd_u32be(&head, "salt") != salt[0] ||
	    rd_u32be(&head, "salt") != salt[1])
		return false;
	checksum(str_head(frame, 8), big, sum);
	checksum(str_skip(frame, WAL_FRAME), big, sum);
	return rd_u32be(&head, "sum") == sum[0] &&
	       rd_u32be(&head, "sum") == sum[1];
}

/* Pages of transactions that ended; what follows them was never valid. */
static void read_log(struct sqlite *s)
{
	struct str wal = s->db->wal;
	struct rd r = rd_of(wal);
	uint32_t magic = rd_u32be(&r, "magic"), salt[2], sum[2] = { 0 };
	bool big = magic & 1;
	size_t size = WAL_FRAME + s->page, last = 0, n;

	rd_skip(&r, 4, "version");
	if ((magic | 1) != 0x377f0683 || rd_u32be(&r, "page") != s->page)
		return;
	rd_skip(&r, 4, "checkpoint");
	salt[0] = rd_u32be(&r, "salt");
	salt[1] = rd_u32be(&r, "salt");
	checksum(str_head(wal, 24), big, sum);
	if (rd_u32be(&r, "sum") != sum[0] || rd_u32be(&r, "sum") != sum[1])
		return;
	for (n = 0; n < (wal.n - WAL_HEAD) / size; n++) {
		struct str f =
			str_head(str_skip(wal, WAL_HEAD + n * size), size);
		struct rd head = rd_of(f), commit = head;

		if (!frame_ok(head, f, big, salt, sum))
			break;
		rd_skip(&commit, 4, "page");
		if (rd_u32be(&commit, "size after it"))
			last = n + 1;
	}
	for (n = 0; n < last; n++) {
		struct rd head = rd_of(str_skip(wal, WAL_HEAD + n * size));
		uint32_t page = rd_u32be(&head, "page");

		*map_put(&s->log, str_mem(&page, sizeof(page)), NULL) =
			WAL_HEAD + n * size + WAL_FRAME;
	}
	s->pages += last;
}

/* --- records ---------------------------------------------------------- */

/* How much of a payload of n bytes lies on its leaf. */
static size_t local_part(const struct sqlite *s, uint64_t n)
{
	uint32_t u = s->usable, min = (u - 12) * 32 / 255 - 23;
	uint64_t k;

	if (n <= u - 35)
		return (size_t)n;
	k = min + (n - min) % (u - 4);
	return k <= u - 35 ? (size_t)k : min;
}

/* The payload in one piece: a view, or put together in db->blob. */
static bool payload(struct sqlite *s, struct rd *cell, uint64_t n,
		    struct str *out)
{
	size_t local = local_part(s, n);
	struct buf *b = &s->db->blob;
	uint32_t next;

	if (n > RPMDB_MAX_BLOB || n > s->pages * s->page)
		return false;
	*out = rd_bytes(cell, local, "payload");
	if (local == n || !rd_ok(cell))
		return rd_ok(cell);
	next = rd_u32be(cell, "overflow page");
	buf_clear(b);
	buf_str(b, *out);
	/* every page adds something: a ring ends too */
	while (b->n < n) {
		struct str page = page_at(s, next);
		struct rd r = rd_of(page);
		size_t take = s->usable - 4;

		next = rd_u32be(&r, "next page");
		if (take > n - b->n)
			take = (size_t)(n - b->n);
		buf_str(b, rd_bytes(&r, take, "payload"));
		if (!rd_ok(&r))
			return false;
	}
	*out = buf_view(b);
	return true;
}

static uint64_t serial_size(uint64_t type)
{
	static const uint8_t size[] = { 0, 1, 2, 3, 4, 6, 8, 8, 0, 0 };

	if (type >= 12)
		return (type - 12) / 2;
	return type < sizeof(size) ? size[type] : 0;
}

/* Column i of a record; its bytes, whatever its type. */
static struct str column(struct str record, unsigned i)
{
	struct rd r = rd_of(record), body;
	uint64_t head = varint(&r), at = head;

	for (unsigned k = 0; rd_ok(&r) && r.pos < head; k++) {
		uint64_t n = serial_size(varint(&r));

		if (k < i) {
			if (n > record.n)
				break;
			at += n;
			continue;
		}
		if (at > record.n || n > record.n - at)
			break;
		body = rd_of(str_skip(record, (size_t)at));
		return rd_bytes(&body, (size_t)n, "column");
	}
	return STR_NONE;
}

/* --- trees ------------------------------------------------------------ */

typedef bool row_take(struct sqlite *, struct str record, uint64_t off);

static void leaf(struct sqlite *s, struct str page, uint32_t number,
		 struct rd cells, unsigned ncell, row_take *take)
{
	uint64_t off = (uint64_t)(number - 1) * s->page;

	while (ncell-- > 0 && !s->stop) {
		uint16_t at = rd_u16be(&cells, "offset of a cell");
		struct rd cell = rd_of(str_skip(page, at));
		uint64_t n = varint(&cell);
		struct str record;

		(void)varint(&cell); /* row */
		if (!rd_ok(&cells) || !rd_ok(&cell) ||
		    !payload(s, &cell, n, &record))
			rpmdb_damage(s->db, "row", off);
		else if (!take(s, record, off))
			s->stop = true;
	}
}

static void tree(struct sqlite *s, uint32_t number, unsigned depth,
		 row_take *take)
{
	struct str page = page_at(s, number);
	struct rd r = rd_of(str_skip(page, number == 1 ? HEAD : 0));
	uint8_t type = rd_u8(&r, "type of a page");
	uint16_t ncell;
	uint32_t right = 0;

	rd_skip(&r, 2, "free block");
	ncell = rd_u16be(&r, "cells");
	rd_skip(&r, 3, "content");
	if (type == PAGE_INNER)
		right = rd_u32be(&r, "right child");
	if (!rd_ok(&r) || depth > MAX_DEPTH || s->visited++ > s->pages ||
	    (type != PAGE_INNER && type != PAGE_LEAF)) {
		rpmdb_damage(s->db, "page of a table",
			     number ? (uint64_t)(number - 1) * s->page : 0);
		return;
	}
	if (type == PAGE_LEAF) {
		leaf(s, page, number, r, ncell, take);
		return;
	}
	while (ncell-- > 0 && rd_ok(&r) && !s->stop) {
		uint16_t at = rd_u16be(&r, "offset of a cell");
		struct rd cell = rd_of(str_skip(page, at));

		tree(s, rd_u32be(&cell, "child"), depth + 1, take);
	}
	if (!s->stop)
		tree(s, right, depth + 1, take);
}

/* type, name, tbl_name, rootpage, sql */
static bool schema(struct sqlite *s, struct str record, uint64_t off)
{
	struct str root = column(record, 3);
	struct rd r = rd_of(root);

	(void)off;
	if (record.n > MAX_SCHEMA || !str_is(column(record, 0), "table") ||
	    !str_is(column(record, 1), "Packages") || root.n > 4)
		return true;
	for (size_t i = 0; i < root.n; i++)
		s->root = s->root << 8 | rd_u8(&r, "root page");
	return false;
}

static bool header(struct sqlite *s, struct str record, uint64_t off)
{
	struct str blob = column(record, 1);

	if (!blob.n) {
		rpmdb_damage(s->db, "header", off);
		return true;
	}
	s->db->headers++;
	return s->db->take(s->db->arg, blob, off);
}

void rpmdb_sqlite(struct rpmdb *d)
{
	struct sqlite s = { .db = d };
	struct rd r = rd_of(d->data);
	uint8_t reserved;

	rd_skip(&r, 16, "magic");
	s.page = rd_u16be(&r, "page size");
	if (s.page == 1)
		s.page = 65536;
	rd_skip(&r, 2, "versions");
	reserved = rd_u8(&r, "reserved");
	if (!rd_ok(&r) || s.page < 512 || s.page & (s.page - 1) ||
	    s.page - reserved < 480) {
		rpmdb_damage(d, "page size", 16);
		return;
	}
	s.usable = s.page - reserved;
	s.pages = d->data.n / s.page;
	read_log(&s);
	tree(&s, 1, 0, schema);
	s.stop = false;
	s.visited = 0;
	if (s.root)
		tree(&s, s.root, 0, header);
	else
		rpmdb_damage(d, "table Packages", 0);
	map_free(&s.log);
}
