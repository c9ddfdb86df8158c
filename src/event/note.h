/*
 * note.h - what could not be read, or was cut: bytes and indexes only.
 */
#ifndef EVENT_NOTE_H
#define EVENT_NOTE_H

#include "../util/str.h"

enum note_kind {
	NOTE_DAMAGED, /* a record that is not whole or makes no sense */
	NOTE_CRASHED, /* the worker died in this source */
	NOTE_LIMIT,   /* a cap was reached */
	NOTE_REFUSED, /* no parser took it although its path promised one */
	NOTE_TIMEOUT,
	NOTE_SHORT, /* the source was cut while it was collected */
	NOTE_KINDS
};

#define NOTE_WHAT_MAX 160

struct note {
	uint8_t kind;
	uint32_t source;
	uint64_t off; /* where */
	uint64_t need, have;
	struct str
		what; /* the field or limit, English, at most NOTE_WHAT_MAX */
};

const char *note_kind_name(unsigned kind); /* "damaged" … */

#endif
