/*
 * net_text.c - texts of /proc/PID/net of every network namespace, kept as
 * they stand below live/net/<inode>/: memberships, counters, protocols.
 */
#include "net.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define TEXT_MAX (1u << 20)
#define NAMESPACES_MAX 512u /* whose texts are kept */

static const char *const files[] = {
	"arp",
	"dev",
	"dev_mcast",
	"fib_trie",
	"icmp",
	"icmp6",
	"igmp",
	"igmp6",
	"ip_mr_vif",
	"ip_tables_names",
	"ip6_tables_names",
	"netlink",
	"netstat",
	"packet",
	"protocols",
	"ptype",
	"raw",
	"raw6",
	"snmp",
	"snmp6",
	"sockstat",
	"sockstat6",
	"udplite",
	"unix",
	"wireless",
	"xfrm_stat",
};

struct nettexts {
	struct text_tally t;
	unsigned seen, left_out;
};

static void visit(void *arg, const struct ns *ns, bool inside, int pid_dir)
{
	struct nettexts *n = arg;
	char into[48];
	int dir;

	(void)inside;
	if (n->seen++ >= NAMESPACES_MAX) {
		n->left_out++;
		return;
	}
	dir = pid_dir < 0 ? -1
			  : openat(pid_dir, "net",
				   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		snprintf(into, sizeof into, "net:[%llu]",
			 (unsigned long long)ns->inode);
		probe_status(n->t.run, str_of(into),
			     errno == EACCES || errno == EPERM ? PROBE_DENIED
							       : PROBE_VANISHED,
			     errno, 0, 0);
		return;
	}
	snprintf(into, sizeof into, "net/%llu", (unsigned long long)ns->inode);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		(void)text_copy(&n->t, dir, files[i], into, TEXT_MAX);
	close(dir);
}

static void run_nettexts(struct probe_run *run)
{
	struct nettexts n = { .t = { .run = run } };

	if (netns_each(run, visit, &n) < 0)
		probe_status(run, STR_NONE, PROBE_DENIED, errno, 0, 0);
	else
		probe_status(run, STR_NONE,
			     n.left_out ? PROBE_TRUNCATED : PROBE_COLLECTED, 0,
			     n.t.count, n.t.bytes);
	buf_free(&n.t.text);
}

const struct probe probe_nettexts = {
	.name = "nettexts",
	.title = "texts of /proc/net of every network namespace",
	.title_ja = "全ネットワーク名前空間の /proc/net の内容",
	.stream = NULL,
	.reads = "/proc/PID/net/{dev,igmp,netstat,packet,protocols,ptype,raw,"
		 "snmp,unix,…}",
	.live_only = true,
	.run = run_nettexts,
};
