/*
 * beneath.c - one component after the other.
 *
 * `real' is what has been resolved and holds no link; `rest' is what is still
 * to come.  A link puts its text before the rest; an absolute one begins
 * again at the root; `..' cuts real and walks down to it once more.
 */
#define _GNU_SOURCE
#include "beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_flags(const struct probe_run *r)
{
	return r->scene->open_noatime ? O_NOATIME : 0;
}

/* O_NOATIME is refused on other people's files without the right to it */
static int open_as(struct probe_run *r, int dirfd, const char *name, int flags)
{
	int fd = openat(dirfd, name, flags | open_flags(r));

	if (fd < 0 && errno == EPERM && open_flags(r))
		fd = openat(dirfd, name, flags);
	return fd;
}

int open_dir(struct probe_run *r, int dirfd, const char *name)
{
	return open_as(r, dirfd, name,
		       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int open_regular(struct probe_run *r, int dirfd, const char *name,
		 struct meta *m)
{
	int fd = open_as(r, dirfd, name,
			 O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
				 O_CLOEXEC);

	if (fd < 0)
		return -1;
	if (sys_meta(&r->sys, fd, "", m) < 0 || !S_ISREG(m->mode)) {
		(void)close(fd);
		errno = EINVAL;
		return -1;
	}
	return fd;
}

bool read_link(int dirfd, const char *name, struct buf *out)
{
	ssize_t n = readlinkat(dirfd, name, buf_room(out, 4096), 4096);

	if (n < 0)
		return false;
	out->n += (size_t)n;
	return true;
}

void place_close(struct place *p)
{
	if (p->dir >= 0)
		(void)close(p->dir);
	p->dir = -1;
	buf_free(&p->real);
}

int place_open(struct probe_run *r, const struct place *p)
{
	struct meta m;

	if (!S_ISREG(p->meta.mode)) {
		errno = EINVAL;
		return -1;
	}
	return open_regular(r, p->dir, p->name, &m);
}

int place_opendir(struct probe_run *r, const struct place *p)
{
	return open_dir(r, p->dir, p->name);
}

struct walker {
	struct probe_run *run;
	struct place *at;
	struct buf rest;
	unsigned nlink, nstep;
};

static int swap_dir(struct place *p, int fd)
{
	if (fd < 0)
		return -1;
	if (p->dir >= 0)
		(void)close(p->dir);
	p->dir = fd;
	return 0;
}

static int to_root(struct walker *w)
{
	buf_clear(&w->at->real);
	return swap_dir(w->at, openat(w->run->env->root, ".",
				      O_PATH | O_DIRECTORY | O_CLOEXEC));
}

/* May what lies at this path be touched at all? */
static int may_touch(struct walker *w, struct str path)
{
	const struct mount *m = mounts_of(&w->run->scene->mounts, path);

	w->at->mount = m;
	if (m && !mount_readable(m) && !mount_walkable(m)) {
		errno = EREMOTE;
		return -1;
	}
	if (m && scene_dead(w->run->scene, scene_dev(m->major, m->minor))) {
		errno = ETIMEDOUT;
		return -1;
	}
	return 0;
}

/* `..': the same way down without the last component, no links in it. */
static int up(struct walker *w)
{
	struct place *p = w->at;
	struct buf keep = { 0 };
	struct str s, rest;
	int rc;

	buf_str(&keep, buf_view(&p->real));
	s = str_dir(buf_view(&keep));
	rest = str_skip(s, 1);
	rc = to_root(w);
	while (rc == 0 && rest.n > 0 && rest.p) {
		char name[256];
		struct str c = str_cut(&rest, '/');

		if (c.n == 0 || c.n >= sizeof(name))
			break;
		memcpy(name, c.p, c.n);
		name[c.n] = '\0';
		rc = swap_dir(p, openat(p->dir, name,
					O_PATH | O_DIRECTORY | O_NOFOLLOW |
						O_CLOEXEC));
		buf_c(&p->real, '/');
		buf_str(&p->real, c);
	}
	buf_free(&keep);
	return rc;
}

/* Puts the link's text before the rest. */
static int through_link(struct walker *w, const char *name)
{
	struct buf next = { 0 };

	if (++w->nlink > BENEATH_MAX_LINKS) {
		errno = ELOOP;
		return -1;
	}
	if (!read_link(w->at->dir, name, &next))
		return -1;
	if (next.n == 0) {
		buf_free(&next);
		errno = ENOENT;
		return -1;
	}
	if (next.p[0] == '/' && to_root(w) < 0) {
		buf_free(&next);
		return -1;
	}
	buf_c(&next, '/');
	buf_str(&next, buf_view(&w->rest));
	buf_free(&w->rest);
	w->rest = next;
	return 0;
}

/* Takes the next component off the rest; empty ones and `.' are passed. */
static struct str next_name(struct walker *w, bool *last, char name[256])
{
	struct str rest = buf_view(&w->rest), c;

	do {
		c = str_cut(&rest, '/');
	} while (rest.p && (c.n == 0 || str_is(c, ".")));
	if (str_is(c, "."))
		c.n = 0;
	*last = true;
	for (size_t i = 0; i < rest.n; i++)
		*last = *last && rest.p[i] == '/';
	if (c.n < 256) {
		memcpy(name, c.p ? c.p : "", c.n);
		name[c.n] = '\0';
	}
	if (rest.p)
		memmove(w->rest.p, rest.p, rest.n);
	w->rest.n = rest.n;
	return (struct str){ name, c.n };
}

static int descend(struct walker *w, struct str c, const char *name)
{
	if (!S_ISDIR(w->at->meta.mode)) {
		errno = ENOTDIR;
		return -1;
	}
	if (swap_dir(w->at,
		     openat(w->at->dir, name,
			    O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
		return -1;
	buf_c(&w->at->real, '/');
	buf_str(&w->at->real, c);
	return 0;
}

/* 1: the place is found, 0: go on, -1: errno */
static int step(struct walker *w, bool follow)
{
	struct place *p = w->at;
	size_t n = p->real.n;
	bool last;
	struct str c = next_name(w, &last, p->name);

	if (c.n == 0) { /* a directory: real itself */
		p->name[0] = '.';
		p->name[1] = '\0';
		return sys_meta(&w->run->sys, p->dir, "", &p->meta) < 0 ? -1
									: 1;
	}
	if (c.n >= 256 || ++w->nstep > BENEATH_MAX_STEPS) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (str_is(c, ".."))
		return up(w);
	buf_c(&p->real, '/');
	buf_str(&p->real, c);
	if (may_touch(w, buf_view(&p->real)) < 0)
		return -1;
	run_touch(w->run,
		  p->mount ? scene_dev(p->mount->major, p->mount->minor) : 0,
		  buf_view(&p->real));
	if (sys_meta(&w->run->sys, p->dir, p->name, &p->meta) < 0)
		return -1;
	if (last && !(follow && S_ISLNK(p->meta.mode)))
		return 1;
	p->real.n = n;
	if (S_ISLNK(p->meta.mode))
		return through_link(w, p->name);
	return descend(w, c, p->name);
}

int beneath(struct probe_run *r, struct str path, bool follow, struct place *p)
{
	struct walker w = { .run = r, .at = p };
	int rc;

	*p = (struct place){ .dir = -1 };
	buf_str(&w.rest, path);
	rc = to_root(&w);
	if (rc == 0)
		rc = may_touch(&w, STR("/"));
	while (rc == 0)
		rc = step(&w, follow);
	buf_free(&w.rest);
	if (rc < 0) {
		int e = errno;

		place_close(p);
		errno = e;
		return -1;
	}
	if (p->real.n == 0)
		buf_c(&p->real, '/');
	return 0;
}
