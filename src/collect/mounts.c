/* mounts.c - the shield, and the table of mounts below the root. */
#define _GNU_SOURCE
#include "mounts.h"

#include "../util/io.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define MOUNTINFO_MAX (32u << 20)

const char *shield_name(enum shield s)
{
	static const char *const name[] = { "clone", "namespace", "o_noatime" };

	return name[s];
}

static bool read_mountinfo(int proc, struct buf *out)
{
	int fd = openat(proc, "self/mountinfo", O_RDONLY | O_CLOEXEC);
	bool ok;

	buf_clear(out);
	if (fd < 0)
		return false;
	ok = io_slurp(fd, MOUNTINFO_MAX, out, NULL) == 0;
	(void)close(fd);
	return ok;
}

static int clone_of(const char *path)
{
	int fd = sys_open_tree(AT_FDCWD, path, true);

	if (fd >= 0 && sys_mount_shield(fd) < 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* The copy and the text must speak of the same mounts. */
static int clone_with_table(int proc, const char *path, struct buf *text)
{
	struct buf after = { 0 };
	int fd = -1;

	for (int tries = 0; tries < 3; tries++) {
		bool ok = read_mountinfo(proc, text);

		if (fd >= 0)
			(void)close(fd);
		fd = clone_of(path);
		if (fd < 0 || !ok || !read_mountinfo(proc, &after) ||
		    str_eq(buf_view(text), buf_view(&after)))
			break;
	}
	buf_free(&after);
	return fd;
}

static bool may_unshare(void)
{
	/* tried in readers only; here: does this user have the right? */
	return geteuid() == 0;
}

/*
 * The root that no line names: without procfs, and in a chroot whose root is
 * a plain directory.  It is what was asked for, so it is walked.
 */
static void add_root(struct scene *sc)
{
	struct mounts *ms = &sc->mounts;
	struct mount *all =
		arena_array(&sc->arena, ms->nmount + 1, sizeof(*ms->mount));
	struct stat st = { 0 };

	if (ms->nmount)
		memcpy(all, ms->mount, ms->nmount * sizeof(*ms->mount));
	(void)fstat(sc->env.root, &st); /* without it the device is 0:0 */
	/* at the end: twins are indexes */
	all[ms->nmount] = (struct mount){
		.major = major(st.st_dev),
		.minor = minor(st.st_dev),
		.root = STR("/"),
		.point = STR("/"),
		.type = STR("unknown"),
		.class = MOUNT_LOCAL,
	};
	ms->mount = all;
	ms->nmount++;
}

static void read_table(struct scene *sc, struct str text)
{
	struct mounts_options o = {
		.root = str_of(sc->root_path),
		.local_type = sc->opt->local_type,
		.nlocal_type = sc->opt->nlocal_type,
	};

	mounts_read(text, &o, &sc->arena, &sc->mounts);
	sc->mounts.cut |= text.n >= MOUNTINFO_MAX;
	if (!mounts_at(&sc->mounts, STR("/")))
		add_root(sc);
}

int mounts_shield(struct scene *sc, enum shield *how, struct err *err)
{
	struct buf text = { 0 };
	int proc = sys_procfs(&sc->env.own_proc);
	int fd = clone_with_table(proc, sc->root_path, &text);

	*how = SHIELD_CLONE;
	if (fd < 0) {
		*how = may_unshare() ? SHIELD_NAMESPACE : SHIELD_NOATIME;
		fd = open(sc->root_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd < 0) {
		buf_free(&text);
		if (proc >= 0)
			(void)close(proc);
		return err_sys(err, "cannot open", sc->root_path);
	}
	sc->env.root = fd;
	read_table(sc, buf_view(&text));
	buf_free(&text);
	sc->namespaced = *how == SHIELD_NAMESPACE;
	sc->open_noatime = *how != SHIELD_CLONE;
	if (sc->env.live) {
		sc->env.proc = proc;
		sc->env.shown =
			openat(sc->env.root, "proc",
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	} else if (proc >= 0) {
		(void)close(proc);
	}
	return 0;
}

static unsigned long keep_flags(struct str options)
{
	static const struct {
		struct str word;
		unsigned long flag;
	} keep[] = {
		{ { "nosuid", 6 }, MS_NOSUID },
		{ { "nodev", 5 }, MS_NODEV },
		{ { "noexec", 6 }, MS_NOEXEC },
	};
	unsigned long flags = 0;

	while (options.p) {
		struct str w = str_cut(&options, ',');

		for (size_t i = 0; i < sizeof(keep) / sizeof(keep[0]); i++)
			if (str_eq(w, keep[i].word))
				flags |= keep[i].flag;
	}
	return flags;
}

/* Remounts one point of the namespace; where it is on the live host. */
static int remount(const struct scene *sc, const struct mount *m)
{
	char path[4096];
	bool sub = strcmp(sc->root_path, "/") != 0;
	int n = snprintf(path, sizeof(path), "%s%.*s", sub ? sc->root_path : "",
			 (int)m->point.n, m->point.p);

	if (n < 0 || n >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return mount(NULL, path, NULL,
		     MS_REMOUNT | MS_BIND | MS_NOATIME | MS_RDONLY |
			     keep_flags(m->options),
		     NULL);
}

/*
 * In the namespace of this reader alone, where what is mounted over /proc
 * does not count: for kernels that have no fsopen(2).
 */
static void own_procfs(struct scene *sc)
{
	int fd;

	if (!sc->env.live || sc->env.own_proc ||
	    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  NULL) < 0)
		return;
	fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)close(sc->env.proc);
	sc->env.proc = fd;
	sc->env.own_proc = true;
}

int mounts_enter_namespace(struct scene *sc)
{
	int worst = 0, fd;

	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	/* DIR may lie in the middle of a mount: make it one of its own */
	if (strcmp(sc->root_path, "/") != 0 &&
	    mount(sc->root_path, sc->root_path, NULL, MS_BIND | MS_REC, NULL) <
		    0)
		worst = errno;
	for (size_t i = 0; i < sc->mounts.nmount; i++) {
		const struct mount *m = &sc->mounts.mount[i];

		if ((mount_readable(m) || mount_walkable(m)) &&
		    remount(sc, m) < 0)
			worst = errno;
	}
	own_procfs(sc);
	fd = open(sc->root_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	(void)close(sc->env.root);
	sc->env.root = fd;
	errno = worst;
	return worst ? -1 : 0;
}
