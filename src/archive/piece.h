/*
 * archive/piece.h - one compressed piece of a file that goes on behind it:
 * libarchive wants nothing to follow.  Only ever called in a sandbox.
 */
#ifndef ARCHIVE_PIECE_H
#define ARCHIVE_PIECE_H

#include "../util/str.h"

struct piece_sink {
	void *arg;
	bool (*data)(void *arg, const void *p, size_t n); /* false: stop */
};

/* Is it xz, lzma, zstd or lz4, by its first bytes? */
bool piece_looks(struct str head);
/*
 * Decompresses from `at', never beyond `end'.  Where it ended, or `at' when it
 * is damaged, expands beyond reason or was stopped; what came is handed on.
 */
uint64_t piece_read(int fd, uint64_t at, uint64_t end,
		    const struct piece_sink *);

#endif
