/*
 * proc_exe.c - the executable of a process: is it still where the kernel
 * says, is it a file at all, what is its hash.  It is read through
 * /proc/PID/exe, so neither the path nor a mount over it matters.
 *
 * The kernel marks a removed file by ` (deleted)' behind its path, but a file
 * may carry that in its name: only asking the path tells.
 */
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/vfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <linux/magic.h>

#define DELETED " (deleted)"
#define MEMFD "/memfd:"
#define CHUNK 131072u
#define TICK 32 /* chunks between two signs of life */

void proc_exe_link(struct proc_probe *pp, struct proc *p)
{
	ssize_t n = live_link(p->dir, "exe", p->exe);
	struct str s = str_mem(p->exe, n < 0 ? 0 : (size_t)n);

	p->path = STR_NONE;
	p->deleted = p->memfd = p->replaced = p->have_exe = false;
	if (n < 0) {
		proc_missing(pp, PART_EXE, errno);
		return;
	}
	p->path = s;
	p->deleted = str_ends(s, STR(DELETED));
	if (p->deleted)
		p->path = str_head(s, s.n - sizeof(DELETED) + 1);
	p->memfd = p->deleted && str_starts(s, STR(MEMFD));
}

/* Is there a file at `path' as the process sees it? */
static bool seen_at(int root, struct str path, struct stat *st)
{
	char t[LIVE_LINK_MAX + 1];

	while (path.n && path.p[0] == '/')
		path = str_skip(path, 1);
	if (root < 0 || path.n == 0 || path.n >= sizeof t)
		return false;
	memcpy(t, path.p, path.n);
	t[path.n] = '\0';
	return fstatat(root, t, st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) == 0;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* A memfd lives on the kernel's own tmpfs, which is no process's root. */
static bool is_memfd(int fd, int root, const struct stat *st)
{
	struct statfs fs;
	struct stat top;

	if (fstatfs(fd, &fs) < 0)
		return true; /* the name says so */
	if (fs.f_type != TMPFS_MAGIC && fs.f_type != HUGETLBFS_MAGIC &&
	    fs.f_type != RAMFS_MAGIC)
		return false;
	return root < 0 || fstat(root, &top) < 0 || top.st_dev != st->st_dev;
}

static void settle(struct proc *p, int fd)
{
	int root = openat(p->dir, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (p->deleted && seen_at(root, str_of(p->exe), &st) &&
	    same_file(&st, &p->st)) {
		p->deleted = p->memfd = false; /* that is its name */
		p->path = str_of(p->exe);
	}
	if (p->memfd)
		p->memfd = is_memfd(fd, root, &p->st);
	if (p->deleted && !p->memfd && seen_at(root, p->path, &st)) {
		p->replaced = !same_file(&st, &p->st);
		p->deleted = p->replaced; /* else it was linked again */
	}
	p->deleted |= p->st.st_nlink == 0;
	if (root >= 0)
		close(root);
}

/* A large file from a slow disk is progress, piece by piece. */
static void tick(struct proc_probe *pp, const struct proc *p, off_t at)
{
	if ((uint64_t)at / CHUNK % TICK == 0)
		(void)probe_item(pp->run, (uint64_t)p->pid * 4 + 1,
				 str_of(p->base));
}

static int hash_fd(struct proc_probe *pp, const struct proc *p, int fd,
		   unsigned char out[SHA256_LEN])
{
	struct sha256 h;
	char *buf = xmalloc(CHUNK);
	off_t at = 0;
	ssize_t n;

	sha256_init(&h);
	while ((n = pread(fd, buf, CHUNK, at)) > 0 ||
	       (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		sha256_add(&h, buf, (size_t)n);
		at += n;
		tick(pp, p, at);
	}
	sha256_end(&h, out);
	free(buf);
	return n < 0 ? -1 : 0;
}

/* Many processes run one file: hashed once for all that did not change. */
static void hash_exe(struct proc_probe *pp, struct proc *p, int fd)
{
	uint64_t id[5] = { p->st.st_dev, p->st.st_ino, (uint64_t)p->st.st_size,
			   (uint64_t)p->st.st_mtim.tv_sec,
			   (uint64_t)p->st.st_mtim.tv_nsec };
	uint64_t *at;

	if (pp->env->max_file && (uint64_t)p->st.st_size > pp->env->max_file) {
		proc_cut(pp, PART_HASH);
		return;
	}
	at = map_put(&pp->hashed, str_mem(id, sizeof id), NULL);
	if (*at) {
		memcpy(p->sha256, pp->sha256[*at - 1], SHA256_LEN);
		p->hashed = true;
		return;
	}
	if (hash_fd(pp, p, fd, p->sha256) < 0) {
		proc_missing(pp, PART_HASH, errno);
		return;
	}
	vec_grow(&pp->sha256, &pp->capsha256, pp->nsha256 + 1, SHA256_LEN);
	memcpy(pp->sha256[pp->nsha256++], p->sha256, SHA256_LEN);
	*at = pp->nsha256;
	p->hashed = true;
}

/*
 * One file may run in many processes (a browser after its upgrade): copied
 * for the first of them, named for all.
 */
static void recover(struct proc_probe *pp, struct proc *p, int fd)
{
	uint64_t id[2] = { p->st.st_dev, p->st.st_ino };
	struct buf what = { 0 };
	uint64_t bytes, *at;
	bool cut;

	at = map_put(&pp->recovered, str_mem(id, sizeof id), NULL);
	if (*at) {
		p->image = *at;
		return;
	}
	if (!recover_file(pp->run, fd, p->base, "exe", &cut, &bytes)) {
		proc_missing(pp, PART_RECOVER, EINVAL);
		return;
	}
	vec_grow(&pp->image, &pp->capimage, pp->nimage + 1, sizeof p->base);
	memcpy(pp->image[pp->nimage++], p->base, sizeof p->base);
	p->image = *at = pp->nimage;
	pp->bytes += bytes;
	buf_fmt(&what, "recovered/%s/exe", p->base);
	probe_status(pp->run, buf_view(&what),
		     cut ? PROBE_TRUNCATED : PROBE_COLLECTED, 0, 1, bytes);
	buf_free(&what);
}

int proc_exe_open(struct proc_probe *pp, struct proc *p)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
	int fd;

	if (p->path.p == NULL)
		return -1;
	fd = openat(p->dir, "exe", flags | O_NOATIME);
	if (fd < 0 && errno == EPERM)
		fd = openat(p->dir, "exe", flags); /* not ours to spare */
	if (fd < 0 || fstat(fd, &p->st) < 0) {
		proc_missing(pp, PART_EXE, errno);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	p->have_exe = true;
	settle(p, fd);
	return fd;
}

void proc_exe_read(struct proc_probe *pp, struct proc *p, int fd)
{
	if (fd < 0)
		return;
	if (p->deleted)
		recover(pp, p, fd);
	hash_exe(pp, p, fd);
	close(fd);
}

static void exe_file_row(struct buf *row, const struct proc *p)
{
	char dev[32];

	snprintf(dev, sizeof dev, "%u:%u", major(p->st.st_dev),
		 minor(p->st.st_dev));
	row_str(row, KEY_K_PROCESS_EXE_DEVICE, str_of(dev));
	row_id(row, KEY_K_PROCESS_EXE_INODE, p->st.st_ino);
	row_u64(row, KEY_K_PROCESS_EXE_SIZE, (uint64_t)p->st.st_size);
}

void proc_exe_row(struct proc_probe *pp, const struct proc *p)
{
	struct buf *row = &pp->row;

	if (p->path.p == NULL)
		return;
	row_str(row, KEY_PROCESS_EXECUTABLE, p->path);
	row_bool(row, KEY_K_PROCESS_EXE_DELETED, p->deleted);
	row_bool(row, KEY_K_PROCESS_EXE_MEMFD, p->memfd);
	row_bool(row, KEY_K_PROCESS_EXE_REPLACED, p->replaced);
	if (p->have_exe)
		exe_file_row(row, p);
	if (p->hashed) {
		struct buf hex = { 0 };

		buf_hex(&hex, p->sha256, SHA256_LEN);
		row_str(row, KEY_PROCESS_HASH_SHA256, buf_view(&hex));
		buf_free(&hex);
	}
	if (p->image) {
		struct buf path = { 0 };

		buf_fmt(&path, "recovered/%s/exe", pp->image[p->image - 1]);
		json_kv_str(row, "image", buf_view(&path));
		buf_free(&path);
	}
}
