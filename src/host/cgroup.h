/*
 * host/cgroup.h - which container a control group belongs to: the paths that
 * Docker, Podman, containerd, CRI-O, kubelet, LXC, systemd-nspawn, libvirt and
 * others make, of cgroup v1 and v2, with cgroupfs and with systemd.
 */
#ifndef HOST_CGROUP_H
#define HOST_CGROUP_H

#include "../util/str.h"

struct cgroup_container {
	struct str id; /* 64 hex digits, or the name it has */
	const char
		*runtime; /* docker, podman, lxc …; NULL: the path is silent */
	struct str pod;   /* uid of the Kubernetes pod, as it stands there */
};

/*
 * False when this is no container's.  Of nested ones the innermost counts; a
 * monitor (conmon, lxc.monitor) and a virtual machine are processes of the
 * host.  The views point into `path'.
 */
bool cgroup_container(struct str path, struct cgroup_container *);

#endif
