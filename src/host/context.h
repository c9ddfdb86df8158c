/*
 * host/context.h - what is known of one host before its evidence is parsed:
 * read-only afterwards, shared by all workers (they are forked with it).
 *
 * Every string lives in the context's arena.  Missing pieces are empty, never
 * guessed: `have' says what was found.
 */
#ifndef HOST_CONTEXT_H
#define HOST_CONTEXT_H

#include "../util/arena.h"
#include "../util/map.h"
#include "tzif.h"

enum { CTX_ZONE = 1, CTX_ACCOUNTS = 2, CTX_PACKAGES = 4, CTX_PROCESSES = 8,
       CTX_SOCKETS = 16, CTX_MANIFEST = 32, CTX_FILES = 64 };

struct account {
	struct str name, gecos, home, shell;
	uint32_t uid, gid;
};

struct proc_socket { /* one socket inode of the collected tables */
	uint64_t inode, netns;
	uint8_t proto; /* IPPROTO_TCP, IPPROTO_UDP, …; 0: other */
	uint8_t state; /* kernel's TCP_ESTABLISHED = 1, LISTEN = 10 */
	unsigned char local[16], remote[16];
	uint16_t lport, rport;
};

struct proc {
	uint32_t pid, ppid, uid;
	int64_t start_ns;
	struct str name, exe, cmdline; /* cmdline: arguments joined by blanks */
	uint64_t *sock; /* inodes of its socket fds */
	size_t nsock;
	bool kthread;
};

struct package {
	struct str name, version, arch;
};

struct context {
	struct arena arena;
	unsigned have; /* CTX_… */
	struct str hostname, machine_id, os_name, os_version, kernel;
	struct str id; /* host.id: 32 hex digits */
	struct tz zone;
	struct str zone_name;       /* Asia/Tokyo, or empty */
	int64_t collected_ns;       /* start of the collection; INT64_MIN */
	int64_t collected_end_ns;
	uint32_t responder_pid;     /* the collector and its parents */
	uint32_t *responder;
	size_t nresponder;

	struct account *account;
	size_t naccount;

	struct package *package;
	size_t npackage;
	struct map owned;    /* canonical path -> package index + 1 */
	struct map conffile; /* canonical path -> package index + 1 */
	struct map digest;   /* canonical path -> index + 1 in md5 */
	unsigned char (*md5)[16];
	size_t nmd5;

	struct proc *proc; /* by pid */
	size_t nproc;
	struct proc_socket *sock; /* by inode */
	size_t nsock;
};

/* NULL when unknown. */
const struct account *ctx_uid(const struct context *, uint32_t uid);
const struct account *ctx_user(const struct context *, struct str name);
const struct proc *ctx_pid(const struct context *, uint32_t pid);
const struct proc_socket *ctx_socket(const struct context *, uint64_t inode);
/* Which package owns this path (usr-merged spellings agree); NULL: none. */
const struct package *ctx_owner(const struct context *, struct str path);

#endif
