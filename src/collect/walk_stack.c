/*
 * walk_stack.c - the chain of open directories and the names still to enter.
 */
#define _GNU_SOURCE
#include "kind.h"
#include "walk.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

struct walk_dir *walk_top(struct walk *w)
{
	return &w->st->dir[w->st->depth - 1];
}

struct str walk_full(struct walk *w, const char *name)
{
	struct walk_state *st = w->st;

	buf_clear(&w->full);
	buf_add(&w->full, st->path, st->npath);
	if (st->npath != 1)
		buf_c(&w->full, '/');
	buf_puts(&w->full, name);
	return buf_view(&w->full);
}

void walk_say(struct walk *w, struct str path, enum probe_state s, int e)
{
	if (!w->ahead) /* the walk itself will say it */
		run_status(w->run, "walk", "files", path, s, e, 0, 0, 0);
}

static bool holds_mounts(const struct walk *w, struct str dir)
{
	const struct mounts *ms = &w->run->scene->mounts;

	for (size_t i = 0; i < ms->nmount; i++)
		if (str_eq(str_dir(ms->mount[i].point), dir) &&
		    ms->mount[i].point.n > 1)
			return true;
	return false;
}

static enum walk_odd odd_place(struct str path, const struct meta *m)
{
	static const char *const public[] = { "/tmp", "/run", "/dev/shm",
					      "/var/tmp" };

	if (m->mode & S_ISVTX && m->mode & S_IWOTH)
		return WALK_ODD_PUBLIC;
	for (size_t i = 0; i < sizeof(public) / sizeof(*public); i++)
		if (str_starts(path, str_of(public[i])))
			return WALK_ODD_PUBLIC;
	return (str_starts(path, STR("/home/")) ||
		str_starts(path, STR("/root"))) &&
			       str_has(path, STR("/."))
		       ? WALK_ODD_HOME
		       : WALK_ODD_NOT;
}

/* Where what is run by its name lies, and modules of PAM. */
static bool run_place(struct str path)
{
	static const char *const dir[] = {
		"/bin",      "/sbin",          "/usr/bin",
		"/usr/sbin", "/usr/local/bin", "/usr/local/sbin"
	};

	for (size_t i = 0; i < sizeof(dir) / sizeof(*dir); i++)
		if (str_is(path, dir[i]))
			return true;
	return str_ends(path, STR("/security")) &&
	       (str_starts(path, STR("/lib")) ||
		str_starts(path, STR("/usr/lib")));
}

/* What git runs for whoever works in a repository, wherever that lies. */
static uint8_t git_place(struct str path)
{
	bool module = str_has(path, STR("/.git/modules/"));

	if (str_ends(path, STR(".git")) ||
	    (module && !str_ends(path, STR("/hooks"))))
		return WALK_GIT_REPOSITORY;
	if (str_ends(path, STR(".git/hooks")) ||
	    (module && str_ends(path, STR("/hooks"))))
		return WALK_GIT_HOOKS;
	return WALK_GIT_NONE;
}

/* Puts an open directory on top; its path is in state->path already. */
void walk_push(struct walk *w, int fd, const struct meta *m)
{
	struct walk_state *st = w->st;
	struct str path = { st->path, st->npath };
	const struct mount *mnt = mounts_of(&w->run->scene->mounts, path);
	uint8_t odd = st->depth ? walk_top(w)->odd : WALK_ODD_NOT;
	struct walk_dir *d;

	w->fd[st->depth] = fd;
	d = &st->dir[st->depth++];
	*d = (struct walk_dir){
		.dev = scene_dev(m->major, m->minor),
		.npath = st->npath,
		.nnames = st->nnames,
		.mounts = holds_mounts(w, path),
		.readable = !mnt || mount_readable(mnt),
		.odd = odd ? odd : (uint8_t)odd_place(path, m),
		.web = kind_web_dir(path),
		.git = git_place(path),
		.run = run_place(path),
	};
}

void walk_pop(struct walk *w)
{
	struct walk_state *st = w->st;

	(void)close(w->fd[--st->depth]);
	st->nnames = st->dir[st->depth].nnames;
	st->nbuf = st->at = 0;
	if (st->depth)
		st->npath = st->dir[st->depth - 1].npath;
}

/* Takes the last name off the stack; it stays readable behind nnames. */
const char *walk_take(struct walk_state *st)
{
	uint32_t i = st->nnames - 1;

	while (i > 0 && st->names[i - 1] != '\0')
		i--;
	st->nnames = i;
	return st->names + i;
}

void walk_name(struct walk *w, const char *name)
{
	struct walk_state *st = w->st;
	size_t n = strlen(name) + 1;

	if (n > WALK_NAMES - st->nnames) {
		walk_say(w, walk_full(w, name), PROBE_TRUNCATED, ENOMEM);
		return;
	}
	memcpy(st->names + st->nnames, name, n);
	st->nnames += (uint32_t)n;
}
