/*
 * parse/lines.h - what all text logs share: framing into records, the time
 * at the start of each, its missing year, the host's zone.
 *
 * A line without a time continues the record before it.  The dialect is
 * looked at line by line: a log that an upgrade moved to ISO 8601 halfway is
 * read whole.
 */
#ifndef PARSE_LINES_H
#define PARSE_LINES_H

#include "parser.h"

#define LINES_MAX_RECORD (64u << 10) /* continuation lines are cut here */

/*
 * Calls `line' for every record: bytes, time, offset; p->head is the length
 * of the time stamp (with its <PRI>).  WHOLE, PARTLY when something was
 * noted, STOP when `line' said so.
 */
enum outcome lines_parse(struct parse *p,
			 enum outcome (*line)(struct parse *, struct str,
					      struct when *, uint64_t));

/*
 * Cuts the next line off *rest, without its end of line; *rest.p is NULL
 * after the last one.
 */
struct str lines_next(struct str *rest);
/* The source's bytes up to where its collection was cut short. */
struct str lines_data(const struct source *);
/* What probes look at: at most max bytes, behind NULs that a crash left. */
struct str lines_sample(const struct source *, size_t max);
/* Does it begin like text?  Hardly a control character. */
bool lines_text(const struct source *);

/* The latest second a record can be of; INT64_MAX: not known. */
int64_t lines_limit(const struct parse *, enum time_year *how);
/*
 * Local civil seconds of this host -> *w (stated, unit).  after_s: UTC second
 * of the record before, which decides a repeated hour; INT64_MIN: none.
 */
void lines_local(const struct parse *, int64_t local_s, uint32_t ns,
		 enum time_unit, int64_t after_s, struct when *w);
/*
 * A record without a time, between two others: INT64_MIN and INT64_MAX stand
 * for no bound; the upper one is then the file's own limit.
 */
void lines_bounded(const struct parse *, int64_t not_before_ns,
		   int64_t not_after_ns, struct when *w);

#endif
