/*
 * net.c - interfaces with their addresses, neighbours and routes of every
 * network namespace, by rtnetlink dumps, else from /proc/PID/net.
 */
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sys/socket.h>

#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

struct net_addr {
	int index;
	uint8_t family;
	unsigned char ip[16];
};

struct word {
	unsigned bit;
	const char *name;
};

static const struct word if_flag[] = {
	{ IFF_UP, "up" },
	{ IFF_RUNNING, "running" },
	{ IFF_LOOPBACK, "loopback" },
	{ IFF_POINTOPOINT, "pointopoint" },
	{ IFF_NOARP, "noarp" },
	{ IFF_PROMISC, "promisc" },
	{ IFF_ALLMULTI, "allmulti" },
	{ IFF_MASTER, "master" },
	{ IFF_SLAVE, "slave" },
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

/* A text attribute ends at its NUL. */
static struct str text(struct str s)
{
	return str_head(s, str_chr(s, '\0'));
}

static bool is_address(struct str s, int family)
{
	return s.n == (family == AF_INET6 ? 16 : 4) &&
	       (family == AF_INET || family == AF_INET6);
}

/* Addresses come in a dump of their own, before the interfaces. */
static bool keep_address(void *arg, uint16_t type, struct str p)
{
	struct net_probe *np = arg;
	struct str at[IFA_MAX + 1], ip;
	struct ifaddrmsg m;
	struct net_addr a = { 0 };

	if (type != RTM_NEWADDR || p.n < sizeof m)
		return true;
	memcpy(&m, p.p, sizeof m);
	netlink_attrs(p, sizeof m, at, IFA_MAX + 1);
	ip = at[IFA_LOCAL].n ? at[IFA_LOCAL] : at[IFA_ADDRESS];
	if (!is_address(ip, m.ifa_family))
		return true;
	a.index = (int)m.ifa_index;
	a.family = m.ifa_family;
	memcpy(a.ip, ip.p, ip.n);
	buf_add(&np->addrs, &a, sizeof a);
	return np->addrs.n / sizeof a < NET_ROWS_MAX;
}

static void addresses(struct net_probe *np, int index)
{
	buf_clear(&np->list);
	for (size_t i = 0; i + sizeof(struct net_addr) <= np->addrs.n;
	     i += sizeof(struct net_addr)) {
		char t[INET6_ADDRSTRLEN];
		struct net_addr a;

		memcpy(&a, np->addrs.p + i, sizeof a);
		if (a.index == index && inet_ntop(a.family, a.ip, t, sizeof t))
			list_add(&np->list, str_of(t));
	}
	row_key_list(&np->row, KEY_K_INTERFACE_ADDRESS, buf_view(&np->list));
}

static void flags(struct net_probe *np, unsigned set)
{
	buf_clear(&np->list);
	for (size_t i = 0; i < sizeof if_flag / sizeof if_flag[0]; i++)
		if (set & if_flag[i].bit)
			list_add(&np->list, str_of(if_flag[i].name));
	row_key_list(&np->row, KEY_K_INTERFACE_FLAGS, buf_view(&np->list));
}

static bool interface_row(void *arg, uint16_t type, struct str p)
{
	struct net_probe *np = arg;
	struct str at[IFLA_MAX + 1], info[IFLA_INFO_MAX + 1];
	struct ifinfomsg m;
	struct buf *row;

	if (type != RTM_NEWLINK || p.n < sizeof m)
		return true;
	memcpy(&m, p.p, sizeof m);
	netlink_attrs(p, sizeof m, at, IFLA_MAX + 1);
	netlink_attrs(at[IFLA_LINKINFO], 0, info, IFLA_INFO_MAX + 1);
	row = net_row(np);
	row_str(row, KEY_K_INTERFACE_NAME, text(at[IFLA_IFNAME]));
	row_u64(row, KEY_K_INTERFACE_INDEX, (uint64_t)m.ifi_index);
	if (info[IFLA_INFO_KIND].n)
		row_str(row, KEY_K_INTERFACE_KIND, text(info[IFLA_INFO_KIND]));
	flags(np, m.ifi_flags);
	row_mac(row, KEY_K_INTERFACE_MAC, at[IFLA_ADDRESS].p,
		at[IFLA_ADDRESS].n);
	row_u64(row, KEY_K_INTERFACE_MTU, attr_u32(at[IFLA_MTU]));
	/* counts who wants every frame; IFF_PROMISC only shows one way */
	row_u64(row, KEY_K_INTERFACE_PROMISCUITY,
		attr_u32(at[IFLA_PROMISCUITY]));
	addresses(np, m.ifi_index);
	return net_send(np);
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
	if (!is_address(at[NDA_DST], m.ndm_family) || m.ndm_state == NUD_NOARP)
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
			is_address(at[RTA_DST], m->rtm_family)
				? at[RTA_DST].p
				: (const char *)any,
			ip, sizeof ip);
	snprintf(t, sizeof t, "%s/%u", ip, m->rtm_dst_len);
	row_str(row, KEY_K_ROUTE_DESTINATION, str_of(t));
	if (is_address(at[RTA_GATEWAY], m->rtm_family))
		row_ip(row, KEY_K_ROUTE_GATEWAY, at[RTA_GATEWAY].p, v6);
	if (is_address(at[RTA_PREFSRC], m->rtm_family))
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

static int dump_interfaces(struct net_probe *np, struct netlink *nl)
{
	struct ifaddrmsg addr = { .ifa_family = AF_UNSPEC };
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC };

	buf_clear(&np->addrs);
	(void)netlink_dump(nl, RTM_GETADDR, &addr, sizeof addr, keep_address,
			   np);
	return netlink_dump(nl, RTM_GETLINK, &link, sizeof link, interface_row,
			    np);
}

static int dump_neighbours(struct net_probe *np, struct netlink *nl)
{
	struct ndmsg m = { .ndm_family = AF_UNSPEC };

	return netlink_dump(nl, RTM_GETNEIGH, &m, sizeof m, neighbour_row, np);
}

static int dump_routes(struct net_probe *np, struct netlink *nl)
{
	struct rtmsg m = { .rtm_family = AF_UNSPEC };

	return netlink_dump(nl, RTM_GETROUTE, &m, sizeof m, route_row, np);
}

struct job {
	struct net_probe np;
	int (*dump)(struct net_probe *, struct netlink *);
	int (*read)(struct net_probe *, int pid_dir);
};

static void visit(void *arg, const struct ns *ns, bool inside, int pid_dir)
{
	struct job *job = arg;
	struct net_probe *np = &job->np;
	struct netlink nl;
	char what[48];
	int rc = -1, errnum;

	np->ns = ns;
	np->ns_rows = 0;
	if (inside && netlink_open(&nl, NETLINK_ROUTE) == 0) {
		rc = job->dump(np, &nl);
		errnum = errno;
		netlink_close(&nl);
		errno = errnum;
	}
	if (rc < 0 && np->ns_rows == 0 && pid_dir >= 0)
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

static void run_job(struct probe_run *run, struct job *job)
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

static void run_interfaces(struct probe_run *run)
{
	struct job job = { { .stream = "interfaces" },
			   dump_interfaces,
			   net_proc_interfaces };

	run_job(run, &job);
}

static void run_neighbours(struct probe_run *run)
{
	struct job job = { { .stream = "neighbours" },
			   dump_neighbours,
			   net_proc_neighbours };

	run_job(run, &job);
}

static void run_routes(struct probe_run *run)
{
	struct job job = { { .stream = "routes" },
			   dump_routes,
			   net_proc_routes };

	run_job(run, &job);
}

const struct probe probe_interfaces = {
	.name = "interfaces",
	.title = "network interfaces and their addresses",
	.title_ja = "ネットワークインターフェースとアドレス",
	.stream = "live/interfaces",
	.reads = "rtnetlink, else /proc/PID/net/dev",
	.live_only = true,
	.run = run_interfaces,
};

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
