/*
 * sock_diag.c - sockets as the kernel dumps them (sock_diag(7)).
 *
 * The kernel would load a module for a table it cannot dump yet, by running
 * modprobe on the host under examination.  So a table is asked for only when
 * its handler is there already, which the kernel's symbol list tells.
 */
#include "sock.h"
#include "kallsyms.h"
#include "netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <linux/inet_diag.h>
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <linux/vm_sockets_diag.h>
#include <linux/xdp_diag.h>

#ifndef AF_XDP
#define AF_XDP 44
#endif

#define ALL_STATES 0xffffffffu

unsigned sock_diag_tables(const struct collect_env *env)
{
	const char *name[SOCK_TABLES];
	unsigned bits = 0;
	uint64_t have;

	for (unsigned t = 0; t < SOCK_TABLES; t++)
		name[t] = sock_table[t].symbol ? sock_table[t].symbol : "-";
	have = kallsyms_have(env, name, SOCK_TABLES);
	for (unsigned t = 0; t < SOCK_TABLES; t++)
		if (have >> t & 1)
			bits |= 1u << t;
	return bits;
}

struct dump {
	struct sock_probe *sp;
	enum sock_table table;
};

static uint64_t cookie(const uint32_t c[2])
{
	return (uint64_t)c[1] << 32 | c[0];
}

static bool inet_row(void *arg, uint16_t type, struct str p)
{
	struct dump *d = arg;
	struct inet_diag_msg m;
	struct sock s = { .table = d->table };

	if (type != SOCK_DIAG_BY_FAMILY || p.n < sizeof m)
		return true;
	memcpy(&m, p.p, sizeof m);
	s.state = m.idiag_state;
	memcpy(s.local, m.id.idiag_src, 16);
	memcpy(s.remote, m.id.idiag_dst, 16);
	s.lport = ntohs(m.id.idiag_sport);
	s.rport = ntohs(m.id.idiag_dport);
	s.interface = m.id.idiag_if;
	s.inode = m.idiag_inode;
	s.cookie = cookie(m.id.idiag_cookie);
	s.have_cookie = true;
	s.uid = m.idiag_uid;
	s.have_uid = m.idiag_state != TCP_TIME_WAIT; /* nobody's any more */
	return sock_row(d->sp, &s);
}

static bool packet_row(void *arg, uint16_t type, struct str p)
{
	struct dump *d = arg;
	struct packet_diag_msg m;
	struct packet_diag_info info;
	struct str at[PACKET_DIAG_MAX + 1];
	struct sock s = { .table = SOCK_LINK };

	if (type != SOCK_DIAG_BY_FAMILY || p.n < sizeof m)
		return true;
	memcpy(&m, p.p, sizeof m);
	netlink_attrs(p, sizeof m, at, PACKET_DIAG_MAX + 1);
	s.type = m.pdiag_type;
	s.protocol = m.pdiag_num;
	s.inode = m.pdiag_ino;
	s.cookie = cookie(m.pdiag_cookie);
	s.have_cookie = true;
	s.uid = attr_u32(at[PACKET_DIAG_UID]);
	s.have_uid = at[PACKET_DIAG_UID].n >= 4;
	if (at[PACKET_DIAG_INFO].n >= sizeof info) {
		memcpy(&info, at[PACKET_DIAG_INFO].p, sizeof info);
		s.interface = info.pdi_index;
	}
	s.program = at[PACKET_DIAG_FILTER];
	/* an empty attribute: there is none; none at all: we may not see it */
	if (at[PACKET_DIAG_FILTER].p)
		s.filter = s.program.n ? FILTER_SOME : FILTER_NONE;
	return sock_row(d->sp, &s);
}

static bool unix_row(void *arg, uint16_t type, struct str p)
{
	struct dump *d = arg;
	struct unix_diag_msg m;
	struct str at[UNIX_DIAG_MAX + 1];
	struct sock s = { .table = SOCK_LOCAL };
	struct buf *name = &d->sp->text;

	if (type != SOCK_DIAG_BY_FAMILY || p.n < sizeof m)
		return true;
	memcpy(&m, p.p, sizeof m);
	netlink_attrs(p, sizeof m, at, UNIX_DIAG_MAX + 1);
	s.type = m.udiag_type;
	s.state = m.udiag_state;
	s.inode = m.udiag_ino;
	s.cookie = cookie(m.udiag_cookie);
	s.have_cookie = true;
	s.peer = attr_u32(at[UNIX_DIAG_PEER]);
	s.uid = attr_u32(at[UNIX_DIAG_UID]);
	s.have_uid = at[UNIX_DIAG_UID].n >= 4;
	buf_clear(name);
	buf_str(name, at[UNIX_DIAG_NAME]);
	while (name->n > 1 && name->p[name->n - 1] == '\0')
		name->n--;
	if (name->n && name->p[0] == '\0')
		name->p[0] = '@'; /* abstract */
	s.path = buf_view(name);
	return sock_row(d->sp, &s);
}

static bool netlink_row(void *arg, uint16_t type, struct str p)
{
	struct dump *d = arg;
	struct netlink_diag_msg m;
	struct sock s = { .table = SOCK_NETLINK };

	if (type != SOCK_DIAG_BY_FAMILY || p.n < sizeof m)
		return true;
	memcpy(&m, p.p, sizeof m);
	if (m.ndiag_ino == 0)
		return true; /* the kernel's own end */
	s.type = m.ndiag_type;
	s.protocol = m.ndiag_protocol;
	s.portid = m.ndiag_portid;
	s.inode = m.ndiag_ino;
	s.cookie = cookie(m.ndiag_cookie);
	s.have_cookie = true;
	return sock_row(d->sp, &s);
}

static bool vm_row(void *arg, uint16_t type, struct str p)
{
	struct dump *d = arg;
	struct vsock_diag_msg m;
	struct sock s = { .table = SOCK_VM };

	if (type != SOCK_DIAG_BY_FAMILY || p.n < sizeof m)
		return true;
	memcpy(&m, p.p, sizeof m);
	s.type = m.vdiag_type;
	s.state = m.vdiag_state;
	s.cid[0] = m.vdiag_src_cid;
	s.cid[1] = m.vdiag_dst_cid;
	s.vport[0] = m.vdiag_src_port;
	s.vport[1] = m.vdiag_dst_port;
	s.inode = m.vdiag_ino;
	s.cookie = cookie(m.vdiag_cookie);
	s.have_cookie = true;
	return sock_row(d->sp, &s);
}

static bool xdp_row(void *arg, uint16_t type, struct str p)
{
	struct dump *d = arg;
	struct xdp_diag_msg m;
	struct xdp_diag_info info;
	struct str at[XDP_DIAG_MAX + 1];
	struct sock s = { .table = SOCK_XDP_TABLE };

	if (type != SOCK_DIAG_BY_FAMILY || p.n < sizeof m)
		return true;
	memcpy(&m, p.p, sizeof m);
	netlink_attrs(p, sizeof m, at, XDP_DIAG_MAX + 1);
	s.type = m.xdiag_type;
	s.inode = m.xdiag_ino;
	s.cookie = cookie(m.xdiag_cookie);
	s.have_cookie = true;
	s.uid = attr_u32(at[XDP_DIAG_UID]);
	s.have_uid = at[XDP_DIAG_UID].n >= 4;
	if (at[XDP_DIAG_INFO].n >= sizeof info) {
		memcpy(&info, at[XDP_DIAG_INFO].p, sizeof info);
		s.interface = info.ifindex;
	}
	return sock_row(d->sp, &s);
}

/* Families that only this way shows. */
static int dump_other(struct netlink *nl, struct dump *d)
{
	struct netlink_diag_req netlink = { .sdiag_family = AF_NETLINK,
					    .sdiag_protocol = NDIAG_PROTO_ALL };
	struct vsock_diag_req vm = { .sdiag_family = AF_VSOCK,
				     .vdiag_states = ALL_STATES };
	struct xdp_diag_req xdp = { .sdiag_family = AF_XDP,
				    .xdiag_show = XDP_SHOW_INFO };

	if (d->table == SOCK_NETLINK)
		return netlink_dump(nl, SOCK_DIAG_BY_FAMILY, &netlink,
				    sizeof netlink, netlink_row, d);
	if (d->table == SOCK_VM)
		return netlink_dump(nl, SOCK_DIAG_BY_FAMILY, &vm, sizeof vm,
				    vm_row, d);
	return netlink_dump(nl, SOCK_DIAG_BY_FAMILY, &xdp, sizeof xdp, xdp_row,
			    d);
}

static int dump(struct netlink *nl, struct dump *d)
{
	const struct sock_table_info *t = &sock_table[d->table];
	struct inet_diag_req_v2 inet = { .sdiag_family = t->family,
					 .sdiag_protocol = t->protocol,
					 .idiag_states = ALL_STATES };
	struct packet_diag_req packet = { .sdiag_family = AF_PACKET,
					  .pdiag_show = PACKET_SHOW_INFO |
							PACKET_SHOW_FILTER };
	struct unix_diag_req local = { .sdiag_family = AF_UNIX,
				       .udiag_states = ALL_STATES,
				       .udiag_show = UDIAG_SHOW_NAME |
						     UDIAG_SHOW_PEER |
						     UDIAG_SHOW_UID };

	if (d->table == SOCK_LINK)
		return netlink_dump(nl, SOCK_DIAG_BY_FAMILY, &packet,
				    sizeof packet, packet_row, d);
	if (d->table == SOCK_LOCAL)
		return netlink_dump(nl, SOCK_DIAG_BY_FAMILY, &local,
				    sizeof local, unix_row, d);
	if (d->table > SOCK_LOCAL)
		return dump_other(nl, d);
	return netlink_dump(nl, SOCK_DIAG_BY_FAMILY, &inet, sizeof inet,
			    inet_row, d);
}

int sock_diag_read(struct sock_probe *sp, enum sock_table t, bool *torn)
{
	struct dump d = { sp, t };
	struct netlink nl;
	int rc, saved;

	if (netlink_open(&nl, NETLINK_SOCK_DIAG) < 0)
		return -1;
	rc = dump(&nl, &d);
	saved = errno;
	*torn = rc == 0 && nl.torn;
	netlink_close(&nl);
	errno = saved;
	return rc;
}
