/*
 * case/frame.h - what the analysis process says to its parent: frames over a
 * pipe.  u32 length, u8 type, bytes.  The reader believes nothing: lengths
 * are capped, payloads are checked by whoever decodes them.
 */
#ifndef CASE_FRAME_H
#define CASE_FRAME_H

#include "../util/buf.h"

enum frame_type {
	FRAME_EVENT = 'E',    /* event_put */
	FRAME_FINDING = 'F',  /* finding_put */
	FRAME_NOTE = 'N',     /* note_put */
	FRAME_SIZES = 'C',    /* of a case: how many sources and hosts */
	FRAME_INPUT = 'I',    /* of a case: one input, whole or not */
	FRAME_NAME = 'n',     /* of a case: one source's path and member */
	FRAME_HOST = 'H',     /* host_put: name, id, zone … */
	FRAME_SOURCE = 'S',   /* parser, outcome and count of one source */
	FRAME_RULE = 'R',     /* state and evaluations of one rule */
	FRAME_SANDBOX = 'B',  /* the rungs in force */
	FRAME_PROGRESS = 'P', /* sources done, of how many, events */
	FRAME_ERROR = 'X',    /* a sentence: the analysis cannot go on */
	FRAME_END = 'Z',
};

#define FRAME_MAX (8u << 20)

struct frame_out {
	int fd;
	struct buf b;
	bool failed;
};
void frame_put(struct frame_out *, enum frame_type, struct str payload);
/* False when the other side is gone. */
bool frame_flush(struct frame_out *);

struct frame_in {
	int fd;
	struct buf b;
	size_t at;
	bool broken; /* a frame that is none: the peer is broken */
};
/* False at the end (or when broken); the view lives until the next call. */
bool frame_get(struct frame_in *, enum frame_type *, struct str *payload);

#endif
