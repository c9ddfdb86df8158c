/*
 * proctab.c - the process and socket tables of a context.
 */
#include <netinet/in.h>
#include <stdlib.h>

#include "../util/buf.h"
#include "../util/scan.h"
#include "build.h"
#include "cgroup.h"
#include "jsonrow.h"

#define MAX_PROC 262144
#define MAX_SOCK (1u << 20)
#define MAX_PROC_SOCK 65536 /* of one process */
#define MAX_CMDLINE 1024
#define MAX_NAME 256

static uint32_t u32_of(const struct jsonrow_value *v)
{
	uint64_t n;

	return jsonrow_u64(v, &n) && n <= UINT32_MAX ? (uint32_t)n : 0;
}

static struct str capped(struct context *c, struct str s)
{
	return arena_dup(&c->arena, str_head(s, MAX_CMDLINE));
}

static struct str joined(struct context *c, const struct jsonrow_value *list,
			 struct arena *scratch)
{
	struct buf b = { 0 };
	struct str item;
	size_t at = 0;

	while (b.n < MAX_CMDLINE && jsonrow_item(list, &at, scratch, &item)) {
		if (b.n)
			buf_c(&b, ' ');
		buf_str(&b, str_head(item, MAX_CMDLINE));
	}
	item = capped(c, buf_view(&b));
	buf_free(&b);
	return item;
}

static void sockets_of(struct context *c, struct proc *p,
		       const struct jsonrow_value *list, struct arena *scratch)
{
	struct buf b = { 0 };
	struct str item;
	uint64_t inode;
	size_t at = 0, n = 0;

	while (n < MAX_PROC_SOCK && jsonrow_item(list, &at, scratch, &item)) {
		if (!str_u64(item, &inode))
			continue;
		buf_add(&b, &inode, sizeof(inode));
		n++;
	}
	p->sock = arena_array(&c->arena, n, sizeof(*p->sock));
	if (n)
		memcpy(p->sock, b.p, n * sizeof(*p->sock));
	p->nsock = n;
	buf_free(&b);
}

static void container(struct context *c, struct proc *p, struct str cgroup)
{
	struct cgroup_container cc;

	if (!cgroup_container(cgroup, &cc))
		return;
	p->container.id = arena_dup(&c->arena, str_head(cc.id, MAX_NAME));
	p->container.pod = arena_dup(&c->arena, str_head(cc.pod, MAX_NAME));
	p->container.runtime = cc.runtime;
}

enum proc_key {
	P_NONE,
	P_PID,
	P_PPID,
	P_UID,
	P_START,
	P_NAME,
	P_EXE,
	P_CMDLINE,
	P_ARGS,
	P_KTHREAD,
	P_CGROUP,
	P_MNT_NS,
	P_NET_NS,
	P_SOCKETS
};

static enum proc_key proc_key(struct str key)
{
	static const struct {
		struct str name;
		enum proc_key key;
	} known[] = {
		{ { "process.pid", 11 }, P_PID },
		{ { "process.parent.pid", 18 }, P_PPID },
		{ { "user.id", 7 }, P_UID },
		{ { "process.start", 13 }, P_START },
		{ { "process.name", 12 }, P_NAME },
		{ { "process.executable", 18 }, P_EXE },
		{ { "process.command_line", 20 }, P_CMDLINE },
		{ { "process.args", 12 }, P_ARGS },
		{ { "konseki.process.kernel_thread", 29 }, P_KTHREAD },
		{ { "sockets", 7 }, P_SOCKETS },
		{ { "konseki.process.cgroup", 22 }, P_CGROUP },
		{ { "konseki.process.namespace.mnt", 29 }, P_MNT_NS },
		{ { "konseki.process.namespace.net", 29 }, P_NET_NS },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (str_eq(known[i].name, key))
			return known[i].key;
	return P_NONE;
}

static void proc_value(struct context *c, struct proc *p, enum proc_key key,
		       const struct jsonrow_value *v, struct arena *scratch)
{
	switch (key) {
	case P_PID:
		p->pid = u32_of(v);
		break;
	case P_PPID:
		p->ppid = u32_of(v);
		break;
	case P_UID:
		p->uid = u32_of(v);
		break;
	case P_START:
		(void)jsonrow_i64(v, &p->start_ns); /* else: unknown */
		break;
	case P_NAME:
		p->name = capped(c, v->text);
		break;
	case P_EXE:
		p->exe = arena_dup(&c->arena, str_head(v->text, 4096));
		break;
	case P_CMDLINE:
		p->cmdline = capped(c, v->text);
		break;
	case P_ARGS:
		if (!p->cmdline.n)
			p->cmdline = joined(c, v, scratch);
		break;
	case P_KTHREAD:
		p->kthread = v->type == ROW_BOOL && v->yes;
		break;
	case P_CGROUP:
		container(c, p, v->text);
		break;
	case P_MNT_NS:
		(void)jsonrow_u64(v, &p->mnt_ns); /* else 0: unknown */
		break;
	case P_NET_NS:
		(void)jsonrow_u64(v, &p->net_ns);
		break;
	case P_SOCKETS:
		sockets_of(c, p, v, scratch);
		break;
	case P_NONE:
		break;
	}
}

void proctab_processes(struct context *c, struct str jsonl)
{
	struct arena scratch = { 0 };

	while (jsonl.p && c->nproc < MAX_PROC) {
		struct str line = str_cut(&jsonl, '\n'), key;
		struct proc p = { .start_ns = INT64_MIN };
		struct arena_mark mark = arena_mark(&scratch);
		struct jsonrow_value v;
		struct jsonrow r;

		if (!jsonrow_open(&r, line, &scratch))
			continue;
		while (jsonrow_next(&r, &key, &v))
			proc_value(c, &p, proc_key(key), &v, &scratch);
		arena_rewind(&scratch, mark);
		if (p.pid == 0)
			continue;
		vec_grow(&c->proc, &c->capproc, c->nproc + 1, sizeof(*c->proc));
		c->proc[c->nproc++] = p;
		c->have |= CTX_PROCESSES;
	}
	arena_free(&scratch);
}

static uint8_t proto_of(struct str s)
{
	static const struct {
		const char *name;
		uint8_t proto;
	} known[] = {
		{ "tcp", IPPROTO_TCP },         { "udp", IPPROTO_UDP },
		{ "udplite", IPPROTO_UDPLITE }, { "sctp", IPPROTO_SCTP },
		{ "dccp", IPPROTO_DCCP },       { "icmp", IPPROTO_ICMP },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (str_is(s, known[i].name))
			return known[i].proto;
	return 0;
}

static uint8_t state_of(struct str s)
{
	/* include/net/tcp_states.h */
	static const char *const name[] = {
		"",           "established", "syn_sent",  "syn_recv",
		"fin_wait1",  "fin_wait2",   "time_wait", "close",
		"close_wait", "last_ack",    "listen",    "closing",
	};

	for (uint8_t i = 1; i < sizeof(name) / sizeof(*name); i++)
		if (str_ieq(s, str_of(name[i])))
			return i;
	return 0;
}

static void sock_value(struct proc_socket *s, struct str key,
		       const struct jsonrow_value *v)
{
	bool v4 = str_chr(v->text, ':') == (size_t)-1;

	if (str_is(key, "konseki.socket.inode"))
		(void)jsonrow_u64(v, &s->inode); /* else 0: none */
	else if (str_is(key, "konseki.socket.netns"))
		(void)jsonrow_u64(v, &s->netns);
	else if (str_is(key, "konseki.socket.state"))
		s->state = state_of(v->text);
	else if (str_is(key, "network.transport"))
		s->proto = proto_of(v->text);
	else if (str_is(key, "source.port"))
		s->lport = (uint16_t)u32_of(v);
	else if (str_is(key, "destination.port"))
		s->rport = (uint16_t)u32_of(v);
	else if (str_is(key, "source.ip") && str_ip(v->text, s->local))
		s->family = v4 ? 4 : 6;
	else if (str_is(key, "destination.ip") && str_ip(v->text, s->remote))
		s->family = v4 ? 4 : 6;
}

void proctab_sockets(struct context *c, struct str jsonl)
{
	struct arena scratch = { 0 };

	while (jsonl.p && c->nsock < MAX_SOCK) {
		struct str line = str_cut(&jsonl, '\n'), key;
		struct arena_mark mark = arena_mark(&scratch);
		struct proc_socket s = { 0 };
		struct jsonrow_value v;
		struct jsonrow r;

		if (!jsonrow_open(&r, line, &scratch))
			continue;
		while (jsonrow_next(&r, &key, &v))
			sock_value(&s, key, &v);
		arena_rewind(&scratch, mark);
		c->have |= CTX_SOCKETS;
		if (s.inode == 0) /* time-wait and the like: no owner */
			continue;
		vec_grow(&c->sock, &c->capsock, c->nsock + 1, sizeof(*c->sock));
		c->sock[c->nsock++] = s;
	}
	arena_free(&scratch);
}

static int by_pid(const void *a, const void *b)
{
	const struct proc *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

static int by_inode(const void *a, const void *b)
{
	const struct proc_socket *x = a, *y = b;

	return (x->inode > y->inode) - (x->inode < y->inode);
}

static int by_owner(const void *a, const void *b)
{
	const struct sock_owner *x = a, *y = b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return (x->proc > y->proc) - (x->proc < y->proc);
}

static void first_of(struct map *m, uint64_t inode, uint64_t index)
{
	bool added;
	uint64_t *at;

	if (inode == 0)
		return;
	at = map_put(m, str_mem(&inode, sizeof(inode)), &added);
	if (added)
		*at = index;
}

void proctab_finish(struct context *c)
{
	if (c->nproc)
		qsort(c->proc, c->nproc, sizeof(*c->proc), by_pid);
	if (c->nsock)
		qsort(c->sock, c->nsock, sizeof(*c->sock), by_inode);
	for (size_t i = 0; i < c->nproc; i++) {
		first_of(&c->mnt_ns, c->proc[i].mnt_ns, i);
		first_of(&c->net_ns, c->proc[i].net_ns, i);
	}
	for (size_t i = 0; i < c->nproc; i++)
		for (size_t k = 0; k < c->proc[i].nsock; k++) {
			struct sock_owner o = { c->proc[i].sock[k],
						(uint32_t)i };

			vec_grow(&c->owner, &c->capowner, c->nowner + 1,
				 sizeof(*c->owner));
			c->owner[c->nowner++] = o;
		}
	if (c->nowner)
		qsort(c->owner, c->nowner, sizeof(*c->owner), by_owner);
}
