/*
 * ac.h - Aho-Corasick with sorted edges: about 20 bytes a state, so that
 * tens of thousands of patterns stay in a few MiB.
 */
#ifndef DETECT_AC_H
#define DETECT_AC_H

#include "../util/str.h"

struct ac_state {
	uint32_t edge; /* first edge */
	uint32_t fail;
	uint32_t out;   /* first output + 1; 0: none of its own */
	uint32_t chain; /* next state by failure that has outputs; 0: none */
	uint16_t nedge, nout;
};

struct ac {
	struct ac_state *state;
	unsigned char *label; /* of edges */
	uint32_t *target, *out;
	uint32_t root[256];
	size_t nstate, nedge, nout;
};

struct ac_word {
	struct str text; /* not empty */
	uint32_t id;
};

void ac_build(struct ac *, const struct ac_word *, size_t n);
size_t ac_bytes(const struct ac *);
void ac_free(struct ac *);

static inline uint32_t ac_step(const struct ac *ac, uint32_t s, unsigned char c)
{
	while (s) {
		const struct ac_state *st = &ac->state[s];
		const unsigned char *l = ac->label + st->edge;

		for (unsigned i = 0; i < st->nedge; i++)
			if (l[i] == c)
				return ac->target[st->edge + i];
		s = st->fail;
	}
	return ac->root[c];
}

#endif
