/*
 * container_path.c - where runtimes keep what container.c reads.
 */
#include "../util/glob.h"
#include "container.h"

static const struct place {
	const char *glob;
	enum container_file file;
	int up; /* the id is the name of the directory so far above; -1: none */
} places[] = {
	{ "/**/docker/containers/*/config.v2.json", CONTAINER_DOCKER, 1 },
	{ "/**/docker/containers/*/hostconfig.json", CONTAINER_HOST, 1 },
	{ "/**/overlay-containers/containers.json", CONTAINER_STORAGE, -1 },
	{ "/**/overlay-containers/volatile-containers.json", CONTAINER_STORAGE,
	  -1 },
	{ "/**/overlay-containers/*/userdata/config.json", CONTAINER_OCI, 2 },
	{ "/run/**/io.containerd.runtime.v2.task/*/*/config.json",
	  CONTAINER_OCI, 1 },
	{ "/run/**/runc/*/state.json", CONTAINER_RUNC, 1 },
	{ "/run/**/runc/*/*/state.json", CONTAINER_RUNC, 1 },
	{ "/run/runc/*/state.json", CONTAINER_RUNC, 1 },
	{ "/run/**/crun/*/status", CONTAINER_CRUN, 1 },
	{ "/run/crun/*/status", CONTAINER_CRUN, 1 },
	{ "/var/lib/lxc/*/config", CONTAINER_LXC, 1 },
	{ "/**/.local/share/lxc/*/config", CONTAINER_LXC, 1 },
	{ "/etc/systemd/nspawn/*.nspawn", CONTAINER_NSPAWN, 0 },
	{ "/run/systemd/nspawn/*.nspawn", CONTAINER_NSPAWN, 0 },
	{ "/var/lib/machines/*.nspawn", CONTAINER_NSPAWN, 0 },
	{ "/etc/kubernetes/manifests/*", CONTAINER_POD, -1 },
	{ "/var/lib/rancher/*/agent/pod-manifests/*", CONTAINER_POD, -1 },
	{ "/var/lib/rancher/*/server/manifests/*", CONTAINER_POD, -1 },
};

enum container_file container_file(struct str path, struct str *id)
{
	*id = STR_NONE;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		if (!glob_match(str_of(places[i].glob), path))
			continue;
		for (int up = places[i].up; up > 0; up--)
			path = str_dir(path);
		if (places[i].up >= 0)
			*id = str_base(path);
		if (places[i].file == CONTAINER_NSPAWN)
			id->n -= 7; /* .nspawn */
		return places[i].file;
	}
	return CONTAINER_NONE;
}

const char *container_runtime(struct str path)
{
	static const struct {
		struct str part;
		const char *name;
	} known[] = {
		{ { "/docker/", 8 }, "docker" },
		{ { "/io.containerd.", 15 }, "containerd" },
		{ { "/kubernetes/", 12 }, "kubernetes" },
		{ { "/rancher/", 9 }, "kubernetes" },
		{ { "/overlay-containers/", 20 }, "podman" }, /* or CRI-O */
		{ { "/crun/", 6 }, "crun" },
		{ { "/lxc/", 5 }, "lxc" },
		{ { ".nspawn", 7 }, "nspawn" },
		{ { "/runc/", 6 }, "runc" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (str_has(path, known[i].part))
			return known[i].name;
	return NULL;
}
