/*
 * collect/netns.h - every network namespace of this host: those processes
 * live in, and those that only a mount keeps.
 */
#ifndef COLLECT_NETNS_H
#define COLLECT_NETNS_H

#include "probe.h"

struct netns {
	uint64_t inode;
	uint32_t pid; /* the lowest one in it; 0: none */
	char *pinned; /* path of the mount that keeps it; NULL: none */
};

struct netns_set {
	struct netns *ns; /* by inode */
	size_t n;
	uint64_t self;   /* of this process, 0 when it cannot be known */
	int home;        /* descriptor of that one, -1 */
	uint64_t denied; /* processes whose namespace could not be read */
};

/* -1 with errno when /proc cannot be listed. */
int netns_list(const struct collect_env *, struct netns_set *);
/*
 * Enters a namespace (0; nothing to do when it is this process's own), or -1
 * with errno.  netns_leave goes home again; false when that failed, after
 * which nothing more may be asked of the network.
 */
int netns_enter(const struct collect_env *, const struct netns_set *,
		const struct netns *);
bool netns_leave(const struct netns_set *, const struct netns *);
void netns_free(struct netns_set *);

/*
 * Visits every namespace as an item of the probe, its inode the key.  The
 * visit is told whether the process stands in the namespace; when not, only
 * pid_dir (/proc/PID of a process in it) shows it.  Says what it could not
 * visit; the last line of status is the probe's own.  -1 with errno when there
 * is no list at all.
 */
int netns_each(struct probe_run *,
	       void (*visit)(void *arg, const struct netns *, bool inside,
			     int pid_dir),
	       void *arg);

#endif
