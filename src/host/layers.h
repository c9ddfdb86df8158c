/*
 * host/layers.h - layers of container images on the host's disk: whose they
 * are and where their files lie inside the container.
 */
#ifndef HOST_LAYERS_H
#define HOST_LAYERS_H

#include "context.h"

struct layer_path {
	struct str layer;  /* its id in the store */
	struct str inside; /* path in the container, "/" for its top */
};

/*
 * Does this path of the host lie in a layer of Docker (overlay2, rootless
 * too), Podman, CRI-O (containers/storage) or containerd (overlayfs)?
 */
bool layer_path(struct str path, struct layer_path *);
/* The container that writes into this layer; empty: none that is known. */
struct str ctx_layer(const struct context *, struct str layer);

/* Has this container a program at `inside' that its image has not? */
bool ctx_upper(const struct context *, struct str container, struct str inside);

/* for filetab.c: one row of the walk */
void layers_file(struct context *, struct str path, struct str line);
/* for build.c: rows of live/mounts, layerdb/mounts/ID/mount-id */
void layers_mounts(struct context *, struct str jsonl);
void layers_mount_id(struct context *, struct str path, struct str data);
void layers_add(struct context *, struct str layer, struct str container);
/* After the processes: mounts get the container of their namespace. */
void layers_finish(struct context *);
void layers_free(struct context *);

#endif
