/*
 * wireguard.c - devices and peers of WireGuard in every network namespace.
 * Its family is looked up in the list of all: asking by name would load it.
 */
#include "wireguard.h"

#include "../util/rd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/wireguard.h>

#define DEVICES_MAX 4096u
#define LIST_MAX 64

struct devices {
	uint32_t *index;
	size_t n, cap;
	uint16_t family;
};

static bool family(void *arg, uint16_t type, struct str p)
{
	struct devices *d = arg;
	struct str at[CTRL_ATTR_MAX + 1];

	if (type != GENL_ID_CTRL || p.n < GENL_HDRLEN)
		return true;
	netlink_attrs(p, GENL_HDRLEN, at, CTRL_ATTR_MAX + 1);
	if (str_is(netlink_text(at[CTRL_ATTR_FAMILY_NAME]), "wireguard"))
		d->family = attr_u16(at[CTRL_ATTR_FAMILY_ID]);
	return true;
}

static bool link_of(void *arg, uint16_t type, struct str p)
{
	struct devices *d = arg;
	struct str at[IFLA_MAX + 1], info[IFLA_INFO_MAX + 1];
	struct ifinfomsg m;

	if (type != RTM_NEWLINK || p.n < sizeof m)
		return true;
	memcpy(&m, p.p, sizeof m);
	netlink_attrs(p, sizeof m, at, IFLA_MAX + 1);
	netlink_attrs(at[IFLA_LINKINFO], 0, info, IFLA_INFO_MAX + 1);
	if (!str_is(netlink_text(info[IFLA_INFO_KIND]), "wireguard") ||
	    d->n == DEVICES_MAX)
		return true;
	vec_grow(&d->index, &d->cap, d->n + 1, sizeof *d->index);
	d->index[d->n++] = (uint32_t)m.ifi_index;
	return true;
}

static void key_row(struct buf *row, struct str key)
{
	struct buf text = { 0 };

	if (key.n != WG_KEY_LEN)
		return;
	buf_b64(&text, key.p, key.n);
	row_str(row, KEY_K_WIREGUARD_KEY, buf_view(&text));
	buf_free(&text);
}

static void endpoint_row(struct buf *row, struct str s)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (s.n == sizeof v4) {
		memcpy(&v4, s.p, sizeof v4);
		row_ip(row, KEY_DESTINATION_IP, &v4.sin_addr, false);
		row_u64(row, KEY_DESTINATION_PORT, ntohs(v4.sin_port));
	} else if (s.n == sizeof v6) {
		memcpy(&v6, s.p, sizeof v6);
		row_ip(row, KEY_DESTINATION_IP, &v6.sin6_addr, true);
		row_u64(row, KEY_DESTINATION_PORT, ntohs(v6.sin6_port));
	}
}

static void allowed_row(struct net_probe *np, struct str list)
{
	struct str at[WGALLOWEDIP_A_MAX + 1], one;
	char ip[INET6_ADDRSTRLEN], text[INET6_ADDRSTRLEN + 8];
	unsigned type, n = 0;

	buf_clear(&np->list);
	while (n++ < LIST_MAX && netlink_next(&list, &type, &one)) {
		struct str a;

		netlink_attrs(one, 0, at, WGALLOWEDIP_A_MAX + 1);
		a = at[WGALLOWEDIP_A_IPADDR];
		if ((a.n != 4 && a.n != 16) ||
		    !inet_ntop(a.n == 4 ? AF_INET : AF_INET6, a.p, ip,
			       sizeof ip))
			continue;
		snprintf(text, sizeof text, "%s/%u", ip,
			 at[WGALLOWEDIP_A_CIDR_MASK].n
				 ? (unsigned char)at[WGALLOWEDIP_A_CIDR_MASK]
					   .p[0]
				 : 0);
		list_add(&np->list, str_of(text));
	}
	row_key_list(&np->row, KEY_K_WIREGUARD_ALLOWED, buf_view(&np->list));
}

static bool peer_row(struct net_probe *np, struct str name, struct str peer)
{
	struct str at[WGPEER_A_MAX + 1];
	struct buf *row;

	netlink_attrs(peer, 0, at, WGPEER_A_MAX + 1);
	row = net_row(np);
	row_str(row, KEY_K_WIREGUARD_OBJECT, STR("peer"));
	row_str(row, KEY_K_INTERFACE_NAME, name);
	key_row(row, at[WGPEER_A_PUBLIC_KEY]);
	endpoint_row(row, at[WGPEER_A_ENDPOINT]);
	allowed_row(np, at[WGPEER_A_ALLOWEDIPS]);
	if (attr_u64(at[WGPEER_A_LAST_HANDSHAKE_TIME]))
		row_u64(row, KEY_K_WIREGUARD_HANDSHAKE,
			attr_u64(at[WGPEER_A_LAST_HANDSHAKE_TIME]) *
				1000000000u);
	row_u64(row, KEY_K_WIREGUARD_RECEIVED, attr_u64(at[WGPEER_A_RX_BYTES]));
	row_u64(row, KEY_K_WIREGUARD_SENT, attr_u64(at[WGPEER_A_TX_BYTES]));
	return net_send(np);
}

bool wireguard_rows(struct net_probe *np, struct str attributes)
{
	struct str at[WGDEVICE_A_MAX + 1], name, peers, one;
	struct buf *row;
	unsigned type;
	bool more = true;

	netlink_attrs(attributes, 0, at, WGDEVICE_A_MAX + 1);
	name = netlink_text(at[WGDEVICE_A_IFNAME]);
	/* a device with many peers comes in several answers */
	if (at[WGDEVICE_A_PUBLIC_KEY].n || at[WGDEVICE_A_LISTEN_PORT].n) {
		row = net_row(np);
		row_str(row, KEY_K_WIREGUARD_OBJECT, STR("device"));
		row_str(row, KEY_K_INTERFACE_NAME, name);
		key_row(row, at[WGDEVICE_A_PUBLIC_KEY]);
		row_u64(row, KEY_SOURCE_PORT,
			attr_u16(at[WGDEVICE_A_LISTEN_PORT]));
		more = net_send(np);
	}
	peers = at[WGDEVICE_A_PEERS];
	while (more && netlink_next(&peers, &type, &one))
		more = peer_row(np, name, one);
	return more;
}

static bool device(void *arg, uint16_t type, struct str p)
{
	(void)type;
	if (p.n < GENL_HDRLEN)
		return true;
	return wireguard_rows(arg, str_skip(p, GENL_HDRLEN));
}

static int ask_device(struct net_probe *np, struct netlink *nl, uint16_t id,
		      uint32_t index)
{
	struct {
		struct genlmsghdr g;
		struct nlattr a;
		uint32_t index;
	} m = { { WG_CMD_GET_DEVICE, WG_GENL_VERSION, 0 },
		{ sizeof(struct nlattr) + 4, WGDEVICE_A_IFINDEX },
		index };

	return netlink_dump(nl, id, &m, sizeof m, device, np);
}

static int dump(struct net_probe *np, struct netlink *nl)
{
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC };
	struct genlmsghdr ctrl = { CTRL_CMD_GETFAMILY, 1, 0 };
	struct devices d = { .n = 0 };
	struct netlink gen;
	int rc = netlink_dump(nl, RTM_GETLINK, &link, sizeof link, link_of, &d);

	if (rc == 0 && d.n && netlink_open(&gen, NETLINK_GENERIC) == 0) {
		rc = netlink_dump(&gen, GENL_ID_CTRL, &ctrl, sizeof ctrl,
				  family, &d);
		for (size_t i = 0; rc == 0 && d.family && i < d.n; i++)
			rc = ask_device(np, &gen, d.family, d.index[i]);
		netlink_close(&gen);
	}
	free(d.index);
	return rc;
}

static void run_wireguard(struct probe_run *run)
{
	struct net_job job = { .np = { .stream = "wireguard" }, .dump = dump };

	net_run(run, &job);
}

const struct probe probe_wireguard = {
	.name = "wireguard",
	.title = "devices and peers of WireGuard, without their secret keys",
	.title_ja = "WireGuard のデバイスとピア（秘密鍵を除く）",
	.stream = "live/wireguard",
	.reads = "rtnetlink, generic netlink",
	.live_only = true,
	.run = run_wireguard,
};
