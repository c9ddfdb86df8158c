/*
 * cgroup.c - one component of the path after the other, the last container
 * wins:
 *   /docker/<id>                             Docker, cgroupfs
 *   /system.slice/docker-<id>.scope          Docker, systemd
 *   /machine.slice/libpod-<id>.scope/…       Podman
 *   /kubepods/besteffort/pod<uid>/<id>       kubelet, cgroupfs
 *   /kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<uid>
 *       .slice/{cri-containerd,crio,docker}-<id>.scope
 *   …/kubepods-…-pod<uid>.slice:cri-containerd:<id>   runc without systemd
 *   /lxc/NAME, /lxc.payload.NAME, /lxc.payload/NAME
 *   /machine.slice/systemd-nspawn@NAME.service, machine-NAME.scope
 *   /ecs/<task>/<id>, /default/<id>, /garden/<id>, /actions_job/<id>
 */
#include "cgroup.h"

#define HEX_ID 64
#define HEX_MIN 12 /* the short form that tools print */

/* before the id in one component, and what ends it */
static const struct scope {
	struct str head, tail;
	const char *runtime; /* NULL: of the host, whatever follows */
	bool named;          /* any name, not only an id */
} scopes[] = {
	{ { "libpod-conmon-", 14 }, { ".scope", 6 }, NULL, true },
	{ { "crio-conmon-", 12 }, { ".scope", 6 }, NULL, true },
	{ { "lxc.monitor.", 12 }, { "", 0 }, NULL, true },
	{ { "machine-qemu", 12 }, { ".scope", 6 }, NULL, true },
	{ { "docker-", 7 }, { ".scope", 6 }, "docker", false },
	{ { "libpod-", 7 }, { ".scope", 6 }, "podman", false },
	{ { "libpod-", 7 }, { "", 0 }, "podman", false },
	{ { "crio-", 5 }, { ".scope", 6 }, "cri-o", false },
	{ { "crio-", 5 }, { "", 0 }, "cri-o", false },
	{ { "cri-containerd-", 15 }, { ".scope", 6 }, "containerd", false },
	{ { "nerdctl-", 8 }, { ".scope", 6 }, "containerd", false },
	{ { "buildkit-", 9 }, { ".scope", 6 }, "buildkit", false },
	{ { "lxc.payload.", 12 }, { "", 0 }, "lxc", true },
	{ { "systemd-nspawn@", 15 }, { ".service", 8 }, "nspawn", true },
	{ { "machine-", 8 }, { ".scope", 6 }, "machine", true },
};

/* the component before a plain name or id */
static const struct parent {
	struct str name;
	const char *runtime;
	bool named;
} parents[] = {
	{ { "docker", 6 }, "docker", false },
	{ { "libpod_parent", 13 }, "podman", false },
	{ { "lxc", 3 }, "lxc", true },
	{ { "lxc.payload", 11 }, "lxc", true },
	{ { "garden", 6 }, "garden", true },
	{ { "buildkit", 8 }, "buildkit", true },
	{ { "actions_job", 11 }, "docker", false },
};

static bool hex_id(struct str s, size_t least)
{
	if (s.n < least || s.n > HEX_ID)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') &&
		    !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	return true;
}

/* pod<uid>, …-pod<uid>.slice */
static struct str pod_of(struct str part)
{
	size_t at = str_find(part, STR("-pod"));

	if (str_ends(part, STR(".slice")))
		part.n -= 6;
	if (str_starts(part, STR("kubepods")) && at != (size_t)-1)
		part = str_skip(part, at + 4);
	else if (str_starts(part, STR("pod")))
		part = str_skip(part, 3);
	else
		return STR_NONE;
	return part.n >= 32 ? part : STR_NONE; /* a uid, else a static hash */
}

enum found { NOT_HERE, OF_HOST, FOUND };

static enum found in_scope(struct str part, struct cgroup_container *c)
{
	for (size_t i = 0; i < sizeof(scopes) / sizeof(*scopes); i++) {
		const struct scope *s = &scopes[i];
		struct str id = str_skip(part, s->head.n);

		if (!str_starts(part, s->head) || !str_ends(id, s->tail))
			continue;
		id.n -= s->tail.n;
		if (!s->runtime)
			return OF_HOST;
		if (id.n == 0 || (!s->named && !hex_id(id, HEX_MIN)))
			continue;
		c->id = id;
		c->runtime = s->runtime;
		return FOUND;
	}
	return NOT_HERE;
}

static enum found below(struct str parent, struct str part,
			struct cgroup_container *c)
{
	for (size_t i = 0; i < sizeof(parents) / sizeof(*parents); i++) {
		const struct parent *p = &parents[i];

		if (!str_eq(parent, p->name) ||
		    (!p->named && !hex_id(part, HEX_MIN)))
			continue;
		c->id = part;
		c->runtime = p->runtime;
		return FOUND;
	}
	return NOT_HERE;
}

/* slice:cri-containerd:<id>, an id alone, and forms of tomorrow */
static enum found bare(struct str part, struct cgroup_container *c)
{
	size_t run = 0;

	for (size_t i = 0; i < part.n; i++) {
		run = hex_id((struct str){ part.p + i, 1 }, 1) ? run + 1 : 0;
		if (run < HEX_ID)
			continue;
		c->id = str_head(str_skip(part, i + 1 - HEX_ID), HEX_ID);
		if (str_has(part, STR(":cri-containerd:")))
			c->runtime = "containerd";
		return FOUND;
	}
	return NOT_HERE;
}

static enum found component(struct str parent, struct str part,
			    struct cgroup_container *c)
{
	enum found f = in_scope(part, c);

	if (f == NOT_HERE)
		f = below(parent, part, c);
	return f == NOT_HERE ? bare(part, c) : f;
}

bool cgroup_container(struct str path, struct cgroup_container *c)
{
	struct str parent = STR_NONE;

	*c = (struct cgroup_container){ 0 };
	while (path.p) {
		struct str part = str_cut(&path, '/');
		struct str pod = pod_of(str_head(part, str_chr(part, ':')));

		if (part.n == 0)
			continue;
		if (pod.n)
			c->pod = pod;
		if (component(parent, part, c) == OF_HOST)
			return false;
		parent = part;
	}
	return c->id.n > 0;
}
