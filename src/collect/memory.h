/*
 * collect/memory.h - one process' memory into the archive.
 */
#ifndef COLLECT_MEMORY_H
#define COLLECT_MEMORY_H

#include "proc.h"

#define MEMORY_PIECE (UINT64_C(64) << 20) /* of addresses in one member */

struct memory {
	struct probe_run *run;
	uint64_t max, bytes, count, over, vanished;
	uint64_t page;
	uint64_t *entry; /* of one piece in pagemap */
};

/*
 * dir: /proc/PID, base: <pid>-<start>.  Everything it has in memory alone,
 * within the budget; a status line says what became of it.
 */
void memory_dump(struct memory *, uint32_t pid, int dir, const char *base);

#endif
