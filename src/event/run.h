/*
 * run.h - inside event/: how records lie in buffers and runs: a head, the
 * bytes, padded to RUN_ALIGN.
 */
#ifndef EVENT_RUN_H
#define EVENT_RUN_H

#include "store.h"

#define RUN_ALIGN 16u

struct run_head {
	struct run_key key;
	uint32_t len, check; /* check: ~len, against torn writes */
};

static inline uint64_t run_padded(uint64_t n)
{
	return (n + RUN_ALIGN - 1) & ~(uint64_t)(RUN_ALIGN - 1);
}

static inline int run_cmp(const struct run_key *a, const struct run_key *b)
{
	if (a->ts != b->ts)
		return a->ts < b->ts ? -1 : 1;
	if (a->source != b->source)
		return a->source < b->source ? -1 : 1;
	if (a->off != b->off)
		return a->off < b->off ? -1 : 1;
	return (a->sub > b->sub) - (a->sub < b->sub);
}

static inline const struct run_head *run_at(const struct run_buf *b,
					    uint32_t place)
{
	return (const struct run_head *)(const void *)(b->data +
						       (uint64_t)place *
							       RUN_ALIGN);
}

#endif
