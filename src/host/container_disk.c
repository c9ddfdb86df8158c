/*
 * container_disk.c - names and images of containers, as their runtimes keep
 * them, and which of them live.
 */
#include <stdlib.h>

#include "../util/buf.h"
#include "build.h"
#include "container.h"
#include "layers.h"

#define MAX_CONTAINERS 65536
#define MAX_NAME 1024
#define MAX_HOST (256u << 10)

const struct container_disk *ctx_container(const struct context *c,
					   struct str id)
{
	const uint64_t *i = id.n ? map_get(&c->container, id) : NULL;

	return i && *i ? &c->disk[*i - 1] : NULL;
}

bool ctx_container_lives(const struct context *c, struct str id)
{
	return map_get(&c->living, id) != NULL;
}

static struct container_disk *put(struct context *c, struct str id)
{
	uint64_t *at;

	if (id.n == 0 || id.n > MAX_NAME || c->ndisk == MAX_CONTAINERS)
		return NULL;
	at = map_put(&c->container, id, NULL);
	if (*at == 0) {
		vec_grow(&c->disk, &c->capdisk, c->ndisk + 1, sizeof(*c->disk));
		c->disk[c->ndisk++] = (struct container_disk){ 0 };
		*at = c->ndisk;
	}
	return &c->disk[*at - 1];
}

struct taking {
	struct context *c;
	struct str id; /* that the path names */
	const char *runtime;
};

static void keep(struct context *c, struct str *to, struct str s)
{
	if (to->n == 0 && s.n)
		*to = arena_dup(&c->arena, str_head(s, MAX_NAME));
}

static bool one(void *arg, struct container *k)
{
	struct taking *t = arg;
	struct str id = k->id.n ? k->id : t->id;
	struct container_disk *d = put(t->c, id);

	if (!d)
		return true;
	keep(t->c, &d->name, k->name);
	keep(t->c, &d->image, k->image);
	keep(t->c, &d->runtime, k->runtime.n ? k->runtime : str_of(t->runtime));
	layers_add(t->c, k->layer, id);
	return true;
}

void containers_take(struct context *c, struct str path, struct str data)
{
	struct taking t = { .c = c, .runtime = container_runtime(path) };
	enum container_file file = container_file(path, &t.id);
	struct arena scratch = { 0 };
	struct container *k;
	struct container_disk *d;

	if (file == CONTAINER_POD || file == CONTAINER_NONE)
		return;
	if (file == CONTAINER_HOST) {
		d = put(c, t.id);
		if (d && data.n <= MAX_HOST)
			d->host = arena_dup(&c->arena, data);
		return;
	}
	arena_init(&scratch, 0);
	k = ARENA_NEW(&scratch, struct container);
	container_init(k);
	(void)container_read(file, data, &scratch, k, one, &t);
	arena_free(&scratch);
}

void containers_finish(struct context *c)
{
	for (size_t i = 0; i < c->nproc; i++)
		if (c->proc[i].container.id.n)
			(void)map_put(&c->living, c->proc[i].container.id,
				      NULL);
}

void containers_free(struct context *c)
{
	map_free(&c->container);
	map_free(&c->living);
	free(c->disk);
}
