/*
 * net_test.c - rules, routes, interfaces and filters that ip(8) and tc(8)
 * made in a network namespace of this test's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "net.h"
#include "probe_test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>

static bool has(struct str row, const char *what)
{
	return str_has(row, str_of(what));
}

/* A row that has both; what an empty text is in everything. */
static bool row_with(const struct probe_run *r, const char *a, const char *b,
		     const char *c)
{
	for (size_t i = 0; i < r->nrow; i++)
		if (has(r->row[i], a) && has(r->row[i], b) && has(r->row[i], c))
			return true;
	(void)fprintf(stderr, "no row with %s %s %s\n", a, b, c);
	return false;
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

/* In a child: 0 as expected, 77 nothing could be made here. */
static void in_namespace(const char *make, int (*see)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (unshare(CLONE_NEWNET) < 0 ||
		    system(make) != 0) /* NOLINT: a text of this file */
			_exit(77);
		_exit(see());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

static int see_rule(void)
{
	struct probe_run *r = look(&probe_policy);

	return row_with(r, "\"konseki.policy.priority\":1234",
			"\"konseki.policy.action\":\"blackhole\"",
			"from 10.9.0.0/16 fwmark 0x7/0x") &&
			       row_with(r, "\"konseki.policy.priority\":1235",
					"\"konseki.route.table\":77",
					"from all iif lo lookup")
		       ? 0
		       : 1;
}

static void policy(void **state)
{
	(void)state;
	in_namespace("{ ip rule add from 10.9.0.0/16 fwmark 7 blackhole "
		     "priority 1234 && ip rule add iif lo lookup 77 priority "
		     "1235; } 2>/dev/null",
		     see_rule);
}

static int see_route(void)
{
	struct probe_run *r = look(&probe_routes);

	return row_with(r, "\"konseki.route.type\":\"blackhole\"",
			"\"konseki.route.destination\":\"198.51.100.0/24\"",
			"\"konseki.route.table\":77")
		       ? 0
		       : 1;
}

static void blackhole(void **state)
{
	(void)state;
	in_namespace("ip route add blackhole 198.51.100.0/24 table 77 "
		     "2>/dev/null",
		     see_route);
}

static int see_link(void)
{
	struct probe_run *r = look(&probe_interfaces);

	return row_with(r, "\"konseki.interface.name\":\"sniff0\"",
			"\"konseki.interface.kind\":\"veth\"",
			"\"konseki.interface.promiscuity\":1") &&
			       row_with(r,
					"\"konseki.interface.name\":\"tun9\"",
					"\"konseki.tunnel.id\":5,",
					"\"konseki.tunnel.remote\":"
					"\"192.0.2.1\"")
		       ? 0
		       : 1;
}

static void promiscuous(void **state)
{
	(void)state;
	in_namespace("{ ip link add sniff0 type veth peer name p0 && ip link "
		     "set sniff0 "
		     "promisc on && ip link add tun9 type vxlan id 5 remote "
		     "192.0.2.1 dstport 4789; } 2>/dev/null",
		     see_link);
}

static int see_forward(void)
{
	struct probe_run *r = look(&probe_neighbours);

	return row_with(r, "\"konseki.neighbour.mac\":\"02:00:00:00:00:09\"",
			"\"konseki.neighbour.state\":\"forwarded\"",
			"\"konseki.interface.master\":")
		       ? 0
		       : 1;
}

static void forwarded(void **state)
{
	(void)state;
	in_namespace("{ ip link add br9 type bridge && ip link add v9 type "
		     "veth peer name w9 && ip link set v9 master br9 && bridge "
		     "fdb add 02:00:00:00:00:09 dev v9 master static; } "
		     "2>/dev/null",
		     see_forward);
}

static int see_filter(void)
{
	struct probe_run *r = look(&probe_filters);

	return row_with(r, "\"konseki.filter.object\":\"qdisc\"",
			"\"konseki.filter.kind\":\"clsact\"", "") &&
			       row_with(r,
					"\"konseki.filter.object\":\"filter\"",
					"\"konseki.filter.kind\":\"bpf\"",
					"\"konseki.filter.parent\":"
					"\"ingress\"")
		       ? 0
		       : 1;
}

static void filter(void **state)
{
	(void)state;
	in_namespace("{ tc qdisc add dev lo "
		     "clsact && tc filter add dev lo ingress bpf bytecode "
		     "'1,6 0 0 0,'; } 2>/dev/null",
		     see_filter);
}

static void attributes(void **state)
{
	/* 8 type 1, 6 type 1 (two bytes and padding), one that is too long */
	static const unsigned char list[] = { 8,   0, 1, 0x80, 1, 2, 3, 4,
					      6,   0, 1, 0,    9, 9, 0, 0,
					      200, 0, 1, 0,    1, 1, 1, 1 };
	struct str left = str_mem(list, sizeof list), value;
	unsigned type;

	(void)state;
	assert_true(netlink_next(&left, &type, &value));
	assert_int_equal(type, 1);
	assert_int_equal(attr_u32(value), 0x04030201);
	assert_true(netlink_next(&left, &type, &value));
	assert_int_equal(attr_u16(value), 0x0909);
	assert_false(netlink_next(&left, &type, &value));
	for (size_t n = 0; n < sizeof list; n++) {
		size_t seen = 0;

		left = str_mem(list, n);
		while (netlink_next(&left, &type, &value))
			seen += value.n + 4;
		assert_true(seen <= n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policy),      cmocka_unit_test(blackhole),
		cmocka_unit_test(promiscuous), cmocka_unit_test(filter),
		cmocka_unit_test(attributes),  cmocka_unit_test(forwarded),
	};

	return cmocka_run_group_tests_name("collect/net", tests, NULL, NULL);
}
