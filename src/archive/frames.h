/*
 * archive/frames.h - reads a stream of zstd frames and forgives: a cut or
 * damaged frame costs its own bytes only, the next one is looked for.
 */
#ifndef ARCHIVE_FRAMES_H
#define ARCHIVE_FRAMES_H

#include "../util/err.h"
#include "infile.h"

#define FRAMES_MAX_RESYNC 1024u /* searches for a next frame, per input */

enum frame_end { FRAME_WHOLE, FRAME_CUT, FRAME_DAMAGED };

struct frames_sink {
	void *arg;
	/* Decoded bytes; true stops the reading. */
	bool (*data)(void *arg, const void *p, size_t n);
	/* The frame at byte `at' of the input is over.  When it was not
	 * whole, what it gave is not proved by its checksum.  True stops. */
	bool (*end)(void *arg, uint64_t at, enum frame_end);
	/* Bytes between frames that are none. */
	void (*garbage)(void *arg, uint64_t at, uint64_t n);
};

/*
 * Reads the input from its byte 0.  plain: there are no
 * frames, the bytes themselves are the stream.  -1 with err when it cannot
 * be read.
 */
int frames_read(const struct infile *, bool plain, const struct frames_sink *,
		struct err *);

#endif
