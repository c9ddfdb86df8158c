/*
 * tarout.c - pax headers (POSIX.1-2008 pax(1)), written by hand.
 *
 * A general tar library would want to be fed every zero of a hole and does
 * not tell which bytes were the header.  Records: times in ns, what does not
 * fit into ustar, SCHILY.xattr.* as star and GNU tar have them, and GNU's
 * sparse format 1.0, which plain tar extracts with its holes.
 *   ustar block: 0 name[100]  100 mode[8]  108 uid[8]  116 gid[8]
 *   124 size[12]  136 mtime[12]  148 checksum[8]  156 type  257 "ustar" 00
 *   345 prefix[155]
 */
#include "tarout.h"

#include "../util/timefmt.h"

#define USTAR_NAME 100
#define USTAR_ID_MAX 07777777u
#define USTAR_SIZE_MAX 077777777777u

static bool has_holes(const struct member *m)
{
	return m->extent != NULL;
}

uint64_t tar_data_size(const struct member *m)
{
	uint64_t n = 0;

	if (!has_holes(m))
		return m->size;
	for (size_t i = 0; i < m->nextent; i++)
		n += m->extent[i].len;
	return n;
}

/* "LEN KEY=VALUE\n", where LEN counts its own digits */
static void record(struct buf *b, struct str key, struct str value)
{
	size_t rest = key.n + value.n + 3, digits = 1;
	size_t p = 10;

	while (rest + digits >= p) {
		digits++;
		p *= 10;
	}
	buf_u64(b, rest + digits);
	buf_c(b, ' ');
	buf_str(b, key);
	buf_c(b, '=');
	buf_str(b, value);
	buf_c(b, '\n');
}

static void record_u64(struct buf *b, struct str key, uint64_t v)
{
	char t[24];
	int n = snprintf(t, sizeof(t), "%llu", (unsigned long long)v);

	record(b, key, str_mem(t, (size_t)n));
}

static void record_time(struct buf *b, struct str key, int64_t ns)
{
	int64_t s = ns / NS_PER_S, frac = ns % NS_PER_S;
	char t[40];
	int n;

	if (ns == INT64_MIN) /* not stated */
		return;
	n = snprintf(t, sizeof(t), "%s%lld.%09lld", ns < 0 ? "-" : "",
		     (long long)(s < 0 ? -s : s),
		     (long long)(frac < 0 ? -frac : frac));
	record(b, key, str_mem(t, (size_t)n));
}

/* GNU tar's rule for names of attributes: `=' ends a key, `%' escapes. */
static void record_xattr(struct buf *b, const struct xattr *x)
{
	struct buf key = { 0 };

	buf_puts(&key, "SCHILY.xattr.");
	for (size_t i = 0; i < x->name.n; i++) {
		if (x->name.p[i] == '=')
			buf_puts(&key, "%3D");
		else if (x->name.p[i] == '%')
			buf_puts(&key, "%25");
		else
			buf_c(&key, x->name.p[i]);
	}
	record(b, buf_view(&key), x->value);
	buf_free(&key);
}

static bool ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

static void pax_records(struct buf *b, const struct member *m, uint64_t stored)
{
	if (!str_utf8_ok(m->name))
		record(b, STR("hdrcharset"), STR("BINARY"));
	if (has_holes(m)) {
		record(b, STR("GNU.sparse.major"), STR("1"));
		record(b, STR("GNU.sparse.minor"), STR("0"));
		record(b, STR("GNU.sparse.name"), m->name);
		record_u64(b, STR("GNU.sparse.realsize"), m->size);
	} else if (m->name.n > USTAR_NAME || !ascii(m->name)) {
		record(b, STR("path"), m->name);
	}
	record_time(b, STR("mtime"), m->mtime_ns);
	record_time(b, STR("atime"), m->atime_ns);
	record_time(b, STR("ctime"), m->ctime_ns);
	if (stored > USTAR_SIZE_MAX)
		record_u64(b, STR("size"), stored);
	if (m->uid > USTAR_ID_MAX)
		record_u64(b, STR("uid"), m->uid);
	if (m->gid > USTAR_ID_MAX)
		record_u64(b, STR("gid"), m->gid);
	for (size_t i = 0; i < m->nxattr; i++)
		record_xattr(b, &m->xattr[i]);
}

/* width - 1 octal digits and a NUL */
static void octal(char *at, size_t width, uint64_t v)
{
	for (size_t i = width - 1; i-- > 0; v >>= 3)
		at[i] = (char)('0' + (v & 7));
}

struct ustar {
	struct str name;
	uint64_t size;
	uint32_t mode, uid, gid;
	int64_t mtime_s;
	char type;
};

static void ustar(struct buf *b, const struct ustar *u)
{
	char *h = buf_room(b, TAR_BLOCK);
	unsigned sum = 0;

	memset(h, 0, TAR_BLOCK);
	memcpy(h, u->name.p, u->name.n < USTAR_NAME ? u->name.n : USTAR_NAME);
	octal(h + 100, 8, u->mode & 07777);
	octal(h + 108, 8, u->uid > USTAR_ID_MAX ? 0 : u->uid);
	octal(h + 116, 8, u->gid > USTAR_ID_MAX ? 0 : u->gid);
	octal(h + 124, 12, u->size > USTAR_SIZE_MAX ? 0 : u->size);
	octal(h + 136, 12, u->mtime_s > 0 ? (uint64_t)u->mtime_s : 0);
	h[156] = u->type;
	memcpy(h + 257, "ustar\00000", 8);
	memset(h + 148, ' ', 8);
	for (unsigned i = 0; i < TAR_BLOCK; i++)
		sum += (unsigned char)h[i];
	octal(h + 148, 7, sum);
	b->n += TAR_BLOCK;
}

static void pad(struct buf *b, size_t n)
{
	memset(buf_room(b, n), 0, n);
	b->n += n;
}

/* "count\n" then "offset\nlength\n" each, padded to a block */
static void sparse_map(struct buf *b, const struct member *m)
{
	const struct extent *last =
		m->nextent ? &m->extent[m->nextent - 1] : NULL;
	bool tail = !last || last->off + last->len != m->size;

	buf_fmt(b, "%zu\n", m->nextent + tail);
	for (size_t i = 0; i < m->nextent; i++)
		buf_fmt(b, "%llu\n%llu\n", (unsigned long long)m->extent[i].off,
			(unsigned long long)m->extent[i].len);
	if (tail) /* GNU tar learns the size of a file that ends in a hole */
		buf_fmt(b, "%llu\n0\n", (unsigned long long)m->size);
	pad(b, tar_padding(b->n));
}

void tar_header(struct buf *b, const struct member *m)
{
	struct buf pax = { 0 }, map = { 0 }, name = { 0 };
	struct ustar u = {
		m->name, tar_data_size(m),
		m->mode, m->uid,
		m->gid,  m->mtime_ns == INT64_MIN ? 0 : ts_s(m->mtime_ns),
		'0'
	};

	if (has_holes(m)) {
		sparse_map(&map, m);
		u.size += map.n;
	}
	pax_records(&pax, m, u.size);
	if (pax.n > 0) {
		struct ustar x = { .size = pax.n,
				   .mode = 0644,
				   .type = 'x',
				   .mtime_s = u.mtime_s };

		buf_puts(&name, "PaxHeaders/");
		buf_str(&name, str_base(m->name));
		x.name = buf_view(&name);
		ustar(b, &x);
		buf_str(b, buf_view(&pax));
		pad(b, tar_padding(pax.n));
	}
	if (has_holes(m)) { /* what a tar without sparse support will show */
		buf_clear(&name);
		buf_puts(&name, "GNUSparseFile.0/");
		buf_str(&name, str_base(m->name));
		u.name = buf_view(&name);
	}
	ustar(b, &u);
	buf_str(b, buf_view(&map));
	buf_free(&pax);
	buf_free(&map);
	buf_free(&name);
}
