/*
 * map.h - byte string -> 64-bit value, open addressing, keys copied into an
 * arena of its own.  Iteration order is insertion order.
 */
#ifndef UTIL_MAP_H
#define UTIL_MAP_H

#include "arena.h"

struct map_item {
	struct str key;
	uint64_t value;
};
struct map {
	struct map_item *item; /* in insertion order */
	size_t nitem, capitem;
	uint32_t *slot; /* item index + 1 */
	size_t nslot;
	struct arena keys;
};

/* NULL when absent. */
uint64_t *map_get(const struct map *, struct str key);
/* Finds or adds (value 0); *added may be NULL. */
uint64_t *map_put(struct map *, struct str key, bool *added);
void map_free(struct map *);

#endif
