/*
 * collect/text.h - texts of the kernel that are kept as they stand, each a
 * member below live/.
 */
#ifndef COLLECT_TEXT_H
#define COLLECT_TEXT_H

#include "probe.h"
#include "../util/buf.h"

struct text_tally {
	struct probe_run *run;
	struct buf text;
	uint64_t count, bytes;
};

/* A member of this name. */
void text_member(struct probe_run *, const char *name, struct str text);
/*
 * Copies dir/file to live/<into>/<file>, at most max bytes.  A file that is
 * not there, or empty, leaves nothing; one that is refused or cut is a line
 * of status.  False when it is not there.
 */
bool text_copy(struct text_tally *, int dir, const char *file, const char *into,
	       size_t max);

#endif
