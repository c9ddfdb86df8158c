/*
 * archive/walk.h - a directory of evidence, or one plain file, copied into
 * the spool with the caller's own rights.  Nothing is decoded.
 */
#ifndef ARCHIVE_WALK_H
#define ARCHIVE_WALK_H

#include "../util/arena.h"
#include "box.h"
#include "spool.h"

#define WALK_MAX_DEPTH 128u

struct walk {
	struct spool *spool;
	struct arena *arena;
	struct selection select;
	bool raw;
	void (*progress)(void *arg, uint64_t members, uint64_t bytes);
	void *arg;

	struct unpacked *member; /* path is left to the caller */
	size_t nmember, capmember;
	struct box_region *region; /* members that want decompression */
	size_t nregion, capregion;
	struct unpacked_link *link; /* where they point is not read */
	size_t nlink, caplink;
	uint64_t nrefused, bytes;
};

/* fd: the directory.  Sorted bytewise; links and devices are passed over. */
int walk_dir(struct walk *, int fd, struct err *);
/* One open plain file; sha256 (may be NULL) of what was copied. */
int walk_file(struct walk *, int fd, struct str name,
	      unsigned char sha256[SHA256_LEN], struct err *);
void walk_free(struct walk *);

#endif
