/*
 * collect/excerpt.h - what is taken of a text log that is too long: its head,
 * its tail, and what was written around a moment, in whole lines.
 */
#ifndef COLLECT_EXCERPT_H
#define COLLECT_EXCERPT_H

#include "../archive/writer.h"

#define EXCERPT_MAX 3

/*
 * At most `max' of the `size' bytes of fd.  since_ns INT64_MIN: no moment.
 * Ascending and apart; returns how many.  0: it is no text, or nothing fits.
 */
size_t excerpt(int fd, uint64_t size, uint64_t max, int64_t since_ns,
	       int64_t mtime_ns, struct extent out[EXCERPT_MAX]);
/*
 * When a line says it was written, within a day or so: enough to search by.
 * False: it says nothing that is known.  mtime_ns gives the year to lines
 * without one.
 */
bool excerpt_time(struct str line, int64_t mtime_ns, int64_t *ts_ns);

#endif
