/*
 * utmp_record.c - records of utmp: which layout, and what stands in one.
 * Spec: utmp(5).  Two layouts, each in both byte orders:
 *   0 u16 type  4 u32 pid  8 line[32]  40 id[4]  44 user[32]  76 host[256]
 *   332 u16 termination  334 u16 exit, then
 *   384 bytes (x86, arm, …)   336 u32 session  340 u32 s   344 u32 us
 *                             348 addr[16]     364 unused[20]
 *   400 bytes (arm64, riscv…) 336 u64 session  344 u64 s   352 u64 us
 *                             360 addr[16]     376 unused[20], padding
 */
#include "utmp.h"

#include "lines.h"

#define MAX_PROBED 64                 /* records that the probe looks at */
#define MAX_PROBE_BYTES (16u << 20)   /* zeros before the first of them */
#define MAX_SECOND (INT64_C(1) << 33) /* year 2242: no clock says more */

static const struct ut_layout layouts[] = {
	{ 384, false, false },
	{ 400, true, false },
	{ 384, false, true },
	{ 400, true, true },
};

static uint16_t u16(struct rd *r, bool big, const char *what)
{
	return big ? rd_u16be(r, what) : rd_u16le(r, what);
}

static uint64_t word(struct rd *r, const struct ut_layout *l, const char *what)
{
	if (l->wide)
		return l->big ? rd_u64be(r, what) : rd_u64le(r, what);
	return l->big ? rd_u32be(r, what) : rd_u32le(r, what);
}

void ut_decode(struct str bytes, const struct ut_layout *l, struct ut_record *u)
{
	struct rd r = rd_of(bytes);

	u->type = u16(&r, l->big, "type");
	rd_skip(&r, 2, "padding");
	u->pid = l->big ? rd_u32be(&r, "pid") : rd_u32le(&r, "pid");
	u->line = rd_cstr(&r, 32, "line");
	u->id = rd_cstr(&r, 4, "id");
	u->user = rd_cstr(&r, 32, "user");
	u->host = rd_cstr(&r, 256, "host");
	u->termination = u16(&r, l->big, "termination");
	u->exit = u16(&r, l->big, "exit");
	u->session = word(&r, l, "session");
	if (l->wide)
		u->session &= UINT32_MAX; /* a pid; the rest is padding */
	u->s = word(&r, l, "seconds");
	u->us = word(&r, l, "microseconds");
	u->addr = rd_bytes(&r, 16, "address");
	rd_skip(&r, rd_left(&r), "unused");
}

bool ut_zeros(struct str s)
{
	return s.n == 0 || (s.p[0] == 0 && memcmp(s.p, s.p + 1, s.n - 1) == 0);
}

bool ut_timed(const struct ut_record *u)
{
	return u->s > 0 && u->s < MAX_SECOND;
}

static bool text(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return false;
	return true;
}

static bool makes_sense(const struct ut_record *u)
{
	return u->type < UT_TYPES && ut_timed(u) && u->us < 1000000 &&
	       u->pid <= INT32_MAX && text(u->line) && text(u->host);
}

/* An empty record may make sense in many files: it proves nothing. */
static bool proves(const struct ut_record *u)
{
	return u->type != UT_EMPTY && (u->line.n || u->user.n);
}

/* Records of layout l among the first ones; *zeroed: nothing but zeros. */
static unsigned count(struct str data, const struct ut_layout *l, bool *zeroed)
{
	unsigned good = 0, bad = 0;

	*zeroed = data.n >= l->size;
	data = str_head(data, MAX_PROBE_BYTES);
	while (good + bad < MAX_PROBED && data.n >= l->size) {
		struct str bytes = str_head(data, l->size);
		struct ut_record u;

		data = str_skip(data, l->size);
		if (ut_zeros(bytes))
			continue;
		*zeroed = false;
		ut_decode(bytes, l, &u);
		if (!makes_sense(&u))
			bad++;
		else if (proves(&u))
			good++;
	}
	return good > bad ? good - bad : 0;
}

bool ut_named(const struct source *src, const char *name)
{
	return str_is(str_base(path_unrotated(src->path)), name);
}

static bool all_zeroed(const struct source *src, const struct ut_layout *l)
{
	struct str data = lines_data(src);

	return data.n % l->size == 0 && ut_zeros(data) &&
	       (ut_named(src, "wtmp") || ut_named(src, "btmp") ||
		ut_named(src, "utmp"));
}

/* The layout that fits most records; NULL: none does. */
const struct ut_layout *ut_layout_of(const struct source *src, unsigned *n)
{
	const struct ut_layout *best = NULL;

	*n = 0;
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		const struct ut_layout *l = &layouts[i];
		bool zeroed;
		unsigned good = count(lines_data(src), l, &zeroed);

		if (good > *n || (!best && zeroed && all_zeroed(src, l))) {
			*n = good;
			best = l;
		}
	}
	return best;
}
