/*
 * host/container.h - containers as their runtimes keep them on disk: Docker's
 * config.v2.json and hostconfig.json, the OCI config.json of Podman, CRI-O and
 * containerd, containers.json of containers/storage, state of runc and crun,
 * manifests of Kubernetes.
 */
#ifndef HOST_CONTAINER_H
#define HOST_CONTAINER_H

#include "../util/arena.h"

#define CONTAINER_LIST_MAX 64
#define CONTAINER_TEXT_MAX (1u << 20) /* of one file that is read */

struct container_list {
	struct str s[CONTAINER_LIST_MAX];
	size_t n, more; /* more: that did not fit */
};

struct container {
	struct str id, name, image, runtime, user, restart, state, layer;
	struct str pod, pod_namespace, kind; /* kind: Pod, of a manifest */
	int64_t created_ns, started_ns, finished_ns; /* INT64_MIN: unknown */
	bool privileged, host_pid, host_net, host_ipc, host_user;
	bool running, paused;
	struct container_list args, binds, cap_add, security, devices, ports,
		env; /* env: names, and values of LD_… */
	struct container_list label, value; /* label[i] has value[i] */
};

enum container_file {
	CONTAINER_NONE,
	CONTAINER_DOCKER,  /* config.v2.json */
	CONTAINER_HOST,    /* hostconfig.json beside it */
	CONTAINER_OCI,     /* config.json of a bundle */
	CONTAINER_STORAGE, /* containers.json: many */
	CONTAINER_RUNC,    /* state.json */
	CONTAINER_CRUN,    /* status */
	CONTAINER_LXC,     /* config */
	CONTAINER_NSPAWN,  /* NAME.nspawn */
	CONTAINER_POD      /* a manifest: each container of each pod */
};

/* What lies at this path, and the container that it names (may be empty). */
enum container_file container_file(struct str path, struct str *id);
/* docker, podman …, as the path tells; NULL: it does not. */
const char *container_runtime(struct str path);

/*
 * Reads a file and hands over what it tells of each container, once it is
 * over; c is as it was given for the first and starts anew for the others.
 * False when the document is damaged from some place on.  Strings live in
 * the arena and in text.
 */
bool container_read(enum container_file, struct str text, struct arena *,
		    struct container *c,
		    bool (*one)(void *arg, struct container *c), void *arg);
void container_init(struct container *);
/* container_ini.c: LXC, systemd-nspawn. */
void container_ini(enum container_file, struct str text, struct arena *,
		   struct container *);

#endif
