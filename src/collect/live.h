/*
 * collect/live.h - small reads of procfs and of files below a root.  All of
 * them leave errno; none blocks on a FIFO, follows a link out of the root or
 * changes an access time.
 */
#ifndef COLLECT_LIVE_H
#define COLLECT_LIVE_H

#include <sys/types.h>

#include "../util/buf.h"

#define LIVE_LINK_MAX 4096 /* d_path never gives more than a page */

/*
 * The content of dir/name, at most max bytes, replaces *out: 0 whole, 1 cut
 * at max, -1 with errno.  The last component is not followed.
 */
int live_read(int dir, const char *name, size_t max, struct buf *out);
/* The rest of fd in the same way; fd stays open. */
int live_read_fd(int fd, size_t max, struct buf *out);
/* Target of a link, NUL-terminated in out; its length or -1 with errno. */
ssize_t live_link(int dir, const char *name, char out[LIVE_LINK_MAX + 1]);
/* /proc/<pid> as a directory descriptor; it stays with that very process. */
int live_pid(int proc, uint32_t pid);
/* "net:[4026531840]" of a process; 0 with errno when there is none. */
uint64_t live_ns(int pid_dir, const char *type);
/* Inode in a text as "net:[4026531840]"; 0 when it is another text. */
uint64_t live_ns_inode(const char *text, const char *type);

/*
 * Every entry of dir/name (not . and ..) as NUL-terminated names in *names,
 * sorted bytewise; -1 with errno.
 */
int live_list(int dir, const char *name, struct buf *names);
/* The same, numeric names only, ascending; *n of them. */
int live_numbers(int dir, const char *name, uint32_t **out, size_t *n);

/*
 * Opens a path below root, links resolved inside it (openat2, else one
 * component after the other).  flags as for openat.  -1 with errno.
 */
int live_open_in(int root, const char *path, int flags);
int live_read_in(int root, const char *path, size_t max, struct buf *out);

#endif
