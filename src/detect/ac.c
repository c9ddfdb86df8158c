/* ac.c - a trie with sibling lists, then renumbered and frozen. */
#include "ac.h"

#include <stdlib.h>

#include "../util/buf.h"

#define MAX_ROWS 256u /* of 1 KiB, an automaton */

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
	uint32_t root[256];     /* children of the root, for speed */
	uint32_t *order, *rank; /* breadth first: rank -> trie, trie -> rank */
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

static void number(struct build *b)
{
	size_t head = 0, tail = 0;

	b->order = xmalloc(b->n * sizeof(*b->order));
	b->rank = xmalloc(b->n * sizeof(*b->rank));
	b->order[tail++] = 0;
	for (; head < tail; head++) {
		uint32_t k = b->t[b->order[head]].child;

		b->rank[b->order[head]] = (uint32_t)head;
		for (; k; k = b->t[k].sibling)
			b->order[tail++] = k;
	}
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
	for (size_t s = 0; s < b->n; s++) {
		const struct trie *t = &b->t[b->order[s]];
		struct ac_state *st = &ac->state[s];

		st->edge = (uint32_t)e;
		for (uint32_t k = t->child; k; k = b->t[k].sibling) {
			ac->label[e] = b->t[k].c;
			ac->target[e++] = b->rank[k];
			st->nedge++;
		}
		if (t->first)
			st->out = (uint32_t)o + 1;
		for (uint32_t i = t->first; i; i = b->out[i - 1].next) {
			ac->out[o++] = b->out[i - 1].id;
			st->nout++;
		}
	}
}

static uint32_t flagged(const struct ac *ac, uint32_t s)
{
	return ac->state[s].out || ac->state[s].chain ? s | AC_OUT : s;
}

/* Every step of s; the rows of states nearer to the root are there. */
static void make_row(struct ac *ac, uint32_t s)
{
	const struct ac_state *st = &ac->state[s];
	uint32_t *row = ac->row[s];

	if (s)
		memcpy(row, ac->row[st->fail], sizeof(ac->row[0]));
	for (uint32_t i = 0; i < st->nedge; i++) {
		unsigned char c = ac->label[st->edge + i];

		row[c] = ac->target[st->edge + i];
		if (c >= 'a' && c <= 'z')
			row[c & ~0x20] = row[c];
	}
}

/*
 * In the order of their numbers: what a state fails to is nearer to the root
 * and done.  A step learns whether its target has outputs when that target's
 * failure is known, which is before anything can lead there by failure.
 */
static void link_failures(struct ac *ac)
{
	uint32_t rows = ac->nstate < MAX_ROWS ? (uint32_t)ac->nstate : MAX_ROWS;

	ac->row = xmalloc(rows * sizeof(*ac->row));
	for (uint32_t s = 0; s < ac->nstate; s++) {
		struct ac_state *st = &ac->state[s];

		for (uint32_t i = 0; i < st->nedge; i++) {
			uint32_t k = ac->target[st->edge + i];
			struct ac_state *kid = &ac->state[k];

			if (s)
				kid->fail = ac_step(ac, st->fail,
						    ac->label[st->edge + i]) &
					    ~AC_OUT;
			kid->chain = ac->state[kid->fail].out
					     ? kid->fail
					     : ac->state[kid->fail].chain;
			ac->target[st->edge + i] = flagged(ac, k);
		}
		if (s < rows) {
			make_row(ac, s);
			ac->nrow = s + 1;
		}
	}
}

void ac_build(struct ac *ac, const struct ac_word *w, size_t n)
{
	struct build b = { 0 };

	vec_grow(&b.t, &b.cap, 1, sizeof(*b.t));
	b.n = 1;
	for (size_t i = 0; i < n; i++)
		insert(&b, &w[i]);
	number(&b);
	freeze(ac, &b);
	link_failures(ac);
	free(b.t);
	free(b.out);
	free(b.order);
	free(b.rank);
}

size_t ac_bytes(const struct ac *ac)
{
	return ac->nstate * sizeof(*ac->state) + ac->nedge * 5 +
	       ac->nout * sizeof(*ac->out) + ac->nrow * sizeof(*ac->row);
}

void ac_free(struct ac *ac)
{
	free(ac->state);
	free(ac->label);
	free(ac->target);
	free(ac->out);
	free(ac->row);
	*ac = (struct ac){ 0 };
}
