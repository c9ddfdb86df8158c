/*
 * collect/sock.h - what the files of the sockets probe share: one socket,
 * wherever it was learnt from.
 */
#ifndef COLLECT_SOCK_H
#define COLLECT_SOCK_H

#include "netns.h"
#include "row.h"

#define SOCK_ROWS_MAX 1000000u /* of one table of one namespace */

enum sock_table {
	SOCK_TCP,
	SOCK_TCP6,
	SOCK_UDP,
	SOCK_UDP6,
	SOCK_UDPLITE,
	SOCK_UDPLITE6,
	SOCK_RAW4,
	SOCK_RAW6,
	SOCK_ICMP,
	SOCK_ICMP6,
	SOCK_SCTP4,
	SOCK_SCTP6,
	SOCK_LINK,
	SOCK_LOCAL,
	SOCK_NETLINK,
	SOCK_VM,
	SOCK_XDP_TABLE,
	SOCK_TABLES
};

struct sock_table_info {
	const char *transport; /* network.transport */
	const char *file;   /* below /proc/PID/net; for status where proc is not
			       read */
	const char *symbol; /* of the kernel's diag handler; NULL: none */
	uint8_t family, protocol; /* AF_, IPPROTO_ */
};
extern const struct sock_table_info sock_table[SOCK_TABLES];

struct sock {
	enum sock_table table;
	uint8_t state; /* TCP_… */
	bool have_uid, have_cookie;
	unsigned char local[16], remote[16];
	uint16_t lport, rport;
	uint32_t uid, interface, type, protocol;
	uint32_t cid[2], vport[2]; /* of SOCK_VM: here, there */
	uint32_t portid;           /* of SOCK_NETLINK */
	uint64_t inode, cookie, peer;
	struct str path;
	enum { FILTER_UNKNOWN, FILTER_NONE, FILTER_SOME } filter;
	struct str program; /* classic BPF, 8 bytes an instruction */
};

struct sock_probe {
	struct probe_run *run;
	const struct collect_env *env;
	const struct ns *ns;
	unsigned diag;       /* bits of the tables that the kernel can dump */
	uint64_t table_rows; /* of the table being read */
	uint64_t count, bytes;
	struct buf row, text;
	/* NULL: sockets become rows; else each is given to this instead */
	void (*take)(void *arg, const struct sock *);
	void *arg;
};

/* What is known of it, into an open row. */
void sock_facts(struct buf *row, const struct sock *, uint64_t netns);
/* As a row of its own. */
void sock_fill(struct buf *row, const struct sock *, uint64_t netns);
/* Writes one row; false past the cap. */
bool sock_row(struct sock_probe *, const struct sock *);

/*
 * sock_diag.c: which tables the kernel dumps without having to load a module
 * for it (loading would run a program of this host and change it).
 */
unsigned sock_diag_tables(const struct collect_env *);
/* In the namespace of the caller.  0, or -1 with errno. */
int sock_diag_read(struct sock_probe *, enum sock_table, bool *torn);

/*
 * sock_proc.c: the same from net/<file> below dir (/proc/PID).  0, or -1
 * with errno.
 */
int sock_proc_read(struct sock_probe *, int pid_dir, enum sock_table);

/*
 * sock_filter.c: programs attached to sockets, asked of the sockets
 * themselves (pidfd_getfd), for packet and raw sockets of a kernel that
 * cannot dump them.  sock[].filter stays unknown where that is not possible.
 * Programs are appended to *text; sock[].program views it afterwards.
 */
void sock_filters(const struct collect_env *, struct sock *sock, size_t n,
		  struct buf *text);

/*
 * What a classic BPF program compares with for equality: each value once as
 * 0x…, NUL-ended pieces, at most 64.  Pure.
 */
void sock_filter_constants(struct str program, struct buf *list);

#endif
