/* live.c - small reads of procfs and of files below a root. */
#include "live.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 16384

int live_read_fd(int fd, size_t max, struct buf *out)
{
	buf_clear(out);
	for (;;) {
		size_t want = max - out->n < CHUNK ? max - out->n + 1 : CHUNK;
		ssize_t got = read(fd, buf_room(out, want), want);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			return 0;
		out->n += (size_t)got;
		if (out->n > max) {
			out->n = max;
			return 1;
		}
	}
}

/*
 * Without owning the file O_NOATIME is refused: procfs and sysfs keep no
 * access times, and what is the user's own root may not be spared.
 */
static int open_quiet(int dir, const char *name, int flags)
{
	int fd = openat(dir, name, flags | O_NOATIME);

	if (fd < 0 && errno == EPERM)
		fd = openat(dir, name, flags);
	return fd;
}

int live_read(int dir, const char *name, size_t max, struct buf *out)
{
	int fd, rc, saved;

	buf_clear(out);
	fd = open_quiet(dir, name,
			O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	rc = live_read_fd(fd, max, out);
	saved = errno;
	close(fd);
	errno = saved;
	return rc;
}

ssize_t live_link(int dir, const char *name, char out[LIVE_LINK_MAX + 1])
{
	ssize_t n = readlinkat(dir, name, out, LIVE_LINK_MAX);

	out[n < 0 ? 0 : n] = '\0';
	return n;
}

int live_pid(int proc, uint32_t pid)
{
	char name[16];

	snprintf(name, sizeof name, "%u", pid);
	return openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

uint64_t live_ns_inode(const char *text, const char *type)
{
	struct str s = str_of(text), t = str_of(type);
	uint64_t ino;

	if (!str_starts(s, t))
		return 0;
	s = str_skip(s, t.n);
	if (!str_starts(s, STR(":[")) || !str_ends(s, STR("]")))
		return 0;
	s = str_head(str_skip(s, 2), s.n - 3);
	return str_u64(s, &ino) ? ino : 0;
}

uint64_t live_ns(int pid_dir, const char *type)
{
	char name[32], link[LIVE_LINK_MAX + 1];
	uint64_t ino;

	snprintf(name, sizeof name, "ns/%s", type);
	if (live_link(pid_dir, name, link) < 0)
		return 0;
	ino = live_ns_inode(link, type);
	if (ino == 0)
		errno = EINVAL;
	return ino;
}

static DIR *list_open(int dir, const char *name)
{
	int fd = open_quiet(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !d)
		close(fd);
	return d;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int live_list(int dir, const char *name, struct buf *names)
{
	DIR *d = list_open(dir, name);
	struct buf raw = { 0 };
	char **item = NULL;
	size_t n = 0, cap = 0, at = 0;
	struct dirent *e;

	buf_clear(names);
	if (!d)
		return -1;
	while ((e = readdir(d))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		buf_add(&raw, e->d_name, strlen(e->d_name) + 1);
		n++;
	}
	closedir(d);
	vec_grow(&item, &cap, n, sizeof *item);
	for (size_t i = 0; i < n; i++) {
		item[i] = raw.p + at;
		at += strlen(item[i]) + 1;
	}
	if (n)
		qsort(item, n, sizeof *item, by_name);
	for (size_t i = 0; i < n; i++)
		buf_add(names, item[i], strlen(item[i]) + 1);
	free(item);
	buf_free(&raw);
	return 0;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

int live_numbers(int dir, const char *name, uint32_t **out, size_t *n)
{
	DIR *d = list_open(dir, name);
	size_t cap = 0;
	struct dirent *e;

	*out = NULL;
	*n = 0;
	if (!d)
		return -1;
	while ((e = readdir(d))) {
		uint64_t v;

		if (!str_u64(str_of(e->d_name), &v) || v > UINT32_MAX)
			continue;
		vec_grow(out, &cap, *n + 1, sizeof **out);
		(*out)[(*n)++] = (uint32_t)v;
	}
	closedir(d);
	if (*n)
		qsort(*out, *n, sizeof **out, by_number);
	return 0;
}

/* A FIFO or device is told apart before it is opened. */
static int open_regular_in(int root, const char *path)
{
	int fd = live_open_in(root, path, O_PATH | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	close(fd);
	return live_open_in(root, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

int live_read_in(int root, const char *path, size_t max, struct buf *out)
{
	int fd, rc, saved;

	buf_clear(out);
	fd = open_regular_in(root, path);
	if (fd < 0)
		return -1;
	rc = live_read_fd(fd, max, out);
	saved = errno;
	close(fd);
	errno = saved;
	return rc;
}
