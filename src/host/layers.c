/*
 * layers.c - stores of layers, by their paths:
 *   …/docker/overlay2/ID/diff/                       Docker
 *   …/containers/storage/overlay/ID/diff/            Podman, CRI-O
 *   …/io.containerd.snapshotter.v1.overlayfs/snapshots/N/fs/   containerd
 */
#include "layers.h"

#include <stdio.h>
#include <stdlib.h>

#include "../util/buf.h"
#include "jsonrow.h"

#define MAX_LAYERS 65536
#define ID_MAX 128
#define PATH_LEN 4096
#define MAX_PROGRAMS (1u << 20) /* of all layers */

static const struct store {
	struct str dir, tree;
} stores[] = {
	{ { "/docker/overlay2/", 17 }, { "diff", 4 } },
	{ { "/containers/storage/overlay/", 28 }, { "diff", 4 } },
	{ { "/io.containerd.snapshotter.v1.overlayfs/snapshots/", 50 },
	  { "fs", 2 } },
};

bool layer_path(struct str path, struct layer_path *l)
{
	for (size_t i = 0; i < sizeof(stores) / sizeof(*stores); i++) {
		size_t at = str_find(path, stores[i].dir);
		struct str rest;

		if (at == (size_t)-1)
			continue;
		rest = str_skip(path, at + stores[i].dir.n);
		l->layer = str_cut(&rest, '/');
		if (!rest.p || l->layer.n == 0 || l->layer.n > ID_MAX ||
		    !str_starts(rest, stores[i].tree))
			continue;
		rest = str_skip(rest, stores[i].tree.n);
		if (rest.n && rest.p[0] != '/')
			continue;
		l->inside = rest.n ? rest : STR("/");
		return true;
	}
	return false;
}

struct str ctx_layer(const struct context *c, struct str layer)
{
	const uint64_t *i = map_get(&c->layer, layer);

	return i && *i ? c->layer_of[*i - 1] : STR_NONE;
}

void layers_add(struct context *c, struct str layer, struct str container)
{
	uint64_t *at;

	if (layer.n == 0 || container.n == 0 || layer.n > ID_MAX ||
	    c->nlayer == MAX_LAYERS)
		return;
	at = map_put(&c->layer, layer, NULL);
	if (*at)
		return; /* the runtime's own word came first */
	vec_grow(&c->layer_of, &c->caplayer, c->nlayer + 1,
		 sizeof(*c->layer_of));
	vec_grow(&c->layer_id, &c->caplayerid, c->nlayer + 1,
		 sizeof(*c->layer_id));
	c->layer_id[c->nlayer] = arena_dup(&c->arena, layer);
	c->layer_of[c->nlayer++] =
		arena_dup(&c->arena, str_head(container, ID_MAX));
	*at = c->nlayer;
	at = map_put(&c->own_layer, str_head(container, ID_MAX), NULL);
	if (*at == 0)
		*at = c->nlayer;
}

/* A path of the set: the layer is its top directory. */
static bool joined(struct str layer, struct str inside, char out[PATH_LEN])
{
	if (layer.n + inside.n + 2 > PATH_LEN)
		return false;
	snprintf(out, PATH_LEN, "/" STR_FMT STR_FMT, STR_ARG(layer),
		 STR_ARG(inside));
	return true;
}

void layers_file(struct context *c, struct str path, struct str line)
{
	char text[PATH_LEN];
	struct layer_path l;

	if (c->layer_file.n < MAX_PROGRAMS && layer_path(path, &l) &&
	    str_has(line, STR("\"k\":\"")) && joined(l.layer, l.inside, text))
		(void)pathset_put(&c->layer_file, str_of(text));
}

bool ctx_upper(const struct context *c, struct str container, struct str inside)
{
	const uint64_t *i =
		container.n ? map_get(&c->own_layer, container) : NULL;
	char text[PATH_LEN];

	return i && *i && joined(c->layer_id[*i - 1], inside, text) &&
	       pathset_get(&c->layer_file, str_of(text)) != NULL;
}

/* …/layerdb/mounts/<container>/mount-id: the id of its writable layer */
void layers_mount_id(struct context *c, struct str path, struct str data)
{
	layers_add(c, str_trim(data), str_base(str_dir(path)));
}

/* …,upperdir=/var/lib/docker/overlay2/ID/diff,… */
static struct str upper_of(struct str options)
{
	const struct str key = STR("upperdir=");

	while (options.p) {
		struct str o = str_cut(&options, ',');

		if (str_starts(o, key))
			return str_skip(o, key.n);
	}
	return STR_NONE;
}

void layers_mounts(struct context *c, struct str jsonl)
{
	struct arena scratch = { 0 };

	while (jsonl.p && c->nupper < MAX_LAYERS) {
		struct str line = str_cut(&jsonl, '\n'), key, upper = STR_NONE;
		struct arena_mark mark = arena_mark(&scratch);
		struct layer_path l;
		struct jsonrow_value v;
		struct jsonrow r;
		uint64_t ns = 0;

		if (!str_has(line, STR("upperdir=")) ||
		    !jsonrow_open(&r, line, &scratch))
			continue;
		while (jsonrow_next(&r, &key, &v))
			if (str_is(key, "konseki.mount.namespace"))
				(void)jsonrow_u64(&v, &ns); /* else unknown */
			else if (str_is(key, "konseki.mount.super_options"))
				upper = upper_of(v.text);
		if (ns && layer_path(upper, &l)) {
			vec_grow(&c->upper, &c->capupper, c->nupper + 1,
				 sizeof(*c->upper));
			c->upper[c->nupper].ns = ns;
			c->upper[c->nupper++].layer =
				arena_dup(&c->arena, l.layer);
		}
		arena_rewind(&scratch, mark);
	}
	arena_free(&scratch);
}

void layers_finish(struct context *c)
{
	for (size_t i = 0; i < c->nupper; i++) {
		const struct proc *p = ctx_mntns(c, c->upper[i].ns);

		if (p)
			layers_add(c, c->upper[i].layer, p->container.id);
	}
}

void layers_free(struct context *c)
{
	map_free(&c->layer);
	map_free(&c->own_layer);
	pathset_free(&c->layer_file);
	free(c->layer_id);
	free(c->layer_of);
	free(c->upper);
}
