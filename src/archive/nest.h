/*
 * archive/nest.h - members within members, in the decoding process.
 *
 * A member that is compressed is spooled as it is, decompressed behind
 * itself, and its first form's blocks are given back.
 */
#ifndef ARCHIVE_NEST_H
#define ARCHIVE_NEST_H

#include "box.h"
#include "foreign.h"
#include "spool.h"

#define HELD_PARTS 32u
struct held { /* parts of a large image, so far */
	struct buf name;
	uint64_t off[HELD_PARTS], size[HELD_PARTS], origin;
	unsigned npart;
	int64_t mtime_ns;
};

struct work {
	const struct box *box;
	struct infile in; /* the input */
	struct wire_out out;
	struct spool spool;
	struct held held;
	uint64_t nmember, nrefused, bytes, told, nlink;
	struct buf why;
};

struct meta { /* of a member in the spool, not reported yet */
	struct str name;
	uint64_t size, origin, short_at;
	int64_t mtime_ns;
	int64_t ctime_ns, btime_ns; /* 0: unknown */
	uint32_t mode, uid, gid;
	bool decompressed;
	bool nested; /* an entry of an archive that is itself a member */
};

/* n more bytes were decoded; the parent hears of it from time to time. */
void nest_progress(struct work *, uint64_t n);
/* Is a member of this name asked for? */
bool nest_wanted(struct work *, struct str name);
/* The member at the spool's end is complete: it is expanded, or reported. */
void nest_settle(struct work *, const struct meta *, unsigned depth);
/*
 * Expands a region of fd; false when it is no container, or nothing came of
 * it.
 */
bool nest_expand(struct work *, int fd, uint64_t off, const struct meta *,
		 unsigned depth);
/* A whole input, by libarchive; stem: the name of a single file inside. */
int nest_input(struct work *, uint64_t size, struct str stem,
	       struct foreign_result *, struct err *);

#endif
