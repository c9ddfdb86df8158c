/*
 * merge.c - all runs as one ascending stream: a heap of windows on files and
 * of buffers in memory.
 */
#include "run.h"

#include <unistd.h>

#include "../util/buf.h"
#include "../util/io.h"

#define READ_MIN (64u << 10)

struct input {
	struct run run;
	uint64_t next;   /* record number, for runs in memory */
	uint64_t pos;    /* bytes of the run already in `data' */
	struct buf data; /* window on a run in a file */
	size_t used;     /* bytes of the window that were given out */
	struct run_key key;
	struct str rec;
	bool over;
};

struct merge {
	struct input *in;
	size_t n, window;
	size_t *heap, nheap; /* indexes of inputs, smallest key first */
	uint64_t lost;
	bool began;
};

/* At least n bytes in the window, or false. */
static bool window(struct merge *m, struct input *in, size_t n)
{
	size_t left = in->data.n - in->used;
	uint64_t want;
	ssize_t got;

	if (left >= n)
		return true;
	if (in->used) {
		memmove(in->data.p, in->data.p + in->used, left);
		in->data.n = left;
		in->used = 0;
	}
	want = m->window > n ? m->window : n;
	if (want - left > in->run.len - in->pos)
		want = left + (in->run.len - in->pos);
	got = io_pread(in->run.fd, buf_room(&in->data, want - left),
		       want - left, (off_t)(in->run.off + in->pos));
	if (got <= 0)
		return false;
	in->data.n += (size_t)got;
	in->pos += (uint64_t)got;
	return in->data.n >= n;
}

static bool advance_file(struct merge *m, struct input *in)
{
	struct run_head h;

	if (in->used >= in->data.n && in->pos >= in->run.len)
		return false;
	if (!window(m, in, sizeof(h)))
		goto torn;
	memcpy(&h, in->data.p + in->used, sizeof(h));
	if (h.check != ~h.len || h.len > RUN_MAX_RECORD ||
	    !window(m, in, run_padded(sizeof(h) + h.len)))
		goto torn;
	in->key = h.key;
	in->rec = str_mem(in->data.p + in->used + sizeof(h), h.len);
	in->used += run_padded(sizeof(h) + h.len);
	return true;
torn:
	m->lost++;
	return false;
}

static bool advance(struct merge *m, struct input *in)
{
	const struct run_head *h;

	if (in->run.fd >= 0)
		return advance_file(m, in);
	if (in->next >= in->run.count)
		return false;
	h = run_at(in->run.buf, in->run.order[in->next++]);
	in->key = h->key;
	in->rec = str_mem(h + 1, h->len);
	return true;
}

static bool less(const struct merge *m, size_t a, size_t b)
{
	int d = run_cmp(&m->in[a].key, &m->in[b].key);

	return d < 0 || (d == 0 && a < b);
}

static void sift(struct merge *m, size_t i)
{
	for (;;) {
		size_t k = 2 * i + 1, t;

		if (k >= m->nheap)
			return;
		if (k + 1 < m->nheap && less(m, m->heap[k + 1], m->heap[k]))
			k++;
		if (!less(m, m->heap[k], m->heap[i]))
			return;
		t = m->heap[i];
		m->heap[i] = m->heap[k];
		m->heap[k] = t;
		i = k;
	}
}

struct merge *merge_new(const struct run *run, size_t n, size_t bytes)
{
	struct merge *m = xmalloc(sizeof(*m));

	m->in = xmalloc(n * sizeof(*m->in));
	m->heap = xmalloc(n * sizeof(*m->heap));
	m->n = n;
	m->window = n && bytes / n > READ_MIN ? bytes / n : READ_MIN;
	for (size_t i = 0; i < n; i++) {
		m->in[i].run = run[i];
		if (advance(m, &m->in[i]))
			m->heap[m->nheap++] = i;
	}
	for (size_t i = m->nheap; i > 0; i--)
		sift(m, i - 1);
	return m;
}

bool merge_next(struct merge *m, struct run_key *key, struct str *rec)
{
	struct input *in;

	if (m->began && m->nheap) {
		if (!advance(m, &m->in[m->heap[0]]))
			m->heap[0] = m->heap[--m->nheap];
		sift(m, 0);
	}
	m->began = true;
	if (m->nheap == 0)
		return false;
	in = &m->in[m->heap[0]];
	*key = in->key;
	*rec = in->rec;
	return true;
}

uint64_t merge_lost(const struct merge *m)
{
	return m->lost;
}

void merge_free(struct merge *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n; i++)
		buf_free(&m->in[i].data);
	free(m->in);
	free(m->heap);
	free(m);
}
