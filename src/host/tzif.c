/*
 * tzif.c - compiled time zone files, versions 1 to 4 (RFC 8536, RFC 9636).
 *   0 "TZif"   4 version   20 six u32be counts: isut isstd leap time type char
 *   44 times[timecnt] (4 or 8 bytes)   index[timecnt]   type[typecnt] of 6
 *      abbreviations   leap[leapcnt]   isstd   isut
 * From version 2 on the same once more with 8-byte times, and a footer line.
 * Leap seconds (the `right/' zones) are passed over: logs do not count them.
 */
#include "tzif.h"

#include "../util/rd.h"
#include "../util/timefmt.h"

#define MAX_CHANGE 4096 /* real zones have at most some 250 */
#define MAX_TYPE 256
#define MAX_OTHER 65536  /* abbreviations, leap seconds */
#define MAX_OFFSET 93600 /* RFC 8536: -25 to 26 hours */
#define MAX_FOOTER 256
#define NEAR 8 /* changes looked at around one local time */

struct head {
	uint8_t version;
	uint32_t isut, isstd, leap, time, type, chars;
};

static bool head_read(struct rd *r, struct head *h)
{
	struct str magic = rd_bytes(r, 4, "TZif magic");

	h->version = rd_u8(r, "version");
	rd_skip(r, 15, "reserved");
	h->isut = rd_u32be(r, "isutcnt");
	h->isstd = rd_u32be(r, "isstdcnt");
	h->leap = rd_u32be(r, "leapcnt");
	h->time = rd_u32be(r, "timecnt");
	h->type = rd_u32be(r, "typecnt");
	h->chars = rd_u32be(r, "charcnt");
	return rd_ok(r) && str_is(magic, "TZif") && h->time <= MAX_CHANGE &&
	       h->type <= MAX_TYPE && h->isut <= MAX_TYPE &&
	       h->isstd <= MAX_TYPE && h->leap <= MAX_OTHER &&
	       h->chars <= MAX_OTHER;
}

static void block_skip(struct rd *r, const struct head *h, size_t width)
{
	rd_skip(r, h->time * width + h->time, "times");
	rd_skip(r, h->type * (size_t)6 + h->chars, "types");
	rd_skip(r, h->leap * (width + 4) + h->isstd + h->isut, "leap seconds");
}

static bool types_read(struct rd *r, uint32_t ntype, int32_t off[MAX_TYPE])
{
	for (uint32_t i = 0; i < ntype; i++) {
		off[i] = (int32_t)rd_u32be(r, "utoff");
		rd_skip(r, 2, "isdst and abbreviation");
		if (off[i] < -MAX_OFFSET || off[i] > MAX_OFFSET)
			return false;
	}
	return rd_ok(r) && ntype > 0;
}

static bool block_read(struct rd *r, const struct head *h, size_t width,
		       struct arena *a, struct tz *tz)
{
	struct rd times = rd_sub(r, h->time * width, "times");
	struct rd index = rd_sub(r, h->time, "type indexes");
	int32_t off[MAX_TYPE] = { 0 };

	if (!types_read(r, h->type, off))
		return false;
	rd_skip(r, h->chars + h->leap * (width + 4) + h->isstd + h->isut,
		"abbreviations and leap seconds");
	tz->change = arena_array(a, h->time, sizeof(*tz->change));
	tz->nchange = h->time;
	tz->first_s = off[0];
	for (size_t i = 0; i < h->time; i++) {
		struct tz_change *c = &tz->change[i];
		uint8_t type = rd_u8(&index, "type index");

		c->at_s = width == 8 ? (int64_t)rd_u64be(&times, "time")
				     : (int32_t)rd_u32be(&times, "time");
		if (type >= h->type || (i > 0 && c->at_s <= c[-1].at_s))
			return false;
		c->offset_s = off[type];
	}
	return rd_ok(r) && rd_ok(&times) && rd_ok(&index);
}

static void footer_read(struct rd *r, struct arena *a, struct tz *tz)
{
	struct str rest = rd_bytes(r, rd_left(r), "footer");
	size_t end;

	if (rest.n == 0 || rest.p[0] != '\n')
		return;
	rest = str_skip(rest, 1);
	end = str_chr(rest, '\n');
	if (end == (size_t)-1 || end > MAX_FOOTER)
		return;
	tz->footer = arena_dup(a, str_head(rest, end));
	(void)tz_rule_read(tz->footer, &tz->rule); /* else: the last change */
}

bool tz_read(struct str tzif, struct arena *a, struct tz *tz)
{
	struct rd r = rd_of(tzif);
	struct head h;
	struct tz t = { 0 };
	size_t width = 4;

	*tz = (struct tz){ 0 };
	if (!head_read(&r, &h))
		return false;
	if (h.version >= '2') {
		width = 8;
		block_skip(&r, &h, 4);
		if (!head_read(&r, &h))
			return false;
	}
	if (!block_read(&r, &h, width, a, &t))
		return false;
	if (width == 8)
		footer_read(&r, a, &t);
	*tz = t;
	return true;
}

struct tz tz_fixed(int32_t offset_s)
{
	return (struct tz){ .first_s = offset_s };
}

static bool leap_year(int64_t y)
{
	return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

/* Local seconds at which the turn of that year comes. */
static int64_t turn_at(const struct tz_turn *t, int64_t year)
{
	struct civil c = { .year = year, .month = 1, .day = 1 };
	int64_t day, first;
	unsigned wday;

	if (t->how == TZ_MONTH)
		c.month = t->month;
	first = civil_to_s(&c);
	if (t->how == TZ_JULIAN) {
		/* J60 is March 1 in every year */
		day = t->day - 1 + (t->day >= 60 && leap_year(year));
	} else if (t->how == TZ_DAY0) {
		day = t->day;
	} else {
		/* 1970-01-01 was a Thursday */
		wday = (unsigned)(((first / 86400 + 4) % 7 + 7) % 7);
		day = (t->wday + 7u - wday) % 7 + (t->week - 1u) * 7;
		if (day >= days_in_month(year, t->month))
			day -= 7;
	}
	return first + day * 86400 + t->time_s;
}

static int32_t rule_offset(const struct tz_rule *r, int64_t utc_s)
{
	struct civil c;
	int64_t start, end;
	bool dst;

	if (!r->dst)
		return r->std_s;
	civil_of_s(utc_s + r->std_s, &c);
	start = turn_at(&r->start, c.year) - r->std_s;
	end = turn_at(&r->end, c.year) - r->dst_s;
	if (start < end)
		dst = utc_s >= start && utc_s < end;
	else
		dst = utc_s >= start || utc_s < end;
	return dst ? r->dst_s : r->std_s;
}

/* How many changes lie at or before utc_s. */
static size_t passed(const struct tz *tz, int64_t utc_s)
{
	size_t lo = 0, hi = tz->nchange;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (tz->change[mid].at_s <= utc_s)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* civil times beyond these make no sense, and must not overflow */
static int64_t sane(int64_t s)
{
	const int64_t max = INT64_C(1) << 40; /* the year 36812 */

	return s > max ? max : s < -max ? -max : s;
}

int32_t tz_offset(const struct tz *tz, int64_t utc_s)
{
	size_t n = passed(tz, utc_s);

	if (n == tz->nchange && tz->rule.some)
		return rule_offset(&tz->rule, sane(utc_s));
	return n ? tz->change[n - 1].offset_s : tz->first_s;
}

bool tz_to_utc(const struct tz *tz, int64_t local_s, int64_t *utc_s,
	       int64_t *other_s)
{
	int32_t try[NEAR + 3];
	int64_t local = sane(local_s), first = 0, last = 0;
	size_t n = 0, found = 0;
	size_t i = passed(tz, local - MAX_OFFSET);

	try[n++] = tz_offset(tz, local - MAX_OFFSET);
	for (; i < tz->nchange && n <= NEAR &&
	       tz->change[i].at_s <= local + MAX_OFFSET;
	     i++)
		try[n++] = tz->change[i].offset_s;
	if (tz->rule.some) {
		try[n++] = tz->rule.std_s;
		try[n++] = tz->rule.dst ? tz->rule.dst_s : tz->rule.std_s;
	}
	for (size_t k = 0; k < n; k++) {
		int64_t u = local - try[k];

		if (tz_offset(tz, u) != try[k])
			continue;
		if (found == 0 || u < first)
			first = u;
		if (found++ == 0 || u > last)
			last = u;
	}
	/* a skipped hour, read by the clock that did not jump yet */
	if (found == 0)
		first = last = local - try[0];
	*utc_s = first;
	if (other_s)
		*other_s = last;
	return last != first;
}
