/*
 * net_ct_test.c - a tracked connection made by netlink in a network namespace
 * of this test's own; the texts of that namespace.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "net.h"
#include "probe_test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

static void attr(struct buf *b, uint16_t type, const void *p, size_t n)
{
	uint16_t h[2] = { (uint16_t)(n + 4), type };

	buf_add(b, h, sizeof h);
	buf_add(b, p, n);
	while (b->n % 4)
		buf_c(b, '\0');
}

static void nest(struct buf *b, uint16_t type, struct buf *inner)
{
	attr(b, type | NLA_F_NESTED, inner->p, inner->n);
	buf_free(inner);
}

static void tuple(struct buf *b, uint16_t type, const char *from,
		  const char *to, uint16_t sport, uint16_t dport)
{
	struct buf t = { 0 }, ip = { 0 }, proto = { 0 };
	uint8_t tcp = IPPROTO_TCP;
	struct in_addr a;

	(void)inet_pton(AF_INET, from, &a);
	attr(&ip, CTA_IP_V4_SRC, &a, sizeof a);
	(void)inet_pton(AF_INET, to, &a);
	attr(&ip, CTA_IP_V4_DST, &a, sizeof a);
	nest(&t, CTA_TUPLE_IP, &ip);
	sport = htons(sport);
	dport = htons(dport);
	attr(&proto, CTA_PROTO_NUM, &tcp, 1);
	attr(&proto, CTA_PROTO_SRC_PORT, &sport, 2);
	attr(&proto, CTA_PROTO_DST_PORT, &dport, 2);
	nest(&t, CTA_TUPLE_PROTO, &proto);
	nest(b, type, &t);
}

/* From 192.0.2.7 to 203.0.113.9, which really is 10.0.0.9. */
static bool make(void)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	struct nfgenmsg m = { AF_INET, NFNETLINK_V0, 0 };
	struct nlmsghdr h = { .nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 |
					    IPCTNL_MSG_CT_NEW,
			      .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE |
					     NLM_F_EXCL | NLM_F_ACK,
			      .nlmsg_seq = 1 };
	struct buf b = { 0 }, info = { 0 }, tcp = { 0 };
	uint32_t timeout = htonl(600), mark = htonl(9);
	uint8_t established = 3;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	struct {
		struct nlmsghdr h;
		int error;
	} in = { .error = -1 };

	buf_add(&b, &h, sizeof h);
	buf_add(&b, &m, sizeof m);
	tuple(&b, CTA_TUPLE_ORIG, "192.0.2.7", "203.0.113.9", 40000, 443);
	tuple(&b, CTA_TUPLE_REPLY, "10.0.0.9", "192.0.2.7", 443, 40000);
	attr(&b, CTA_TIMEOUT, &timeout, 4);
	attr(&b, CTA_MARK, &mark, 4);
	attr(&tcp, CTA_PROTOINFO_TCP_STATE, &established, 1);
	nest(&info, CTA_PROTOINFO_TCP, &tcp);
	nest(&b, CTA_PROTOINFO, &info);
	h.nlmsg_len = (uint32_t)b.n;
	memcpy(b.p, &h, sizeof h);
	if (fd < 0 ||
	    sendto(fd, b.p, b.n, 0, (struct sockaddr *)&to, sizeof to) < 0)
		return false;
	(void)recv(fd, &in, sizeof in, 0);
	close(fd);
	buf_free(&b);
	return in.error == 0;
}

static struct probe_run *look(const struct probe *p)
{
	struct probe_run *r = xmalloc(sizeof *r);

	r->env.root = open("/", O_PATH | O_CLOEXEC);
	r->env.proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r->env.live = true;
	p->run(r);
	return r;
}

static int child(void)
{
	static const char *const want[] = {
		"\"network.transport\":\"tcp\"",
		"\"source.port\":40000",
		"\"destination.ip\":\"203.0.113.9\"",
		"\"konseki.conntrack.reply_from\":\"10.0.0.9\"",
		"\"konseki.conntrack.state\":\"ESTABLISHED\"",
		"\"konseki.conntrack.mark\":9",
	};
	struct probe_run *r;

	if (unshare(CLONE_NEWNET) < 0 || !make())
		return 77;
	r = look(&probe_conntrack);
	for (size_t i = 0; i < r->nrow; i++) {
		size_t k = 0;

		if (!str_has(r->row[i], STR("\"192.0.2.7\"")))
			continue;
		while (k < 6 && str_has(r->row[i], str_of(want[k])))
			k++;
		if (k == 6 && !str_has(r->row[i], STR("reply_to")))
			return 0;
		(void)fprintf(stderr, STR_FMT, STR_ARG(r->row[i]));
	}
	return 1;
}

static void tracked(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0)
		_exit(child());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip(); /* this kernel tracks nothing */
	assert_int_equal(status, 0);
}

static void texts(void **state)
{
	struct probe_run *r = look(&probe_nettexts);
	bool dev = false;

	(void)state;
	for (size_t i = 0; i < r->nmember; i++)
		if (str_starts(r->member[i].name, STR("live/net/")) &&
		    str_ends(r->member[i].name, STR("/dev")))
			dev |= str_has(r->member[i].data, STR("lo:"));
	assert_true(dev);
	close(r->env.root);
	close(r->env.proc);
	arena_free(&r->arena);
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tracked),
		cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests_name("collect/net_ct", tests, NULL, NULL);
}
