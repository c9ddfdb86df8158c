/*
 * net_link.c - interfaces of every network namespace, with their addresses,
 * their masters, the programs on them and the ends of tunnels.
 */
#include "net.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/socket.h>

#include <linux/if_link.h>
#include <linux/if_tunnel.h>
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
	if (!net_is_address(ip, m.ifa_family))
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

/* The programs that see every frame before the kernel does. */
static void xdp(struct net_probe *np, struct str xdp)
{
	static const uint16_t id[] = { IFLA_XDP_PROG_ID, IFLA_XDP_DRV_PROG_ID,
				       IFLA_XDP_SKB_PROG_ID,
				       IFLA_XDP_HW_PROG_ID };
	struct str at[IFLA_XDP_MAX + 1];

	netlink_attrs(xdp, 0, at, IFLA_XDP_MAX + 1);
	for (size_t i = 0; i < sizeof id / sizeof id[0]; i++)
		if (at[id[i]].n && attr_u32(at[id[i]])) {
			row_u64(&np->row, KEY_K_BPF_PROGRAM,
				attr_u32(at[id[i]]));
			return;
		}
}

/* Where each kind of tunnel keeps its ends and number. */
static const struct {
	const char *kind;
	uint8_t local, remote, local6, remote6, id, port;
} tunnels[] = {
	{ "gre", IFLA_GRE_LOCAL, IFLA_GRE_REMOTE, 0, 0, IFLA_GRE_OKEY, 0 },
	{ "gretap", IFLA_GRE_LOCAL, IFLA_GRE_REMOTE, 0, 0, IFLA_GRE_OKEY, 0 },
	{ "ip6gre", 0, 0, IFLA_GRE_LOCAL, IFLA_GRE_REMOTE, IFLA_GRE_OKEY, 0 },
	{ "ipip", IFLA_IPTUN_LOCAL, IFLA_IPTUN_REMOTE, 0, 0, 0, 0 },
	{ "sit", IFLA_IPTUN_LOCAL, IFLA_IPTUN_REMOTE, 0, 0, 0, 0 },
	{ "ip6tnl", 0, 0, IFLA_IPTUN_LOCAL, IFLA_IPTUN_REMOTE, 0, 0 },
	{ "vti", IFLA_VTI_LOCAL, IFLA_VTI_REMOTE, 0, 0, IFLA_VTI_OKEY, 0 },
	{ "vxlan", IFLA_VXLAN_LOCAL, IFLA_VXLAN_GROUP, IFLA_VXLAN_LOCAL6,
	  IFLA_VXLAN_GROUP6, IFLA_VXLAN_ID, IFLA_VXLAN_PORT },
	{ "geneve", 0, IFLA_GENEVE_REMOTE, 0, IFLA_GENEVE_REMOTE6,
	  IFLA_GENEVE_ID, IFLA_GENEVE_PORT },
	{ "vlan", 0, 0, 0, 0, IFLA_VLAN_ID, 0 },
};

static void end(struct net_probe *np, enum key k, struct str v4, struct str v6)
{
	if (net_is_address(v4, AF_INET))
		row_ip(&np->row, k, v4.p, false);
	else if (net_is_address(v6, AF_INET6))
		row_ip(&np->row, k, v6.p, true);
}

static void tunnel(struct net_probe *np, struct str kind, struct str data)
{
	struct str at[64];
	size_t i = 0;

	while (i < sizeof tunnels / sizeof tunnels[0] &&
	       !str_is(kind, tunnels[i].kind))
		i++;
	if (i == sizeof tunnels / sizeof tunnels[0])
		return;
	netlink_attrs(data, 0, at, 64);
	at[0] = STR_NONE; /* type 0: this kind has none of it */
	end(np, KEY_K_TUNNEL_LOCAL, at[tunnels[i].local],
	    at[tunnels[i].local6]);
	end(np, KEY_K_TUNNEL_REMOTE, at[tunnels[i].remote],
	    at[tunnels[i].remote6]);
	if (at[tunnels[i].id].n == 4) /* a key lies as it is sent */
		row_u64(&np->row, KEY_K_TUNNEL_ID,
			str_has(kind, STR("gre")) || str_is(kind, "vti")
				? ntohl(attr_u32(at[tunnels[i].id]))
				: attr_u32(at[tunnels[i].id]));
	else if (at[tunnels[i].id].n == 2)
		row_u64(&np->row, KEY_K_TUNNEL_ID, attr_u16(at[tunnels[i].id]));
	if (at[tunnels[i].port].n == 2)
		row_u64(&np->row, KEY_DESTINATION_PORT,
			ntohs(attr_u16(at[tunnels[i].port])));
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
	row_str(row, KEY_K_INTERFACE_NAME, netlink_text(at[IFLA_IFNAME]));
	row_u64(row, KEY_K_INTERFACE_INDEX, (uint64_t)m.ifi_index);
	if (info[IFLA_INFO_KIND].n)
		row_str(row, KEY_K_INTERFACE_KIND,
			netlink_text(info[IFLA_INFO_KIND]));
	flags(np, m.ifi_flags);
	row_mac(row, KEY_K_INTERFACE_MAC, at[IFLA_ADDRESS].p,
		at[IFLA_ADDRESS].n);
	row_u64(row, KEY_K_INTERFACE_MTU, attr_u32(at[IFLA_MTU]));
	/* counts who wants every frame; IFF_PROMISC only shows one way */
	row_u64(row, KEY_K_INTERFACE_PROMISCUITY,
		attr_u32(at[IFLA_PROMISCUITY]));
	if (at[IFLA_MASTER].n)
		row_u64(row, KEY_K_INTERFACE_MASTER, attr_u32(at[IFLA_MASTER]));
	if (at[IFLA_LINK].n && attr_u32(at[IFLA_LINK]))
		row_u64(row, KEY_K_INTERFACE_LINK, attr_u32(at[IFLA_LINK]));
	if (at[IFLA_IFALIAS].n)
		row_str(row, KEY_K_INTERFACE_ALIAS,
			netlink_text(at[IFLA_IFALIAS]));
	xdp(np, at[IFLA_XDP]);
	tunnel(np, netlink_text(info[IFLA_INFO_KIND]), info[IFLA_INFO_DATA]);
	addresses(np, m.ifi_index);
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

static void run_interfaces(struct probe_run *run)
{
	struct net_job job = { .np = { .stream = "interfaces" },
			       .dump = dump_interfaces,
			       .read = net_proc_interfaces };

	net_run(run, &job);
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
