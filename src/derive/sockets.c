/* sockets.c - sockets of a process, and the process of a socket. */
#include <netinet/in.h>

#include "join.h"

#define MAX_LIST 32 /* remote addresses, listening ports */
#define TCP_LISTENING 10

struct ips {
	unsigned char ip[MAX_LIST][16];
	size_t n;
};

static void ips_add(struct ips *l, const unsigned char ip[16])
{
	for (size_t i = 0; i < l->n; i++)
		if (memcmp(l->ip[i], ip, 16) == 0)
			return;
	if (l->n < MAX_LIST)
		memcpy(l->ip[l->n++], ip, 16);
}

/* `tcp 0.0.0.0:22', `udp [::]:546' */
static struct str listening(struct join *j, const struct proc_socket *s)
{
	const unsigned char *a = s->local;
	const char *proto = s->proto == IPPROTO_TCP ? "tcp" : "udp";
	char ip[48];
	size_t n = 0;

	if (s->family == 4)
		return arena_fmt(j->scratch, "%s %u.%u.%u.%u:%u", proto, a[12],
				 a[13], a[14], a[15], s->lport);
	for (int i = 0; i < 16; i += 2)
		n += (size_t)snprintf(ip + n, sizeof(ip) - n, "%s%x",
				      i ? ":" : "",
				      (unsigned)a[i] << 8 | a[i + 1]);
	return arena_fmt(j->scratch, "%s [%s]:%u", proto,
			 str_is(str_mem(ip, n), "0:0:0:0:0:0:0:0") ? "::" : ip,
			 s->lport);
}

static bool listens(const struct proc_socket *s)
{
	if (s->proto == IPPROTO_TCP)
		return s->state == TCP_LISTENING;
	/* a UDP socket that takes from anyone */
	return s->proto == IPPROTO_UDP && s->lport && ip_unspecified(s->remote);
}

/* `0 socket:[4711]' -> 4711, for the three standard descriptors; else 0 */
static uint64_t stdio_inode(struct str fd)
{
	const struct str mark = STR(" socket:[");
	uint64_t inode;

	if (fd.n < 2 || fd.p[0] < '0' || fd.p[0] > '2')
		return 0;
	fd = str_skip(fd, 1);
	if (!str_starts(fd, mark) || !str_ends(fd, STR("]")))
		return 0;
	fd = str_skip(fd, mark.n);
	return str_u64(str_head(fd, fd.n - 1), &inode) ? inode : 0;
}

static void stdio(struct join *j)
{
	struct ips remote = { .n = 0 };
	bool some = false;

	for (size_t i = 0; i < j->ev->nfield; i++) {
		const struct field *f = &j->ev->field[i];
		const struct proc_socket *s;

		if (f->key != KEY_K_PROCESS_FDS || f->type != V_STR)
			continue;
		s = ctx_socket(j->ctx, stdio_inode(f->v.str));
		if (!s || !s->family)
			continue;
		some = true;
		if (!ip_unspecified(s->remote))
			ips_add(&remote, s->remote);
	}
	for (size_t i = 0; i < remote.n; i++)
		ev_ip(j->ev, KEY_K_PROCESS_STDIO_IP, remote.ip[i]);
	if (some)
		ev_bool(j->ev, KEY_K_PROCESS_STDIO_SOCKET, true);
}

void join_process_sockets(struct join *j)
{
	const struct proc *p = j->self;
	struct ips remote = { .n = 0 };
	bool external = false;
	size_t nlisten = 0;

	if (!p)
		return;
	for (size_t i = 0; i < p->nsock; i++) {
		const struct proc_socket *s = ctx_socket(j->ctx, p->sock[i]);

		if (!s || !s->family)
			continue;
		if (listens(s) && nlisten < MAX_LIST) {
			ev_str(j->ev, KEY_K_PROCESS_LISTEN, listening(j, s));
			nlisten++;
		}
		if (!ip_unspecified(s->remote))
			ips_add(&remote, s->remote);
		external |= ip_external(s->remote);
	}
	for (size_t i = 0; i < remote.n; i++)
		ev_ip(j->ev, KEY_K_PROCESS_REMOTE_IP, remote.ip[i]);
	if (external)
		ev_bool(j->ev, KEY_K_PROCESS_REMOTE_EXTERNAL, true);
	if (p->nsock)
		ev_u64(j->ev, KEY_K_PROCESS_SOCKETS, p->nsock);
	stdio(j);
}

static void process(struct join *j, const struct proc *p)
{
	ev_str(j->ev, KEY_PROCESS_COMMAND_LINE, p->cmdline);
	ev_str(j->ev, KEY_PROCESS_EXECUTABLE, p->exe);
	ev_str(j->ev, KEY_PROCESS_NAME, p->name);
}

void join_socket_process(struct join *j)
{
	const struct proc *p;
	uint64_t inode;

	if (ev_get(j->ev, KEY_PROCESS_PID) ||
	    !join_u64(j->ev, KEY_K_SOCKET_INODE, &inode))
		return;
	p = ctx_socket_proc(j->ctx, inode);
	if (!p)
		return;
	ev_u64(j->ev, KEY_PROCESS_PID, p->pid);
	process(j, p);
}

void join_pid_process(struct join *j)
{
	const struct proc *p;
	uint64_t pid;

	if (!join_u64(j->ev, KEY_PROCESS_PID, &pid) || pid > UINT32_MAX)
		return;
	p = ctx_pid(j->ctx, (uint32_t)pid);
	if (p)
		process(j, p);
}
