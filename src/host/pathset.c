/* pathset.c - open addressing over hashes of canonical paths. */
#include "pathset.h"

#include <stdlib.h>

#include "../util/buf.h"
#include "../util/hash.h"

#define MAX_PATH 4096 /* PATH_MAX; longer ones own nothing */

/* what usrmerge made links into /usr */
static const struct str merged[] = {
	{ "/bin/", 5 },   { "/sbin/", 6 },  { "/lib/", 5 },
	{ "/lib64/", 7 }, { "/lib32/", 7 }, { "/libx32/", 8 },
};

static bool is_merged(struct str path)
{
	/* most paths start with /usr, /var, /etc: one look decides */
	if (path.n < 5 ||
	    (path.p[1] != 'b' && path.p[1] != 's' && path.p[1] != 'l'))
		return false;
	for (size_t i = 0; i < sizeof(merged) / sizeof(*merged); i++)
		if (str_starts(path, merged[i]))
			return true;
	return false;
}

uint64_t path_hash(struct str path)
{
	char usr[MAX_PATH + 4];
	uint64_t h;

	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	if (path.n == 0 || path.n > MAX_PATH || path.p[0] != '/')
		return 0;
	if (is_merged(path)) {
		memcpy(usr, "/usr", 4);
		memcpy(usr + 4, path.p, path.n);
		path = str_mem(usr, path.n + 4);
	}
	h = hash_keyed(path.p, path.n);
	return h ? h : 1;
}

static size_t find(const struct pathset *s, uint64_t hash)
{
	size_t i = hash & (s->nslot - 1);

	while (s->slot[i].hash && s->slot[i].hash != hash)
		i = (i + 1) & (s->nslot - 1);
	return i;
}

struct path_info *pathset_get(const struct pathset *s, struct str path)
{
	uint64_t hash = s->n ? path_hash(path) : 0;
	size_t i;

	if (!hash)
		return NULL;
	i = find(s, hash);
	return s->slot[i].hash ? &s->slot[i] : NULL;
}

static void rehash(struct pathset *s)
{
	struct pathset big = { .nslot = s->nslot ? s->nslot * 2 : 1024,
			       .n = s->n };

	big.slot = xmalloc(big.nslot * sizeof(*big.slot));
	for (size_t i = 0; i < s->nslot; i++)
		if (s->slot[i].hash)
			big.slot[find(&big, s->slot[i].hash)] = s->slot[i];
	free(s->slot);
	*s = big;
}

struct path_info *pathset_put_hash(struct pathset *s, uint64_t hash)
{
	size_t i;

	if (s->n >= s->nslot / 4 * 3)
		rehash(s);
	i = find(s, hash);
	if (!s->slot[i].hash) {
		s->slot[i].hash = hash;
		s->n++;
	}
	return &s->slot[i];
}

struct path_info *pathset_put(struct pathset *s, struct str path)
{
	uint64_t hash = path_hash(path);

	return hash ? pathset_put_hash(s, hash) : NULL;
}

void pathset_free(struct pathset *s)
{
	free(s->slot);
	*s = (struct pathset){ 0 };
}
