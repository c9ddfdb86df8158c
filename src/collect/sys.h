/*
 * collect/sys.h - system calls newer than Linux 3.10, each with its way out:
 * ENOSYS (old kernel) and EPERM (a filter) both mean "not here".
 */
#ifndef COLLECT_SYS_H
#define COLLECT_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dirent64 { /* as getdents64(2) gives them */
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

enum { META_BTIME = 1, META_MOUNT_ROOT = 2, META_FLAGS = 4 };
struct meta {
	uint32_t mode, uid, gid, nlink;
	uint32_t major, minor;   /* of the file system */
	uint32_t rmajor, rminor; /* of a device file */
	uint64_t ino, size, blocks;
	uint64_t attributes; /* STATX_ATTR_… with META_FLAGS */
	int64_t mtime_ns, atime_ns, ctime_ns, btime_ns;
	unsigned have; /* META_… */
};

struct sys { /* what was found missing, so that it is asked for once */
	bool no_statx, no_cachestat;
};

/*
 * The object itself, links not followed, nothing mounted by looking at it, no
 * remote refresh.  An empty name means fd.  -1 with errno.
 */
int sys_meta(struct sys *, int dirfd, const char *name, struct meta *);
long sys_getdents(int fd, void *buf, size_t n);
int sys_open_tree(int dirfd, const char *path, bool recursive);
/* noatime, rdonly, nodev, nosuid, noexec and private, recursively */
int sys_mount_shield(int fd);
/* Pages of [off, off+len) in memory; -1 when the kernel cannot say. */
int64_t sys_resident(struct sys *, int fd, uint64_t off, uint64_t len);
/*
 * A directory of /proc: an instance of our own that is mounted nowhere (Linux
 * 5.2), so that nothing that was mounted over /proc/PID hides it and an empty
 * chroot has one too (*own); else /proc when it is procfs; -1 with errno.
 */
int sys_procfs(bool *own);
/*
 * An instance of a file system that is mounted nowhere, read-only: its top
 * directory, -1 with errno.  The type must be known to the kernel already.
 */
int sys_own_fs(const char *type);
int sys_idle_io(void);
/* Best effort, lowest of it: for a process that idle I/O starves. */
int sys_lowest_io(int pid);
/* Random bytes from the kernel; falls back to the clocks. */
void sys_random(void *p, size_t n);
int64_t sys_realtime_ns(void);
int64_t sys_boottime_ns(void);

#endif
