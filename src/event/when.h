/*
 * when.h - a time and how it was obtained (CONTRACT: konseki.time).
 */
#ifndef EVENT_WHEN_H
#define EVENT_WHEN_H

#include "../util/str.h"

enum time_unit { UNIT_NS, UNIT_US, UNIT_MS, UNIT_S, UNIT_MIN, UNIT_DAY };
enum time_from { FROM_STATED, FROM_INFERRED, FROM_BOUNDED };
/* how a missing year was found */
enum time_year { YEAR_STATED, YEAR_FROM_MTIME, YEAR_FROM_COLLECTION };
/* what zone the evidence spoke in */
enum time_zone { ZONE_UTC, ZONE_OFFSET, ZONE_HOST, ZONE_ASSUMED_UTC };

enum {
	WHEN_NOT_BEFORE = 1, /* not_before is set */
	WHEN_NOT_AFTER = 2,
	WHEN_OTHER = 4, /* the other candidate of a repeated local hour */
	WHEN_RAW = 8,   /* raw is set: out of range, saturated */
};

struct when {
	int64_t ts_ns; /* UTC; saturates */
	uint8_t unit, from, year, zone;
	uint8_t flags;    /* WHEN_… */
	int32_t offset_s; /* east of UTC, for ZONE_OFFSET and ZONE_HOST */
	int64_t not_before, not_after, other, raw;
};

#endif
