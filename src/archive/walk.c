/*
 * walk.c - directories and plain files into the spool.
 *
 * No link is followed, nothing but plain files is opened, and file systems
 * that only look like files (/proc and its kind) are not entered.  Holes are
 * kept by SEEK_DATA where the file system can tell them.
 */
#define _GNU_SOURCE
#include "walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "foreign.h"
#include "initrd.h"
#include "../util/io.h"
#include "../util/timefmt.h"

#define COPY_SIZE (256u << 10)
#define HEAD 512u

static int open_noatime(int dir, const char *name, int flags)
{
	int fd = openat(dir, name, flags | O_NOATIME);

	if (fd < 0 && errno == EPERM) /* not the owner */
		fd = openat(dir, name, flags);
	return fd;
}

/* The next stretch of data at or behind *off; false when there is none. */
static bool data_at(int fd, uint64_t size, uint64_t *off, uint64_t *end)
{
	off_t d = lseek(fd, (off_t)*off, SEEK_DATA), h;

	*end = size;
	if (d < 0)
		return errno != ENXIO && *off < size;
	h = lseek(fd, d, SEEK_HOLE);
	if (h > d && (uint64_t)h < size)
		*end = (uint64_t)h;
	*off = (uint64_t)d;
	return *off < size;
}

/* Zeros in a hole count as bytes of the file. */
static void hash_hole(struct sha256 *h, uint64_t n)
{
	static const char zero[4096];

	for (; n > 0; n -= n < sizeof(zero) ? n : sizeof(zero))
		sha256_add(h, zero,
			   n < sizeof(zero) ? (size_t)n : sizeof(zero));
}

static int copy(struct walk *w, int fd, uint64_t size, uint64_t *short_at,
		struct sha256 *h, struct err *err)
{
	char *buf = xmalloc(COPY_SIZE);
	uint64_t off = 0, end, hashed = 0;
	int rc = 0;

	*short_at = UINT64_MAX;
	while (rc == 0 && data_at(fd, size, &off, &end)) {
		size_t want =
			end - off < COPY_SIZE ? (size_t)(end - off) : COPY_SIZE;
		ssize_t n = io_pread(fd, buf, want, (off_t)off);

		if (n <= 0) {
			*short_at = off;
			break;
		}
		if (h) {
			hash_hole(h, off - hashed);
			sha256_add(h, buf, (size_t)n);
			hashed = off + (uint64_t)n;
		}
		if (!spool_write(w->spool, off, buf, (size_t)n)) {
			*err = w->spool->err;
			rc = -1;
		}
		off += (uint64_t)n;
		w->bytes += (uint64_t)n;
	}
	if (h)
		hash_hole(h, (*short_at == UINT64_MAX ? size : *short_at) -
				     hashed);
	free(buf);
	return rc;
}

static void want_decoding(struct walk *w, int fd, const struct unpacked *u)
{
	char head[HEAD];
	ssize_t n = io_pread(fd, head, HEAD, 0);
	struct str stem;

	if (w->raw || n <= 0 ||
	    (!foreign_looks(str_mem(head, (size_t)n), u->member, &stem) &&
	     !initrd_looks(str_mem(head, (size_t)n), u->member)))
		return;
	vec_grow(&w->region, &w->capregion, w->nregion + 1, sizeof(*w->region));
	w->region[w->nregion++] = (struct box_region){ .off = u->off,
						       .size = u->size,
						       .origin = w->nmember,
						       .name = u->member,
						       .mtime_ns = u->mtime_ns,
						       .mode = u->mode,
						       .uid = u->uid,
						       .gid = u->gid };
}

int walk_file(struct walk *w, int fd, struct str name,
	      unsigned char sha256[SHA256_LEN], struct err *err)
{
	struct unpacked u = { .short_at = UINT64_MAX };
	struct sha256 h;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(err, "cannot read", "the input");
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size > SPOOL_MAX_MEMBER ||
	    name.n > UNPACK_MAX_NAME || w->nmember >= UNPACK_MAX_MEMBERS) {
		w->nrefused++;
		return 0;
	}
	sha256_init(&h);
	if (copy(w, fd, (uint64_t)st.st_size, &u.short_at, sha256 ? &h : NULL,
		 err) < 0)
		return -1;
	if (sha256)
		sha256_end(&h, sha256);
	u.member = arena_dup(w->arena, name);
	u.size = (uint64_t)st.st_size;
	u.off = spool_close(w->spool, u.size);
	u.mtime_ns = ts_of(st.st_mtim.tv_sec, st.st_mtim.tv_nsec, NULL);
	u.mode = st.st_mode & 07777;
	u.uid = st.st_uid;
	u.gid = st.st_gid;
	want_decoding(w, fd, &u);
	vec_grow(&w->member, &w->capmember, w->nmember + 1, sizeof(*w->member));
	w->member[w->nmember++] = u;
	if (w->progress)
		w->progress(w->arg, w->nmember, w->bytes);
	return 0;
}

/* proc, sysfs, devpts, cgroup, cgroup2, debugfs, tracefs, bpf, selinux */
static bool not_evidence(int fd)
{
	static const unsigned long magic[] = {
		0x9fa0,     0x62656572, 0x1cd1,     0x27e0eb,   0x63677270,
		0x64626720, 0x74726163, 0xcafe4a11, 0xf97cff8c,
	};
	struct statfs s;

	if (fstatfs(fd, &s) < 0)
		return false;
	for (size_t i = 0; i < sizeof(magic) / sizeof(magic[0]); i++)
		if (((unsigned long)s.f_type & 0xffffffff) == magic[i])
			return true;
	return false;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a directory, sorted; NULL-ended, each malloc'ed. */
static char **names(int fd, size_t *n)
{
	int dup_fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = dup_fd < 0 ? NULL : fdopendir(dup_fd);
	char **v = NULL;
	size_t cap = 0;
	struct dirent *e;

	*n = 0;
	if (!d) {
		if (dup_fd >= 0)
			(void)close(dup_fd);
		return NULL;
	}
	while ((e = readdir(d))) {
		size_t len = strlen(e->d_name) + 1;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		vec_grow(&v, &cap, *n + 1, sizeof(*v));
		v[*n] = xmalloc(len);
		memcpy(v[(*n)++], e->d_name, len);
	}
	(void)closedir(d);
	if (*n)
		qsort(v, *n, sizeof(*v), by_name);
	return v;
}

static int enter(struct walk *w, int dir, struct buf *path, unsigned depth,
		 struct err *err);

/* That it is there says enough; to read it would change its access time. */
static void keep_link(struct walk *w, struct str path)
{
	if (!name_enables(path) || w->nlink >= UNPACK_MAX_LINKS ||
	    path.n > UNPACK_MAX_NAME)
		return;
	vec_grow(&w->link, &w->caplink, w->nlink + 1, sizeof(*w->link));
	w->link[w->nlink++] =
		(struct unpacked_link){ .path = arena_dup(w->arena, path) };
}

static int one(struct walk *w, int dir, const char *name, struct buf *path,
	       unsigned depth, struct err *err)
{
	struct stat st;
	int fd, rc = 0;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0; /* gone since it was listed */
	if (S_ISDIR(st.st_mode)) {
		fd = open_noatime(dir, name,
				  O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
					  O_CLOEXEC);
		if (fd < 0)
			w->nrefused++;
		else if (!not_evidence(fd))
			rc = enter(w, fd, path, depth + 1, err);
	} else if (S_ISREG(st.st_mode) &&
		   name_selected(&w->select, buf_view(path))) {
		fd = open_noatime(dir, name,
				  O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
					  O_NOCTTY | O_CLOEXEC);
		if (fd < 0)
			w->nrefused++;
		else
			rc = walk_file(w, fd, buf_view(path), NULL, err);
	} else {
		if (S_ISLNK(st.st_mode))
			keep_link(w, buf_view(path));
		return 0;
	}
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

static int enter(struct walk *w, int dir, struct buf *path, unsigned depth,
		 struct err *err)
{
	size_t n, at = path->n;
	char **v;
	int rc = 0;

	if (depth > WALK_MAX_DEPTH) {
		w->nrefused++;
		return 0;
	}
	v = names(dir, &n);
	for (size_t i = 0; i < n; i++) {
		if (at > 0)
			buf_c(path, '/');
		buf_puts(path, v[i]);
		if (rc == 0)
			rc = one(w, dir, v[i], path, depth, err);
		path->n = at;
		free(v[i]);
	}
	free(v);
	return rc;
}

int walk_dir(struct walk *w, int fd, struct err *err)
{
	struct buf path = { 0 };
	int rc = enter(w, fd, &path, 0, err);

	buf_free(&path);
	return rc;
}

void walk_free(struct walk *w)
{
	free(w->member);
	free(w->region);
	free(w->link);
}
