/*
 * term.h - evidence on a terminal: control bytes, bad UTF-8 and characters
 * that reorder text (bidi) or hide (zero width) are shown as escapes.
 */
#ifndef UTIL_TERM_H
#define UTIL_TERM_H

#include "buf.h"

void term_text(struct buf *, struct str);

#endif
