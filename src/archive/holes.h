/*
 * archive/holes.h - the extents of a member as tar can store them.
 *
 * GNU tar begins every stretch of data at a new block, libarchive lets them
 * follow each other: both read the same only if every stretch but the last
 * is a multiple of a block.  Stretches are widened to that, with zeros.
 */
#ifndef ARCHIVE_HOLES_H
#define ARCHIVE_HOLES_H

#include "writer.h"

struct holes {
	struct extent *given, *stored; /* the caller's; widened and merged */
	size_t ngiven, nstored, capgiven, capstored;
	uint64_t left;  /* bytes the caller may still give */
	size_t i;       /* the given extent that the next byte belongs to */
	uint64_t at;    /* and where in it */
	size_t istored; /* the stored one that holds it */
	uint64_t pos;   /* of the next byte to be stored, in the file */
};

/* Takes the extents of a member over (without: one from 0 to its size). */
void holes_set(struct holes *, const struct member *);
/* Zeros to store before the next given byte. */
uint64_t holes_gap(struct holes *);
/* n bytes, of at most holes_run(), were stored. */
uint64_t holes_run(const struct holes *);
void holes_stored(struct holes *, uint64_t n);
/* Where in the file data are missing from; UINT64_MAX: nothing is. */
uint64_t holes_short(const struct holes *);
/* Zeros to store when no more data come. */
uint64_t holes_rest(struct holes *);
void holes_free(struct holes *);

#endif
