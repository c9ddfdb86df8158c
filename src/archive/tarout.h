/*
 * archive/tarout.h - the header of one member in POSIX pax form, and where
 * its data go.  The bytes are what the seal speaks of, so they are made here
 * and nowhere else.
 */
#ifndef ARCHIVE_TAROUT_H
#define ARCHIVE_TAROUT_H

#include "../util/buf.h"
#include "writer.h"

#define TAR_BLOCK 512u

/* Bytes of data that will follow: those of the extents, or all of them. */
uint64_t tar_data_size(const struct member *);
/*
 * Appends every byte that stands before the member's data: pax header, ustar
 * header and, for a member with holes, the map of its extents.
 */
void tar_header(struct buf *, const struct member *);
/* Zeros up to the next block after n bytes. */
static inline size_t tar_padding(uint64_t n)
{
	return (size_t)((TAR_BLOCK - n % TAR_BLOCK) % TAR_BLOCK);
}

#endif
