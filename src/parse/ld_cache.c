/*
 * ld_cache - which file the loader takes for a library (ld.so.cache of glibc).
 *   0 "glibc-ld.so.cache1.1"   20 u32 entries   24 u32 bytes of strings
 *   28 u8 byte order   29 3 pad   32 u32 extension   36 3 u32 unused
 *   entry: u32 flags, u32 name, u32 path, u32 os, u64 hwcap
 * Offsets count from the magic; older files have another table in front.  Of
 * several paths for one name the first is taken: that is stated.
 */
#include "autorun.h"

#define MAGIC "glibc-ld.so.cache1.1"
#define HEADER 48u
#define ENTRY 24u
#define MAX_ENTRIES 65536u
#define BIG_ENDIAN_FLAG 3u

static unsigned probe(const struct source *src)
{
	return str_find(str_head(src->data, 1u << 20), STR(MAGIC)) != (size_t)-1
		       ? 64
		       : CANNOT;
}

struct entry {
	uint32_t flags;
	struct str name, path;
};

static struct str text_at(struct str table, uint32_t off)
{
	struct str s = str_skip(table, off < table.n ? off : table.n);

	return str_head(s, str_chr(s, '\0'));
}

static struct entry entry_read(struct rd *r, struct str table)
{
	struct entry e = { .flags = rd_u32le(r, "flags") };

	e.name = text_at(table, rd_u32le(r, "name"));
	e.path = text_at(table, rd_u32le(r, "path"));
	(void)rd_u32le(r, "os");
	(void)rd_u64le(r, "hwcap"); /* a better fit stands before others */
	return e;
}

/* The first of two paths for one name hides the second. */
static enum outcome hides(struct parse *p, const struct entry *first,
			  const struct entry *second, uint64_t off)
{
	struct arena_mark mark = arena_mark(p->scratch);
	struct autorun a = { .dataset = "ld_cache",
			     .mechanism = "ld_cache",
			     .name = first->name,
			     .target = first->path,
			     .enabled = ENABLED_YES,
			     .off = off };
	enum outcome got;

	a.options =
		arena_fmt(p->scratch, "hides=" STR_FMT, STR_ARG(second->path));
	got = autorun_emit(p, &a);
	arena_rewind(p->scratch, mark);
	return got;
}

static enum outcome parse(struct parse *p)
{
	size_t at = str_find(p->src->data, STR(MAGIC));
	struct entry first = { .flags = 0 };
	enum outcome got = WHOLE;
	struct str table;
	struct rd r;
	uint32_t n;

	if (at == (size_t)-1)
		return REFUSED;
	table = str_skip(p->src->data, at);
	r = rd_of(str_skip(table, sizeof(MAGIC) - 1));
	n = rd_u32le(&r, "number of entries");
	(void)rd_u32le(&r, "size of strings");
	if ((rd_u8(&r, "byte order") & 3) == BIG_ENDIAN_FLAG)
		return REFUSED;
	r = rd_of(str_skip(table, HEADER < table.n ? HEADER : table.n));
	if (n > MAX_ENTRIES)
		parse_note(p, NOTE_LIMIT, "entries", at, n, MAX_ENTRIES);
	for (uint32_t i = 0; i < n && i < MAX_ENTRIES && got == WHOLE; i++) {
		struct entry e = entry_read(&r, table);

		if (!rd_ok(&r)) {
			parse_lost(p, &r, at + HEADER);
			return PARTLY;
		}
		if (!str_eq(e.name, first.name) || e.flags != first.flags)
			first = e;
		else if (!str_eq(e.path, first.path))
			got = hides(p, &first, &e,
				    at + HEADER + (uint64_t)i * ENTRY);
	}
	return got;
}

static const char *const paths[] = { "/etc/ld.so.cache", NULL };

const struct parser parser_ld_cache = {
	.name = "ld_cache",
	.title = "which of several files the loader takes for a library "
		 "(ld.so.cache)",
	.title_ja = "同名ライブラリのうちリンカが選ぶファイル（ld.so.cache）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
