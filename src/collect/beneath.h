/*
 * collect/beneath.h - paths below the root, resolved by our own steps: a
 * link never leads out of the root, and a mount that must not be touched is
 * never entered.  Works on every kernel (no openat2).
 */
#ifndef COLLECT_BENEATH_H
#define COLLECT_BENEATH_H

#include "run.h"

#define BENEATH_MAX_LINKS 40 /* the kernel's own limit */
#define BENEATH_MAX_STEPS 4096

struct place {
	int dir;         /* open (O_PATH) directory that holds it */
	struct buf real; /* canonical path below the root */
	char name[256];  /* its last component; "." for the root itself */
	struct meta meta;
	const struct mount *mount;
};

/*
 * Resolves path; with follow the last component too.  0, or -1 with errno:
 * EREMOTE when it lies on a mount that is never touched, ETIMEDOUT on one
 * that was given up, ELOOP, ENOENT …  The place is to be closed after 0.
 */
int beneath(struct probe_run *, struct str path, bool follow, struct place *);
void place_close(struct place *);
/* Opens it for reading; regular files only (else EINVAL). */
int place_open(struct probe_run *, const struct place *);
int place_opendir(struct probe_run *, const struct place *);

/*
 * Opens name in dirfd for reading without waiting for anybody: never a FIFO,
 * device or terminal.  -1 with errno; EINVAL when it is no regular file.
 */
int open_regular(struct probe_run *, int dirfd, const char *name,
		 struct meta *);
/* A directory, links not followed. */
int open_dir(struct probe_run *, int dirfd, const char *name);
/* The text of a link, at most 4,096 bytes; false when it cannot be read. */
bool read_link(int dirfd, const char *name, struct buf *out);

#endif
