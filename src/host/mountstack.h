/*
 * host/mountstack.h - which mounts lie under others; within host/mountinfo.
 */
#ifndef HOST_MOUNTSTACK_H
#define HOST_MOUNTSTACK_H

#include "../util/map.h"
#include "mountinfo.h"

/* Mounts that share a key, in the order of the table. */
struct chains {
	struct map first; /* index + 1 */
	size_t *next;     /* the same; 0: no more */
};

/* By the eight bytes of major and minor. */
void chain_dev(struct chains *, const struct mounts *);
size_t chain_first(const struct chains *, struct str key);
void chain_free(struct chains *);
/* Gives those that later mounts lie over the class MOUNT_HIDDEN. */
void mounts_hide_covered(struct mounts *);

#endif
