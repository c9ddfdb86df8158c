/*
 * parse/stamp.h - the time at the start of a text log's line, in whatever
 * dialect that line is written:
 *   Jan  2 15:04:05[.fff]              RFC 3164, no year
 *   Jan  2 2026 15:04:05               the same with a year
 *   2026-01-02T15:04:05[.,fff][Z|±hh:mm]   ISO 8601
 *   <PRI>1 ISO host …                  RFC 5424
 * each with or without <PRI> before it.
 */
#ifndef PARSE_STAMP_H
#define PARSE_STAMP_H

#include "../event/when.h"
#include "../util/str.h"

enum stamp_form {
	STAMP_NONE,     /* no time here: the line continues another */
	STAMP_BAD,      /* the shape of a time, but no such day or hour */
	STAMP_NIL,      /* RFC 5424 with `-' for the time */
	STAMP_YEARLESS, /* month, day and second of the day */
	STAMP_DATED,    /* s is known up to the zone */
};

struct stamp {
	uint8_t form, unit; /* enum stamp_form, enum time_unit */
	uint8_t mon, day;   /* YEARLESS, DATED: as it stands in the text */
	bool has_zone;      /* DATED: s is UTC, else local civil seconds */
	bool rfc5424;
	int32_t offset_s;
	uint32_t day_s; /* YEARLESS: second of the day */
	uint32_t ns;
	int64_t s;   /* DATED */
	int pri;     /* -1: none */
	size_t head; /* bytes of the line up to the end of the time */
};

/* What the last line looked like: neighbours share most of their digits. */
struct stamper {
	char day6[6]; /* "Jan  2" */
	uint8_t mon, day;
	char minute[16]; /* "2026-01-02T15:04" */
	uint8_t iso_mon, iso_day;
	int64_t minute_s;
};

void stamp_read(struct stamper *, struct str line, struct stamp *out);

#endif
