/*
 * host/pathset.h - a compact table of paths: 64-bit hashes, not names.
 * Two of 400,000 paths share a hash with odds of 1 in 200 million; 200,000
 * paths take 8 MiB.
 */
#ifndef HOST_PATHSET_H
#define HOST_PATHSET_H

#include "../util/str.h"

struct path_info {
	uint64_t hash;  /* 0: an empty slot */
	uint32_t owner; /* package index + 1 (0: none), PATH_… bits */
	uint32_t file;  /* index + 1 of what packages say of it */
};
#define PATH_CONFFILE (1u << 31)
#define PATH_SEEN (1u << 30)    /* there at collection */
#define PATH_SKIPPED (1u << 29) /* a directory that was not entered */
#define PATH_OWNER (PATH_SKIPPED - 1)

struct pathset {
	struct path_info *slot;
	size_t nslot, n;
};

/*
 * The spelling both sides agree on: `/bin/x' of a usr-merged system is
 * `/usr/bin/x'.  0: a path that is too long or not absolute.
 */
uint64_t path_hash(struct str path);
/* NULL when absent. */
struct path_info *pathset_get(const struct pathset *, struct str path);
/* Finds or adds; NULL when it has no hash. */
struct path_info *pathset_put(struct pathset *, struct str path);
/* The same by path_hash, which is not 0. */
struct path_info *pathset_put_hash(struct pathset *, uint64_t hash);
void pathset_free(struct pathset *);

#endif
