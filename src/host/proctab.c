/*
 * proctab.c - the process and socket tables of a context, and which paths
 * the walk saw.
 */
#include <netinet/in.h>
#include <stdlib.h>

#include "../util/buf.h"
#include "../util/json_in.h"
#include "../util/scan.h"
#include "build.h"
#include "jsonrow.h"

#define MAX_PROC 262144
#define MAX_SOCK (1u << 20)
#define MAX_PROC_SOCK 65536 /* of one process */
#define MAX_CMDLINE 1024
#define MAX_SEEN (4u << 20)
#define MAX_LINKS 65536

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

/* The exact bytes of a row's path; the usual one is looked at only once. */
static struct str row_path(struct str line, struct arena *scratch)
{
	const struct str head = STR("{\"p\":\"");
	struct str path = str_skip(line, head.n), key, found = STR_NONE;
	struct jsonrow_value v;
	struct jsonrow r;

	if (str_starts(line, head)) {
		path = str_head(path, str_chr(path, '"'));
		if (str_chr(path, '\\') == (size_t)-1)
			return path;
	}
	if (!jsonrow_open(&r, line, scratch))
		return STR_NONE;
	while (jsonrow_next(&r, &key, &v))
		if (str_is(key, "p"))
			found = v.text;
		else if (str_is(key, "p_b64") && v.type == ROW_STR)
			(void)b64_decode(scratch, v.text, &found);
	return found;
}

/* Programs are reached through these: awk, java, editor … */
static bool of_programs(struct str path)
{
	static const struct str dir[] = {
		{ "/usr/bin/", 9 },
		{ "/usr/sbin/", 10 },
		{ "/bin/", 5 },
		{ "/sbin/", 6 },
		{ "/etc/alternatives/", 18 },
		{ "/usr/local/bin/", 15 },
		{ "/usr/local/sbin/", 16 },
	};

	for (size_t i = 0; i < sizeof(dir) / sizeof(*dir); i++)
		if (str_starts(path, dir[i]))
			return true;
	return false;
}

static void link_keep(struct context *c, struct str path, struct str line,
		      struct arena *scratch)
{
	struct str key, to = STR_NONE;
	struct jsonrow_value v;
	struct jsonrow r;

	if (!of_programs(path) || c->nlink >= MAX_LINKS ||
	    !str_has(line, STR("\"t\":\"l\"")) ||
	    !jsonrow_open(&r, line, scratch))
		return;
	while (jsonrow_next(&r, &key, &v))
		if (str_is(key, "l"))
			to = v.text;
	if (!to.n)
		return;
	vec_grow(&c->link_to, &c->caplink, c->nlink + 1, sizeof(*c->link_to));
	c->link_to[c->nlink++] = arena_dup(&c->arena, str_head(to, 4096));
	*map_put(&c->link, path, NULL) = c->nlink;
}

void proctab_files(struct context *c, struct str jsonl)
{
	struct arena scratch = { 0 };

	while (jsonl.p) {
		struct str line = str_cut(&jsonl, '\n');
		struct arena_mark mark = arena_mark(&scratch);
		struct path_info *info;
		struct str path;

		if (line.n == 0)
			continue;
		if (c->dpkg.path.n >= MAX_SEEN) {
			/* from here on it is not known what is missing */
			c->have &= ~(unsigned)CTX_FILES;
			break;
		}
		c->have |= CTX_FILES;
		path = row_path(line, &scratch);
		info = pathset_put(&c->dpkg.path, path);
		link_keep(c, path, line, &scratch);
		if (info)
			info->owner |= PATH_SEEN;
		arena_rewind(&scratch, mark);
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

void proctab_finish(struct context *c)
{
	if (c->nproc)
		qsort(c->proc, c->nproc, sizeof(*c->proc), by_pid);
	if (c->nsock)
		qsort(c->sock, c->nsock, sizeof(*c->sock), by_inode);
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
