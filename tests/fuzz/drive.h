/*
 * drive.h - one parser over one piece of hostile evidence, as a worker would
 * run it, with what has to hold for any input.
 */
#ifndef FUZZ_DRIVE_H
#define FUZZ_DRIVE_H

#include "parse/parser.h"

struct evidence {
	struct str path, member; /* on its host; in the input */
	uint32_t flags;          /* SRC_… */
	int64_t mtime_ns;
};

/*
 * Parses bytes (copied to a block of exactly their size, so that a sanitizer
 * sees a byte too far); returns the number of events.  Aborts when an event
 * does not survive its wire form, or when there are more events than a source
 * of that size can hold.
 */
size_t drive(const struct parser *, const struct evidence *, struct str bytes);

#endif
