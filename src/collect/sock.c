/*
 * sock.c - the sockets probe: every socket of every network namespace, by
 * the kernel's own dumps (sock_diag), else from /proc/PID/net.
 */
#include "sock.h"

#include "../util/hash.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#define PROGRAM_MAX 8192 /* bytes of a filter in a row; its hash is of all */

#ifndef AF_XDP
#define AF_XDP 44
#endif
#ifndef IPPROTO_UDPLITE
#define IPPROTO_UDPLITE 136
#endif

/* clang-format off */
const struct sock_table_info sock_table[SOCK_TABLES] = {
	[SOCK_TCP] = { "tcp", "tcp", "tcp_diag_dump", AF_INET, IPPROTO_TCP },
	[SOCK_TCP6] = { "tcp", "tcp6", "tcp_diag_dump", AF_INET6, IPPROTO_TCP },
	[SOCK_UDP] = { "udp", "udp", "udp_diag_dump", AF_INET, IPPROTO_UDP },
	[SOCK_UDP6] = { "udp", "udp6", "udp_diag_dump", AF_INET6, IPPROTO_UDP },
	[SOCK_UDPLITE] = { "udplite", "udplite", "udplite_diag_dump", AF_INET,
			   IPPROTO_UDPLITE },
	[SOCK_UDPLITE6] = { "udplite", "udplite6", "udplite_diag_dump",
			    AF_INET6, IPPROTO_UDPLITE },
	[SOCK_RAW4] = { "raw", "raw", "raw_diag_dump", AF_INET, IPPROTO_RAW },
	[SOCK_RAW6] = { "raw", "raw6", "raw_diag_dump", AF_INET6, IPPROTO_RAW },
	[SOCK_ICMP] = { "icmp", "icmp", NULL, AF_INET, IPPROTO_ICMP },
	[SOCK_ICMP6] = { "icmp", "icmp6", NULL, AF_INET6, IPPROTO_ICMPV6 },
	[SOCK_SCTP4] = { "sctp", "sctp", "sctp_diag_dump", AF_INET,
			 IPPROTO_SCTP },
	[SOCK_SCTP6] = { "sctp", "sctp6", "sctp_diag_dump", AF_INET6,
			 IPPROTO_SCTP },
	[SOCK_LINK] = { "packet", "packet", "packet_diag_dump", AF_PACKET, 0 },
	[SOCK_LOCAL] = { "unix", "unix", "unix_diag_dump", AF_UNIX, 0 },
	[SOCK_NETLINK] = { "netlink", "netlink", "netlink_diag_dump",
			   AF_NETLINK, 0 },
	[SOCK_VM] = { "vsock", "vsock", "vsock_diag_dump", AF_VSOCK, 0 },
	[SOCK_XDP_TABLE] = { "xdp", "xdp", "xsk_diag_dump", AF_XDP, 0 },
};
/* clang-format on */

static const char *state_name(const struct sock *s)
{
	static const char *const name[] = {
		[TCP_ESTABLISHED] = "ESTABLISHED",
		[TCP_SYN_SENT] = "SYN_SENT",
		[TCP_SYN_RECV] = "SYN_RECV",
		[TCP_FIN_WAIT1] = "FIN_WAIT1",
		[TCP_FIN_WAIT2] = "FIN_WAIT2",
		[TCP_TIME_WAIT] = "TIME_WAIT",
		[TCP_CLOSE] = "CLOSE",
		[TCP_CLOSE_WAIT] = "CLOSE_WAIT",
		[TCP_LAST_ACK] = "LAST_ACK",
		[TCP_LISTEN] = "LISTEN",
		[TCP_CLOSING] = "CLOSING",
		[12] = "SYN_RECV",
	};

	if (s->state == TCP_CLOSE && s->table != SOCK_TCP &&
	    s->table != SOCK_TCP6)
		return "UNCONN"; /* bound, but to no peer */
	return s->state < sizeof name / sizeof name[0] && name[s->state]
		       ? name[s->state]
		       : "UNKNOWN";
}

static bool zero(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

static void addresses(struct buf *row, const struct sock *s)
{
	bool v6 = sock_table[s->table].family == AF_INET6;
	bool port = s->table != SOCK_RAW4 && s->table != SOCK_RAW6;

	row_str(row, KEY_NETWORK_TYPE, v6 ? STR("ipv6") : STR("ipv4"));
	row_ip(row, KEY_SOURCE_IP, s->local, v6);
	if (port)
		row_u64(row, KEY_SOURCE_PORT, s->lport);
	else /* what stands for the port is the IP protocol */
		row_u64(row, KEY_K_SOCKET_PROTOCOL, s->lport);
	if (s->rport == 0 && zero(s->remote, v6 ? 16 : 4))
		return;
	row_ip(row, KEY_DESTINATION_IP, s->remote, v6);
	if (port)
		row_u64(row, KEY_DESTINATION_PORT, s->rport);
}

static void type_row(struct buf *row, uint32_t type)
{
	const char *t = type == SOCK_STREAM      ? "stream"
			: type == SOCK_DGRAM     ? "dgram"
			: type == SOCK_RAW       ? "raw"
			: type == SOCK_SEQPACKET ? "seqpacket"
			: type == SOCK_PACKET    ? "packet"
						 : NULL;

	if (t)
		row_str(row, KEY_K_SOCKET_TYPE, str_of(t));
}

static void filter_row(struct buf *row, const struct sock *s)
{
	unsigned char digest[SHA256_LEN];
	struct buf text = { 0 };

	if (s->filter == FILTER_UNKNOWN)
		return;
	row_bool(row, KEY_K_SOCKET_FILTER, s->filter == FILTER_SOME);
	if (s->program.n == 0)
		return;
	row_u64(row, KEY_K_SOCKET_FILTER_LENGTH, s->program.n / 8);
	sha256_of(s->program.p, s->program.n, digest);
	buf_hex(&text, digest, sizeof digest);
	row_str(row, KEY_K_SOCKET_FILTER_SHA256, buf_view(&text));
	buf_clear(&text);
	sock_filter_constants(s->program, &text);
	row_key_list(row, KEY_K_SOCKET_FILTER_CONSTANTS, buf_view(&text));
	buf_clear(&text);
	buf_hex(&text, s->program.p,
		s->program.n < PROGRAM_MAX ? s->program.n : PROGRAM_MAX);
	row_str(row, KEY_K_SOCKET_PROGRAM, buf_view(&text));
	buf_free(&text);
}

/* Neither addresses nor paths. */
static void other_families(struct buf *row, const struct sock *s)
{
	if (s->table == SOCK_NETLINK) {
		row_u64(row, KEY_K_SOCKET_PORTID, s->portid);
	} else if (s->table == SOCK_VM) {
		row_u64(row, KEY_K_SOCKET_CID, s->cid[0]);
		row_u64(row, KEY_SOURCE_PORT, s->vport[0]);
		row_u64(row, KEY_K_SOCKET_PEER_CID, s->cid[1]);
		row_u64(row, KEY_DESTINATION_PORT, s->vport[1]);
	}
}

void sock_facts(struct buf *row, const struct sock *s, uint64_t netns)
{
	row_str(row, KEY_NETWORK_TRANSPORT,
		str_of(sock_table[s->table].transport));
	if (s->table < SOCK_LINK)
		addresses(row, s);
	if (s->table == SOCK_LINK || s->table == SOCK_NETLINK)
		row_u64(row, KEY_K_SOCKET_PROTOCOL, s->protocol);
	else if (s->table != SOCK_XDP_TABLE)
		row_str(row, KEY_K_SOCKET_STATE, str_of(state_name(s)));
	other_families(row, s);
	if (s->table >= SOCK_LINK)
		type_row(row, s->type);
	if (s->inode)
		row_u64(row, KEY_K_SOCKET_INODE, s->inode);
	if (netns)
		row_u64(row, KEY_K_SOCKET_NETNS, netns);
	if (s->have_cookie)
		row_u64(row, KEY_K_SOCKET_COOKIE, s->cookie);
	if (s->have_uid)
		row_id(row, KEY_USER_ID, s->uid);
	if (s->interface)
		row_u64(row, KEY_K_SOCKET_INTERFACE, s->interface);
	if (s->path.n)
		row_str(row, KEY_K_SOCKET_PATH, s->path);
	if (s->peer)
		row_u64(row, KEY_K_SOCKET_PEER, s->peer);
	filter_row(row, s);
}

void sock_fill(struct buf *row, const struct sock *s, uint64_t netns)
{
	buf_clear(row);
	json_open(row);
	sock_facts(row, s, netns);
	json_close(row);
}

bool sock_row(struct sock_probe *sp, const struct sock *s)
{
	if (sp->table_rows == SOCK_ROWS_MAX)
		return false;
	if (sp->take) {
		sp->table_rows++;
		sp->take(sp->arg, s);
		return true;
	}
	sock_fill(&sp->row, s, sp->ns->inode);
	probe_row(sp->run, "sockets", buf_view(&sp->row));
	sp->table_rows++;
	sp->count++;
	sp->bytes += sp->row.n;
	return true;
}

static void table_status(struct sock_probe *sp, enum sock_table t,
			 enum probe_state state, int errnum)
{
	char what[64];

	snprintf(what, sizeof what, "net:[%llu] %s",
		 (unsigned long long)sp->ns->inode, sock_table[t].file);
	probe_status(sp->run, str_of(what), state, errnum, sp->table_rows, 0);
}

/*
 * One table: dumped, else read.  A dump that broke off after its first rows
 * is not read again: nothing is said twice.
 */
static void read_table(struct sock_probe *sp, int pid_dir, enum sock_table t)
{
	bool torn = false;
	int rc = -1, errnum;

	sp->table_rows = 0;
	errno = EOPNOTSUPP;
	if (sp->diag >> t & 1)
		rc = sock_diag_read(sp, t, &torn);
	if (rc < 0 && sp->table_rows == 0 && pid_dir >= 0)
		rc = sock_proc_read(sp, pid_dir, t);
	errnum = rc < 0 ? errno : 0;
	if (sp->table_rows == SOCK_ROWS_MAX || torn)
		table_status(sp, t, PROBE_TRUNCATED, 0);
	else if (errnum == EACCES || errnum == EPERM)
		table_status(sp, t, PROBE_DENIED, errnum);
	else if (errnum && errnum != ENOENT && errnum != EOPNOTSUPP)
		table_status(sp, t, PROBE_FAILED, errnum);
	/* ENOENT: this kernel has no such protocol */
}

static void read_ns(void *arg, const struct ns *ns, bool inside, int pid_dir)
{
	struct sock_probe *sp = arg;
	unsigned diag = sp->diag;

	sp->ns = ns;
	if (!inside)
		sp->diag = 0; /* a dump would answer for our own namespace */
	for (unsigned t = 0; t < SOCK_TABLES; t++)
		read_table(sp, pid_dir, t);
	sp->diag = diag;
}

/* Families that only a dump shows, and whose handler is not loaded. */
static void not_asked(struct sock_probe *sp)
{
	static const uint8_t only_dump[] = { SOCK_SCTP4, SOCK_NETLINK, SOCK_VM,
					     SOCK_XDP_TABLE };

	for (size_t i = 0; i < sizeof only_dump; i++)
		if (!(sp->diag >> only_dump[i] & 1))
			probe_status(sp->run,
				     str_of(sock_table[only_dump[i]].transport),
				     PROBE_SKIPPED, EOPNOTSUPP, 0, 0);
}

static void run_sockets(struct probe_run *run)
{
	struct sock_probe sp = { .run = run, .env = probe_env(run) };

	sp.diag = sock_diag_tables(sp.env);
	not_asked(&sp);
	if (netns_each(run, read_ns, &sp) < 0)
		probe_status(run, STR_NONE, PROBE_DENIED, errno, 0, 0);
	else
		probe_status(run, STR_NONE, PROBE_COLLECTED, 0, sp.count,
			     sp.bytes);
	buf_free(&sp.row);
	buf_free(&sp.text);
}

const struct probe probe_sockets = {
	.name = "sockets",
	.title = "sockets of every network namespace",
	.title_ja = "全ネットワーク名前空間のソケット",
	.stream = "live/sockets",
	.reads = "sock_diag netlink, else /proc/PID/net/{tcp,udp,udplite,raw,"
		 "icmp}{,6}, packet, unix (sctp, vsock, netlink, xdp: by "
		 "netlink alone)",
	.live_only = true,
	.core = "sockets",
	.run = run_sockets,
};
