/*
 * collect/proc.h - what the files of the processes probe share: one process
 * while it is being read.
 */
#ifndef COLLECT_PROC_H
#define COLLECT_PROC_H

#include <sys/stat.h>

#include "../util/map.h"
#include "cover.h"
#include "live.h"
#include "probe.h"
#include "row.h"

#define PROC_TEXT_MAX (8u << 20)   /* a raw text: 65,530 maps are 6.5 MB */
#define PROC_ARGS_MAX (2u << 20)   /* of argv, and of environ */
#define PROC_LIST_MAX (192u << 10) /* of one list in the row, at first */
#define PROC_ROW_MAX (960u << 10)  /* a reader passes on no longer ones */
#define PROC_BASE_MAX 48
#define PROC_FD_MAX 65536u /* descriptors listed */

enum proc_part {
	PART_STATUS,
	PART_CMDLINE,
	PART_ENVIRON,
	PART_MAPS,
	PART_EXE,
	PART_HASH,
	PART_RECOVER,
	PART_CWD,
	PART_ROOT,
	PART_FD,
	PART_NS,
	PART_CGROUP,
	PART_GROUPS,
	PART_TASKS,
	PARTS
};

struct proc_gap { /* what could not be had, over all processes */
	uint64_t denied, failed, truncated;
	int denied_errno, failed_errno;
};

struct proc_stat { /* of /proc/PID/stat */
	struct str comm;
	char state;
	uint32_t ppid, pgrp, sid, tty, flags;
	uint64_t threads, ticks;
	uint64_t start_code, arg_start; /* 0: not shown, or not yet there */
};

struct proc {
	uint32_t pid;
	int dir;                  /* /proc/PID, stays with this very process */
	char base[PROC_BASE_MAX]; /* "<pid>-<start ticks>" */
	struct proc_stat stat;
	bool kthread, zombie; /* neither has memory of its own */
	bool led;             /* by another thread: its first one ended */
	bool have_mm, have_exe;
	struct buf stat_text, status, cmdline, env, maps;
	/* of its executable memory without a file */
	uint64_t exec_held, writable_exec; /* bytes in use; mappings */
	struct buf execfn;                 /* as execve(2) was given it */

	/* the executable */
	char exe[LIVE_LINK_MAX + 1]; /* as the kernel names it now */
	struct str path;             /* without ` (deleted)' */
	bool deleted, memfd, replaced, hashed;
	uint64_t image; /* index + 1 in the probe's images, 0: none */
	struct stat st;
	unsigned char sha256[SHA256_LEN];
};

struct proc_probe {
	struct probe_run *run;
	const struct collect_env *env;
	struct proc_gap gap[PARTS];
	struct map hashed; /* dev, ino, size, mtime -> index + 1 in sha256 */
	unsigned char (*sha256)[SHA256_LEN];
	size_t nsha256, capsha256;
	struct map recovered; /* dev, ino -> index + 1 in image */
	char (*image)[PROC_BASE_MAX];
	size_t nimage, capimage;
	struct buf row, list, text;
	size_t list_max; /* bytes of one list in this row */
	unsigned cut;    /* bits of the parts that did not fit */
	uint64_t count, bytes, vanished;
	struct covers covers; /* what /proc as mounted does not show */
	struct arena arena;   /* of their texts */
};

/* Counts why a part is missing, unless the process is merely gone. */
void proc_missing(struct proc_probe *, enum proc_part, int errnum);
void proc_cut(struct proc_probe *, enum proc_part);
/* As much of a list as goes into the row; says so in it when that is less. */
struct str proc_fit(struct proc_probe *, enum proc_part, struct str list);
/* A raw text as live/proc/<base>/<name>; nothing when it is empty. */
void proc_text(struct proc_probe *, const struct proc *, const char *name,
	       struct str text);

/* proc_stat.c: false when the text is not what the kernel writes. */
bool proc_stat_read(struct str text, struct proc_stat *);
int64_t proc_start_ns(const struct proc_stat *, const struct collect_env *);
void proc_stat_row(struct buf *row, const struct proc_stat *,
		   const struct collect_env *);
void proc_status_row(struct proc_probe *, struct str status);

/* proc_fd.c: descriptors, cwd, root, namespaces, cgroup, audit ids. */
void proc_fd_row(struct proc_probe *, const struct proc *);
void proc_where_row(struct proc_probe *, const struct proc *);

/* proc_maps.c: executable mappings of a maps text. */
void proc_maps_row(struct proc_probe *, struct str maps);

/* proc_more.c: from memory (it can block, as maps can); the rest. */
void proc_more_memory(struct proc *);
void proc_more_row(struct proc_probe *, const struct proc *);

/*
 * proc_exec.c: whether it came to be another program since its stat was
 * read, or is about to be one; then p->stat is the new one.
 */
bool proc_execed(struct proc *);

/*
 * proc_exe.c: the link; the file behind it, a descriptor or -1; what is in
 * that file.  The descriptor is closed.
 */
void proc_exe_link(struct proc_probe *, struct proc *);
int proc_exe_open(struct proc_probe *, struct proc *);
void proc_exe_read(struct proc_probe *, struct proc *, int fd);
void proc_exe_row(struct proc_probe *, const struct proc *);

/*
 * recover.c: a file that no path leads to any more, whole, from fd, as
 * recovered/<base>/<name>.  Holes stay holes.  False when it could not be.
 */
bool recover_file(struct probe_run *, int fd, const char *base,
		  const char *name, bool *cut, uint64_t *bytes);

#endif
