/*
 * net_proc.c - interfaces, neighbours and routes from /proc/PID/net, for
 * kernels or filters that refuse rtnetlink.  Less than what it tells.
 */
#include "net.h"
#include "live.h"
#include "../util/scan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>

#define TEXT_MAX (16u << 20)

static struct str word(struct scan *s)
{
	(void)scan_blank(s);
	return scan_word(s);
}

static uint64_t hex(struct str s)
{
	uint64_t v = 0;

	(void)str_hex64(s, &v);
	return v;
}

/* Calls row() for every line of net/<name>. */
static int each_line(struct net_probe *np, int pid_dir, const char *name,
		     bool (*row)(struct net_probe *, struct str))
{
	struct buf text = { 0 };
	struct str left;
	int rc = live_read(pid_dir, name, TEXT_MAX, &text);
	bool more = true;

	for (left = buf_view(&text); more && left.p && left.n;)
		more = row(np, str_cut(&left, '\n'));
	buf_free(&text);
	return rc < 0 ? -1 : 0;
}

/* "  eth0: 1234 …" */
static bool dev_line(struct net_probe *np, struct str line)
{
	struct str name = str_trim(str_cut(&line, ':'));

	if (!line.p || name.n == 0)
		return true; /* the headings */
	row_str(net_row(np), KEY_K_INTERFACE_NAME, name);
	return net_send(np);
}

int net_proc_interfaces(struct net_probe *np, int pid_dir)
{
	return each_line(np, pid_dir, "net/dev", dev_line);
}

/* IP address, HW type, flags, HW address, mask, device */
static bool arp_line(struct net_probe *np, struct str line)
{
	struct scan c = scan_of(line);
	struct str ip = word(&c), flags, mac, dev;
	unsigned char a[16];
	struct buf *row;

	(void)word(&c);
	flags = word(&c);
	mac = word(&c);
	(void)word(&c);
	dev = word(&c);
	if (!str_ip(ip, a))
		return true;
	row = net_row(np);
	row_str(row, KEY_DESTINATION_IP, ip);
	row_str(row, KEY_K_NEIGHBOUR_MAC, mac);
	row_str(row, KEY_K_NEIGHBOUR_STATE,
		str_is(flags, "0x0")   ? STR("incomplete")
		: str_is(flags, "0x6") ? STR("permanent")
				       : STR("reachable"));
	row_str(row, KEY_K_INTERFACE_NAME, dev);
	return net_send(np);
}

int net_proc_neighbours(struct net_probe *np, int pid_dir)
{
	return each_line(np, pid_dir, "net/arp", arp_line);
}

static void prefix_row(struct buf *row, const void *ip, bool v6, uint64_t len)
{
	char t[INET6_ADDRSTRLEN] = "", p[INET6_ADDRSTRLEN + 8];

	(void)inet_ntop(v6 ? AF_INET6 : AF_INET, ip, t, sizeof t);
	snprintf(p, sizeof p, "%s/%llu", t, (unsigned long long)len);
	row_str(row, KEY_K_ROUTE_DESTINATION, str_of(p));
}

/* Iface Destination Gateway Flags RefCnt Use Metric Mask …; words as they lie
 * in memory */
static bool route_line(struct net_probe *np, struct str line)
{
	struct scan c = scan_of(line);
	struct str dev = word(&c), dst = word(&c), gateway = word(&c);
	uint32_t to, via, mask;
	uint64_t metric = 0;
	struct buf *row;

	if (dst.n != 8)
		return true;
	for (int i = 0; i < 3; i++)
		(void)word(&c);
	(void)str_u64(word(&c), &metric);
	to = (uint32_t)hex(dst);
	via = (uint32_t)hex(gateway);
	mask = (uint32_t)hex(word(&c));
	row = net_row(np);
	prefix_row(row, &to, false, (uint64_t)__builtin_popcount(mask));
	if (via)
		row_ip(row, KEY_K_ROUTE_GATEWAY, &via, false);
	row_str(row, KEY_K_INTERFACE_NAME, dev);
	row_u64(row, KEY_K_ROUTE_METRIC, metric);
	return net_send(np);
}

static bool ip6(struct str s, unsigned char out[16])
{
	if (s.n != 32)
		return false;
	for (size_t i = 0; i < 16; i++)
		out[i] = (unsigned char)hex(str_head(str_skip(s, i * 2), 2));
	return true;
}

/* destination, its length, source, its length, next hop, metric, … device */
static bool route6_line(struct net_probe *np, struct str line)
{
	static const unsigned char none[16];
	struct scan c = scan_of(line);
	unsigned char to[16], via[16];
	uint64_t len, metric;
	struct buf *row;
	struct str dev;

	if (!ip6(word(&c), to))
		return true;
	len = hex(word(&c));
	(void)word(&c);
	(void)word(&c);
	if (!ip6(word(&c), via))
		return true;
	metric = hex(word(&c));
	for (int i = 0; i < 3; i++)
		(void)word(&c);
	dev = word(&c);
	if (str_is(dev, "lo"))
		return true; /* what every address brings along */
	row = net_row(np);
	prefix_row(row, to, true, len);
	if (memcmp(via, none, 16) != 0)
		row_ip(row, KEY_K_ROUTE_GATEWAY, via, true);
	row_str(row, KEY_K_INTERFACE_NAME, dev);
	row_u64(row, KEY_K_ROUTE_METRIC, metric);
	return net_send(np);
}

int net_proc_routes(struct net_probe *np, int pid_dir)
{
	if (each_line(np, pid_dir, "net/route", route_line) < 0)
		return -1;
	(void)each_line(np, pid_dir, "net/ipv6_route", route6_line);
	return 0; /* without IPv6 there is no such file */
}
