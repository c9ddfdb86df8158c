/* holes.c - extents widened to blocks, and a cursor over them. */
#include "holes.h"

#include "../util/buf.h"
#include "tarout.h"

static void widen(struct holes *h, const struct extent *x, uint64_t size)
{
	uint64_t from = x->off - x->off % TAR_BLOCK;
	uint64_t end = x->off + x->len, pad = tar_padding(end);
	struct extent *last;

	end = pad < size - end ? end + pad : size;
	vec_grow(&h->stored, &h->capstored, h->nstored + 1, sizeof(*h->stored));
	last = h->nstored ? &h->stored[h->nstored - 1] : NULL;
	if (last && last->off + last->len >= from)
		last->len = end - last->off;
	else
		h->stored[h->nstored++] = (struct extent){ from, end - from };
}

void holes_set(struct holes *h, const struct member *m)
{
	const struct extent all = { 0, m->size };
	const struct extent *x = m->extent ? m->extent : &all;
	size_t n = m->extent ? m->nextent : 1;

	h->ngiven = h->nstored = h->i = h->istored = 0;
	h->left = h->at = h->pos = 0;
	vec_grow(&h->given, &h->capgiven, n + 1, sizeof(*h->given));
	vec_grow(&h->stored, &h->capstored, 1, sizeof(*h->stored));
	for (size_t i = 0; i < n; i++) {
		if (x[i].len == 0) /* a reader could not tell it */
			continue;
		h->given[h->ngiven++] = x[i];
		h->left += x[i].len;
		widen(h, &x[i], m->size);
	}
	if (h->nstored)
		h->pos = h->stored[0].off;
}

/* Stored bytes from pos up to file offset `to'; pos and istored go there. */
static uint64_t up_to(struct holes *h, uint64_t to)
{
	uint64_t n = 0;

	while (h->istored < h->nstored) {
		const struct extent *s = &h->stored[h->istored];

		if (to < s->off + s->len) {
			n += to - h->pos;
			h->pos = to;
			break;
		}
		n += s->off + s->len - h->pos;
		h->pos = s->off + s->len;
		if (h->istored + 1 == h->nstored)
			break;
		h->pos = h->stored[++h->istored].off;
	}
	return n;
}

uint64_t holes_gap(struct holes *h)
{
	return h->i < h->ngiven ? up_to(h, h->given[h->i].off + h->at) : 0;
}

uint64_t holes_run(const struct holes *h)
{
	return h->i < h->ngiven ? h->given[h->i].len - h->at : 0;
}

void holes_stored(struct holes *h, uint64_t n)
{
	h->pos += n;
	h->at += n;
	h->left -= n;
	if (h->at == h->given[h->i].len) {
		h->i++;
		h->at = 0;
	}
}

uint64_t holes_short(const struct holes *h)
{
	return h->i < h->ngiven ? h->given[h->i].off + h->at : UINT64_MAX;
}

uint64_t holes_rest(struct holes *h)
{
	return up_to(h, UINT64_MAX);
}

void holes_free(struct holes *h)
{
	free(h->given);
	free(h->stored);
}
