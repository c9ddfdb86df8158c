/*
 * archive/box.h - the decoding process: has an input, a spool and a pipe, and
 * nothing else.
 */
#ifndef ARCHIVE_BOX_H
#define ARCHIVE_BOX_H

#include "../util/age.h"
#include "pathmap.h"
#include "wire.h"

struct box_region { /* spooled by the caller, to be decompressed */
	uint64_t off, size, origin;
	struct str name;
	int64_t mtime_ns;
	uint32_t mode, uid, gid;
};

struct box {
	int in;    /* the input; -1: regions of the spool only */
	int spool; /* -1: only prove, keep nothing */
	int pipe;  /* messages out */
	uint64_t spool_end;
	struct selection select;
	/* keys that may open a sealed input */
	const struct age_identity *identity;
	size_t nidentity;
	const char *name; /* of the input: a stem for a single file */
	bool raw;         /* leave compressed members as they are */
	bool force;       /* take it for an archive, whatever it begins with */
	const struct box_region *region;
	size_t nregion;
};

/*
 * Zip has the time of a wall clock, and libarchive asks the C library which:
 * from now on it is UTC, on every machine.
 */
void box_utc(void);
/* For child_start. */
int box_main(void *box);

#endif
