/* map.c - open addressing over an insertion-ordered array. */
#include "map.h"

#include <stdlib.h>

#include "buf.h"
#include "hash.h"

static size_t find(const struct map *m, struct str key)
{
	size_t i = hash_keyed(key.p, key.n) & (m->nslot - 1);

	while (m->slot[i] && !str_eq(m->item[m->slot[i] - 1].key, key))
		i = (i + 1) & (m->nslot - 1);
	return i;
}

uint64_t *map_get(const struct map *m, struct str key)
{
	size_t i;

	if (m->nitem == 0)
		return NULL;
	i = find(m, key);
	return m->slot[i] ? &m->item[m->slot[i] - 1].value : NULL;
}

static void rehash(struct map *m)
{
	m->nslot = m->nslot ? m->nslot * 2 : 64;
	free(m->slot);
	m->slot = xmalloc(m->nslot * sizeof(*m->slot));
	for (size_t k = 0; k < m->nitem; k++)
		m->slot[find(m, m->item[k].key)] = (uint32_t)k + 1;
}

uint64_t *map_put(struct map *m, struct str key, bool *added)
{
	size_t i;

	if (m->nitem >= m->nslot / 2)
		rehash(m);
	i = find(m, key);
	if (added)
		*added = m->slot[i] == 0;
	if (m->slot[i] == 0) {
		vec_grow(&m->item, &m->capitem, m->nitem + 1, sizeof(*m->item));
		m->item[m->nitem].key = arena_dup(&m->keys, key);
		m->item[m->nitem].value = 0;
		m->slot[i] = (uint32_t)++m->nitem;
	}
	return &m->item[m->slot[i] - 1].value;
}

void map_free(struct map *m)
{
	free(m->item);
	free(m->slot);
	arena_free(&m->keys);
	*m = (struct map){ 0 };
}
