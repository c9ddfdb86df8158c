/*
 * nft.c - the firewall probe: tables, chains, rules and sets of nftables in
 * every network namespace, and the tables of iptables-legacy (ipt.c).  Both
 * are asked for only where the kernel has them already: asking otherwise
 * loads modules and makes tables.
 */
#include "nft.h"
#include "ipt.h"
#include "kallsyms.h"
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>

#define TYPE(msg) ((uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | (msg)))

static const char *family_name(unsigned n)
{
	switch (n) {
	case NFPROTO_INET:
		return "inet";
	case NFPROTO_IPV4:
		return "ip";
	case NFPROTO_ARP:
		return "arp";
	case NFPROTO_NETDEV:
		return "netdev";
	case NFPROTO_BRIDGE:
		return "bridge";
	case NFPROTO_IPV6:
		return "ip6";
	default:
		return "unknown";
	}
}

static uint64_t be64(struct str s)
{
	return (uint64_t)ntohl(attr_u32(s)) << 32 |
	       ntohl(attr_u32(str_skip(s, 4)));
}

static struct buf *open_row(struct net_probe *np, const char *object,
			    struct str p)
{
	struct buf *row = net_row(np);

	row_str(row, KEY_K_FIREWALL_ENGINE, STR("nftables"));
	row_str(row, KEY_K_FIREWALL_OBJECT, str_of(object));
	row_str(row, KEY_K_FIREWALL_FAMILY,
		str_of(family_name((unsigned char)p.p[0])));
	return row;
}

static void text_of(struct buf *row, enum key k, struct str s)
{
	s = netlink_text(s);
	if (s.n)
		row_str(row, k, s);
}

static bool is(uint16_t type, uint16_t msg, struct str p)
{
	return type == TYPE(msg) && p.n >= sizeof(struct nfgenmsg);
}

static bool table_row(void *arg, uint16_t type, struct str p)
{
	struct net_probe *np = arg;
	struct str at[NFTA_TABLE_MAX + 1];
	struct buf *row;

	if (!is(type, NFT_MSG_NEWTABLE, p))
		return true;
	netlink_attrs(p, sizeof(struct nfgenmsg), at, NFTA_TABLE_MAX + 1);
	row = open_row(np, "table", p);
	text_of(row, KEY_K_FIREWALL_TABLE, at[NFTA_TABLE_NAME]);
	row_u64(row, KEY_K_FIREWALL_HANDLE, be64(at[NFTA_TABLE_HANDLE]));
	return net_send(np);
}

static void hook_row(struct buf *row, unsigned family, struct str hook)
{
	static const char *const inet[] = { "prerouting",  "input",
					    "forward",     "output",
					    "postrouting", "ingress" };
	static const char *const netdev[] = { "ingress", "egress" };
	struct str at[NFTA_HOOK_MAX + 1];
	uint32_t n;
	const char *name = "unknown";

	if (hook.n == 0)
		return; /* only jumped to */
	netlink_attrs(hook, 0, at, NFTA_HOOK_MAX + 1);
	n = ntohl(attr_u32(at[NFTA_HOOK_HOOKNUM]));
	if (family == NFPROTO_NETDEV && n < 2)
		name = netdev[n];
	else if (family == NFPROTO_ARP && n < 2)
		name = n ? "output" : "input";
	else if (family != NFPROTO_NETDEV && n < 6)
		name = inet[n];
	row_str(row, KEY_K_FIREWALL_HOOK, str_of(name));
	row_i64(row, KEY_K_FIREWALL_PRIORITY,
		(int32_t)ntohl(attr_u32(at[NFTA_HOOK_PRIORITY])));
	text_of(row, KEY_K_INTERFACE_NAME, at[NFTA_HOOK_DEV]);
}

static bool chain_row(void *arg, uint16_t type, struct str p)
{
	struct net_probe *np = arg;
	struct str at[NFTA_CHAIN_MAX + 1];
	struct buf *row;

	if (!is(type, NFT_MSG_NEWCHAIN, p))
		return true;
	netlink_attrs(p, sizeof(struct nfgenmsg), at, NFTA_CHAIN_MAX + 1);
	row = open_row(np, "chain", p);
	text_of(row, KEY_K_FIREWALL_TABLE, at[NFTA_CHAIN_TABLE]);
	text_of(row, KEY_K_FIREWALL_CHAIN, at[NFTA_CHAIN_NAME]);
	row_u64(row, KEY_K_FIREWALL_HANDLE, be64(at[NFTA_CHAIN_HANDLE]));
	text_of(row, KEY_K_FIREWALL_TYPE, at[NFTA_CHAIN_TYPE]);
	hook_row(row, (unsigned char)p.p[0], at[NFTA_CHAIN_HOOK]);
	if (at[NFTA_CHAIN_POLICY].n)
		row_str(row, KEY_K_FIREWALL_POLICY,
			attr_u32(at[NFTA_CHAIN_POLICY]) ? STR("accept")
							: STR("drop"));
	return net_send(np);
}

/* Comments and the like: 1 type, 1 length, the text; type 0 is a comment. */
static void comment_row(struct buf *row, struct str userdata)
{
	size_t n;

	if (userdata.n < 3 || userdata.p[0] != 0)
		return;
	n = (unsigned char)userdata.p[1];
	text_of(row, KEY_K_FIREWALL_COMMENT,
		str_head(str_skip(userdata, 2), n));
}

static bool rule_row(void *arg, uint16_t type, struct str p)
{
	struct net_probe *np = arg;
	struct str at[NFTA_RULE_MAX + 1];
	struct buf *row;

	if (!is(type, NFT_MSG_NEWRULE, p))
		return true;
	netlink_attrs(p, sizeof(struct nfgenmsg), at, NFTA_RULE_MAX + 1);
	row = open_row(np, "rule", p);
	text_of(row, KEY_K_FIREWALL_TABLE, at[NFTA_RULE_TABLE]);
	text_of(row, KEY_K_FIREWALL_CHAIN, at[NFTA_RULE_CHAIN]);
	row_u64(row, KEY_K_FIREWALL_HANDLE, be64(at[NFTA_RULE_HANDLE]));
	buf_clear(&np->list);
	nft_rule_text(at[NFTA_RULE_EXPRESSIONS], &np->list);
	row_str(row, KEY_K_FIREWALL_RULE, buf_view(&np->list));
	comment_row(row, at[NFTA_RULE_USERDATA]);
	return net_send(np);
}

static bool set_row(void *arg, uint16_t type, struct str p)
{
	struct net_probe *np = arg;
	struct str at[NFTA_SET_MAX + 1];
	struct buf *row;

	if (!is(type, NFT_MSG_NEWSET, p))
		return true;
	netlink_attrs(p, sizeof(struct nfgenmsg), at, NFTA_SET_MAX + 1);
	row = open_row(np, "set", p);
	text_of(row, KEY_K_FIREWALL_TABLE, at[NFTA_SET_TABLE]);
	text_of(row, KEY_K_FIREWALL_SET, at[NFTA_SET_NAME]);
	return net_send(np);
}

static const struct {
	uint16_t ask;
	bool (*row)(void *, uint16_t, struct str);
} question[] = {
	{ NFT_MSG_GETTABLE, table_row },
	{ NFT_MSG_GETCHAIN, chain_row },
	{ NFT_MSG_GETRULE, rule_row },
	{ NFT_MSG_GETSET, set_row },
};

static int dump(struct net_probe *np, struct netlink *nl)
{
	struct nfgenmsg m = { .nfgen_family = AF_UNSPEC,
			      .version = NFNETLINK_V0 };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof question / sizeof question[0];
	     i++)
		rc = netlink_dump(nl, TYPE(question[i].ask), &m, sizeof m,
				  question[i].row, np);
	return rc;
}

/* After the dump, in the same namespace; nothing of it is in a text. */
static int legacy(struct net_probe *np, struct netlink *nl)
{
	int rc = np->known ? dump(np, nl) : 0;

	if (rc == 0)
		rc = ipt_rows(np);
	return rc;
}

static void run_firewall(struct probe_run *run)
{
	static const char *const symbol[] = { "nf_tables_dump_rules" };
	const struct collect_env *env = probe_env(run);
	struct net_job job = { .np = { .stream = "firewall" },
			       .dump = legacy,
			       .protocol = NETLINK_NETFILTER };

	job.np.known = netlink_known(env->proc, NETLINK_NETFILTER) &&
		       kallsyms_have(env, symbol, 1) != 0;
	if (!job.np.known) {
		probe_status(run, STR("nftables"), PROBE_ABSENT, 0, 0, 0);
		job.protocol = NETLINK_ROUTE; /* for a place to stand */
	}
	net_run(run, &job);
}

const struct probe probe_firewall = {
	.name = "firewall",
	.title = "rules of nftables and iptables-legacy",
	.title_ja = "ファイアウォールのルール（nftables・iptables-legacy）",
	.stream = "live/firewall",
	.reads = "nfnetlink, getsockopt(2) where /proc/net/ip_tables_names "
		 "lists a table",
	.live_only = true,
	.run = run_firewall,
};
