/*
 * host/pkgwire.h - a table of packages from the process that read the
 * databases to the one that asks it: hashes, owners and digests.  Both come
 * of one fork: hashes of paths agree.  Names, owners and modes stay behind.
 */
#ifndef HOST_PKGWIRE_H
#define HOST_PKGWIRE_H

#include "packages.h"

struct pkgwire_head {
	uint32_t magic, systems, npackage, npath, nfile;
	uint8_t prelinked, damaged;
	uint8_t unused[2];
};

/* fn: 0, or -1 to give up; so is what comes back. */
int pkgwire_write(const struct packages *, bool damaged,
		  int (*fn)(void *arg, const void *p, size_t n), void *arg);
/*
 * Reads into an empty table; nothing in it is believed.  False: cut, or no
 * such table; it is empty then.
 */
bool pkgwire_read(struct packages *, bool *damaged,
		  int (*fn)(void *arg, void *p, size_t n), void *arg);

#endif
