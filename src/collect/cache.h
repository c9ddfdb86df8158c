/*
 * collect/cache.h - the page cache is the host's: what was not resident
 * before it was read is dropped afterwards, what was stays.
 */
#ifndef COLLECT_CACHE_H
#define COLLECT_CACHE_H

#include "sys.h"

struct cache {
	uint64_t base, window, len;
	uint64_t cold; /* bit k: nothing of window k was resident */
};

void cache_look(struct cache *, struct sys *, int fd, uint64_t base,
		uint64_t len);
void cache_restore(const struct cache *, int fd);

#endif
