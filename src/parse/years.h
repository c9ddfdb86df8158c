/*
 * parse/years.h - the years that RFC 3164 left out.
 *
 * One cheap pass over a log notes where its dates turn over; the years are
 * then given from the last line backwards: no run of lines ends later than
 * the limit (the file's mtime, or a dated line further down), and each year is
 * the latest such one that has the days (the 29th of February needs a leap
 * year).
 *
 * Lines that follow a dated one (a log that changes its dialect back and
 * forth) have the first year that is not before it.
 *
 * A step back of more than a month is a New Year, a smaller one is lines out
 * of order or a clock that was set; a short excursion that returns to within
 * a week of where it left is a clock that was wrong for a while (a dead RTC
 * at boot), not two New Years.
 */
#ifndef PARSE_YEARS_H
#define PARSE_YEARS_H

#include "../host/tzif.h"
#include "../util/arena.h"
#include "stamp.h"

#define YEARS_MAX_RUNS 8192 /* turns of the year in one file */
/* zone, clock steps and a log that grew while it was collected */
#define YEARS_SLACK_S 86400

struct years_run {            /* lines between two jumps of the date */
	uint64_t off;         /* of its first line */
	int64_t limit;        /* UTC second it must not pass; INT64_MAX */
	int64_t floor;        /* of the dated line before it; INT64_MIN */
	uint32_t first, last; /* day of a leap year, from 0 */
	uint32_t low, high;
	uint32_t last_s; /* second of the last day */
	int32_t rel;     /* years after the first run */
	int32_t year;
	bool leap;      /* holds a 29th of February */
	bool excursion; /* does not move the years of the runs before it */
};

struct years {
	struct years_run *run;
	size_t nrun, cap, at; /* at: where years_of looked last */
	bool overflow;        /* more turns than YEARS_MAX_RUNS */
};

/*
 * Scans data, whose lines must not be later than limit_s (INT64_MAX: not
 * known; the years then count from 1970).
 */
void years_scan(struct years *, struct str data, const struct tz *,
		int64_t limit_s, struct arena *);
/* The year of the line at off; offs ascend. */
int32_t years_of(struct years *, uint64_t off);

#endif
