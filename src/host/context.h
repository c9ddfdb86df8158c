/*
 * host/context.h - what is known of one host before its evidence is parsed:
 * read-only afterwards, shared by all workers (they are forked with it).
 * host/build.h fills it.
 *
 * Every string lives in the context's arena.  Missing pieces are empty, never
 * guessed: `have' says what was found.
 */
#ifndef HOST_CONTEXT_H
#define HOST_CONTEXT_H

#include "../util/arena.h"
#include "../util/map.h"
#include "packages.h"
#include "tzif.h"

enum {
	CTX_ZONE = 1,
	CTX_ACCOUNTS = 2,
	CTX_PACKAGES = 4, /* lists of packaged files */
	CTX_PROCESSES = 8,
	CTX_SOCKETS = 16,
	CTX_MANIFEST = 32,
	CTX_FILES = 64, /* every path of the walk */
	CTX_MODULES = 128,
	CTX_WALKED = 256 /* the walk came to its end */
};

struct account {
	struct str name, gecos, home, shell;
	uint32_t uid, gid;
};

struct account_group {
	struct str name;
	uint32_t gid;
};

struct proc_socket { /* one socket inode of the collected tables */
	uint64_t inode, netns;
	uint8_t family; /* 4, 6: an address; 0: none */
	uint8_t proto;  /* IPPROTO_TCP, IPPROTO_UDP, …; 0: other */
	uint8_t state;  /* kernel's TCP_ESTABLISHED = 1, LISTEN = 10 */
	unsigned char local[16], remote[16];
	uint16_t lport, rport;
};

struct container_of { /* what a process's control group says */
	struct str id, pod;
	const char *runtime; /* NULL: unknown */
};

struct proc {
	uint32_t pid, ppid, uid;
	uint64_t mnt_ns, net_ns;       /* 0: unknown */
	struct container_of container; /* id empty: none */
	int64_t start_ns;              /* INT64_MIN: unknown */
	struct str name, exe, cmdline; /* cmdline: arguments joined by blanks */
	uint64_t *sock;                /* inodes of its socket fds */
	size_t nsock;
	bool kthread;
};

struct sock_owner { /* a socket fd of a process */
	uint64_t inode;
	uint32_t proc; /* index */
};

struct context_draft; /* while it is built */
struct kept;
struct unit_info;
struct init_script { /* a script of init.d that says what it provides */
	struct str path, provides;
};

struct context {
	struct arena arena;
	unsigned have; /* CTX_… */
	struct str hostname, machine_id, dmi_uuid, root_fs_uuid, boot_id;
	struct str os_name, os_version, kernel;
	struct str id; /* host.id: 32 hex digits */
	struct tz zone;
	struct str zone_name;     /* Asia/Tokyo, or empty */
	int64_t collected_ns;     /* start of the collection; INT64_MIN */
	int64_t collected_end_ns; /* INT64_MIN: unknown */
	bool dead_root;           /* collected with --root */
	uint32_t responder_pid;   /* the collector; 0: none */
	uint32_t *responder;      /* it and its parents, ascending */
	size_t nresponder;

	struct account *account; /* in the order of passwd */
	size_t naccount, capaccount;
	struct account_group *group;
	size_t ngroup, capgroup;

	struct packages packages; /* its paths carry PATH_SEEN too */

	struct map link; /* of program directories: path -> link_to + 1 */
	struct str *link_to;
	size_t nlink, caplink;

	struct map kept; /* host/kept.h: path -> index of keep */
	struct kept *keep;
	size_t nkept, capkept;
	struct map started; /* by links: scope, newline, name */

	struct init_script *init; /* host/initscripts.h */
	size_t ninit, capinit;
	struct map init_path, init_service; /* -> index + 1 */

	struct unit_info *unit; /* host/units.h */
	size_t nunit, capunit;
	struct map unit_name, unit_trigger; /* scope, name -> index + 1 */

	struct proc *proc; /* by pid, then start */
	size_t nproc, capproc;
	struct proc_socket *sock; /* by inode */
	size_t nsock, capsock;
	struct sock_owner *owner; /* by inode, then process */
	size_t nowner, capowner;
	struct map module;         /* loaded ones, as the kernel lists them */
	struct map mnt_ns, net_ns; /* inode -> index of its lowest process */

	struct map layer; /* host/layers.h: id -> index of container + 1 */
	struct str *layer_of, *layer_id;
	size_t nlayer, caplayer, caplayerid;
	struct map own_layer;      /* container -> index of its layer + 1 */
	struct pathset layer_file; /* programs in layers: /layer/path */
	struct mounted_layer {
		struct str layer;
		uint64_t ns;
	} * upper; /* writable layers of overlays that are mounted */
	size_t nupper, capupper;

	struct map container; /* host/container_disk.c: id -> index + 1 */
	struct container_disk {
		struct str name, image, runtime;
		struct str host; /* Docker's hostconfig.json */
	} * disk;
	size_t ndisk, capdisk;
	struct map living; /* ids that processes have */

	const struct context *host; /* of a root; NULL: the host itself */
	uint64_t root_ns;           /* the mount namespace of a root */
	struct context **root;      /* other roots of this host, by root_ns */
	size_t nroot, caproot;

	struct context_draft *draft;
};

/* NULL when unknown. */
const struct account *ctx_uid(const struct context *, uint32_t uid);
const struct account *ctx_user(const struct context *, struct str name);
/* Whose home directory is this path in (the longest home wins)? */
const struct account *ctx_home(const struct context *, struct str path);
struct str ctx_group(const struct context *, uint32_t gid); /* or empty */
/* The youngest process of that pid. */
const struct proc *ctx_pid(const struct context *, uint32_t pid);
const struct proc_socket *ctx_socket(const struct context *, uint64_t inode);
/* What a runtime keeps on disk of a container; NULL: nothing. */
const struct container_disk *ctx_container(const struct context *,
					   struct str id);
/* Is a process of it alive? */
bool ctx_container_lives(const struct context *, struct str id);
/* The lowest process in a mount or network namespace; NULL: none. */
const struct proc *ctx_mntns(const struct context *, uint64_t inode);
const struct proc *ctx_netns(const struct context *, uint64_t inode);
/*
 * What is known below another root of this host; an empty context when
 * nothing is.  0 is the host itself.
 */
const struct context *ctx_root(const struct context *, uint64_t mnt_ns);
/*
 * Whose packages account for the paths of a process in this mount namespace
 * and control group: its own root's; of a container whose root was not read,
 * nobody's; else the host's.
 */
const struct context *ctx_packages(const struct context *, uint64_t mnt_ns,
				   struct str cgroup);
/* The first process that holds this socket. */
const struct proc *ctx_socket_proc(const struct context *, uint64_t inode);
/* Which package owns this path (usr-merged spellings agree); NULL: none. */
const struct package *ctx_owner(const struct context *, struct str path);
/* Was it there in the walk?  True too when no walk is known (CTX_FILES). */
bool ctx_exists(const struct context *, struct str path);
/*
 * Is it known that nothing lies at this path?  The walk came to its end,
 * entered all directories above, and saw it by no spelling.
 */
bool ctx_missing(const struct context *, struct str path);
/*
 * What a program's path leads to through the links of the program
 * directories (/etc/alternatives); itself when it is none.
 */
struct str ctx_resolve(const struct context *, struct str path,
		       struct arena *scratch);
/* Is a module of this name loaded?  `-' is `_'. */
bool ctx_module(const struct context *, struct str name);
/* Is this pid the collector, a parent of it, or a child? */
bool ctx_responder(const struct context *, uint32_t pid);

#endif
