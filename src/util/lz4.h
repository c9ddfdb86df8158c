/*
 * util/lz4.h - one LZ4 block (no frame), as systemd's journal stores it, and an
 * image of the early boot a row of them.
 */
#ifndef UTIL_LZ4_H
#define UTIL_LZ4_H

#include "../util/str.h"

#define LZ4_BAD ((size_t)-1)

/*
 * Decodes `in' into out, at most cap bytes: a longer text is cut there.
 * Returns the bytes written, or LZ4_BAD when the block makes no sense.
 */
size_t lz4_block(struct str in, unsigned char *out, size_t cap);

#endif
