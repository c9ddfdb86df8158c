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
struct tz {
	struct tz_change *change; /* ascending */
	size_t nchange;
	int32_t first_s;          /* offset before the first change */
	struct str footer;        /* POSIX TZ string after the last change */
};

/* False when it is no TZif; *tz is then UTC.  Strings go to the arena. */
bool tz_read(struct str tzif, struct arena *, struct tz *);
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
