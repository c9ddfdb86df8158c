/*
 * output.c - the file, and whose disk it is on.
 *
 * What an investigator plugs in or mounts is not the host's: remote and FUSE
 * mounts, and anything under /mnt, /media, /run/media that is not the root
 * file system again.
 */
#define _GNU_SOURCE
#include "output.h"

#include "../util/io.h"
#include "konseki/archive.h"
#include "../util/timefmt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#define MOUNTINFO_MAX (32u << 20)

/* HOST-YYYYmmddTHHMMSSZ.tar.zst, .age behind it when sealed; a host name is no
 * path. */
static void own_name(char *out, size_t n, const struct scene *sc,
		     const char *hostname)
{
	struct civil t;

	civil_of_s(ts_s(sc->env.start_ns), &t);
	(void)snprintf(out, n, "%.200s-%04d%02u%02uT%02u%02u%02uZ%s%s",
		       hostname, (int)t.year, t.month, t.day, t.hour, t.min,
		       t.sec, KONSEKI_SUFFIX,
		       sc->opt->nrecipient ? KONSEKI_SEALED : "");
	for (char *p = out; *p; p++)
		if (*p == '/')
			*p = '_';
}

static int set_name(struct output *o, const struct scene *sc,
		    const char *hostname, struct err *err)
{
	const char *given = sc->opt->output;
	bool into = !given;
	char name[256];
	struct stat st;
	int n;

	own_name(name, sizeof(name), sc, hostname);
	if (given && stat(given, &st) == 0 && S_ISDIR(st.st_mode))
		into = true;
	n = snprintf(o->path, sizeof(o->path), "%s%s%s", given ? given : "",
		     given && into ? "/" : "", into ? name : "");
	if (n < 0 || n >= (int)sizeof(o->path))
		return err_set(err, "%s: the name is too long",
			       given ? given : hostname);
	(void)snprintf(o->partial, sizeof(o->partial), "%s.partial", o->path);
	return 0;
}

bool output_plugged_in(const struct mount *m, const struct mounts *ms)
{
	static const char *const place[] = { "/mnt/", "/media/",
					     "/run/media/" };
	const struct mount *root = mounts_at(ms, STR("/"));

	if (m->class == MOUNT_REMOTE || m->class == MOUNT_FUSE)
		return true;
	if (str_is(m->point, "/mnt") || str_is(m->point, "/media"))
		return !root || root->major != m->major ||
		       root->minor != m->minor;
	for (size_t i = 0; i < sizeof(place) / sizeof(*place); i++)
		if (str_starts(m->point, str_of(place[i])))
			return !root || root->major != m->major ||
			       root->minor != m->minor;
	return false;
}

/* A dead system on a disk of its own: that disk is the suspect's. */
static bool on_dead_disk(const struct output *o, const struct scene *sc)
{
	struct stat root, here;

	if (fstat(sc->env.root, &root) < 0 || stat("/", &here) < 0)
		return false;
	return root.st_dev != here.st_dev &&
	       scene_dev(major(root.st_dev), minor(root.st_dev)) == o->dev;
}

static bool on_live_host(const struct output *o)
{
	struct mounts_options opt = { .root = STR("/") };
	struct arena a = { 0 };
	struct mounts ms = { 0 };
	struct buf text = { 0 };
	bool yes = true;
	int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && io_slurp(fd, MOUNTINFO_MAX, &text, NULL) == 0) {
		mounts_read(buf_view(&text), &opt, &a, &ms);
		for (size_t i = 0; i < ms.nmount; i++) {
			const struct mount *m = &ms.mount[i];

			if (scene_dev(m->major, m->minor) == o->dev &&
			    output_plugged_in(m, &ms))
				yes = false;
		}
	}
	if (fd >= 0)
		(void)close(fd);
	buf_free(&text);
	arena_free(&a);
	return yes;
}

static int check_place(const struct output *o, const struct scene *sc,
		       struct err *err)
{
	bool suspect = sc->env.live ? on_live_host(o) : on_dead_disk(o, sc);

	if (sc->opt->here || !suspect)
		return 0;
	return err_set(err,
		       "%s is on a file system of the suspect host: writing "
		       "there overwrites deleted data; use -o - or a mounted "
		       "stick, or say --here",
		       o->path);
}

static int stdout_open(struct output *o, struct err *err)
{
	struct stat st;

	o->stream = true;
	o->fd = STDOUT_FILENO;
	if (isatty(o->fd))
		return err_set(err, "-o -: standard output is a terminal");
	if (fstat(o->fd, &st) == 0 && S_ISREG(st.st_mode)) {
		o->dev = scene_dev(major(st.st_dev), minor(st.st_dev));
		o->ino = st.st_ino;
	}
	return 0;
}

void output_host_name(const struct scene *sc, char out[256])
{
	struct utsname u;
	char text[256];
	ssize_t n;
	int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	int etc, fd;

	(void)snprintf(out, 256, "host");
	if (sc->env.live) {
		if (uname(&u) == 0 && u.nodename[0])
			(void)snprintf(out, 256, "%s", u.nodename);
		return;
	}
	etc = openat(sc->env.root, "etc",
		     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/* where the shield is a reader's namespace, this is outside of it */
	fd = etc < 0 ? -1 : openat(etc, "hostname", flags | O_NOATIME);
	if (etc >= 0 && fd < 0 && errno == EPERM)
		fd = openat(etc, "hostname", flags);
	n = fd < 0 ? -1 : io_read(fd, text, sizeof(text) - 1);
	if (n > 0) {
		struct str s = str_trim(str_mem(text, (size_t)n));

		if (s.n && !str_has(s, STR("\n")))
			(void)snprintf(out, 256, STR_FMT, STR_ARG(s));
	}
	if (fd >= 0)
		(void)close(fd);
	if (etc >= 0)
		(void)close(etc);
}

int output_open(struct output *o, const struct scene *sc, const char *hostname,
		struct err *err)
{
	const struct collect_options *opt = sc->opt;
	struct stat st;

	*o = (struct output){ .fd = -1 };
	if (opt->output && strcmp(opt->output, "-") == 0)
		return stdout_open(o, err);
	if (set_name(o, sc, hostname, err) < 0)
		return -1;
	if (lstat(o->path, &st) == 0 && !S_ISREG(st.st_mode) &&
	    !S_ISLNK(st.st_mode))
		return err_set(err,
			       "%s is no regular file; `-o -' writes to "
			       "standard output",
			       o->path);
	if (!opt->force && lstat(o->path, &st) == 0)
		return err_set(err, "%s exists already; --force replaces it",
			       o->path);
	/* of a run that was killed: it may be all there is of that moment */
	if (!opt->force && lstat(o->partial, &st) == 0)
		return err_set(err,
			       "%s exists: a run that is under way or was "
			       "cut; --force replaces it",
			       o->partial);
	(void)unlink(o->partial); /* may be absent */
	o->fd = open(o->partial,
		     O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		     0600);
	if (o->fd < 0)
		return err_sys(err, "cannot create", o->partial);
	if (fstat(o->fd, &st) == 0) {
		o->dev = scene_dev(major(st.st_dev), minor(st.st_dev));
		o->ino = st.st_ino;
	}
	if (check_place(o, sc, err) < 0) {
		output_discard(o);
		return -1;
	}
	return 0;
}

int output_commit(struct output *o, struct err *err)
{
	struct stat st;

	if (o->stream)
		return 0;
	if (fsync(o->fd) < 0 && errno != EINVAL && errno != EROFS)
		return err_sys(err, "cannot write", o->partial);
	/* what has the name now is another run's, and not whole */
	if (fstat(o->fd, &st) == 0 && st.st_nlink == 0)
		return err_set(err, "%s was replaced by another run",
			       o->partial);
	if (close(o->fd) < 0)
		return err_sys(err, "cannot write", o->partial);
	o->fd = -1;
	if (rename(o->partial, o->path) < 0)
		return err_sys(err, "cannot rename", o->partial);
	return 0;
}

void output_discard(struct output *o)
{
	if (o->stream)
		return;
	if (o->fd >= 0) {
		(void)close(o->fd);
		(void)unlink(o->partial); /* nothing half-written stays */
	}
	o->fd = -1;
}
