/*
 * host/tzif.h - time zone rules (RFC 8536) of the host the evidence is from.
 */
#ifndef HOST_TZIF_H
#define HOST_TZIF_H

#include "../util/arena.h"

struct tz_change {
	int64_t at_s;     /* UTC second from which the offset holds */
	int32_t offset_s; /* east of UTC */
};

enum tz_day { TZ_JULIAN, TZ_DAY0, TZ_MONTH }; /* Jn, n, Mm.w.d */

struct tz_turn {     /* when a year's DST begins or ends, local time */
	uint8_t how; /* enum tz_day */
	uint8_t month, week, wday;
	uint16_t day;
	int32_t time_s; /* -167 to 167 hours */
};

struct tz_rule { /* what holds after the last change */
	bool some, dst;
	int32_t std_s, dst_s; /* east of UTC */
	struct tz_turn start, end;
};

struct tz {
	struct tz_change *change; /* ascending */
	size_t nchange;
	int32_t first_s;     /* offset before the first change */
	struct str footer;   /* POSIX TZ string after the last change */
	struct tz_rule rule; /* the footer, decoded */
};

/* False when it is no TZif; *tz is then UTC.  Strings go to the arena. */
bool tz_read(struct str tzif, struct arena *, struct tz *);
/* A POSIX TZ string (`CET-1CEST,M3.5.0,M10.5.0/3'); false: it is none. */
bool tz_rule_read(struct str posix, struct tz_rule *);
/* A fixed offset. */
struct tz tz_fixed(int32_t offset_s);
int32_t tz_offset(const struct tz *, int64_t utc_s);
/*
 * Local civil seconds (civil_to_s) -> UTC seconds.  A repeated hour: the
 * earlier one, *other the later and true.  A skipped hour: moved forward.
 */
bool tz_to_utc(const struct tz *, int64_t local_s, int64_t *utc_s,
	       int64_t *other_s);

#endif
