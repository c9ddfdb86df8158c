/*
 * nft_expr.c - a rule of nftables is a small program: expressions load into
 * registers, others compare or use them (linux/netfilter/nf_tables.h).
 * Numbers are big-endian, values as they are in a packet.
 */
#include "nft.h"
#include "netlink.h"

#include "../util/rd.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>

#include <linux/netfilter/nf_tables.h>

#define REGISTERS 24 /* 4 of 16 bytes, then 16 of 4 bytes from 8 on */
#define MAX_AT 32
#define MAX_EXPRESSIONS 256
#define MAX_RULE 4096
#define MAX_VALUE 64

enum how { BYTES, ADDRESS, NUMBER, NAME, NATIVE };

struct reg {
	char what[48]; /* `ip saddr', or a value */
	enum how how;
};

struct rule {
	struct reg reg[REGISTERS];
	struct buf *out;
	struct str at[MAX_AT];
};

static const struct {
	uint32_t base, off, len;
	const char *what;
	enum how how;
} place[] = {
	{ 1, 9, 1, "ip protocol", NUMBER }, { 1, 12, 4, "ip saddr", ADDRESS },
	{ 1, 16, 4, "ip daddr", ADDRESS },  { 1, 6, 1, "ip6 nexthdr", NUMBER },
	{ 1, 8, 16, "ip6 saddr", ADDRESS }, { 1, 24, 16, "ip6 daddr", ADDRESS },
	{ 2, 0, 2, "th sport", NUMBER },    { 2, 2, 2, "th dport", NUMBER },
	{ 0, 0, 6, "ether daddr", BYTES },  { 0, 6, 6, "ether saddr", BYTES },
	{ 0, 12, 2, "ether type", BYTES },  { 2, 13, 1, "tcp flags", BYTES },
	{ 2, 0, 1, "icmp type", NUMBER },
};

static const struct {
	const char *what;
	enum how how;
} meta_key[] = {
	[NFT_META_LEN] = { "length", NATIVE },
	[NFT_META_PROTOCOL] = { "protocol", BYTES },
	[NFT_META_PRIORITY] = { "priority", NATIVE },
	[NFT_META_MARK] = { "mark", NATIVE },
	[NFT_META_IIF] = { "iif", NATIVE },
	[NFT_META_OIF] = { "oif", NATIVE },
	[NFT_META_IIFNAME] = { "iifname", NAME },
	[NFT_META_OIFNAME] = { "oifname", NAME },
	[NFT_META_SKUID] = { "skuid", NATIVE },
	[NFT_META_SKGID] = { "skgid", NATIVE },
	[NFT_META_NFPROTO] = { "nfproto", NUMBER },
	[NFT_META_L4PROTO] = { "l4proto", NUMBER },
	[NFT_META_PKTTYPE] = { "pkttype", NUMBER },
	[NFT_META_CGROUP] = { "cgroup", NATIVE },
};

static uint32_t be32(struct str s)
{
	return ntohl(attr_u32(s));
}

static uint64_t be64(struct str s)
{
	return (uint64_t)be32(s) << 32 | be32(str_skip(s, 4));
}

static struct reg *reg(struct rule *r, struct str number)
{
	uint32_t n = be32(number);

	return &r->reg[n < REGISTERS ? n : 0];
}

static void value(struct buf *out, enum how how, struct str v)
{
	char ip[INET6_ADDRSTRLEN];
	uint32_t native;

	v = str_head(v, MAX_VALUE);
	if (how == ADDRESS && (v.n == 4 || v.n == 16) &&
	    inet_ntop(v.n == 4 ? AF_INET : AF_INET6, v.p, ip, sizeof ip)) {
		buf_puts(out, ip);
	} else if (how == NUMBER && v.n && v.n <= 8) {
		buf_u64(out, rd_be((const unsigned char *)v.p, v.n));
	} else if (how == NATIVE && v.n == 4) {
		memcpy(&native, v.p, 4);
		buf_fmt(out, "0x%x", native);
	} else if (how == NAME) {
		buf_c(out, '"');
		buf_str(out, netlink_text(v));
		buf_c(out, '"');
	} else {
		buf_puts(out, "0x");
		buf_hex(out, v.p, v.n);
	}
}

/* NFTA_DATA_VALUE of a nested attribute. */
static struct str data_of(struct str nested)
{
	struct str at[NFTA_DATA_MAX + 1];

	netlink_attrs(nested, 0, at, NFTA_DATA_MAX + 1);
	return at[NFTA_DATA_VALUE];
}

static void payload(struct rule *r)
{
	uint32_t base = be32(r->at[NFTA_PAYLOAD_BASE]);
	uint32_t off = be32(r->at[NFTA_PAYLOAD_OFFSET]);
	uint32_t len = be32(r->at[NFTA_PAYLOAD_LEN]);
	struct reg *d = reg(r, r->at[NFTA_PAYLOAD_DREG]);

	if (!r->at[NFTA_PAYLOAD_DREG].n) {
		buf_puts(r->out, " [payload set]");
		return;
	}
	snprintf(d->what, sizeof d->what, "@%s,%u,%u",
		 base == 0   ? "ll"
		 : base == 1 ? "nh"
		 : base == 2 ? "th"
			     : "ih",
		 off * 8, len * 8);
	d->how = BYTES;
	for (size_t i = 0; i < sizeof place / sizeof place[0]; i++)
		if (place[i].base == base && place[i].off == off &&
		    place[i].len == len) {
			snprintf(d->what, sizeof d->what, "%s", place[i].what);
			d->how = place[i].how;
		}
}

static void meta(struct rule *r)
{
	uint32_t key = be32(r->at[NFTA_META_KEY]);
	struct reg *d = reg(r, r->at[NFTA_META_DREG]);
	const char *what = key < sizeof meta_key / sizeof meta_key[0]
				   ? meta_key[key].what
				   : NULL;

	if (!r->at[NFTA_META_DREG].n) {
		buf_fmt(r->out, " meta %s set %s", what ? what : "?",
			reg(r, r->at[NFTA_META_SREG])->what);
		return;
	}
	d->how = what ? meta_key[key].how : BYTES;
	if (what)
		snprintf(d->what, sizeof d->what, "meta %s", what);
	else
		snprintf(d->what, sizeof d->what, "meta key %u", key);
}

static void ct(struct rule *r)
{
	static const char *const name[] = { "state", "direction", "status",
					    "mark" };
	uint32_t key = be32(r->at[NFTA_CT_KEY]);
	struct reg *d = reg(r, r->at[NFTA_CT_DREG]);

	if (!r->at[NFTA_CT_DREG].n) {
		buf_puts(r->out, " [ct set]");
		return;
	}
	d->how = NATIVE;
	if (key < 4)
		snprintf(d->what, sizeof d->what, "ct %s", name[key]);
	else
		snprintf(d->what, sizeof d->what, "ct key %u", key);
}

static void cmp(struct rule *r)
{
	static const char *const op[] = { "==", "!=", "<", "<=", ">", ">=" };
	struct reg *s = reg(r, r->at[NFTA_CMP_SREG]);
	uint32_t n = be32(r->at[NFTA_CMP_OP]);

	buf_fmt(r->out, " %s %s ", s->what, n < 6 ? op[n] : "?");
	value(r->out, s->how, data_of(r->at[NFTA_CMP_DATA]));
}

static void range(struct rule *r)
{
	struct reg *s = reg(r, r->at[NFTA_RANGE_SREG]);

	buf_fmt(r->out, " %s %s ", s->what,
		be32(r->at[NFTA_RANGE_OP]) ? "!=" : "==");
	value(r->out, s->how, data_of(r->at[NFTA_RANGE_FROM_DATA]));
	buf_c(r->out, '-');
	value(r->out, s->how, data_of(r->at[NFTA_RANGE_TO_DATA]));
}

static void bitwise(struct rule *r)
{
	struct reg *s = reg(r, r->at[NFTA_BITWISE_SREG]);
	struct reg *d = reg(r, r->at[NFTA_BITWISE_DREG]);
	struct buf mask = { 0 };
	char what[sizeof d->what];

	value(&mask, s->how == NUMBER ? BYTES : s->how,
	      str_head(data_of(r->at[NFTA_BITWISE_MASK]), 16));
	buf_c(&mask, '\0');
	snprintf(what, sizeof what, "%.20s & %.20s", s->what, mask.p);
	memcpy(d->what, what, sizeof what);
	d->how = s->how == NUMBER ? BYTES : s->how;
	buf_free(&mask);
}

static void verdict(struct rule *r, struct str nested)
{
	struct str at[NFTA_VERDICT_MAX + 1], chain;
	static const struct {
		int32_t code;
		const char *word;
	} word[] = { { 0, "drop" },      { 1, "accept" }, { 3, "queue" },
		     { -1, "continue" }, { -2, "break" }, { -3, "jump" },
		     { -4, "goto" },     { -5, "return" } };
	int32_t code;

	netlink_attrs(nested, 0, at, NFTA_VERDICT_MAX + 1);
	code = (int32_t)be32(at[NFTA_VERDICT_CODE]);
	chain = netlink_text(at[NFTA_VERDICT_CHAIN]);
	for (size_t i = 0; i < sizeof word / sizeof word[0]; i++)
		if (word[i].code == code)
			buf_fmt(r->out, " %s", word[i].word);
	if (chain.n)
		buf_fmt(r->out, " " STR_FMT, STR_ARG(chain));
}

static void immediate(struct rule *r)
{
	struct str at[NFTA_DATA_MAX + 1], v;
	struct reg *d = reg(r, r->at[NFTA_IMMEDIATE_DREG]);
	struct buf text = { 0 };

	netlink_attrs(r->at[NFTA_IMMEDIATE_DATA], 0, at, NFTA_DATA_MAX + 1);
	if (at[NFTA_DATA_VERDICT].n) {
		verdict(r, at[NFTA_DATA_VERDICT]);
		return;
	}
	v = at[NFTA_DATA_VALUE];
	value(&text, v.n == 4 || v.n == 16 ? ADDRESS : NUMBER, v);
	buf_c(&text, '\0');
	snprintf(d->what, sizeof d->what, "%s", text.p);
	buf_free(&text);
}

static void nat(struct rule *r)
{
	struct str addr = r->at[NFTA_NAT_REG_ADDR_MIN];
	struct str port = r->at[NFTA_NAT_REG_PROTO_MIN];

	buf_fmt(r->out, " %s to", be32(r->at[NFTA_NAT_TYPE]) ? "dnat" : "snat");
	if (addr.n)
		buf_fmt(r->out, " %s", reg(r, addr)->what);
	if (port.n)
		buf_fmt(r->out, ":%s", reg(r, port)->what);
}

static void redirect(struct rule *r)
{
	struct str port = r->at[NFTA_REDIR_REG_PROTO_MIN];

	buf_puts(r->out, " redirect");
	if (port.n)
		buf_fmt(r->out, " to :%s", reg(r, port)->what);
}

static void lookup(struct rule *r)
{
	struct str set = netlink_text(r->at[NFTA_LOOKUP_SET]);

	buf_fmt(r->out, " %s %s@" STR_FMT,
		reg(r, r->at[NFTA_LOOKUP_SREG])->what,
		be32(r->at[NFTA_LOOKUP_FLAGS]) & 1 ? "!= " : "", STR_ARG(set));
}

static void counter(struct rule *r)
{
	buf_fmt(r->out, " counter packets %llu bytes %llu",
		(unsigned long long)be64(r->at[NFTA_COUNTER_PACKETS]),
		(unsigned long long)be64(r->at[NFTA_COUNTER_BYTES]));
}

static void log_(struct rule *r)
{
	struct str prefix = netlink_text(r->at[NFTA_LOG_PREFIX]);

	buf_puts(r->out, " log");
	if (prefix.n)
		buf_fmt(r->out, " prefix \"" STR_FMT "\"", STR_ARG(prefix));
}

/* What iptables-nft keeps of the old kind. */
static void compat(struct rule *r)
{
	struct str name = netlink_text(r->at[1]);

	buf_fmt(r->out, " xt " STR_FMT, STR_ARG(name));
}

static const struct {
	const char *name;
	void (*tell)(struct rule *);
} expression[] = {
	{ "bitwise", bitwise },     { "cmp", cmp },
	{ "counter", counter },     { "ct", ct },
	{ "immediate", immediate }, { "log", log_ },
	{ "lookup", lookup },       { "match", compat },
	{ "meta", meta },           { "nat", nat },
	{ "payload", payload },     { "range", range },
	{ "redir", redirect },      { "target", compat },
};

static void one(struct rule *r, struct str nested)
{
	struct str at[NFTA_EXPR_MAX + 1], name;
	size_t i = 0;

	netlink_attrs(nested, 0, at, NFTA_EXPR_MAX + 1);
	name = netlink_text(at[NFTA_EXPR_NAME]);
	if (name.n == 0)
		return;
	netlink_attrs(at[NFTA_EXPR_DATA], 0, r->at, MAX_AT);
	while (i < sizeof expression / sizeof expression[0] &&
	       !str_is(name, expression[i].name))
		i++;
	if (i < sizeof expression / sizeof expression[0])
		expression[i].tell(r);
	else if (str_is(name, "masq"))
		buf_puts(r->out, " masquerade");
	else
		buf_fmt(r->out, " [" STR_FMT "]", STR_ARG(name));
}

void nft_rule_text(struct str list, struct buf *out)
{
	struct rule r = { .out = out };
	size_t from = out->n, n = 0;
	struct str value;
	unsigned type;

	while (n++ < MAX_EXPRESSIONS && out->n - from < MAX_RULE &&
	       netlink_next(&list, &type, &value))
		if (type == NFTA_LIST_ELEM)
			one(&r, value);
	if (out->n > from && out->p[from] == ' ') {
		memmove(out->p + from, out->p + from + 1, out->n - from - 1);
		out->n--;
	}
}
