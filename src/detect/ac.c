/* ac.c - builds the trie with sibling lists, then freezes it. */
#include "ac.h"

#include <stdlib.h>

#include "../util/buf.h"

struct trie {
	uint32_t child, sibling; /* state indexes; 0: none */
	uint32_t first;          /* output list + 1 */
	unsigned char c;
};
struct out {
	uint32_t id, next;
};
struct build {
	struct trie *t;
	size_t n, cap;
	struct out *out;
	size_t nout, capout;
	uint32_t root[256];
};

static uint32_t child(struct build *b, uint32_t s, unsigned char c)
{
	uint32_t k;

	if (s == 0) {
		if (b->root[c])
			return b->root[c];
	} else {
		for (k = b->t[s].child; k; k = b->t[k].sibling)
			if (b->t[k].c == c)
				return k;
	}
	vec_grow(&b->t, &b->cap, b->n + 1, sizeof(*b->t));
	k = (uint32_t)b->n++;
	b->t[k].c = c;
	b->t[k].sibling = b->t[s].child;
	b->t[s].child = k;
	if (s == 0)
		b->root[c] = k;
	return k;
}

static void insert(struct build *b, const struct ac_word *w)
{
	uint32_t s = 0;

	for (size_t i = 0; i < w->text.n; i++)
		s = child(b, s, (unsigned char)w->text.p[i]);
	vec_grow(&b->out, &b->capout, b->nout + 1, sizeof(*b->out));
	b->out[b->nout] = (struct out){ w->id, b->t[s].first };
	b->t[s].first = (uint32_t)++b->nout;
}

/* Copies edges and outputs of the trie into their arrays. */
static void freeze(struct ac *ac, struct build *b)
{
	size_t e = 0, o = 0;

	ac->nstate = b->n;
	ac->nedge = b->n - 1;
	ac->nout = b->nout;
	ac->state = xmalloc(ac->nstate * sizeof(*ac->state));
	ac->label = xmalloc(ac->nedge + 1);
	ac->target = xmalloc((ac->nedge + 1) * sizeof(*ac->target));
	ac->out = xmalloc((ac->nout + 1) * sizeof(*ac->out));
	memcpy(ac->root, b->root, sizeof(ac->root));
	for (uint32_t s = 0; s < b->n; s++) {
		struct ac_state *st = &ac->state[s];

		st->edge = (uint32_t)e;
		for (uint32_t k = b->t[s].child; k; k = b->t[k].sibling) {
			ac->label[e] = b->t[k].c;
			ac->target[e++] = k;
			st->nedge++;
		}
		if (b->t[s].first)
			st->out = (uint32_t)o + 1;
		for (uint32_t i = b->t[s].first; i; i = b->out[i - 1].next) {
			ac->out[o++] = b->out[i - 1].id;
			st->nout++;
		}
	}
}

/* Breadth first: a state's failure is nearer to the root than itself. */
static void link_failures(struct ac *ac)
{
	uint32_t *queue = xmalloc(ac->nstate * sizeof(*queue));
	size_t head = 0, tail = 0;

	queue[tail++] = 0;
	while (head < tail) {
		uint32_t s = queue[head++];
		const struct ac_state *st = &ac->state[s];

		for (uint32_t i = 0; i < st->nedge; i++) {
			uint32_t k = ac->target[st->edge + i];
			struct ac_state *kid = &ac->state[k];

			kid->fail = s ? ac_step(ac, st->fail,
						ac->label[st->edge + i])
				      : 0;
			kid->chain = ac->state[kid->fail].out
					     ? kid->fail
					     : ac->state[kid->fail].chain;
			queue[tail++] = k;
		}
	}
	free(queue);
}

void ac_build(struct ac *ac, const struct ac_word *w, size_t n)
{
	struct build b = { 0 };

	vec_grow(&b.t, &b.cap, 1, sizeof(*b.t));
	b.n = 1;
	for (size_t i = 0; i < n; i++)
		insert(&b, &w[i]);
	freeze(ac, &b);
	link_failures(ac);
	free(b.t);
	free(b.out);
}

size_t ac_bytes(const struct ac *ac)
{
	return ac->nstate * sizeof(*ac->state) + ac->nedge * 5 +
	       ac->nout * sizeof(*ac->out);
}

void ac_free(struct ac *ac)
{
	free(ac->state);
	free(ac->label);
	free(ac->target);
	free(ac->out);
	*ac = (struct ac){ 0 };
}
