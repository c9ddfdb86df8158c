/*
 * net_tc.c - traffic control: queues of every interface and the filters on
 * them, with the eBPF programs these run.
 */
#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>

#define QUEUES_MAX 65536u
#define BPF_MAX 16 /* attributes of a bpf filter */
#define BPF_NAME 7
#define BPF_TAG 10
#define BPF_ID 11

struct queue {
	int index;
	uint32_t handle;
	bool both; /* clsact: what comes in, and what goes out */
};

struct tc {
	struct net_probe *np;
	struct queue *queue;
	size_t n, cap;
};

static void parent_row(struct buf *row, uint32_t parent)
{
	char t[32];

	if (parent == TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS) ||
	    parent == TC_H_INGRESS)
		snprintf(t, sizeof t, "ingress");
	else if (parent == TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS))
		snprintf(t, sizeof t, "egress");
	else if (parent == TC_H_ROOT)
		snprintf(t, sizeof t, "root");
	else
		snprintf(t, sizeof t, "%x:%x", parent >> 16, parent & 0xffffu);
	row_str(row, KEY_K_FILTER_PARENT, str_of(t));
}

static struct buf *open_row(struct net_probe *np, const struct tcmsg *m,
			    const char *what, struct str kind)
{
	struct buf *row = net_row(np);

	row_str(row, KEY_K_FILTER_OBJECT, str_of(what));
	row_str(row, KEY_K_FILTER_KIND, netlink_text(kind));
	row_u64(row, KEY_K_INTERFACE_INDEX, (uint64_t)m->tcm_ifindex);
	parent_row(row, m->tcm_parent);
	return row;
}

static bool queue_row(void *arg, uint16_t type, struct str p)
{
	struct tc *t = arg;
	struct str at[TCA_MAX + 1];
	struct tcmsg m;

	if (type != RTM_NEWQDISC || p.n < sizeof m)
		return true;
	memcpy(&m, p.p, sizeof m);
	netlink_attrs(p, sizeof m, at, TCA_MAX + 1);
	if (t->n < QUEUES_MAX) {
		vec_grow(&t->queue, &t->cap, t->n + 1, sizeof *t->queue);
		t->queue[t->n++] =
			(struct queue){ m.tcm_ifindex, m.tcm_handle,
					str_is(netlink_text(at[TCA_KIND]),
					       "clsact") };
	}
	(void)open_row(t->np, &m, "qdisc", at[TCA_KIND]);
	return net_send(t->np);
}

static void bpf_row(struct buf *row, struct str options)
{
	struct str at[BPF_MAX];
	struct buf hex = { 0 };

	netlink_attrs(options, 0, at, BPF_MAX);
	if (at[BPF_NAME].n)
		row_str(row, KEY_K_BPF_NAME, netlink_text(at[BPF_NAME]));
	if (at[BPF_ID].n)
		row_u64(row, KEY_K_BPF_PROGRAM, attr_u32(at[BPF_ID]));
	buf_hex(&hex, at[BPF_TAG].p, at[BPF_TAG].n);
	if (hex.n)
		row_str(row, KEY_K_BPF_TAG, buf_view(&hex));
	buf_free(&hex);
}

static bool filter_row(void *arg, uint16_t type, struct str p)
{
	struct tc *t = arg;
	struct str at[TCA_MAX + 1];
	struct tcmsg m;
	struct buf *row;

	if (type != RTM_NEWTFILTER || p.n < sizeof m)
		return true;
	memcpy(&m, p.p, sizeof m);
	netlink_attrs(p, sizeof m, at, TCA_MAX + 1);
	if (m.tcm_handle == 0)
		return true; /* the head of a list */
	row = open_row(t->np, &m, "filter", at[TCA_KIND]);
	row_u64(row, KEY_K_FILTER_PRIORITY, m.tcm_info >> 16);
	if (str_is(netlink_text(at[TCA_KIND]), "bpf"))
		bpf_row(row, at[TCA_OPTIONS]);
	return net_send(t->np);
}

static void filters_of(struct tc *t, struct netlink *nl, int index,
		       uint32_t parent)
{
	struct tcmsg m = { .tcm_family = AF_UNSPEC,
			   .tcm_ifindex = index,
			   .tcm_parent = parent };

	/* a queue without classes has none, and says so */
	(void)netlink_dump(nl, RTM_GETTFILTER, &m, sizeof m, filter_row, t);
}

static int dump(struct net_probe *np, struct netlink *nl)
{
	struct tcmsg m = { .tcm_family = AF_UNSPEC };
	struct tc t = { .np = np };
	int rc = netlink_dump(nl, RTM_GETQDISC, &m, sizeof m, queue_row, &t);

	for (size_t i = 0; rc == 0 && i < t.n; i++) {
		const struct queue *q = &t.queue[i];

		if (!q->both) {
			filters_of(&t, nl, q->index, q->handle);
			continue;
		}
		filters_of(&t, nl, q->index,
			   TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS));
		filters_of(&t, nl, q->index,
			   TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS));
	}
	free(t.queue);
	return rc;
}

static void run_filters(struct probe_run *run)
{
	struct net_job job = { .np = { .stream = "filters" }, .dump = dump };

	net_run(run, &job);
}

const struct probe probe_filters = {
	.name = "filters",
	.title = "queues and filters of traffic control",
	.title_ja = "トラフィック制御のキューとフィルタ",
	.stream = "live/filters",
	.reads = "rtnetlink",
	.live_only = true,
	.run = run_filters,
};
