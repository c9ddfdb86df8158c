/*
 * collect/netns.h - every network namespace of this host: those processes
 * live in, and those that only a descriptor or a mount keeps.
 */
#ifndef COLLECT_NETNS_H
#define COLLECT_NETNS_H

#include "nslist.h"

struct netns_set {
	struct ns_list list; /* by inode */
	uint64_t self;       /* of this process, 0 when it cannot be known */
	int home;            /* descriptor of that one, -1 */
};

/* -1 with errno when /proc cannot be listed. */
int netns_list(const struct collect_env *, struct netns_set *);
/*
 * Enters a namespace (0; nothing to do when it is this process's own), or -1
 * with errno.  netns_leave goes home again; false when that failed, after
 * which nothing more may be asked of the network.
 */
int netns_enter(const struct collect_env *, const struct netns_set *,
		const struct ns *);
bool netns_leave(const struct netns_set *, const struct ns *);
void netns_free(struct netns_set *);

/*
 * Visits every namespace as an item of the probe, its inode the key.  The
 * visit is told whether the process stands in the namespace; when not, only
 * pid_dir (/proc/PID of a process in it) shows it.  Says what it could not
 * visit; the last line of status is the probe's own.  -1 with errno when there
 * is no list at all.
 */
int netns_each(struct probe_run *,
	       void (*visit)(void *arg, const struct ns *, bool inside,
			     int pid_dir),
	       void *arg);

#endif
