/*
 * net_ct.c - connections that the kernel tracks, also those of machines it
 * only forwards for, with what they became by address translation.
 */
#include "kallsyms.h"
#include "live.h"
#include "net.h"
#include "text.h"

#include "../util/rd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#define TYPE(msg) ((uint16_t)(NFNL_SUBSYS_CTNETLINK << 8 | (msg)))
#define TEXT_MAX (16u << 20)

struct tuple {
	bool v6;
	struct str from, to;
	uint16_t sport, dport;
	uint8_t protocol;
};

static void tuple_of(struct str nested, struct tuple *t)
{
	struct str at[CTA_TUPLE_MAX + 1], ip[CTA_IP_MAX + 1];
	struct str proto[CTA_PROTO_MAX + 1];

	netlink_attrs(nested, 0, at, CTA_TUPLE_MAX + 1);
	netlink_attrs(at[CTA_TUPLE_IP], 0, ip, CTA_IP_MAX + 1);
	netlink_attrs(at[CTA_TUPLE_PROTO], 0, proto, CTA_PROTO_MAX + 1);
	t->v6 = ip[CTA_IP_V6_SRC].n == 16;
	t->from = t->v6 ? ip[CTA_IP_V6_SRC] : ip[CTA_IP_V4_SRC];
	t->to = t->v6 ? ip[CTA_IP_V6_DST] : ip[CTA_IP_V4_DST];
	t->protocol =
		proto[CTA_PROTO_NUM].n ? (uint8_t)proto[CTA_PROTO_NUM].p[0] : 0;
	t->sport = ntohs(attr_u16(proto[CTA_PROTO_SRC_PORT]));
	t->dport = ntohs(attr_u16(proto[CTA_PROTO_DST_PORT]));
}

static const char *protocol_name(unsigned n, char number[8])
{
	switch (n) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_ICMP:
		return "icmp";
	case IPPROTO_ICMPV6:
		return "icmp6";
	case IPPROTO_SCTP:
		return "sctp";
	case IPPROTO_GRE:
		return "gre";
	default:
		snprintf(number, 8, "%u", n & 0xff);
		return number;
	}
}

static void state_row(struct buf *row, struct str protoinfo)
{
	static const char *const name[] = { "NONE",     "SYN_SENT",
					    "SYN_RECV", "ESTABLISHED",
					    "FIN_WAIT", "CLOSE_WAIT",
					    "LAST_ACK", "TIME_WAIT",
					    "CLOSE",    "SYN_SENT2" };
	struct str at[CTA_PROTOINFO_MAX + 1], tcp[CTA_PROTOINFO_TCP_MAX + 1];
	unsigned n;

	netlink_attrs(protoinfo, 0, at, CTA_PROTOINFO_MAX + 1);
	netlink_attrs(at[CTA_PROTOINFO_TCP], 0, tcp, CTA_PROTOINFO_TCP_MAX + 1);
	if (!tcp[CTA_PROTOINFO_TCP_STATE].n)
		return;
	n = (unsigned char)tcp[CTA_PROTOINFO_TCP_STATE].p[0];
	if (n < sizeof name / sizeof name[0])
		row_str(row, KEY_K_CONNTRACK_STATE, str_of(name[n]));
}

static void bytes_row(struct buf *row, enum key k, struct str nested)
{
	struct str at[CTA_COUNTERS_MAX + 1], b;

	netlink_attrs(nested, 0, at, CTA_COUNTERS_MAX + 1);
	b = at[CTA_COUNTERS_BYTES];
	if (b.n == 8)
		row_u64(row, k, rd_be((const unsigned char *)b.p, 8));
}

/* Where answers come from, when that is not where the packets were sent. */
static void translated(struct buf *row, const struct tuple *there,
		       const struct tuple *back)
{
	bool v6 = back->v6;

	if (!str_eq(there->to, back->from) &&
	    net_is_address(back->from, v6 ? AF_INET6 : AF_INET))
		row_ip(row, KEY_K_CONNTRACK_REPLY_FROM, back->from.p, v6);
	if (!str_eq(there->from, back->to) &&
	    net_is_address(back->to, v6 ? AF_INET6 : AF_INET))
		row_ip(row, KEY_K_CONNTRACK_REPLY_TO, back->to.p, v6);
}

static bool entry(void *arg, uint16_t type, struct str p)
{
	struct net_probe *np = arg;
	struct str at[CTA_MAX + 1];
	struct tuple there, back;
	struct buf *row;
	char number[8];
	int family;

	if (type != TYPE(IPCTNL_MSG_CT_NEW) || p.n < sizeof(struct nfgenmsg))
		return true;
	netlink_attrs(p, sizeof(struct nfgenmsg), at, CTA_MAX + 1);
	tuple_of(at[CTA_TUPLE_ORIG], &there);
	tuple_of(at[CTA_TUPLE_REPLY], &back);
	family = there.v6 ? AF_INET6 : AF_INET;
	if (!net_is_address(there.from, family) ||
	    !net_is_address(there.to, family))
		return true;
	row = net_row(np);
	row_str(row, KEY_NETWORK_TRANSPORT,
		str_of(protocol_name(there.protocol, number)));
	row_ip(row, KEY_SOURCE_IP, there.from.p, there.v6);
	row_u64(row, KEY_SOURCE_PORT, there.sport);
	row_ip(row, KEY_DESTINATION_IP, there.to.p, there.v6);
	row_u64(row, KEY_DESTINATION_PORT, there.dport);
	translated(row, &there, &back);
	state_row(row, at[CTA_PROTOINFO]);
	bytes_row(row, KEY_K_CONNTRACK_BYTES, at[CTA_COUNTERS_ORIG]);
	bytes_row(row, KEY_K_CONNTRACK_REPLY_BYTES, at[CTA_COUNTERS_REPLY]);
	if (attr_u32(at[CTA_MARK]))
		row_u64(row, KEY_K_CONNTRACK_MARK,
			ntohl(attr_u32(at[CTA_MARK])));
	return net_send(np);
}

static int dump(struct net_probe *np, struct netlink *nl)
{
	struct nfgenmsg m = { .nfgen_family = AF_UNSPEC,
			      .version = NFNETLINK_V0 };

	if (!np->known) {
		errno = ENOENT;
		return -1;
	}
	return netlink_dump(nl, TYPE(IPCTNL_MSG_CT_GET), &m, sizeof m, entry,
			    np);
}

/* Without ctnetlink the text of it, as it stands. */
static int copy(struct net_probe *np, int pid_dir)
{
	struct text_tally t = { .run = np->run };
	char into[48];
	int dir = live_open_in(pid_dir, "net",
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return -1;
	snprintf(into, sizeof into, "net/%llu",
		 (unsigned long long)np->ns->inode);
	(void)text_copy(&t, dir, "nf_conntrack", into, TEXT_MAX);
	close(dir);
	buf_free(&t.text);
	return 0;
}

static void run_conntrack(struct probe_run *run)
{
	static const char *const symbol[] = { "ctnetlink_dump_table" };
	const struct collect_env *env = probe_env(run);
	struct net_job job = { .np = { .stream = "conntrack" },
			       .dump = dump,
			       .read = copy,
			       .protocol = NETLINK_NETFILTER };

	job.np.known = netlink_known(env->proc, NETLINK_NETFILTER) &&
		       kallsyms_have(env, symbol, 1) != 0;
	if (!job.np.known) {
		probe_status(run, STR("ctnetlink"), PROBE_ABSENT, 0, 0, 0);
		job.protocol = NETLINK_ROUTE;
	}
	net_run(run, &job);
}

const struct probe probe_conntrack = {
	.name = "conntrack",
	.title = "connections that the kernel tracks",
	.title_ja = "カーネルが追跡中の通信（conntrack）",
	.stream = "live/conntrack",
	.reads = "nfnetlink, else /proc/PID/net/nf_conntrack",
	.live_only = true,
	.run = run_conntrack,
};
