/*
 * archive/zipnames.h - names of a zip as bytes.  libarchive converts names
 * that are marked as UTF-8 to the locale, and in the C locale, the only one
 * a static program can rely on, it gives none at all.
 */
#ifndef ARCHIVE_ZIPNAMES_H
#define ARCHIVE_ZIPNAMES_H

#include "../util/arena.h"
#include "infile.h"

#define ZIPNAMES_MAX 1000000u
#define ZIPNAMES_MAX_BYTES (64u << 20) /* of the central directory */

struct zip_name {
	uint64_t at; /* of its local header */
	struct str name;
};

/*
 * From the central directory of the zip in the input at off: *n names in the
 * order of their local headers; NULL when it cannot be read.
 */
struct zip_name *zip_names(const struct infile *, uint64_t off, uint64_t size,
			   struct arena *, size_t *n);

#endif
