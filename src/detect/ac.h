/*
 * ac.h - Aho-Corasick over folded text (ASCII letters in any case).
 *
 * States are numbered breadth first.  The first ones, where most bytes are
 * spent, have a row of all their steps; the others have sorted-out edges and
 * about 20 bytes each, so that tens of thousands of patterns stay in a few
 * MiB.
 */
#ifndef DETECT_AC_H
#define DETECT_AC_H

#include "../util/str.h"

#define AC_OUT 0x80000000u /* in a step: the state has outputs */

struct ac_state {
	uint32_t edge; /* first edge */
	uint32_t fail;
	uint32_t out;   /* first output + 1; 0: none of its own */
	uint32_t chain; /* next state by failure that has outputs; 0: none */
	uint16_t nedge, nout;
};

struct ac {
	struct ac_state *state;
	unsigned char *label; /* of edges, folded */
	uint32_t *target;     /* with AC_OUT */
	uint32_t *out;
	uint32_t (*row)[256]; /* of states below nrow; with AC_OUT */
	uint32_t nrow;
	size_t nstate, nedge, nout;
};

struct ac_word {
	struct str text; /* folded, not empty */
	uint32_t id;
};

void ac_build(struct ac *, const struct ac_word *, size_t n);
size_t ac_bytes(const struct ac *);
void ac_free(struct ac *);

static inline unsigned char ac_fold(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
}

/* The state after c, with AC_OUT when something ends there. */
static inline uint32_t ac_step(const struct ac *ac, uint32_t s, unsigned char c)
{
	unsigned char f = ac_fold(c);

	while (s >= ac->nrow) {
		const struct ac_state *st = &ac->state[s];
		const unsigned char *l = ac->label + st->edge;

		for (unsigned i = 0; i < st->nedge; i++)
			if (l[i] == f)
				return ac->target[st->edge + i];
		s = st->fail;
	}
	return ac->row[s][c];
}

#endif
