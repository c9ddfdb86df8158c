/*
 * collect/nslist.h - every namespace of this host, whatever keeps it: a
 * process, one thread of it, an open descriptor, a mount of its nsfs file in
 * any mount namespace, a namespace that it owns, or nothing but the kernel's
 * own list.
 */
#ifndef COLLECT_NSLIST_H
#define COLLECT_NSLIST_H

#include "../util/arena.h"
#include "../util/map.h"
#include "probe.h"

enum ns_type {
	NS_CGROUP,
	NS_IPC,
	NS_MNT,
	NS_NET,
	NS_PID,
	NS_TIME,
	NS_USER,
	NS_UTS,
	NS_TYPES
};
extern const char *const ns_name[NS_TYPES];

enum ns_keeper { /* bits */
		 NS_BY_PROCESS = 1,
		 NS_BY_THREAD = 2,
		 NS_BY_FD = 4,
		 NS_BY_MOUNT = 8,
		 NS_BY_OWNED = 16, /* it owns, or is above, another one */
		 NS_BY_KERNEL =
			 32 /* listed by the kernel, found in no other way */
};
#define NS_HOLDERS_MAX 8u /* descriptors that are named */

struct ns {
	enum ns_type type;
	unsigned kept; /* NS_BY_… */
	uint64_t inode;
	uint64_t processes, threads; /* threads outside their process' own */
	uint32_t pid;                /* lowest process, else thread, in it */
	uint64_t owner, parent;      /* inodes; 0: unknown or outside */
	uint32_t owner_uid;          /* of a user namespace */
	bool have_uid;
	struct {
		uint32_t pid, fd;
	} holder[NS_HOLDERS_MAX];
	size_t nholder;
	struct str mount;   /* where its file is mounted */
	uint32_t mount_pid; /* as this process sees it; 0: as we do */
	int fd;             /* of one that only an ioctl leads to; else -1 */
};

struct ns_list {
	struct ns *ns; /* by type, then inode */
	size_t n, cap;
	uint64_t denied; /* processes whose namespaces could not be read */
	bool cut;        /* there were more descriptors than are looked at */
	unsigned nopen;  /* that keep a descriptor */
	struct map index;
	struct arena arena;
};

/*
 * Those of the types in `want' (bits 1 << ns_type).  -1 with errno when /proc
 * cannot be listed.
 */
int ns_list_read(const struct collect_env *, unsigned want, struct ns_list *);
/* The one of this type and inode; a new one when there was none. */
struct ns *ns_put(struct ns_list *, enum ns_type, uint64_t inode);
/* By type, then inode: indexes change. */
void ns_sort(struct ns_list *);
/* The namespace's file, read-only; -1 with errno (ESRCH: another by now). */
int ns_open(const struct collect_env *, const struct ns *);
/* Who owns it, what is above it, as far as the kernel tells (4.9, 4.11). */
void ns_relations(const struct collect_env *, struct ns_list *);
void ns_list_free(struct ns_list *);

#endif
