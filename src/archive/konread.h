/*
 * archive/konread.h - one konseki archive, read from end to end and proved
 * on the way.
 */
#ifndef ARCHIVE_KONREAD_H
#define ARCHIVE_KONREAD_H

#include "frames.h"
#include "proof.h"
#include "tarin.h"

/* expansion of a whole archive: judged beyond so many bytes */
#define KONREAD_FREE_BYTES (UINT64_C(4) << 30)
#define KONREAD_MAX_RATIO 4000u

struct konread {
	struct tarin_sink member; /* who wants the members */
	struct proof proof;       /* on_short, on_problem, arg set by caller */
	uint64_t nmember;         /* plain files handed on */
	uint64_t nodd;            /* links and devices: never written by us */
	bool cut;                 /* ends within a frame or a member */

	struct tarin tar;
	struct buf seal; /* text of the seal being read */
	bool in_seal;
	uint64_t size, decoded; /* of the input; out of it */
	bool damaged;           /* the frame that was read last */
	uint64_t frame_at;      /* where the frame being read begins */
};

/* Is the first member of the stream konseki.json? */
bool konread_probe(const struct infile *, bool plain);
/* Reads all of it; -1 with err only when it cannot be read. */
int konread(struct konread *, const struct infile *, bool plain, struct err *);
void konread_free(struct konread *);

#endif
