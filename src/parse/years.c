/* years.c - see years.h. */
#include "years.h"

#include "../util/timefmt.h"

#define YEAR_DAYS 366
#define HEAD_BYTES 64      /* of a line: no stamp is longer */
#define STEP_BACK 31       /* days: more than this back is a New Year */
#define EXCURSION_SPAN 2   /* days a wrong clock may show */
#define EXCURSION_RETURN 7 /* days after it left */
#define LEAP_SEARCH 9      /* 1896 and 1904 are eight years apart */

static const uint16_t before_month[13] = { 0,   0,   31,  60,  91,  121, 152,
					   182, 213, 244, 274, 305, 335 };

static uint32_t day_of(const struct stamp *t)
{
	return (uint32_t)before_month[t->mon] + t->day - 1;
}

static void month_day(uint32_t day, struct civil *c)
{
	c->month = 12;
	while (before_month[c->month] > day)
		c->month--;
	c->day = day - before_month[c->month] + 1;
}

static struct years_run *add_run(struct years *y, struct arena *a)
{
	struct years_run *old = y->run;

	if (y->nrun == YEARS_MAX_RUNS) {
		y->overflow = true;
		return NULL;
	}
	if (y->nrun == y->cap) {
		y->cap = y->cap ? y->cap * 2 : 16;
		y->run = arena_array(a, y->cap, sizeof(*y->run));
		if (y->nrun)
			memcpy(y->run, old, y->nrun * sizeof(*old));
	}
	return &y->run[y->nrun++];
}

/* Far forward is no New Year by itself, but it may end an excursion. */
static bool jumps(uint32_t from, uint32_t to)
{
	return to + STEP_BACK < from || to > from + STEP_BACK;
}

/* Does a run that starts at `day' go on from run k, r being in between? */
static bool returns(const struct years_run *k, const struct years_run *r,
		    uint32_t day)
{
	uint32_t later = (day + YEAR_DAYS - k->last) % YEAR_DAYS;

	if (!jumps(k->last, r->first) || !jumps(r->last, day))
		return false;
	return r->high - r->low <= EXCURSION_SPAN && later <= EXCURSION_RETURN;
}

/* The years from a line of day `from' to the next one, of day `to'. */
static int32_t turns(uint32_t from, uint32_t to)
{
	if (to + STEP_BACK < from)
		return 1;
	if (to > from + YEAR_DAYS - STEP_BACK)
		return -1; /* out of order around New Year */
	return 0;
}

static struct years_run *begin_run(struct years *y, uint32_t day, uint64_t off,
				   struct arena *a)
{
	struct years_run *r = add_run(y, a), *prev;

	if (!r)
		return NULL;
	*r = (struct years_run){ .off = off,
				 .limit = INT64_MAX,
				 .floor = INT64_MIN,
				 .first = day,
				 .last = day,
				 .low = day,
				 .high = day };
	if (y->nrun == 1)
		return r;
	prev = r - 1;
	r->rel = prev->rel + turns(prev->last, day);
	if (y->nrun > 2 && !prev->excursion && returns(prev - 1, prev, day)) {
		prev->excursion = true;
		prev->rel = prev[-1].rel;
		r->rel = prev[-1].rel + (day + STEP_BACK < prev[-1].last);
	}
	return r;
}

static void extend(struct years_run *r, uint32_t day, const struct stamp *t)
{
	r->last = day;
	r->last_s = t->day_s;
	if (day < r->low)
		r->low = day;
	if (day > r->high)
		r->high = day;
	if (t->mon == 2 && t->day == 29)
		r->leap = true;
}

/* A line with its year: nothing above it is later, nothing below earlier. */
static int64_t dated(struct years_run *r, const struct stamp *t,
		     const struct tz *tz)
{
	int64_t s = t->s, other;

	if (!t->has_zone)
		(void)tz_to_utc(tz, t->s, &s, &other);
	if (r && s < r->limit)
		r->limit = s;
	return s;
}

struct pass {
	struct years *y;
	struct arena *arena;
	const struct tz *tz;
	struct stamper stamper;
	struct years_run *r;
	int64_t floor;    /* second of the dated line before; INT64_MIN */
	struct str again; /* the last line of the day that r is at */
};

/* False when there are too many runs. */
static bool look(struct pass *c, struct str line, uint64_t off)
{
	struct stamp t;
	uint32_t day;

	stamp_read(&c->stamper, str_head(line, HEAD_BYTES), &t);
	if (t.form == STAMP_DATED)
		c->floor = dated(c->r, &t, c->tz);
	if (t.form != STAMP_YEARLESS)
		return true;
	day = day_of(&t);
	if (!c->r || jumps(c->r->last, day) ||
	    (c->floor != INT64_MIN && day > c->r->last)) {
		c->r = begin_run(c->y, day, off, c->arena);
		if (!c->r)
			return false;
		c->r->floor = c->floor;
	}
	extend(c->r, day, &t);
	c->floor = INT64_MIN;
	return true;
}

/* Lines of a day already seen are not read but for the last of them. */
static bool same_day(const struct pass *c, struct str line)
{
	return c->r && c->floor == INT64_MIN && line.n > 16 &&
	       line.p[6] == ' ' && line.p[9] == ':' && line.p[12] == ':' &&
	       memcmp(line.p, c->stamper.day6, 6) == 0;
}

static void scan(struct pass *c, struct str data)
{
	const char *p = data.p, *end = data.p + data.n;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		struct str line = { p, (size_t)((nl ? nl : end) - p) };
		uint64_t off = (uint64_t)(p - data.p);

		p += line.n + 1;
		if (same_day(c, line)) {
			c->again = line;
			continue;
		}
		if (c->again.p)
			(void)look(c, c->again, off);
		c->again = STR_NONE;
		if (!look(c, line, off))
			return;
	}
	if (c->again.p)
		(void)look(c, c->again, data.n);
}

/* Is the run in that year after the dated line before it? */
static bool follows(const struct years_run *r, int64_t year)
{
	struct civil c = { .year = year };

	month_day(r->first, &c);
	return civil_to_s(&c) + 2 * YEARS_SLACK_S >= r->floor;
}

static bool fits(const struct years_run *r, int64_t year, const struct tz *tz,
		 int64_t limit)
{
	struct civil c = { .year = year };
	int64_t s, other;

	if (r->leap && days_in_month(year, 2) != 29)
		return false;
	if (limit == INT64_MAX)
		return true;
	month_day(r->last, &c);
	(void)tz_to_utc(tz, civil_to_s(&c) + r->last_s, &s, &other);
	return s - YEARS_SLACK_S <= limit;
}

/* The latest year up to `year' that fits, its limit first. */
static int64_t settle(const struct years_run *r, int64_t year,
		      const struct tz *tz, int64_t limit)
{
	struct civil top;

	if (limit != INT64_MAX) {
		civil_of_s(limit + YEARS_SLACK_S, &top);
		if (top.year < year)
			year = top.year;
	}
	for (unsigned i = 0; i < LEAP_SEARCH && !fits(r, year, tz, limit); i++)
		year--;
	if (r->floor == INT64_MIN)
		return year;
	civil_of_s(r->floor - 2 * YEARS_SLACK_S, &top);
	for (int64_t low = top.year; low < year && low <= top.year + 1; low++)
		if (follows(r, low) && fits(r, low, tz, limit))
			return low;
	return year;
}

/* From the last run to the first: never later than allowed. */
static void assign(struct years *y, const struct tz *tz, int64_t limit)
{
	int64_t first = 1970; /* year of a run with rel 0 */

	if (y->nrun && limit != INT64_MAX) {
		struct civil c;

		civil_of_s(limit + YEARS_SLACK_S, &c);
		first = c.year - y->run[y->nrun - 1].rel;
	}
	for (size_t i = y->nrun; i-- > 0;) {
		struct years_run *r = &y->run[i];
		int64_t year;

		if (r->limit < limit)
			limit = r->limit;
		year = settle(r, first + r->rel, tz, limit);
		if (!r->excursion)
			first = year - r->rel;
		r->year = (int32_t)year;
	}
}

void years_scan(struct years *y, struct str data, const struct tz *tz,
		int64_t limit_s, struct arena *a)
{
	struct pass c = { .y = y, .arena = a, .tz = tz, .floor = INT64_MIN };

	*y = (struct years){ 0 };
	scan(&c, data);
	assign(y, tz, limit_s);
}

int32_t years_of(struct years *y, uint64_t off)
{
	if (y->nrun == 0)
		return 1970;
	while (y->at + 1 < y->nrun && y->run[y->at + 1].off <= off)
		y->at++;
	return y->run[y->at].year;
}
