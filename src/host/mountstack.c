/*
 * mountstack.c - which mounts lie under others.  There may be tens of
 * thousands, all on one point: nothing here compares each with each.
 */
#include "mountstack.h"

#include "../util/buf.h"

#include <stdlib.h>

/* For each mount the index of what it was mounted on, else NONE. */
#define NONE SIZE_MAX

static size_t *parents(const struct mounts *ms)
{
	size_t *up = xmalloc((ms->nmount + 1) * sizeof(*up));
	struct map by_id = { 0 };

	for (size_t i = 0; i < ms->nmount; i++) {
		const struct mount *m = &ms->mount[i];

		*map_put(&by_id, str_mem(&m->id, sizeof(m->id)), NULL) = i;
	}
	for (size_t i = 0; i < ms->nmount; i++) {
		const struct mount *m = &ms->mount[i];
		uint64_t *at =
			map_get(&by_id, str_mem(&m->parent, sizeof(m->parent)));

		up[i] = at && *at != i ? (size_t)*at : NONE;
	}
	map_free(&by_id);
	return up;
}

static void chain_point(struct chains *c, const struct mounts *ms)
{
	c->next = xmalloc((ms->nmount + 1) * sizeof(*c->next));
	for (size_t i = ms->nmount; i-- > 0;) {
		uint64_t *at = map_put(&c->first, ms->mount[i].point, NULL);

		c->next[i] = (size_t)*at;
		*at = i + 1;
	}
}

void chain_dev(struct chains *c, const struct mounts *ms)
{
	c->next = xmalloc((ms->nmount + 1) * sizeof(*c->next));
	for (size_t i = ms->nmount; i-- > 0;) {
		uint32_t dev[2] = { ms->mount[i].major, ms->mount[i].minor };
		uint64_t *at =
			map_put(&c->first, str_mem(dev, sizeof(dev)), NULL);

		c->next[i] = (size_t)*at;
		*at = i + 1;
	}
}

size_t chain_first(const struct chains *c, struct str key)
{
	const uint64_t *at = map_get(&c->first, key);

	return at ? (size_t)*at : 0;
}

void chain_free(struct chains *c)
{
	map_free(&c->first);
	free(c->next);
}

/* Is there, at this point, a mount that mount i does not stand on? */
static bool other_at(const struct chains *c, const size_t *mark, size_t i,
		     struct str point)
{
	for (size_t k = chain_first(c, point); k; k = c->next[k - 1])
		if (mark[k - 1] != i + 1)
			return true;
	return false;
}

static bool is_covered(const struct chains *c, const size_t *mark, size_t i,
		       struct str point)
{
	for (size_t n = point.n; n > 1; n--)
		if ((n == point.n || point.p[n] == '/') &&
		    other_at(c, mark, i, str_head(point, n)))
			return true;
	return other_at(c, mark, i, STR("/"));
}

/*
 * A mount at or above the point that is none of those this one was mounted
 * on came later and hides it.  Thousands may be stacked on one point: what a
 * mount stands on is marked once (mark = its number), not searched each time.
 */
void mounts_hide_covered(struct mounts *ms)
{
	size_t *up = parents(ms);
	size_t *mark = xmalloc((ms->nmount + 1) * sizeof(*mark));
	struct chains c = { 0 };

	chain_point(&c, ms);
	for (size_t i = 0; i < ms->nmount; i++) {
		/* a circle, which no kernel writes, ends where it began */
		for (size_t k = i; k != NONE && mark[k] != i + 1; k = up[k])
			mark[k] = i + 1;
		if (is_covered(&c, mark, i, ms->mount[i].point))
			ms->mount[i].class = MOUNT_HIDDEN;
	}
	chain_free(&c);
	free(mark);
	free(up);
}
