/*
 * gunzip.h - a small gzip file in memory.
 */
#ifndef UTIL_GUNZIP_H
#define UTIL_GUNZIP_H

#include "buf.h"

bool is_gzip(struct str);
/*
 * Appends what is packed in it to out, at most max bytes; false when it is
 * damaged, cut, or holds more: out has what came before.
 */
bool gunzip(struct str packed, size_t max, struct buf *out);

#endif
