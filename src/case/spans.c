/*
 * spans.c - sources that are mostly hole: a lastlog of an account with a large
 * uid, or a log of a terabyte of nothing that was put there to stall whoever
 * reads it.  Only where they have data is there work.
 */
#define _GNU_SOURCE
#include "../archive/spool.h"
#include "work.h"

#include <stdlib.h>
#include <unistd.h>

#define HOLES_MIN (UINT64_C(1) << 30) /* less is read over in a second */
#define GAP (64u << 10)               /* a smaller hole is part of a span */
#define SPANS_MAX 1000000u            /* of all: 4 GiB of data at least */

static void add(struct work *w, uint32_t id, uint64_t from, uint64_t to)
{
	struct work_slice *last = w->nspan ? &w->span[w->nspan - 1] : NULL;

	if (last && last->source == id && from < last->to + GAP) {
		last->to = to;
		return;
	}
	if (w->nspan == SPANS_MAX)
		return;
	vec_grow(&w->span, &w->capspan, w->nspan + 1, sizeof(*w->span));
	w->span[w->nspan++] = (struct work_slice){ id, from, to };
}

/* The spans of one source; how much of it is hole. */
static uint64_t look(struct work *w, const struct work_source *s)
{
	uint64_t size = s->src.size, at = 0, data = 0;

	while (at < size) {
		off_t from =
			lseek(w->spool, (off_t)(s->spool_off + at), SEEK_DATA);
		off_t to = from < 0 ? -1 : lseek(w->spool, from, SEEK_HOLE);
		uint64_t begin = (uint64_t)from - s->spool_off, end;

		if (from < 0 || to < from || begin >= size)
			break; /* to its end a hole, or nobody knows */
		end = (uint64_t)to - s->spool_off;
		end = end < size ? end : size;
		/* and a page of zeros: a record that reaches into it is whole
		 */
		add(w, s->src.id, begin,
		    size - end < SPOOL_PAGE ? size : end + SPOOL_PAGE);
		data += end - begin;
		at = end;
	}
	return size - data;
}

void work_spans(struct work *w)
{
	for (size_t i = 0; i < w->nsource; i++) {
		const struct work_source *s = &w->source[i];
		size_t before = w->nspan;

		if (s->src.size < HOLES_MIN || s->src.short_at != UINT64_MAX)
			continue;
		if (look(w, s) < HOLES_MIN || w->nspan == SPANS_MAX)
			w->nspan = before; /* as a whole, however long */
		else if (w->nspan == before)
			add(w, s->src.id, 0, GAP); /* nothing but a hole */
	}
}

const struct work_slice *work_spans_of(const struct work *w, uint32_t source,
				       size_t *n)
{
	size_t lo = 0, hi = w->nspan;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (w->span[mid].source < source)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (*n = 0; lo + *n < w->nspan && w->span[lo + *n].source == source;)
		(*n)++;
	return *n ? &w->span[lo] : NULL;
}
