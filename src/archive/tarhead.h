/*
 * archive/tarhead.h - the numbers and records of tar headers, for tarin.c.
 */
#ifndef ARCHIVE_TARHEAD_H
#define ARCHIVE_TARHEAD_H

#include "tarin.h"

/* Octal with blanks or NULs around it; -1 when it is none. */
int64_t tarhead_octal(const char *p, size_t n);
bool tarhead_checksum_ok(const char *block);
bool tarhead_zero(const char *block);
/* "LEN KEY=VALUE\n" …; false when they are none. */
bool tarhead_pax(struct tarin *, struct str records);
/* What the ustar block says, where no pax record said it already. */
void tarhead_ustar(struct tarin *, const char *block);
/* The map of extents in t->block: 1 whole and taken, 0 not whole yet, -1 none.
 */
int tarhead_map(struct tarin *);

#endif
