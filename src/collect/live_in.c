/*
 * live_in.c - a path below a root, whose links stay below it: openat2 where
 * the kernel has it (5.6), else component by component, where every link's
 * target is put in front of what is left.
 */
#include "live.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/openat2.h>

#define MAX_LINKS 40 /* as the kernel */
#define MAX_DEPTH 256
#define MAX_PATH 65536

struct walk {
	int fd[MAX_DEPTH]; /* fd[0] is the root itself, not closed */
	size_t depth;
	struct buf left; /* what is still to be walked */
	size_t at;       /* into left */
	unsigned links;
	int flags;
};

static int fast_open(int root, const char *path, int flags)
{
	struct open_how how = { .flags = (unsigned int)flags,
				.resolve = RESOLVE_IN_ROOT |
					   RESOLVE_NO_MAGICLINKS };

	return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

static int top(const struct walk *w)
{
	return w->fd[w->depth];
}

static int push(struct walk *w, int fd)
{
	if (w->depth + 1 == MAX_DEPTH) {
		close(fd);
		errno = ENAMETOOLONG;
		return -1;
	}
	w->fd[++w->depth] = fd;
	return 0;
}

static void pop(struct walk *w)
{
	if (w->depth)
		close(w->fd[w->depth--]);
}

/* Puts the target of link `name' before what is left. */
static int follow(struct walk *w, const char *name)
{
	char link[LIVE_LINK_MAX + 1];
	struct buf next = { 0 };

	if (++w->links > MAX_LINKS) {
		errno = ELOOP;
		return -1;
	}
	if (live_link(top(w), name, link) < 0)
		return -1;
	if (link[0] == '/')
		while (w->depth)
			pop(w);
	buf_puts(&next, link);
	buf_c(&next, '/');
	buf_add(&next, w->left.p + w->at, w->left.n - w->at);
	buf_free(&w->left);
	w->left = next;
	w->at = 0;
	if (next.n <= MAX_PATH)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

/* One component; 1 when *fd is the end of the path. */
static int step(struct walk *w, const char *name, bool last, int *fd)
{
	struct stat st;
	int f;

	if (strcmp(name, "..") == 0) {
		pop(w);
		return 0;
	}
	if (fstatat(top(w), name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (S_ISLNK(st.st_mode))
		return follow(w, name);
	if (last) {
		*fd = openat(top(w), name, w->flags | O_NOFOLLOW);
		return *fd < 0 ? -1 : 1;
	}
	f = openat(top(w), name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return f < 0 ? -1 : push(w, f);
}

/* Cuts the next component out of what is left; empty at the end. */
static int next_name(struct walk *w, char name[NAME_MAX + 1], bool *last)
{
	size_t from, n;

	while (w->at < w->left.n && w->left.p[w->at] == '/')
		w->at++;
	from = w->at;
	while (w->at < w->left.n && w->left.p[w->at] != '/')
		w->at++;
	n = w->at - from;
	if (n > NAME_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(name, w->left.p + from, n);
	name[n] = '\0';
	from = w->at;
	while (from < w->left.n && w->left.p[from] == '/')
		from++;
	*last = from == w->left.n;
	return 0;
}

static int slow_open(int root, const char *path, int flags)
{
	struct walk w = { .fd = { root }, .flags = flags };
	char name[NAME_MAX + 1];
	bool last;
	int fd = -1, rc, saved;

	buf_puts(&w.left, path);
	do {
		rc = next_name(&w, name, &last);
		if (rc < 0)
			break;
		if (name[0] == '\0') {
			fd = openat(top(&w), ".", flags);
			rc = fd < 0 ? -1 : 1;
		} else if (strcmp(name, ".") == 0) {
			rc = 0;
		} else {
			rc = step(&w, name, last, &fd);
		}
	} while (rc == 0);
	saved = errno;
	while (w.depth)
		pop(&w);
	buf_free(&w.left);
	errno = saved;
	return fd;
}

static int open_once(int root, const char *path, int flags)
{
	int fd = fast_open(root, path, flags);

	/* EPERM may be a filter's answer or the file's; asking the older
	 * way tells */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EINVAL))
		fd = slow_open(root, path, flags);
	return fd;
}

int live_open_in(int root, const char *path, int flags)
{
	int fd = -1;

	while (*path == '/')
		path++;
	if (*path == '\0')
		path = ".";
	if (!(flags & O_PATH)) {
		fd = open_once(root, path, flags | O_NOATIME);
		if (fd >= 0 || errno != EPERM)
			return fd;
	}
	return open_once(root, path, flags);
}
