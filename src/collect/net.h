/*
 * collect/net.h - interfaces, neighbours and routes: what the files of these
 * probes share.
 */
#ifndef COLLECT_NET_H
#define COLLECT_NET_H

#include "netlink.h"
#include "netns.h"
#include "row.h"

#define NET_ROWS_MAX                                                           \
	200000u /* of one namespace: a full routing table is cut               \
		 */

struct net_probe {
	struct probe_run *run;
	const struct ns *ns;
	const char *stream;
	struct buf row, list;
	struct buf addrs; /* of interfaces: struct net_addr */
	uint64_t ns_rows, count, bytes;
	bool known; /* the kernel has what is asked for */
};

/* Opens a row with its namespace; net_send closes it, false past the cap. */
struct buf *net_row(struct net_probe *);
bool net_send(struct net_probe *);

/* 4 bytes of AF_INET or 16 of AF_INET6. */
bool net_is_address(struct str, int family);

/*
 * One visit of every namespace: dump() asks netlink inside of it, else read()
 * (may be NULL) takes /proc/PID/net.  Both give 0, or -1 with errno, ENOENT
 * when the kernel has nothing of the kind.
 */
struct net_job {
	struct net_probe np;
	int (*dump)(struct net_probe *, struct netlink *);
	int (*read)(struct net_probe *, int pid_dir);
	int protocol; /* NETLINK_ROUTE is 0 */
};
void net_run(struct probe_run *, struct net_job *);

/* net_proc.c: the same from /proc/PID/net where rtnetlink does not answer.
 * 0, or -1 with errno. */
int net_proc_interfaces(struct net_probe *, int pid_dir);
int net_proc_neighbours(struct net_probe *, int pid_dir);
int net_proc_routes(struct net_probe *, int pid_dir);

#endif
