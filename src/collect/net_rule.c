/*
 * net_rule.c - rules of policy routing: which table is asked for whom.
 */
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

static const char *action_name(unsigned n)
{
	static const char *const name[] = {
		[FR_ACT_TO_TBL] = "lookup",
		[FR_ACT_GOTO] = "goto",
		[FR_ACT_NOP] = "nop",
		[FR_ACT_BLACKHOLE] = "blackhole",
		[FR_ACT_UNREACHABLE] = "unreachable",
		[FR_ACT_PROHIBIT] = "prohibit",
	};

	return n < sizeof name / sizeof name[0] && name[n] ? name[n]
							   : "unknown";
}

static void prefix(struct buf *t, const char *word, struct str ip, int family,
		   unsigned len)
{
	char text[INET6_ADDRSTRLEN];

	if (net_is_address(ip, family) &&
	    inet_ntop(family, ip.p, text, sizeof text))
		buf_fmt(t, "%s %s/%u ", word, text, len);
	else if (len == 0)
		buf_fmt(t, "%s all ", word);
}

static void ports(struct buf *t, const char *word, struct str range)
{
	if (range.n >= 4)
		buf_fmt(t, "%s %u-%u ", word, attr_u16(range),
			attr_u16(str_skip(range, 2)));
}

static void text_row(struct buf *row, const struct fib_rule_hdr *m,
		     const struct str *at)
{
	struct buf t = { 0 };
	struct str in = netlink_text(at[FRA_IIFNAME]);
	struct str out = netlink_text(at[FRA_OIFNAME]);

	prefix(&t, "from", at[FRA_SRC], m->family, m->src_len);
	if (m->dst_len)
		prefix(&t, "to", at[FRA_DST], m->family, m->dst_len);
	if (at[FRA_FWMARK].n)
		buf_fmt(&t, "fwmark 0x%x/0x%x ", attr_u32(at[FRA_FWMARK]),
			attr_u32(at[FRA_FWMASK]));
	if (in.n)
		buf_fmt(&t, "iif " STR_FMT " ", STR_ARG(in));
	if (out.n)
		buf_fmt(&t, "oif " STR_FMT " ", STR_ARG(out));
	if (at[FRA_UID_RANGE].n >= 8)
		buf_fmt(&t, "uidrange %u-%u ", attr_u32(at[FRA_UID_RANGE]),
			attr_u32(str_skip(at[FRA_UID_RANGE], 4)));
	if (at[FRA_IP_PROTO].n)
		buf_fmt(&t, "ipproto %u ",
			(unsigned char)at[FRA_IP_PROTO].p[0]);
	ports(&t, "sport", at[FRA_SPORT_RANGE]);
	ports(&t, "dport", at[FRA_DPORT_RANGE]);
	buf_puts(&t, action_name(m->action));
	row_str(row, KEY_K_POLICY_TEXT, buf_view(&t));
	buf_free(&t);
}

static bool rule_row(void *arg, uint16_t type, struct str p)
{
	struct net_probe *np = arg;
	struct str at[FRA_MAX + 1];
	struct fib_rule_hdr m;
	struct buf *row;

	if (type != RTM_NEWRULE || p.n < sizeof m)
		return true;
	memcpy(&m, p.p, sizeof m);
	if (m.family != AF_INET && m.family != AF_INET6)
		return true; /* multicast routing has its own */
	netlink_attrs(p, sizeof m, at, FRA_MAX + 1);
	row = net_row(np);
	row_u64(row, KEY_K_POLICY_PRIORITY, attr_u32(at[FRA_PRIORITY]));
	row_str(row, KEY_NETWORK_TYPE,
		m.family == AF_INET6 ? STR("ipv6") : STR("ipv4"));
	row_str(row, KEY_K_POLICY_ACTION, str_of(action_name(m.action)));
	row_u64(row, KEY_K_ROUTE_TABLE,
		at[FRA_TABLE].n ? attr_u32(at[FRA_TABLE]) : m.table);
	text_row(row, &m, at);
	return net_send(np);
}

static int dump(struct net_probe *np, struct netlink *nl)
{
	struct fib_rule_hdr m = { .family = AF_UNSPEC };
	int rc = netlink_dump(nl, RTM_GETRULE, &m, sizeof m, rule_row, np);

	/* a kernel without multiple tables */
	if (rc < 0 && errno == EOPNOTSUPP)
		errno = ENOENT;
	return rc;
}

static void run_policy(struct probe_run *run)
{
	struct net_job job = { .np = { .stream = "policy" }, .dump = dump };

	net_run(run, &job);
}

const struct probe probe_policy = {
	.name = "policy",
	.title = "rules of policy routing",
	.title_ja = "ポリシールーティングのルール",
	.stream = "live/policy",
	.reads = "rtnetlink",
	.live_only = true,
	.run = run_policy,
};
