/*
 * archive/spool.h - one unnamed file that all members' bytes end up in, at
 * page-aligned offsets.  Pages of zeros are left out: holes stay holes.
 */
#ifndef ARCHIVE_SPOOL_H
#define ARCHIVE_SPOOL_H

#include "../util/err.h"
#include "../util/str.h"

#define SPOOL_PAGE 4096u
#define SPOOL_MAX_MEMBER (UINT64_C(1) << 42)
#define SPOOL_MAX (UINT64_C(1) << 45) /* what one mapping can span */
#define SPOOL_RESERVE (64u << 20)     /* left free on the file system */
#define SPOOL_SHARE 4 /* a container within gets one part of so many */

struct spool {
	int fd;
	uint64_t end;     /* page-aligned: where the next member begins */
	uint64_t written; /* bytes that really went to it */
	uint64_t budget;  /* what may */
	uint64_t limit;   /* what may in the container at hand, of written */
	bool failed;
	struct err err; /* why, once failed */
};

/* Asks for free space, which a sandbox may not. */
void spool_init(struct spool *, int fd, uint64_t end);
/*
 * A container within the evidence begins: it gets a part of the room that is
 * left, so that it can fill no disk; what to give spool_leave.
 */
uint64_t spool_enter(struct spool *);
/* It is over.  True when it was too much, and the spool goes on without what
 * did not fit. */
bool spool_leave(struct spool *, uint64_t limit);
/* Bytes of the member that begins at s->end; false once it has failed. */
bool spool_write(struct spool *, uint64_t off, const void *p, size_t n);
/* The member is over and `size' bytes long; its offset. */
uint64_t spool_close(struct spool *, uint64_t size);
/* What was written of the member is forgotten. */
void spool_abandon(struct spool *);
/* Gives the blocks of a region back; best effort. */
void spool_forget(struct spool *, uint64_t off, uint64_t size);

#endif
