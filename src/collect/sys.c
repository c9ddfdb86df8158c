/* sys.c - raw calls, so that libc's own emulation does not blur errno. */
#define _GNU_SOURCE
#include "sys.h"

#include "../util/io.h"
#include "../util/timefmt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_cachestat
#define SYS_cachestat 451 /* Linux 6.5 */
#endif
#ifndef SYS_ioprio_set
#error "ioprio_set is older than every kernel we run on"
#endif

static bool missing(int e)
{
	return e == ENOSYS || e == EPERM;
}

static int64_t ns_of(const struct statx_timestamp *t)
{
	return ts_of(t->tv_sec, t->tv_nsec, NULL);
}

static void from_statx(const struct statx *x, struct meta *m)
{
	*m = (struct meta){
		.mode = x->stx_mode,
		.uid = x->stx_uid,
		.gid = x->stx_gid,
		.nlink = x->stx_nlink,
		.major = x->stx_dev_major,
		.minor = x->stx_dev_minor,
		.rmajor = x->stx_rdev_major,
		.rminor = x->stx_rdev_minor,
		.ino = x->stx_ino,
		.size = x->stx_size,
		.blocks = x->stx_blocks,
		.attributes = x->stx_attributes,
		.mtime_ns = ns_of(&x->stx_mtime),
		.atime_ns = ns_of(&x->stx_atime),
		.ctime_ns = ns_of(&x->stx_ctime),
		.have = META_FLAGS,
	};
	/* a file system made as an image may state 0, which is none */
	if (x->stx_mask & STATX_BTIME &&
	    (x->stx_btime.tv_sec || x->stx_btime.tv_nsec)) {
		m->btime_ns = ns_of(&x->stx_btime);
		m->have |= META_BTIME;
	}
	if (x->stx_attributes_mask & x->stx_attributes & STATX_ATTR_MOUNT_ROOT)
		m->have |= META_MOUNT_ROOT;
}

static void from_stat(const struct stat *s, struct meta *m)
{
	*m = (struct meta){
		.mode = s->st_mode,
		.uid = s->st_uid,
		.gid = s->st_gid,
		.nlink = (uint32_t)s->st_nlink,
		.major = major(s->st_dev),
		.minor = minor(s->st_dev),
		.rmajor = major(s->st_rdev),
		.rminor = minor(s->st_rdev),
		.ino = s->st_ino,
		.size = (uint64_t)s->st_size,
		.blocks = (uint64_t)s->st_blocks,
		.mtime_ns = ts_of(s->st_mtim.tv_sec, s->st_mtim.tv_nsec, NULL),
		.atime_ns = ts_of(s->st_atim.tv_sec, s->st_atim.tv_nsec, NULL),
		.ctime_ns = ts_of(s->st_ctim.tv_sec, s->st_ctim.tv_nsec, NULL),
	};
}

int sys_meta(struct sys *sys, int dirfd, const char *name, struct meta *m)
{
	const int at = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT |
		       (*name ? 0 : AT_EMPTY_PATH);
	struct statx x;
	struct stat s;

	if (!sys->no_statx) {
		if (syscall(SYS_statx, dirfd, name, at | AT_STATX_DONT_SYNC,
			    STATX_BASIC_STATS | STATX_BTIME, &x) == 0) {
			from_statx(&x, m);
			return 0;
		}
		if (!missing(errno))
			return -1;
	}
	if (fstatat(dirfd, name, &s, at) < 0)
		return -1;
	sys->no_statx = true; /* stat works where statx does not */
	from_stat(&s, m);
	return 0;
}

long sys_getdents(int fd, void *buf, size_t n)
{
	long k;

	do {
		k = syscall(SYS_getdents64, fd, buf, n);
	} while (k < 0 && errno == EINTR);
	return k;
}

int sys_open_tree(int dirfd, const char *path, bool recursive)
{
	unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH;

	return (int)syscall(SYS_open_tree, dirfd, path,
			    flags | (recursive ? AT_RECURSIVE : 0u));
}

int sys_mount_shield(int fd)
{
	struct mount_attr a = {
		.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOATIME |
			    MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID |
			    MOUNT_ATTR_NOEXEC,
		.attr_clr = MOUNT_ATTR__ATIME,
		.propagation = 1 << 18, /* MS_PRIVATE */
	};

	return (int)syscall(SYS_mount_setattr, fd, "",
			    AT_EMPTY_PATH | AT_RECURSIVE, &a, sizeof(a));
}

#ifndef SYS_fsopen
#define SYS_fsopen 430
#define SYS_fsconfig 431
#define SYS_fsmount 432
#endif
#define CONFIG_CREATE 6 /* FSCONFIG_CMD_CREATE */
#define PROC_MAGIC 0x9fa0

static int own_fs(const char *type, uint64_t attributes)
{
	int fs = (int)syscall(SYS_fsopen, type, 1 /* FSOPEN_CLOEXEC */);
	int fd = -1, saved;

	if (fs < 0)
		return -1;
	if (syscall(SYS_fsconfig, fs, CONFIG_CREATE, NULL, NULL, 0) == 0)
		fd = (int)syscall(SYS_fsmount, fs, 1 /* FSMOUNT_CLOEXEC */,
				  attributes | MOUNT_ATTR_NOSUID |
					  MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	saved = errno;
	(void)close(fs);
	errno = saved;
	return fd;
}

int sys_own_fs(const char *type)
{
	int fd = own_fs(type, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOATIME), dir;

	if (fd < 0)
		return -1;
	dir = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	(void)close(fd);
	return dir;
}

int sys_procfs(bool *own)
{
	struct statfs s;
	int fd = own_fs("proc", 0), dir;

	*own = fd >= 0;
	if (fd < 0)
		fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fstatfs(fd, &s) < 0 || s.f_type != PROC_MAGIC) {
		(void)close(fd);
		errno = ENOENT; /* a directory of that name */
		return -1;
	}
	/* fsmount gives an O_PATH descriptor: one that can be listed */
	dir = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	(void)close(fd);
	return dir;
}

/* without cachestat: mincore(2) over a mapping that is never read */
static int64_t by_mincore(int fd, uint64_t off, uint64_t len)
{
	unsigned char page[16384];
	long size = sysconf(_SC_PAGESIZE);
	size_t n = (size_t)((len + (uint64_t)size - 1) / (uint64_t)size);
	int64_t have = 0;
	void *p;

	if (len == 0 || n > sizeof(page))
		return -1;
	p = mmap(NULL, (size_t)len, PROT_READ, MAP_SHARED, fd, (off_t)off);
	if (p == MAP_FAILED)
		return -1;
	if (mincore(p, (size_t)len, page) < 0)
		have = -1;
	for (size_t i = 0; have >= 0 && i < n; i++)
		have += page[i] & 1;
	(void)munmap(p, (size_t)len);
	return have;
}

int64_t sys_resident(struct sys *sys, int fd, uint64_t off, uint64_t len)
{
	struct {
		uint64_t off, len;
	} range = { off, len };
	struct {
		uint64_t cache, dirty, writeback, evicted, recent;
	} st = { 0 };

	if (!sys->no_cachestat) {
		if (syscall(SYS_cachestat, fd, &range, &st, 0) == 0)
			return (int64_t)st.cache;
		if (!missing(errno))
			return -1;
		sys->no_cachestat = true;
	}
	return by_mincore(fd, off, len);
}

int sys_idle_io(void)
{
	/* IOPRIO_WHO_PROCESS, self, IOPRIO_CLASS_IDLE << 13 */
	return (int)syscall(SYS_ioprio_set, 1, 0, 3 << 13);
}

int sys_lowest_io(int pid)
{
	/* IOPRIO_CLASS_BE << 13 | 7 */
	return (int)syscall(SYS_ioprio_set, 1, pid, 2 << 13 | 7);
}

int64_t sys_realtime_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t); /* cannot fail */
	return ts_of(t.tv_sec, t.tv_nsec, NULL);
}

int64_t sys_boottime_ns(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_BOOTTIME, &t) < 0)
		(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return ts_of(t.tv_sec, t.tv_nsec, NULL);
}

void sys_random(void *p, size_t n)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd >= 0 ? io_read(fd, p, n) : -1;
	int64_t t[2];

	if (fd >= 0)
		(void)close(fd);
	if (got == (ssize_t)n || syscall(SYS_getrandom, p, n, 0) == (long)n)
		return;
	/* an empty chroot on an old kernel: a salt that differs by run */
	t[0] = sys_realtime_ns();
	t[1] = sys_boottime_ns() ^ getpid();
	memset(p, 0, n);
	memcpy(p, t, n < sizeof(t) ? n : sizeof(t));
}
