/*
 * collect/taint.h - what the kernel says it has been tainted by.
 */
#ifndef COLLECT_TAINT_H
#define COLLECT_TAINT_H

#include "probe.h"

/*
 * A row of `kernel': the flags of /proc/sys/kernel/tainted by name, and those
 * that come with a module but that no loaded one carries.  carried: letters
 * of loaded modules, A = bit 0; known: all of them could be asked.
 */
void taint_row(struct probe_run *, uint64_t flags, uint32_t carried,
	       bool known);
/* /proc/sys/kernel/tainted; flags are only ever added to it. */
bool taint_read(int proc, uint64_t *flags);

struct buf;
/* The names of flags, NUL-ended pieces: all, or those without a carrier. */
void taint_names(uint64_t flags, struct buf *list);
uint64_t taint_orphans(uint64_t flags, uint32_t carried);

#endif
