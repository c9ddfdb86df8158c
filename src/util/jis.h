/*
 * jis.h - bytes that are not UTF-8 but wholly EUC-JP or CP932, as UTF-8: what
 * old Japanese servers have in names and logs.  A reading beside the bytes,
 * never instead of them.
 */
#ifndef UTIL_JIS_H
#define UTIL_JIS_H

#include "arena.h"

/* False when s is neither; EUC-JP is tried first.  The text is in the arena. */
bool jis_text(struct arena *, struct str s, struct str *out);

#endif
