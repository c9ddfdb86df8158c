/*
 * archive/zframe.h - a stream of zstd frames, each of which stands alone: a
 * stream that was cut gives back every frame before the cut.  Sealed for a
 * public key, it gives back what its whole pieces of 64 KiB hold.
 */
#ifndef ARCHIVE_ZFRAME_H
#define ARCHIVE_ZFRAME_H

#include "../util/age.h"
#include "../util/err.h"
#include "../util/hash.h"
#include "../util/str.h"

struct ZSTD_CCtx_s;

struct zframe {
	struct ZSTD_CCtx_s *z;
	int fd;
	char *out; /* compressed, not written yet */
	size_t nout, capout;
	uint64_t frame_in;    /* bytes that went into this frame */
	uint64_t bytes_out;   /* written to fd */
	struct sha256 sha;    /* of all that was written */
	struct age_seal *age; /* NULL: not sealed */
	struct buf sealed;    /* not written yet */
	bool (*may_write)(void *arg, uint64_t bytes);
	void *arg;
	bool stop; /* may_write said no (what is written goes on) */
};

int zframe_init(struct zframe *, int fd, int level, struct err *);
/* From its first byte on, the stream is sealed for these keys. */
int zframe_seal(struct zframe *, const struct age_recipient *, size_t n,
		struct err *);
int zframe_add(struct zframe *, const void *p, size_t n, struct err *);
/* Ends the frame, if anything is in it, and writes it out. */
int zframe_end(struct zframe *, struct err *);
/* The same, and nothing can follow any more. */
int zframe_finish(struct zframe *, struct err *);
void zframe_free(struct zframe *);

#endif
