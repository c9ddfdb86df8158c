/* case/note.c - the wire form of notes. */
#include "work.h"

#include "../util/rd.h"

void note_put(struct buf *b, const struct note *n)
{
	buf_c(b, (char)n->kind);
	buf_add(b, &n->source, sizeof(n->source));
	buf_add(b, &n->off, sizeof(n->off));
	buf_add(b, &n->need, sizeof(n->need));
	buf_add(b, &n->have, sizeof(n->have));
	buf_str(b, str_head(n->what, NOTE_WHAT_MAX));
}

bool note_get(struct str s, struct note *n)
{
	struct rd r = rd_of(s);

	n->kind = rd_u8(&r, "kind");
	n->source = rd_u32le(&r, "source");
	n->off = rd_u64le(&r, "off");
	n->need = rd_u64le(&r, "need");
	n->have = rd_u64le(&r, "have");
	n->what = rd_bytes(&r, rd_left(&r), "what");
	return rd_ok(&r) && n->kind < NOTE_KINDS && n->what.n <= NOTE_WHAT_MAX;
}
