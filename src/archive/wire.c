/* wire.c - messages of a fixed body and a bounded text. */
#include "wire.h"

#include <unistd.h>

#include "../util/io.h"

#define GATHER (32u << 10)

const char *const wire_state[4] = { "", "open", "complete", "interrupted" };

static size_t body_size(uint32_t type)
{
	switch (type) {
	case WIRE_KIND:
		return sizeof(struct wire_kind);
	case WIRE_MEMBER:
		return sizeof(struct wire_member);
	case WIRE_SHORT:
		return sizeof(struct wire_short);
	case WIRE_PROGRESS:
		return sizeof(struct wire_progress);
	case WIRE_END:
		return sizeof(struct wire_end);
	default:
		return 0;
	}
}

void wire_flush(struct wire_out *w)
{
	if (io_write(w->fd, w->b.p, w->b.n) < 0)
		_exit(4); /* nobody is listening */
	buf_clear(&w->b);
}

void wire_put(struct wire_out *w, enum wire_type type,
	      const union wire_body *body, struct str text)
{
	uint32_t max = type == WIRE_MEMBER ? UNPACK_MAX_NAME : WIRE_MAX_TEXT;
	struct wire_head h = { type, text.n < max ? (uint32_t)text.n : max };

	buf_add(&w->b, &h, sizeof(h));
	buf_add(&w->b, body, body_size(type));
	buf_add(&w->b, text.p, h.ntext);
	if (w->b.n >= GATHER)
		wire_flush(w);
}

int wire_next(struct wire_in *w, enum wire_type *type, union wire_body *body,
	      struct str *text)
{
	size_t left = w->b.n - w->at, size;
	struct wire_head h;

	if (left < sizeof(h)) {
		/* what is left moves to the front */
		if (w->at > 0 && left > 0)
			memmove(w->b.p, w->b.p + w->at, left);
		w->b.n = left;
		w->at = 0;
		return 0;
	}
	memcpy(&h, w->b.p + w->at, sizeof(h));
	if (h.type < WIRE_KIND || h.type > WIRE_END ||
	    h.ntext > UNPACK_MAX_NAME)
		return -1;
	size = sizeof(h) + body_size(h.type) + h.ntext;
	if (left < size) {
		memmove(w->b.p, w->b.p + w->at, left);
		w->b.n = left;
		w->at = 0;
		return 0;
	}
	*type = h.type;
	memset(body, 0, sizeof(*body));
	if (body_size(h.type))
		memcpy(body, w->b.p + w->at + sizeof(h), body_size(h.type));
	*text = str_mem(w->b.p + w->at + sizeof(h) + body_size(h.type),
			h.ntext);
	w->at += size;
	return 1;
}
