/*
 * ipt.c - iptables-legacy: the kernel gives a table whole, entry after entry
 * (linux/netfilter_ipv4/ip_tables.h `struct ipt_entry').  A table is asked
 * for only when /proc/net/ip_tables_names lists it: else asking makes it.
 *   IPv4:  0 source 4, 4 target 4, 8 masks 4 4, 16 in 16, 32 out 16,
 *	   48 masks, 80 u16 protocol, 82 flags, 83 inverted
 *	   88 u16 offset of the target, 90 u16 of the next, 96 counters
 *   IPv6:  0 source 16, 16 target, 32 masks, 64 in, 80 out, 128 u16 protocol,
 *	   132 inverted, 140, 142, 152
 */
#include "ipt.h"
#include "live.h"

#include "../util/rd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define GET_INFO 64 /* IPT_SO_GET_INFO, IP6T_SO_GET_INFO */
#define GET_ENTRIES 65
#define NAME_LEN 32
#define TABLE_MAX (32u << 20)
#define ENTRIES_MAX 100000u
#define INV_SOURCE 8
#define INV_TARGET 16

struct layout {
	size_t alen, target, smask, tmask, in, out, protocol, inverted;
	size_t target_at, next_at, counters, size;
};

static const struct layout layout[2] = {
	{ 4, 4, 8, 12, 16, 32, 80, 83, 88, 90, 96, 112 },
	{ 16, 16, 32, 48, 64, 80, 128, 132, 140, 142, 152, 168 },
};

struct info { /* struct ipt_getinfo */
	char name[NAME_LEN];
	uint32_t hooks, entry[5], underflow[5], n, size;
};

static uint16_t u16_at(struct str e, size_t at)
{
	uint16_t v;

	memcpy(&v, e.p + at, sizeof v);
	return v;
}

static unsigned mask_len(const char *p, size_t n)
{
	unsigned bits = 0;

	for (size_t i = 0; i < n; i++)
		bits += (unsigned)__builtin_popcount((unsigned char)p[i]);
	return bits;
}

static void address(struct buf *out, const char *flag, struct str e, size_t at,
		    size_t mask, size_t len, bool not )
{
	unsigned bits = mask_len(e.p + mask, len);
	char ip[INET6_ADDRSTRLEN];

	if (bits == 0 ||
	    !inet_ntop(len == 4 ? AF_INET : AF_INET6, e.p + at, ip, sizeof ip))
		return;
	buf_fmt(out, " %s%s %s/%u", not ? "! " : "", flag, ip, bits);
}

static void interface(struct buf *out, const char *flag, struct str e,
		      size_t at)
{
	struct str name = str_mem(e.p + at, 16);

	name = str_head(name, str_chr(name, '\0'));
	if (name.n)
		buf_fmt(out, " %s " STR_FMT, flag, STR_ARG(name));
}

/* 2 size, 29 name, 1 revision: of a match or a target. */
static struct str part_name(struct str part)
{
	struct str name = str_head(str_skip(part, 2), 29);

	return str_head(name, str_chr(name, '\0'));
}

static void matches(struct buf *out, struct str left)
{
	while (left.n >= 32) {
		uint16_t n = u16_at(left, 0);
		struct str name = part_name(left);

		if (n < 32 || n > left.n)
			return;
		buf_fmt(out, " -m " STR_FMT, STR_ARG(name));
		/* struct xt_tcp, xt_udp: u16 source ports, u16 target ports */
		if (n >= 40 && (str_is(name, "tcp") || str_is(name, "udp"))) {
			uint16_t port[4];

			memcpy(port, left.p + 32, sizeof port);
			if (port[0] || port[1] != 0xffff)
				buf_fmt(out, " --sport %u:%u", port[0],
					port[1]);
			if (port[2] || port[3] != 0xffff)
				buf_fmt(out, " --dport %u:%u", port[2],
					port[3]);
		}
		left = str_skip(left, n);
	}
}

/* An unnamed target is a verdict; a positive one jumps within the table. */
static void target(struct buf *out, struct str t, struct str *chain)
{
	struct str name = part_name(t);
	int32_t v;

	if (t.n < 32)
		return;
	if (str_is(name, "ERROR")) {
		/* where a chain begins: its name */
		*chain = str_head(str_skip(t, 32), 30);
		*chain = str_head(*chain, str_chr(*chain, '\0'));
		return;
	}
	if (name.n) {
		buf_fmt(out, " -j " STR_FMT, STR_ARG(name));
		return;
	}
	if (t.n < 36)
		return;
	memcpy(&v, t.p + 32, sizeof v);
	if (v >= 0)
		buf_fmt(out, " -j @%d", v);
	else
		buf_fmt(out, " -j %s",
			v == -1   ? "DROP"
			: v == -2 ? "ACCEPT"
			: v == -4 ? "QUEUE"
			: v == -5 ? "RETURN"
				  : "?");
}

size_t ipt_entry_text(struct str e, bool v6, struct buf *out, struct str *chain)
{
	const struct layout *l = &layout[v6];
	uint64_t count[2];
	size_t at, next;
	unsigned inv;

	*chain = STR_NONE;
	if (e.n < l->size)
		return 0;
	at = u16_at(e, l->target_at);
	next = u16_at(e, l->next_at);
	if (at < l->size || next < at || next > e.n || next - at < 32)
		return 0;
	inv = (unsigned char)e.p[l->inverted];
	address(out, "-s", e, 0, l->smask, l->alen, inv & INV_SOURCE);
	address(out, "-d", e, l->target, l->tmask, l->alen, inv & INV_TARGET);
	interface(out, "-i", e, l->in);
	interface(out, "-o", e, l->out);
	if (u16_at(e, l->protocol))
		buf_fmt(out, " -p %u", u16_at(e, l->protocol));
	matches(out, str_mem(e.p + l->size, at - l->size));
	target(out, str_mem(e.p + at, next - at), chain);
	memcpy(count, e.p + l->counters, sizeof count);
	buf_fmt(out, " -c %llu %llu", (unsigned long long)count[0],
		(unsigned long long)count[1]);
	return next;
}

static const char *hook_at(const struct info *in, size_t off)
{
	static const char *const name[] = { "PREROUTING", "INPUT", "FORWARD",
					    "OUTPUT", "POSTROUTING" };

	for (size_t i = 0; i < 5; i++)
		if (in->hooks >> i & 1 && in->entry[i] == off)
			return name[i];
	return NULL;
}

static bool row(struct net_probe *np, const struct info *in, bool v6,
		struct str chain, struct str text)
{
	struct buf *r = net_row(np);

	row_str(r, KEY_K_FIREWALL_ENGINE, STR("iptables"));
	row_str(r, KEY_K_FIREWALL_OBJECT, STR("rule"));
	row_str(r, KEY_K_FIREWALL_FAMILY, v6 ? STR("ip6") : STR("ip"));
	row_str(r, KEY_K_FIREWALL_TABLE, str_of(in->name));
	if (chain.n)
		row_str(r, KEY_K_FIREWALL_CHAIN, chain);
	row_str(r, KEY_K_FIREWALL_RULE, str_trim(text));
	return net_send(np);
}

static void rows(struct net_probe *np, const struct info *in, bool v6,
		 struct str entries)
{
	struct str left = entries, chain = STR_NONE, named;
	struct buf text = { 0 };

	for (unsigned i = 0; i < ENTRIES_MAX && left.n; i++) {
		const char *hook = hook_at(in, (size_t)(left.p - entries.p));
		size_t n;

		if (hook)
			chain = str_of(hook);
		buf_clear(&text);
		n = ipt_entry_text(left, v6, &text, &named);
		if (n == 0)
			break;
		left = str_skip(left, n);
		if (named.n)
			chain = named;
		else if (!row(np, in, v6, chain, buf_view(&text)))
			break;
	}
	buf_free(&text);
}

static int table(struct net_probe *np, int fd, bool v6, struct str name)
{
	struct info in = { .hooks = 0 };
	socklen_t n = sizeof in, all;
	const size_t head =
		(NAME_LEN + 4 + 7) / 8 * 8; /* name, size, padding */
	int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP, rc;
	char *p;

	if (name.n == 0 || name.n >= NAME_LEN)
		return 0;
	memcpy(in.name, name.p, name.n);
	if (getsockopt(fd, level, GET_INFO, &in, &n) < 0)
		return errno == ENOENT ? 0 : -1; /* gone by now */
	if (in.size > TABLE_MAX) {
		errno = EFBIG;
		return -1;
	}
	all = (socklen_t)(head + in.size);
	p = xmalloc(all);
	memcpy(p, in.name, NAME_LEN);
	memcpy(p + NAME_LEN, &in.size, sizeof in.size);
	rc = getsockopt(fd, level, GET_ENTRIES, p, &all);
	if (rc == 0)
		rows(np, &in, v6, str_mem(p + head, in.size));
	free(p);
	return rc;
}

int ipt_rows(struct net_probe *np)
{
	static const char *const names[2] = { "self/net/ip_tables_names",
					      "self/net/ip6_tables_names" };
	int rc = 0;

	for (int v6 = 0; v6 < 2; v6++) {
		struct buf text = { 0 };
		struct str left;
		int fd;

		if (live_read(probe_env(np->run)->proc, names[v6], 65536,
			      &text) < 0 ||
		    text.n == 0) {
			buf_free(&text);
			continue;
		}
		fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC,
			    IPPROTO_RAW);
		if (fd < 0)
			rc = -1;
		for (left = buf_view(&text); fd >= 0 && left.p && left.n;)
			if (table(np, fd, v6, str_cut(&left, '\n')) < 0)
				rc = -1;
		if (fd >= 0)
			close(fd);
		buf_free(&text);
	}
	return rc;
}
