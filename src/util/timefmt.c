/* timefmt.c - civil time by Howard Hinnant's day algorithms. */
#include "timefmt.h"

#include "scan.h"

static int64_t floor_div(int64_t a, int64_t b)
{
	int64_t q = a / b;

	return q - (a % b != 0 && (a < 0) != (b < 0));
}

static int64_t days_of(int64_t y, unsigned m, unsigned d)
{
	int64_t era, doe, doy;

	y -= m <= 2;
	era = floor_div(y, 400);
	doy = (153 * ((int64_t)m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	doe = y - era * 400;
	doe = doe * 365 + doe / 4 - doe / 100 + doy;
	return era * 146097 + doe - 719468;
}

int64_t civil_to_s(const struct civil *c)
{
	return days_of(c->year, c->month, c->day) * 86400 +
	       (int64_t)c->hour * 3600 + c->min * 60 + c->sec;
}

void civil_of_s(int64_t s, struct civil *c)
{
	int64_t z = floor_div(s, 86400) + 719468;
	int64_t era = floor_div(z, 146097), doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153, rem = s - (z - 719468) * 86400;

	c->day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	c->month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	c->year = yoe + era * 400 + (c->month <= 2);
	c->hour = (unsigned)(rem / 3600);
	c->min = (unsigned)(rem / 60 % 60);
	c->sec = (unsigned)(rem % 60);
	c->ns = 0;
}

unsigned days_in_month(int64_t y, unsigned m)
{
	static const unsigned char n[] = { 31, 28, 31, 30, 31, 30,
					   31, 31, 30, 31, 30, 31 };

	if (m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0))
		return 29;
	return n[(m - 1) % 12];
}

bool civil_ok(const struct civil *c)
{
	return c->month >= 1 && c->month <= 12 && c->day >= 1 &&
	       c->day <= days_in_month(c->year, c->month) && c->hour < 24 &&
	       c->min < 60 && c->sec <= 60 && c->ns < NS_PER_S;
}

int64_t ts_of(int64_t s, int64_t ns, bool *clipped)
{
	int64_t v;
	bool bad = __builtin_mul_overflow(s, NS_PER_S, &v) ||
		   __builtin_add_overflow(v, ns, &v);

	if (clipped)
		*clipped = bad;
	return bad ? (s < 0 ? TS_MIN : TS_MAX) : v;
}

int64_t ts_s(int64_t ts_ns)
{
	return floor_div(ts_ns, NS_PER_S);
}

uint32_t ts_frac(int64_t ts_ns)
{
	return (uint32_t)(ts_ns - ts_s(ts_ns) * NS_PER_S);
}

static void digits(char *p, uint64_t v, unsigned n)
{
	while (n > 0) {
		p[--n] = (char)('0' + v % 10);
		v /= 10;
	}
}

size_t ts_text(int64_t ts_ns, char out[TS_TEXT + 1])
{
	struct civil c;

	civil_of_s(ts_s(ts_ns), &c);
	memcpy(out, "0000-00-00T00:00:00.000000000Z", TS_TEXT + 1);
	digits(out, (uint64_t)c.year, 4);
	digits(out + 5, c.month, 2);
	digits(out + 8, c.day, 2);
	digits(out + 11, c.hour, 2);
	digits(out + 14, c.min, 2);
	digits(out + 17, c.sec, 2);
	digits(out + 20, ts_frac(ts_ns), 9);
	return TS_TEXT;
}

void ts_human(struct buf *b, int64_t ts_ns, int32_t offset_s)
{
	char t[TS_TEXT + 1];
	int32_t o = offset_s < 0 ? -offset_s : offset_s;
	int64_t local;

	if (__builtin_add_overflow(ts_ns, (int64_t)offset_s * NS_PER_S, &local))
		local = ts_ns;
	(void)ts_text(local, t);
	t[10] = ' ';
	buf_add(b, t, 19);
	if (offset_s == 0)
		buf_puts(b, " UTC");
	else
		buf_fmt(b, " %c%02d:%02d", offset_s < 0 ? '-' : '+', o / 3600,
			o / 60 % 60);
}

static bool zone(struct scan *s, int32_t *offset_s)
{
	struct scan t = *s;
	uint64_t h, m = 0;
	bool neg;

	if (scan_char(s, 'Z') || scan_char(s, 'z')) {
		*offset_s = 0;
		return true;
	}
	neg = scan_char(&t, '-');
	if (!neg && !scan_char(&t, '+'))
		return false;
	if (!scan_digits(&t, 2, 2, &h) || h > 23)
		return false;
	(void)scan_char(&t, ':');
	if (scan_digits(&t, 2, 2, &m) && m > 59)
		return false;
	*offset_s = (int32_t)(h * 3600 + m * 60) * (neg ? -1 : 1);
	*s = t;
	return true;
}

static void fraction(struct scan *s, uint32_t *ns, unsigned *ndigit)
{
	struct scan t = *s;
	uint32_t v = 0, scale = 100000000;
	unsigned n = 0;

	*ndigit = 0;
	*ns = 0;
	if (!scan_char(&t, '.') && !scan_char(&t, ','))
		return;
	for (; n < t.s.n && t.s.p[n] >= '0' && t.s.p[n] <= '9'; n++) {
		v += (uint32_t)(t.s.p[n] - '0') * scale;
		scale /= 10;
	}
	if (n == 0)
		return;
	*ns = v;
	*ndigit = n < 9 ? n : 9;
	s->s = str_skip(t.s, n);
}

size_t ts_parse_iso(struct str in, int64_t *ts_ns, unsigned *ndigit,
		    bool *has_zone, int32_t *offset_s)
{
	struct scan s = scan_of(in);
	struct civil c = { 0 };
	uint64_t y, mo, d, h, mi, se;

	if (!scan_digits(&s, 4, 4, &y) || !scan_char(&s, '-') ||
	    !scan_digits(&s, 2, 2, &mo) || !scan_char(&s, '-') ||
	    !scan_digits(&s, 2, 2, &d) ||
	    !(scan_char(&s, 'T') || scan_char(&s, ' ')) ||
	    !scan_digits(&s, 2, 2, &h) || !scan_char(&s, ':') ||
	    !scan_digits(&s, 2, 2, &mi) || !scan_char(&s, ':') ||
	    !scan_digits(&s, 2, 2, &se))
		return 0;
	c.year = (int64_t)y;
	c.month = (unsigned)mo;
	c.day = (unsigned)d;
	c.hour = (unsigned)h;
	c.min = (unsigned)mi;
	c.sec = (unsigned)se;
	fraction(&s, &c.ns, ndigit);
	if (!civil_ok(&c))
		return 0;
	*offset_s = 0;
	*has_zone = zone(&s, offset_s);
	*ts_ns = ts_of(civil_to_s(&c) - *offset_s, c.ns, NULL);
	return in.n - s.s.n;
}
