/*
 * timefmt.h - UTC nanoseconds since 1970 <-> civil time.  No localtime, no
 * TZ, no "now".  Proleptic Gregorian; int64 ns reach from 1677 to 2262.
 */
#ifndef UTIL_TIMEFMT_H
#define UTIL_TIMEFMT_H

#include "buf.h"

#define NS_PER_S INT64_C(1000000000)
#define TS_MIN INT64_MIN
#define TS_MAX INT64_MAX

struct civil {
	int64_t year;
	unsigned month, day, hour, min, sec; /* month and day from 1 */
	uint32_t ns;
};

/* Seconds since 1970 of a civil time taken as UTC; sec may be 60. */
int64_t civil_to_s(const struct civil *);
void civil_of_s(int64_t s, struct civil *);
/* False when month, day, hour, minute or second is no such thing. */
bool civil_ok(const struct civil *);
unsigned days_in_month(int64_t year, unsigned month);
/* s * 1e9 + ns, saturating; *clipped (may be NULL) tells. */
int64_t ts_of(int64_t s, int64_t ns, bool *clipped);
/* floor division: seconds, and the 0..999999999 ns beside them */
int64_t ts_s(int64_t ts_ns);
uint32_t ts_frac(int64_t ts_ns);
/* 2026-11-24T06:26:15.000000000Z: exactly 30 bytes for years 0000-9999 */
#define TS_TEXT 30
size_t ts_text(int64_t ts_ns, char out[TS_TEXT + 1]);
/* 2026-11-24 06:26:15 +09:00, seconds precision, for people */
void ts_human(struct buf *, int64_t ts_ns, int32_t offset_s);
/*
 * ISO 8601 / RFC 3339 at the start of s: date, `T' or blank, time, optional
 * fraction (`.' or `,'), optional Z or ±HH[:]MM.  Returns the bytes used, 0
 * when it is none.  *digits: digits of the fraction.  *has_zone tells whether
 * an offset stood there (*offset_s); ts_ns is then UTC, else the civil time
 * taken as UTC.
 */
size_t ts_parse_iso(struct str s, int64_t *ts_ns, unsigned *digits,
		    bool *has_zone, int32_t *offset_s);

#endif
