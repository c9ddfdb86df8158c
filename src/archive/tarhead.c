/*
 * tarhead.c - the numbers and records of tar headers (layout: tarout.c).
 */
#include "tarhead.h"

#include "../util/scan.h"
#include "../util/timefmt.h"
#include "tarout.h"

int64_t tarhead_octal(const char *p, size_t n)
{
	size_t i = 0;
	int64_t v = 0;

	while (i < n && p[i] == ' ')
		i++;
	for (; i < n && p[i] >= '0' && p[i] <= '7'; i++)
		v = v << 3 | (p[i] - '0');
	for (; i < n; i++)
		if (p[i] != ' ' && p[i] != '\0')
			return -1;
	return v;
}

bool tarhead_checksum_ok(const char *h)
{
	unsigned sum = 8 * ' ';

	for (size_t i = 0; i < TAR_BLOCK; i++)
		if (i < 148 || i >= 156)
			sum += (unsigned char)h[i];
	return tarhead_octal(h + 148, 8) == (int64_t)sum;
}

bool tarhead_zero(const char *h)
{
	for (size_t i = 0; i < TAR_BLOCK; i++)
		if (h[i])
			return false;
	return true;
}

/* [-]seconds[.fraction] */
static bool pax_time(struct str s, int64_t *ns)
{
	struct scan sc = scan_of(s);
	bool neg = scan_char(&sc, '-');
	uint64_t sec, frac = 0, unit = NS_PER_S;

	if (!scan_u64(&sc, &sec) || sec > INT64_MAX / NS_PER_S - 1)
		return false;
	if (scan_char(&sc, '.'))
		for (; sc.s.n > 0 && unit > 1; sc.s = str_skip(sc.s, 1)) {
			if (sc.s.p[0] < '0' || sc.s.p[0] > '9')
				return false;
			unit /= 10;
			frac += (uint64_t)(sc.s.p[0] - '0') * unit;
		}
	*ns = (int64_t)(sec * NS_PER_S + frac);
	if (neg)
		*ns = -*ns;
	return true;
}

static bool id(struct str s, uint32_t *out)
{
	uint64_t v;

	if (!str_u64(s, &v) || v > UINT32_MAX)
		return false;
	*out = (uint32_t)v;
	return true;
}

static void pax_record(struct tarin *t, struct str key, struct str value)
{
	if (str_is(key, "path") || str_is(key, "GNU.sparse.name")) {
		buf_clear(&t->name);
		buf_str(&t->name, value);
	} else if (str_is(key, "size")) {
		t->has_size = str_u64(value, &t->size);
	} else if (str_is(key, "mtime")) {
		t->has_mtime = pax_time(value, &t->m.mtime_ns);
	} else if (str_is(key, "ctime")) {
		(void)pax_time(value, &t->m.ctime_ns);
	} else if (str_is(key, "LIBARCHIVE.creationtime")) {
		(void)pax_time(value, &t->m.btime_ns);
	} else if (str_is(key, "uid")) {
		t->has_uid = id(value, &t->m.uid);
	} else if (str_is(key, "gid")) {
		t->has_gid = id(value, &t->m.gid);
	} else if (str_is(key, "GNU.sparse.major")) {
		t->sparse = str_is(value, "1");
	} else if (str_is(key, "GNU.sparse.realsize")) {
		(void)str_u64(value, &t->realsize); /* 0 fails later */
	}
}

bool tarhead_pax(struct tarin *t, struct str s)
{
	while (s.n > 0) {
		struct scan sc = scan_of(s);
		struct str rest, key;
		uint64_t len;
		size_t head;

		if (!scan_u64(&sc, &len) || !scan_char(&sc, ' '))
			return false;
		head = s.n - sc.s.n;
		if (len > s.n || len <= head || s.p[len - 1] != '\n')
			return false;
		rest = str_head(sc.s, (size_t)len - head - 1);
		key = str_cut(&rest, '=');
		if (!rest.p)
			return false;
		pax_record(t, key, rest);
		s = str_skip(s, (size_t)len);
	}
	return true;
}

void tarhead_ustar(struct tarin *t, const char *h)
{
	size_t n = strnlen(h, 100), k = 0;
	int64_t v;

	if (t->name.n == 0) {
		if (memcmp(h + 257, "ustar\0", 6) == 0)
			k = strnlen(h + 345, 155);
		if (k) {
			buf_add(&t->name, h + 345, k);
			buf_c(&t->name, '/');
		}
		buf_add(&t->name, h, n);
	}
	v = tarhead_octal(h + 100, 8);
	t->m.mode = v >= 0 ? (uint32_t)(v & 07777) : 0;
	v = tarhead_octal(h + 108, 8);
	if (!t->has_uid)
		t->m.uid = v >= 0 ? (uint32_t)v : 0;
	v = tarhead_octal(h + 116, 8);
	if (!t->has_gid)
		t->m.gid = v >= 0 ? (uint32_t)v : 0;
	v = tarhead_octal(h + 136, 12);
	if (!t->has_mtime && v >= 0)
		t->m.mtime_ns = ts_of(v, 0, NULL);
}

int tarhead_map(struct tarin *t)
{
	struct scan sc = scan_of(buf_view(&t->block));
	struct seal_facts *f = &t->m.facts;
	uint64_t n, end = 0, sum = 0;
	size_t k = 0;

	if (!scan_u64(&sc, &n) || !scan_char(&sc, '\n'))
		return t->block.n > TAR_BLOCK ? -1 : 0;
	if (n > TARIN_MAX_EXTENTS)
		return -1;
	if (t->nline < 1 + 2 * n)
		return 0;
	vec_grow(&t->extent, &t->capextent, (size_t)n + 1, sizeof(*t->extent));
	for (uint64_t i = 0; i < n; i++) {
		struct extent x;

		if (!scan_u64(&sc, &x.off) || !scan_char(&sc, '\n') ||
		    !scan_u64(&sc, &x.len) || !scan_char(&sc, '\n') ||
		    x.off < end || x.off > f->size || x.len > f->size - x.off)
			return -1;
		if (x.len > 0)
			t->extent[k++] = x;
		end = x.off + x.len;
		sum += x.len;
	}
	if (t->block.n > t->size || sum != t->size - t->block.n)
		return -1;
	f->extent = t->extent;
	f->nextent = k;
	t->m.stored = sum;
	return 1;
}
