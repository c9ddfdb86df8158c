/* stamp.c - see stamp.h.  A line costs a few compares when its minute is
 * the one of the line before. */
#include "stamp.h"

#include "../util/scan.h"
#include "../util/timefmt.h"

#define MAX_PRI 191 /* RFC 5424: facility 23, severity 7 */

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static unsigned two(const char *p)
{
	return (unsigned)(p[0] - '0') * 10 + (unsigned)(p[1] - '0');
}

/* [.,]ddd… at line[at]: how many bytes; the unit and ns are set */
static size_t fraction(struct str line, size_t at, struct stamp *o)
{
	uint32_t scale = 100000000;
	size_t n = 1;

	o->ns = 0;
	o->unit = UNIT_S;
	if (at + 1 >= line.n || (line.p[at] != '.' && line.p[at] != ',') ||
	    !digit(line.p[at + 1]))
		return 0;
	for (; at + n < line.n && digit(line.p[at + n]); n++) {
		o->ns += (uint32_t)(line.p[at + n] - '0') * scale;
		scale /= 10;
	}
	o->unit = n <= 4 ? UNIT_MS : n <= 7 ? UNIT_US : UNIT_NS;
	return n;
}

/* hh:mm:ss at p (8 bytes): the second of the day; false when it is none. */
static bool clock_at(const char *p, uint32_t *day_s, bool *shape)
{
	*shape = p[2] == ':' && p[5] == ':' && digit(p[0]) && digit(p[1]) &&
		 digit(p[3]) && digit(p[4]) && digit(p[6]) && digit(p[7]);
	if (!*shape || two(p) > 23 || two(p + 3) > 59 || two(p + 6) > 60)
		return false;
	*day_s = two(p) * 3600 + two(p + 3) * 60 + two(p + 6);
	return true;
}

static bool letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* "Jan  2" or "Jan 02" at p; month 0 when there is no such day */
static void read_day(struct stamper *st, const char *p)
{
	struct scan s = scan_of((struct str){ p, 3 });
	unsigned mon = scan_month(&s), day = 0;

	if (p[4] == ' ' && digit(p[5]))
		day = (unsigned)(p[5] - '0');
	else if (digit(p[4]) && digit(p[5]))
		day = two(p + 4);
	/* 2024 is leap: the 29th of February may stand here */
	if (mon == 0 || day == 0 || day > days_in_month(2024, mon))
		mon = 0;
	memcpy(st->day6, p, 6);
	st->mon = (uint8_t)mon;
	st->day = (uint8_t)day;
}

/* A year between day and clock: "Jan  2 2026 15:04:05" */
static bool with_year(struct str line, size_t at, struct stamp *o)
{
	const char *p = line.p + at;
	struct civil c = { .month = o->mon, .day = o->day };
	uint32_t day_s;
	bool shape;

	if (line.n - at < 20 || !digit(p[7]) || !digit(p[8]) || !digit(p[9]) ||
	    !digit(p[10]) || p[11] != ' ' || !clock_at(p + 12, &day_s, &shape))
		return false;
	c.year = two(p + 7) * 100 + two(p + 9);
	if (!civil_ok(&c)) {
		o->form = STAMP_BAD;
		return true;
	}
	o->form = STAMP_DATED;
	o->s = civil_to_s(&c) + day_s;
	o->head = at + 20;
	o->head += fraction(line, o->head, o);
	return true;
}

static void yearless(struct stamper *st, struct str line, size_t at,
		     struct stamp *o)
{
	const char *p = line.p + at;
	bool shape, ok;

	if (line.n - at < 15 || p[3] != ' ' || p[6] != ' ' || !letter(p[0]) ||
	    !letter(p[1]) || !letter(p[2]) || !digit(p[5]))
		return;
	if (memcmp(p, st->day6, 6) != 0)
		read_day(st, p);
	o->mon = st->mon;
	o->day = st->day;
	if (st->mon && with_year(line, at, o))
		return;
	ok = clock_at(p + 7, &o->day_s, &shape);
	if (!shape)
		return;
	o->form = ok && st->mon ? STAMP_YEARLESS : STAMP_BAD;
	o->head = at + 15;
	o->head += fraction(line, o->head, o);
}

/* Z or ±hh[:]mm at line[at]: how many bytes */
static size_t iso_zone(struct str line, size_t at, struct stamp *o)
{
	const char *p = line.p + at;
	size_t n = line.n - at, m = 3;
	int32_t off;

	o->has_zone = false;
	o->offset_s = 0;
	if (n >= 1 && (p[0] == 'Z' || p[0] == 'z')) {
		o->has_zone = true;
		return 1;
	}
	if (n < 3 || (p[0] != '+' && p[0] != '-') || !digit(p[1]) ||
	    !digit(p[2]) || two(p + 1) > 23)
		return 0;
	off = (int32_t)two(p + 1) * 3600;
	if (n > m && p[m] == ':')
		m++;
	if (n >= m + 2 && digit(p[m]) && digit(p[m + 1]) && two(p + m) < 60) {
		off += (int32_t)two(p + m) * 60;
		m += 2;
	} else {
		m = 3;
	}
	o->has_zone = true;
	o->offset_s = p[0] == '-' ? -off : off;
	return m;
}

/* yyyy-mm-ddThh:mm: the shape of it */
static bool iso_shape(const char *p)
{
	for (unsigned i = 0; i < 16; i++) {
		char c = "0000-00-00T00:00"[i];

		if (c == '0'   ? !digit(p[i])
		    : c == 'T' ? p[i] != 'T' && p[i] != ' '
			       : p[i] != c)
			return false;
	}
	return true;
}

static bool iso_minute(struct stamper *st, const char *p)
{
	struct civil c = { .year = two(p) * 100 + two(p + 2),
			   .month = two(p + 5),
			   .day = two(p + 8),
			   .hour = two(p + 11),
			   .min = two(p + 14) };

	if (!civil_ok(&c))
		return false;
	memcpy(st->minute, p, 16);
	st->minute_s = civil_to_s(&c);
	st->iso_mon = (uint8_t)c.month;
	st->iso_day = (uint8_t)c.day;
	return true;
}

static void iso(struct stamper *st, struct str line, size_t at, struct stamp *o)
{
	const char *p = line.p + at;

	if (line.n - at < 19 || p[16] != ':' || !digit(p[17]) || !digit(p[18]))
		return;
	if (memcmp(p, st->minute, 16) != 0) {
		if (!iso_shape(p))
			return;
		if (!iso_minute(st, p)) {
			o->form = STAMP_BAD;
			return;
		}
	}
	if (two(p + 17) > 60) {
		o->form = STAMP_BAD;
		return;
	}
	o->form = STAMP_DATED;
	o->mon = st->iso_mon;
	o->day = st->iso_day;
	o->head = at + 19;
	o->head += fraction(line, o->head, o);
	o->head += iso_zone(line, o->head, o);
	o->s = st->minute_s + two(p + 17) - o->offset_s;
}

/* <PRI> at the start: how many bytes */
static size_t priority(struct str line, struct stamp *o)
{
	unsigned v = 0;
	size_t n = 1;

	if (line.n < 3 || line.p[0] != '<')
		return 0;
	for (; n < line.n && n < 4 && digit(line.p[n]); n++)
		v = v * 10 + (unsigned)(line.p[n] - '0');
	if (n == 1 || n >= line.n || line.p[n] != '>' || v > MAX_PRI)
		return 0;
	o->pri = (int)v;
	return n + 1;
}

void stamp_read(struct stamper *st, struct str line, struct stamp *o)
{
	size_t at;

	o->form = STAMP_NONE;
	o->head = 0;
	o->pri = -1;
	o->rfc5424 = false;
	o->has_zone = false;
	o->offset_s = 0;
	if (line.n < 3)
		return;
	at = priority(line, o);
	if (at && line.n - at > 2 && line.p[at] == '1' &&
	    line.p[at + 1] == ' ') {
		o->rfc5424 = true;
		at += 2;
		if (line.p[at] == '-') {
			o->form = STAMP_NIL;
			o->head = at + 1;
			return;
		}
	}
	if (at < line.n && digit(line.p[at]))
		iso(st, line, at, o);
	else
		yearless(st, line, at, o);
}
