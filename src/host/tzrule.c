/*
 * tzrule.c - POSIX TZ strings, as they stand in the footer of a TZif file
 * (RFC 8536 3.3.1: names in <…>, hours up to 167, negative too).
 */
#include "tzif.h"

#include "../util/scan.h"

#define MAX_HOUR 167 /* RFC 8536: of a rule's time */

/* Abbreviations are read over: only offsets matter here. */
static bool name(struct scan *s)
{
	struct str body;
	size_t n = 0;

	if (scan_char(s, '<'))
		return scan_until(s, '>', &body) && body.n > 0;
	while (n < s->s.n && (s->s.p[n] | 0x20) >= 'a' &&
	       (s->s.p[n] | 0x20) <= 'z')
		n++;
	s->s = str_skip(s->s, n);
	return n >= 3;
}

/* [+-]hh[:mm[:ss]] */
static bool hms(struct scan *s, int32_t *out)
{
	bool neg = scan_char(s, '-');
	uint64_t h, m = 0, sec = 0;

	if (!neg)
		(void)scan_char(s, '+'); /* optional */
	if (!scan_digits(s, 1, 3, &h) || h > MAX_HOUR)
		return false;
	if (scan_char(s, ':') && (!scan_digits(s, 1, 2, &m) || m > 59))
		return false;
	if (scan_char(s, ':') && (!scan_digits(s, 1, 2, &sec) || sec > 59))
		return false;
	*out = (int32_t)(h * 3600 + m * 60 + sec);
	if (neg)
		*out = -*out;
	return true;
}

static bool month_turn(struct scan *s, struct tz_turn *t)
{
	uint64_t m, w, d;

	if (!scan_digits(s, 1, 2, &m) || !scan_char(s, '.') ||
	    !scan_digits(s, 1, 1, &w) || !scan_char(s, '.') ||
	    !scan_digits(s, 1, 1, &d))
		return false;
	if (m < 1 || m > 12 || w < 1 || w > 5 || d > 6)
		return false;
	t->how = TZ_MONTH;
	t->month = (uint8_t)m;
	t->week = (uint8_t)w;
	t->wday = (uint8_t)d;
	return true;
}

static bool turn(struct scan *s, struct tz_turn *t)
{
	uint64_t day;

	*t = (struct tz_turn){ .time_s = 7200 };
	if (scan_char(s, 'M')) {
		if (!month_turn(s, t))
			return false;
	} else {
		bool julian = scan_char(s, 'J');

		if (!scan_digits(s, 1, 3, &day) || day > 365 ||
		    (julian && day == 0))
			return false;
		t->how = julian ? TZ_JULIAN : TZ_DAY0;
		t->day = (uint16_t)day;
	}
	return !scan_char(s, '/') || hms(s, &t->time_s);
}

bool tz_rule_read(struct str posix, struct tz_rule *rule)
{
	struct scan s = scan_of(posix);
	struct tz_rule r = { .some = true };
	int32_t west;

	*rule = (struct tz_rule){ 0 };
	if (!name(&s) || !hms(&s, &west))
		return false;
	r.std_s = -west; /* POSIX counts west of Greenwich */
	if (!scan_end(&s)) {
		if (!name(&s))
			return false;
		r.dst = true;
		r.dst_s = r.std_s + 3600;
		if (!scan_end(&s) && s.s.p[0] != ',') {
			if (!hms(&s, &west))
				return false;
			r.dst_s = -west;
		}
		if (!scan_char(&s, ',') || !turn(&s, &r.start) ||
		    !scan_char(&s, ',') || !turn(&s, &r.end) || !scan_end(&s))
			return false;
	}
	*rule = r;
	return true;
}
