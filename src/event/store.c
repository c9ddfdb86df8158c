/*
 * store.c - records into buffers, buffers into sorted runs.
 * Sorting is a natural merge sort over record places: logs
 * come nearly sorted, and then it is one pass.
 */
#include "run.h"

#include <unistd.h>

#include "../util/buf.h"
#include "../util/io.h"

size_t run_buf_bytes(uint64_t size)
{
	return sizeof(struct run_buf) + size;
}

void run_buf_init(struct run_buf *b, uint64_t size)
{
	b->used = 0;
	b->count = 0;
	b->size = size;
	b->disorder = false;
}

bool run_buf_add(struct run_buf *b, const struct run_key *key, struct str rec)
{
	uint64_t need = run_padded(sizeof(struct run_head) + rec.n);
	struct run_head h = { *key, (uint32_t)rec.n, ~(uint32_t)rec.n };

	if (rec.n > RUN_MAX_RECORD || need > b->size - b->used)
		return false;
	memcpy(b->data + b->used, &h, sizeof(h));
	memcpy(b->data + b->used + sizeof(h), rec.p, rec.n);
	if (b->count && run_cmp(key, &b->last) < 0)
		b->disorder = true;
	b->last = *key;
	/* the owner may die at any instruction: publish whole records only */
	__atomic_store_n(&b->count, b->count + 1, __ATOMIC_RELEASE);
	__atomic_store_n(&b->used, b->used + need, __ATOMIC_RELEASE);
	return true;
}

/* What is sorted: the time stands beside the place, ties look closer. */
struct item {
	int64_t ts;
	uint32_t place;
};

static int cmp_items(const struct run_buf *b, const struct item *x,
		     const struct item *y)
{
	if (x->ts != y->ts)
		return x->ts < y->ts ? -1 : 1;
	return run_cmp(&run_at(b, x->place)->key, &run_at(b, y->place)->key);
}

/* All whole records; fewer than count when the buffer is broken. */
static uint64_t places(const struct run_buf *b, struct item *out, uint64_t max)
{
	uint64_t pos = 0, n = 0;

	while (n < max && b->used - pos >= sizeof(struct run_head)) {
		const struct run_head *h =
			run_at(b, (uint32_t)(pos / RUN_ALIGN));

		if (h->check != ~h->len || h->len > RUN_MAX_RECORD ||
		    run_padded(sizeof(*h) + h->len) > b->used - pos)
			break;
		out[n++] =
			(struct item){ h->key.ts, (uint32_t)(pos / RUN_ALIGN) };
		pos += run_padded(sizeof(*h) + h->len);
	}
	return n;
}

static void merge_two(const struct run_buf *b, const struct item *x,
		      uint64_t nx, const struct item *y, uint64_t ny,
		      struct item *o)
{
	while (nx && ny) {
		if (cmp_items(b, y, x) < 0) {
			*o++ = *y++;
			ny--;
		} else {
			*o++ = *x++;
			nx--;
		}
	}
	memcpy(o, x, nx * sizeof(*x));
	memcpy(o + nx, y, ny * sizeof(*y));
}

/* End of the ascending stretch that begins at i. */
static uint64_t stretch(const struct run_buf *b, const struct item *p,
			uint64_t i, uint64_t n)
{
	while (++i < n && cmp_items(b, &p[i - 1], &p[i]) <= 0)
		;
	return i;
}

/* Insertion sort of short stretches, so that merges have work to chew on. */
#define RUN_MIN 24u
static uint64_t seed_stretch(const struct run_buf *b, struct item *p,
			     uint64_t i, uint64_t n)
{
	uint64_t end = stretch(b, p, i, n);
	uint64_t to = i + RUN_MIN < n ? i + RUN_MIN : n;

	for (; end < to; end++) {
		struct item v = p[end];
		uint64_t k = end;

		for (; k > i && cmp_items(b, &v, &p[k - 1]) < 0; k--)
			p[k] = p[k - 1];
		p[k] = v;
	}
	return end;
}

/* Merges neighbouring stretches until one is left; p or q, whichever has it. */
static struct item *merge_all(const struct run_buf *b, struct item *p,
			      struct item *q, uint64_t *edge, size_t nedge)
{
	while (nedge > 2) {
		struct item *t = p;
		size_t o = 1;

		for (size_t k = 0; k + 1 < nedge; k += 2) {
			uint64_t lo = edge[k], mid = edge[k + 1];
			uint64_t hi = k + 2 < nedge ? edge[k + 2] : mid;

			merge_two(b, p + lo, mid - lo, p + mid, hi - mid,
				  q + lo);
			edge[o++] = hi;
		}
		nedge = o;
		p = q;
		q = t;
	}
	return p;
}

static uint32_t *sorted(const struct run_buf *b, uint64_t *count)
{
	uint64_t n, *edge; /* stretch k is edge[k] .. edge[k + 1] */
	struct item *p = xmalloc(b->count * sizeof(*p)), *q, *r = p;
	uint32_t *order;
	size_t nedge = 1;

	*count = n = places(b, p, b->count);
	q = xmalloc(n * sizeof(*q));
	if (n && stretch(b, p, 0, n) < n) {
		edge = xmalloc((n / RUN_MIN + 3) * sizeof(*edge));
		for (uint64_t i = 0; i < n;)
			edge[nedge++] = i = seed_stretch(b, p, i, n);
		r = merge_all(b, p, q, edge, nedge);
		free(edge);
	}
	order = xmalloc(n * sizeof(*order));
	for (uint64_t i = 0; i < n; i++)
		order[i] = r[i].place;
	free(p);
	free(q);
	return order;
}

void run_keep(struct run_buf *b, struct run *out)
{
	*out = (struct run){ .fd = -1, .buf = b };
	out->order = sorted(b, &out->count);
}

void run_free(struct run *r)
{
	free(r->order);
	r->order = NULL;
}

/* Logs come in order: then the buffer is the run. */
static int spill_as_it_is(struct run_buf *b, int fd, uint64_t *end,
			  struct run *out, struct err *err)
{
	if (io_pwrite(fd, b->data, b->used, (off_t)*end) < 0)
		return err_sys(err, "cannot write temporary data", NULL);
	*out = (struct run){ fd, *end, b->used, NULL, NULL, b->count };
	*end += b->used;
	run_buf_init(b, b->size);
	return 0;
}

int run_spill(struct run_buf *b, int fd, uint64_t *end, struct run *out,
	      struct err *err)
{
	struct buf w = { 0 };
	uint64_t count, off = *end;
	uint32_t *order;
	int r = 0;

	if (!b->disorder)
		return spill_as_it_is(b, fd, end, out, err);
	order = sorted(b, &count);

	for (uint64_t i = 0; i < count && r == 0; i++) {
		const struct run_head *h = run_at(b, order[i]);

		buf_add(&w, h, run_padded(sizeof(*h) + h->len));
		if (w.n >= 1u << 20 || i + 1 == count) {
			r = io_pwrite(fd, w.p, w.n, (off_t)off);
			off += w.n;
			buf_clear(&w);
		}
	}
	*out = (struct run){ fd, *end, off - *end, NULL, NULL, count };
	*end = off;
	buf_free(&w);
	free(order);
	run_buf_init(b, b->size);
	if (r < 0)
		return err_sys(err, "cannot write temporary data", NULL);
	return 0;
}
