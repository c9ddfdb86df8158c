/*
 * net.c - neighbours and routes of every network namespace, by rtnetlink dumps,
 * else from /proc/PID/net; and the visit of every namespace.
 */
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

struct word {
	unsigned bit;
	const char *name;
};

static const struct word nud_state[] = {
	{ NUD_INCOMPLETE, "incomplete" }, { NUD_REACHABLE, "reachable" },
	{ NUD_STALE, "stale" },           { NUD_DELAY, "delay" },
	{ NUD_PROBE, "probe" },           { NUD_FAILED, "failed" },
	{ NUD_NOARP, "noarp" },           { NUD_PERMANENT, "permanent" },
};

struct buf *net_row(struct net_probe *np)
{
	buf_clear(&np->row);
	json_open(&np->row);
	if (np->ns->inode)
		row_u64(&np->row, KEY_K_NETNS, np->ns->inode);
	return &np->row;
}

bool net_send(struct net_probe *np)
{
	if (np->ns_rows == NET_ROWS_MAX)
		return false;
	json_close(&np->row);
	probe_row(np->run, np->stream, buf_view(&np->row));
	np->ns_rows++;
	np->count++;
	np->bytes += np->row.n;
	return true;
}

bool net_is_address(struct str s, int family)
{
	return s.n == (family == AF_INET6 ? 16 : 4) &&
	       (family == AF_INET || family == AF_INET6);
}

static bool neighbour_row(void *arg, uint16_t type, struct str p)
{
	struct net_probe *np = arg;
	struct str at[NDA_MAX + 1];
	struct ndmsg m;
	struct buf *row;

	if (type != RTM_NEWNEIGH || p.n < sizeof m)
		return true;
	memcpy(&m, p.p, sizeof m);
	netlink_attrs(p, sizeof m, at, NDA_MAX + 1);
	if (!net_is_address(at[NDA_DST], m.ndm_family) ||
	    m.ndm_state == NUD_NOARP)
		return true; /* loopback and multicast need no neighbour */
	row = net_row(np);
	row_ip(row, KEY_DESTINATION_IP, at[NDA_DST].p,
	       m.ndm_family == AF_INET6);
	row_mac(row, KEY_K_NEIGHBOUR_MAC, at[NDA_LLADDR].p, at[NDA_LLADDR].n);
	for (size_t i = 0; i < sizeof nud_state / sizeof nud_state[0]; i++)
		if (m.ndm_state == nud_state[i].bit)
			row_str(row, KEY_K_NEIGHBOUR_STATE,
				str_of(nud_state[i].name));
	row_u64(row, KEY_K_INTERFACE_INDEX, (uint64_t)m.ndm_ifindex);
	return net_send(np);
}

/* Behind which port of a bridge, or end of a tunnel, an address is. */
static bool forward_row(void *arg, uint16_t type, struct str p)
{
	struct net_probe *np = arg;
	struct str at[NDA_MAX + 1];
	struct ndmsg m;
	struct buf *row;

	if (type != RTM_NEWNEIGH || p.n < sizeof m)
		return true;
	memcpy(&m, p.p, sizeof m);
	netlink_attrs(p, sizeof m, at, NDA_MAX + 1);
	/* every device has its own addresses, which tell nothing */
	if (m.ndm_family != AF_BRIDGE || m.ndm_state == NUD_PERMANENT ||
	    (at[NDA_MASTER].n == 0 && at[NDA_DST].n == 0))
		return true;
	row = net_row(np);
	row_mac(row, KEY_K_NEIGHBOUR_MAC, at[NDA_LLADDR].p, at[NDA_LLADDR].n);
	row_str(row, KEY_K_NEIGHBOUR_STATE, STR("forwarded"));
	row_u64(row, KEY_K_INTERFACE_INDEX, (uint64_t)m.ndm_ifindex);
	if (at[NDA_MASTER].n)
		row_u64(row, KEY_K_INTERFACE_MASTER, attr_u32(at[NDA_MASTER]));
	if (net_is_address(at[NDA_DST], AF_INET) ||
	    net_is_address(at[NDA_DST], AF_INET6))
		row_ip(row, KEY_DESTINATION_IP, at[NDA_DST].p,
		       at[NDA_DST].n == 16);
	return net_send(np);
}

static const char *route_type(unsigned type)
{
	static const char *const name[] = {
		[RTN_UNICAST] = "unicast",
		[RTN_LOCAL] = "local",
		[RTN_BROADCAST] = "broadcast",
		[RTN_ANYCAST] = "anycast",
		[RTN_MULTICAST] = "multicast",
		[RTN_BLACKHOLE] = "blackhole",
		[RTN_UNREACHABLE] = "unreachable",
		[RTN_PROHIBIT] = "prohibit",
		[RTN_THROW] = "throw",
		[RTN_NAT] = "nat",
	};

	return type < sizeof name / sizeof name[0] && name[type] ? name[type]
								 : "unknown";
}

static void route_fields(struct buf *row, const struct rtmsg *m,
			 const struct str *at)
{
	static const unsigned char any[16];
	bool v6 = m->rtm_family == AF_INET6;
	char ip[INET6_ADDRSTRLEN] = "", t[INET6_ADDRSTRLEN + 8];

	(void)inet_ntop(m->rtm_family,
			net_is_address(at[RTA_DST], m->rtm_family)
				? at[RTA_DST].p
				: (const char *)any,
			ip, sizeof ip);
	snprintf(t, sizeof t, "%s/%u", ip, m->rtm_dst_len);
	row_str(row, KEY_K_ROUTE_DESTINATION, str_of(t));
	if (net_is_address(at[RTA_GATEWAY], m->rtm_family))
		row_ip(row, KEY_K_ROUTE_GATEWAY, at[RTA_GATEWAY].p, v6);
	if (net_is_address(at[RTA_PREFSRC], m->rtm_family))
		row_ip(row, KEY_K_ROUTE_SOURCE, at[RTA_PREFSRC].p, v6);
	if (at[RTA_OIF].n)
		row_u64(row, KEY_K_INTERFACE_INDEX, attr_u32(at[RTA_OIF]));
	if (at[RTA_PRIORITY].n)
		row_u64(row, KEY_K_ROUTE_METRIC, attr_u32(at[RTA_PRIORITY]));
	row_u64(row, KEY_K_ROUTE_TABLE,
		at[RTA_TABLE].n ? attr_u32(at[RTA_TABLE]) : m->rtm_table);
	row_u64(row, KEY_K_ROUTE_PROTOCOL, m->rtm_protocol);
	row_str(row, KEY_K_ROUTE_TYPE, str_of(route_type(m->rtm_type)));
}

static bool route_row(void *arg, uint16_t type, struct str p)
{
	struct net_probe *np = arg;
	struct str at[RTA_MAX + 1];
	struct rtmsg m;

	if (type != RTM_NEWROUTE || p.n < sizeof m)
		return true;
	memcpy(&m, p.p, sizeof m);
	if ((m.rtm_family != AF_INET && m.rtm_family != AF_INET6) ||
	    m.rtm_flags & RTM_F_CLONED || m.rtm_table == RT_TABLE_LOCAL)
		return true; /* caches, and what every address brings along */
	netlink_attrs(p, sizeof m, at, RTA_MAX + 1);
	route_fields(net_row(np), &m, at);
	return net_send(np);
}

static int dump_neighbours(struct net_probe *np, struct netlink *nl)
{
	struct ndmsg m = { .ndm_family = AF_UNSPEC };
	struct ifinfomsg bridge = { .ifi_family = AF_BRIDGE };
	int rc =
		netlink_dump(nl, RTM_GETNEIGH, &m, sizeof m, neighbour_row, np);

	/* the header that kernels of every age take for this question */
	if (rc == 0)
		(void)netlink_dump(nl, RTM_GETNEIGH, &bridge, sizeof bridge,
				   forward_row, np);
	return rc;
}

static int dump_routes(struct net_probe *np, struct netlink *nl)
{
	struct rtmsg m = { .rtm_family = AF_UNSPEC };

	return netlink_dump(nl, RTM_GETROUTE, &m, sizeof m, route_row, np);
}

static void visit(void *arg, const struct ns *ns, bool inside, int pid_dir)
{
	struct net_job *job = arg;
	struct net_probe *np = &job->np;
	struct netlink nl;
	char what[48];
	int rc = -1, errnum;

	np->ns = ns;
	np->ns_rows = 0;
	errno = EPERM; /* it could not be entered */
	if (inside && netlink_open(&nl, job->protocol) == 0) {
		rc = job->dump(np, &nl);
		errnum = errno;
		netlink_close(&nl);
		errno = errnum;
	}
	if (rc < 0 && np->ns_rows == 0 && pid_dir >= 0 && job->read)
		rc = job->read(np, pid_dir);
	errnum = rc < 0 ? errno : 0;
	snprintf(what, sizeof what, "net:[%llu]",
		 (unsigned long long)ns->inode);
	if (np->ns_rows == NET_ROWS_MAX)
		probe_status(np->run, str_of(what), PROBE_TRUNCATED, 0,
			     np->ns_rows, 0);
	else if (errnum && errnum != ENOENT)
		probe_status(np->run, str_of(what),
			     errnum == EPERM || errnum == EACCES ? PROBE_DENIED
								 : PROBE_FAILED,
			     errnum, np->ns_rows, 0);
}

void net_run(struct probe_run *run, struct net_job *job)
{
	struct net_probe *np = &job->np;

	np->run = run;
	if (netns_each(run, visit, job) < 0)
		probe_status(run, STR_NONE, PROBE_DENIED, errno, 0, 0);
	else
		probe_status(run, STR_NONE, PROBE_COLLECTED, 0, np->count,
			     np->bytes);
	buf_free(&np->row);
	buf_free(&np->list);
	buf_free(&np->addrs);
}

static void run_neighbours(struct probe_run *run)
{
	struct net_job job = { .np = { .stream = "neighbours" },
			       .dump = dump_neighbours,
			       .read = net_proc_neighbours };

	net_run(run, &job);
}

static void run_routes(struct probe_run *run)
{
	struct net_job job = { .np = { .stream = "routes" },
			       .dump = dump_routes,
			       .read = net_proc_routes };

	net_run(run, &job);
}

const struct probe probe_neighbours = {
	.name = "neighbours",
	.title = "neighbours on the local network (ARP, NDP)",
	.title_ja = "近隣ホスト（ARP・NDP）",
	.stream = "live/neighbours",
	.reads = "rtnetlink, else /proc/PID/net/arp",
	.live_only = true,
	.run = run_neighbours,
};

const struct probe probe_routes = {
	.name = "routes",
	.title = "routes of all tables",
	.title_ja = "経路表",
	.stream = "live/routes",
	.reads = "rtnetlink, else /proc/PID/net/{route,ipv6_route}",
	.live_only = true,
	.run = run_routes,
};
