/*
 * nft_test.c - a table, a chain and a rule made by netlink in a network
 * namespace of this test's own; iptables-legacy there; expressions and
 * entries that are cut.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ipt.h"
#include "nft.h"
#include "probe_test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

/* ---- messages ---- */

static void attr(struct buf *b, uint16_t type, const void *p, size_t n)
{
	uint16_t h[2] = { (uint16_t)(n + 4), type };

	buf_add(b, h, sizeof h);
	buf_add(b, p, n);
	while (b->n % 4)
		buf_c(b, '\0');
}

static void attr_be(struct buf *b, uint16_t type, uint32_t v)
{
	v = htonl(v);
	attr(b, type, &v, sizeof v);
}

static void attr_str(struct buf *b, uint16_t type, const char *s)
{
	attr(b, type, s, strlen(s) + 1);
}

static void nest(struct buf *b, uint16_t type, struct buf *inner)
{
	attr(b, type | NLA_F_NESTED, inner->p, inner->n);
	buf_free(inner);
}

static void expression(struct buf *list, const char *name, struct buf *data)
{
	struct buf e = { 0 };

	attr_str(&e, NFTA_EXPR_NAME, name);
	nest(&e, NFTA_EXPR_DATA, data);
	nest(list, NFTA_LIST_ELEM, &e);
}

/* th dport == 4444 drop */
static void drop_4444(struct buf *list)
{
	struct buf d = { 0 }, v = { 0 }, c = { 0 };
	uint16_t port = htons(4444);

	attr_be(&d, NFTA_PAYLOAD_DREG, NFT_REG_1);
	attr_be(&d, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_TRANSPORT_HEADER);
	attr_be(&d, NFTA_PAYLOAD_OFFSET, 2);
	attr_be(&d, NFTA_PAYLOAD_LEN, 2);
	expression(list, "payload", &d);
	attr_be(&d, NFTA_CMP_SREG, NFT_REG_1);
	attr_be(&d, NFTA_CMP_OP, NFT_CMP_EQ);
	attr(&v, NFTA_DATA_VALUE, &port, sizeof port);
	nest(&d, NFTA_CMP_DATA, &v);
	expression(list, "cmp", &d);
	expression(list, "counter", &d);
	attr_be(&d, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	attr_be(&c, NFTA_VERDICT_CODE, NF_DROP);
	nest(&v, NFTA_DATA_VERDICT, &c);
	nest(&d, NFTA_IMMEDIATE_DATA, &v);
	expression(list, "immediate", &d);
}

static void message(struct buf *b, uint16_t type, uint16_t flags,
		    uint8_t family, uint16_t res, const struct buf *body)
{
	struct nlmsghdr h = { .nlmsg_len = (uint32_t)(sizeof h + 4 + body->n),
			      .nlmsg_type = type,
			      .nlmsg_flags = NLM_F_REQUEST | flags,
			      .nlmsg_seq = 7 };
	struct nfgenmsg m = { family, NFNETLINK_V0, htons(res) };

	buf_add(b, &h, sizeof h);
	buf_add(b, &m, sizeof m);
	buf_str(b, buf_view(body));
}

#define NFT(msg) (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | (msg))
#define MAKE (NLM_F_CREATE | NLM_F_ACK)

static bool make_rules(void)
{
	struct buf all = { 0 }, none = { 0 }, b = { 0 }, in = { 0 };
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	bool ok = fd >= 0;

	message(&all, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES,
		&none);
	attr_str(&b, NFTA_TABLE_NAME, "konseki");
	message(&all, NFT(NFT_MSG_NEWTABLE), MAKE, NFPROTO_INET, 0, &b);
	buf_clear(&b);
	attr_str(&b, NFTA_CHAIN_TABLE, "konseki");
	attr_str(&b, NFTA_CHAIN_NAME, "door");
	attr_be(&in, NFTA_HOOK_HOOKNUM, NF_INET_LOCAL_IN);
	attr_be(&in, NFTA_HOOK_PRIORITY, (uint32_t)-5);
	nest(&b, NFTA_CHAIN_HOOK, &in);
	attr_str(&b, NFTA_CHAIN_TYPE, "filter");
	attr_be(&b, NFTA_CHAIN_POLICY, NF_ACCEPT);
	message(&all, NFT(NFT_MSG_NEWCHAIN), MAKE, NFPROTO_INET, 0, &b);
	buf_clear(&b);
	attr_str(&b, NFTA_RULE_TABLE, "konseki");
	attr_str(&b, NFTA_RULE_CHAIN, "door");
	drop_4444(&in);
	nest(&b, NFTA_RULE_EXPRESSIONS, &in);
	message(&all, NFT(NFT_MSG_NEWRULE), MAKE | NLM_F_APPEND, NFPROTO_INET,
		0, &b);
	message(&all, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES,
		&none);
	ok = ok && sendto(fd, all.p, all.n, 0, (struct sockaddr *)&to,
			  sizeof to) == (ssize_t)all.n;
	close(fd);
	buf_free(&all);
	buf_free(&b);
	return ok;
}

/* ---- what the probe says ---- */

static struct probe_run *look(void)
{
	struct probe_run *r = xmalloc(sizeof *r);

	r->env.root = open("/", O_PATH | O_CLOEXEC);
	r->env.proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r->env.live = true;
	probe_firewall.run(r);
	return r;
}

static bool row_with(const struct probe_run *r, const char *a, const char *b)
{
	for (size_t i = 0; i < r->nrow; i++)
		if (str_has(r->row[i], str_of(a)) &&
		    str_has(r->row[i], str_of(b)))
			return true;
	(void)fprintf(stderr, "no row with %s %s\n", a, b);
	return false;
}

static void in_namespace(int (*child)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(unshare(CLONE_NEWNET) < 0 ? 77 : child());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

static int nft_child(void)
{
	struct probe_run *r;

	if (!make_rules())
		return 77;
	r = look();
	for (size_t i = 0; i < r->nstatus; i++)
		if (str_is(r->status[i].what, "nftables"))
			return 77; /* this kernel has none */
	return row_with(r, "\"konseki.firewall.object\":\"table\"",
			"\"konseki.firewall.family\":\"inet\"") &&
			       row_with(r,
					"\"konseki.firewall.hook\":\"input\"",
					"\"konseki.firewall.priority\":-5,") &&
			       row_with(r,
					"\"konseki.firewall.chain\":"
					"\"door\"",
					"\"th dport == 4444 counter packets 0 "
					"bytes 0 drop\"")
		       ? 0
		       : 1;
}

static void nftables(void **state)
{
	(void)state;
	in_namespace(nft_child);
}

/* Asking for a table makes it: here that is wanted. */
static int ipt_child(void)
{
	struct {
		char name[32];
		uint32_t rest[13];
	} info = { .name = "filter" };
	socklen_t n = sizeof info;
	struct probe_run *r = look();
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);

	for (size_t i = 0; i < r->nrow; i++)
		if (str_has(r->row[i], STR("\"iptables\"")))
			return 1; /* the probe made it */
	if (fd < 0 || getsockopt(fd, IPPROTO_IP, 64, &info, &n) < 0)
		return 77;
	r = look();
	return row_with(r, "\"konseki.firewall.engine\":\"iptables\"",
			"\"konseki.firewall.chain\":\"INPUT\"") &&
			       row_with(r, "\"FORWARD\"", "-j ACCEPT -c 0 0\"")
		       ? 0
		       : 1;
}

static void legacy(void **state)
{
	(void)state;
	in_namespace(ipt_child);
}

/* ---- damage ---- */

static void cut_expressions(void **state)
{
	struct buf list = { 0 }, out = { 0 };
	unsigned seed = 4711;

	(void)state;
	drop_4444(&list);
	nft_rule_text(buf_view(&list), &out);
	assert_true(str_is(buf_view(&out), "th dport == 4444 counter packets 0 "
					   "bytes 0 drop"));
	for (size_t n = 0; n < list.n; n++) {
		char *exact = xmalloc(n ? n : 1);

		memcpy(exact, list.p, n);
		buf_clear(&out);
		nft_rule_text(str_mem(exact, n), &out);
		assert_true(out.n < 256);
		free(exact);
	}
	for (int i = 0; i < 20000; i++) {
		char *exact = xmalloc(list.n);

		memcpy(exact, list.p, list.n);
		for (int k = 0; k < 3; k++) {
			seed = seed * 1103515245u + 12345u;
			exact[(seed >> 8) % list.n] = (char)(seed >> 24);
		}
		buf_clear(&out);
		nft_rule_text(str_mem(exact, list.n), &out);
		free(exact);
	}
	buf_free(&list);
	buf_free(&out);
}

static void cut_entries(void **state)
{
	unsigned char e[152] = { 0 };
	struct buf out = { 0 };
	struct str chain;

	(void)state;
	e[0] = 10; /* 10.0.0.0/8 */
	e[8] = 255;
	memcpy(e + 16, "eth0", 5);
	e[80] = 6;
	e[83] = 8;   /* not that source */
	e[88] = 112; /* target */
	e[90] = 152; /* next */
	e[112] = 40;
	memset(e + 144, 0xff, 4); /* NF_DROP - 1 */
	assert_int_equal(ipt_entry_text(str_mem(e, 152), false, &out, &chain),
			 152);
	assert_true(str_is(buf_view(&out),
			   " ! -s 10.0.0.0/8 -i eth0 -p 6 -j DROP -c 0 0"));
	for (size_t n = 0; n < 152; n++) {
		char *exact = xmalloc(n ? n : 1);

		memcpy(exact, e, n);
		assert_int_equal(
			ipt_entry_text(str_mem(exact, n), false, &out, &chain),
			0);
		assert_int_equal(
			ipt_entry_text(str_mem(exact, n), true, &out, &chain),
			0);
		free(exact);
	}
	e[90] = 0; /* no step */
	assert_int_equal(ipt_entry_text(str_mem(e, 152), false, &out, &chain),
			 0);
	e[90] = 152;
	e[88] = 150; /* a target of two bytes */
	assert_int_equal(ipt_entry_text(str_mem(e, 152), false, &out, &chain),
			 0);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nftables),
		cmocka_unit_test(legacy),
		cmocka_unit_test(cut_expressions),
		cmocka_unit_test(cut_entries),
	};

	return cmocka_run_group_tests_name("collect/nft", tests, NULL, NULL);
}
