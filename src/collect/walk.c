/*
 * walk.c - where to go.
 *
 * One buffer of names is worked off, then the directories among them are
 * entered, last first, then listing goes on: the buffer is free whenever the
 * walk descends, and the stack of names stays small.
 */
#define _GNU_SOURCE
#include "walk.h"
#include "beneath.h"
#include "kind.h"
#include "owned.h"
#include "programs.h"
#include "profile.h"

#include "konseki/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* volatile places first, then everything */
static const char *const roots[] = { "/run", "/dev/shm", "/tmp", "/var/tmp",
				     "/" };
_Static_assert(sizeof(roots) / sizeof(roots[0]) == WALK_ROOTS, "one each");

static bool is_root(struct str path)
{
	for (size_t i = 0; i < WALK_ROOTS; i++)
		if (str_is(path, roots[i]))
			return true;
	return false;
}

static bool walked(const struct walk *w, struct str path)
{
	for (size_t i = 0; i < WALK_ROOTS; i++)
		if (w->st->walked >> i & 1 && str_is(path, roots[i]))
			return true;
	return false;
}

static void enter(struct walk *w)
{
	struct walk_state *st = w->st;
	size_t n;
	const char *name = walk_take(st);
	struct meta m;
	int fd;

	st->phase = WALK_OPEN;
	run_tick(w->run);
	n = strlen(name);
	if (st->depth == WALK_DEPTH || n + 1 > WALK_PATH - st->npath) {
		walk_say(w, walk_full(w, name), PROBE_TRUNCATED, ENAMETOOLONG);
		return;
	}
	fd = open_dir(w->run, w->fd[st->depth - 1], name);
	if (fd < 0 || sys_meta(&w->run->sys, fd, "", &m) < 0) {
		enum probe_state s = run_state_of(errno);

		walk_say(w, walk_full(w, name),
			 s == PROBE_ABSENT ? PROBE_VANISHED : s, errno);
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	if (st->npath != 1)
		st->path[st->npath++] = '/';
	memcpy(st->path + st->npath, name, n);
	st->npath += (uint32_t)n;
	walk_push(w, fd, &m);
	st->phase = WALK_START;
}

/*
 * A mount point is asked of the table before it is touched.  False: there is
 * nothing more to do with this entry.
 */
static bool mount_allows(struct walk *w, const char *name, const char **skip)
{
	struct str path = walk_full(w, name);
	const struct scene *sc = w->run->scene;
	const struct mount *m = mounts_at(&sc->mounts, path);
	static const char *const why[] = {
		[MOUNT_LOCAL] = NULL,
		[MOUNT_LISTED] = NULL,
		[MOUNT_BIND] = "bind: walked elsewhere",
		[MOUNT_LAYERED] = "overlay: its layers are walked",
		[MOUNT_REMOTE] = "remote",
		[MOUNT_FUSE] = "fuse",
		[MOUNT_AUTO] = "autofs",
		[MOUNT_PSEUDO] = "pseudo",
		[MOUNT_UNKNOWN] = "unknown file system",
		[MOUNT_HIDDEN] = "hidden",
	};

	if (!m)
		return true;
	w->run->lane->dev = scene_dev(m->major, m->minor);
	*skip = why[m->class];
	if (scene_dead(sc, scene_dev(m->major, m->minor)))
		*skip = "timeout";
	else if (m->class <= MOUNT_LAYERED)
		return true;
	if (m->class <= MOUNT_LAYERED) /* it was local, and got us stuck */
		walk_say(w, path, PROBE_TIMEOUT, ETIMEDOUT);
	walk_row_bare(w, name, 'd', *skip);
	return false;
}

/* The name itself is stated, nothing in it is touched. */
static bool excluded(struct walk *w, const char *name)
{
	return w->run->scene->opt->nexclude &&
	       profile_excludes(w->run->scene, walk_full(w, name));
}

static void entry(struct walk *w, const struct dirent64 *d)
{
	struct walk_state *st = w->st;
	struct walk_facts f = { 0 };
	struct meta m;

	if (walk_top(w)->mounts && !mount_allows(w, d->name, &f.skip))
		return;
	if (sys_meta(&w->run->sys, w->at, d->name, &m) < 0) {
		if (errno != ENOENT)
			walk_say(w, walk_full(w, d->name), run_state_of(errno),
				 errno);
		return;
	}
	if (excluded(w, d->name)) {
		f.skip = "excluded";
	} else if (S_ISDIR(m.mode)) {
		if (is_root(walk_full(w, d->name)) &&
		    walked(w, walk_full(w, d->name)))
			return; /* its row and all below are there */
		if (m.have & META_MOUNT_ROOT &&
		    !mounts_at(&w->run->scene->mounts, walk_full(w, d->name)))
			f.skip = "mount that mountinfo does not name";
		if (!f.skip)
			walk_name(w, d->name);
	} else if (S_ISREG(m.mode) && m.size > 0 && walk_top(w)->readable &&
		   st->skip_examine != st->at + 1) {
		st->phase = WALK_EXAMINE;
		walk_look(w, d->name, &m, &f);
	} else if (st->skip_examine == st->at + 1) {
		f.skip = "timeout";
	}
	walk_row(w, d->name, &m, &f);
}

/* Works off the buffer from `at'. */
static void entries(struct walk *w)
{
	struct walk_state *st = w->st;

	walk_prefix(w);
	/* names are then looked up the short way, by llistxattr too */
	w->at = AT_FDCWD;
	if (fchdir(w->fd[st->depth - 1]) < 0) {
		w->no_xattr = true;
		w->at = w->fd[st->depth - 1];
	}
	while (st->at < st->nbuf) {
		const struct dirent64 *d = (const void *)(st->dirbuf + st->at);

		if (d->reclen == 0 || d->reclen > st->nbuf - st->at)
			break;
		if (strcmp(d->name, ".") != 0 && strcmp(d->name, "..") != 0) {
			w->run->lane->dev = walk_top(w)->dev;
			st->phase = WALK_ENTRY;
			entry(w, d);
			run_tick(w->run);
			st->work.objects++;
			if (w->ahead)
				forecast_mark(&st->marks, &st->work);
		}
		st->at += d->reclen;
	}
	st->phase = WALK_START;
	st->nbuf = st->at = 0;
	if (st->work.objects - st->ncounted >= 4096) {
		run_count(w->run, st->work.objects - st->ncounted);
		st->ncounted = st->work.objects;
	}
}

static void list(struct walk *w)
{
	struct walk_state *st = w->st;
	struct walk_dir *d = walk_top(w);
	const struct dirent64 *e;
	long n;

	st->phase = WALK_LIST;
	run_tick(w->run);
	n = sys_getdents(w->fd[st->depth - 1], st->dirbuf, WALK_DIRBUF);
	if (n < 0)
		walk_say(w, (struct str){ st->path, st->npath },
			 run_state_of(errno), errno);
	if (n <= 0) {
		d->ended = 1;
		return;
	}
	for (long at = 0; at < n; at += e->reclen) {
		e = (const void *)(st->dirbuf + at);
		d->pos = e->off;
	}
	st->at = 0;
	st->nbuf = (uint32_t)n;
	entries(w);
}

static void below_root(struct walk *w)
{
	struct walk_state *st = w->st;

	while (st->depth > 0) {
		w->run->lane->dev = walk_top(w)->dev;
		if (st->at < st->nbuf)
			entries(w); /* a replacement goes on in the middle */
		else if (st->nnames > walk_top(w)->nnames)
			enter(w);
		else if (!walk_top(w)->ended)
			list(w);
		else
			walk_pop(w);
	}
}

/* Opens a starting point and writes its own row. */
static bool open_root(struct walk *w, const char *path)
{
	struct walk_state *st = w->st;
	struct walk_facts none = { 0 };
	struct str name;
	struct place p;
	int fd;

	if (beneath(w->run, str_of(path), false, &p) < 0)
		return false;
	fd = S_ISDIR(p.meta.mode) && p.mount && mount_walkable(p.mount)
		     ? place_opendir(w->run, &p)
		     : -1;
	if (fd >= 0) {
		name = str_base(str_of(path));
		st->npath = (uint32_t)(strlen(path) - name.n);
		memcpy(st->path, path, st->npath);
		st->npath -= st->npath > 1; /* without the slash */
		walk_prefix(w);
		w->no_xattr = fchdir(p.dir) < 0;
		walk_row(w, name.n ? p.name : "", &p.meta, &none);
		st->work.objects++;
		st->npath = (uint32_t)strlen(path);
		memcpy(st->path, path, st->npath);
		walk_push(w, fd, &p.meta);
	}
	place_close(&p);
	return fd >= 0;
}

static void walk_free(struct walk *w)
{
	struct buf *b[] = { &w->row, &w->prefix, &w->link, &w->xattr,
			    &w->full };

	for (size_t i = 0; i < sizeof(b) / sizeof(b[0]); i++)
		buf_free(b[i]);
	walk_look_free(w);
	packages_free(&w->packages);
	arena_free(&w->arena);
	free(w);
}

static void go(struct probe_run *r, bool ahead)
{
	struct walk *w = xmalloc(sizeof(*w));
	struct walk_state *st = r->lane->state;

	w->ahead = ahead;
	w->run = r;
	w->st = st;
	if (st->phase != WALK_OWNED || !r->resumed) {
		if (!r->resumed)
			st->phase = WALK_OWNED;
		owned_read(r, &w->arena, &w->packages);
	}
	if (!r->resumed)
		st->began_ns = sys_boottime_ns();
	run_touch(r, 0, STR_NONE);
	if (r->resumed && st->depth > 0) {
		walk_name_lost(w);
		walk_reopen(w);
		walk_pass_over(w);
		below_root(w);
		st->walked |= 1u << st->root;
	}
	for (; st->root < WALK_ROOTS; st->root++) {
		if (st->walked >> st->root & 1)
			continue;
		st->phase = WALK_ROOT;
		if (!open_root(w, roots[st->root]))
			continue;
		st->phase = WALK_START;
		below_root(w);
		st->walked |= 1u << st->root;
	}
	run_count(r, st->work.objects - st->ncounted);
	if (!ahead)
		run_status(r, "walk", "files", STR_NONE, PROBE_COLLECTED, 0,
			   st->work.objects, st->work.bytes,
			   sys_boottime_ns() - r->began_ns);
	walk_free(w);
}

static void run_walk(struct probe_run *r)
{
	go(r, false);
}

static void run_ahead(struct probe_run *r)
{
	struct walk_state *st = r->lane->state;

	go(r, true);
	st->ahead_ns += sys_boottime_ns() - st->began_ns;
}

static void measure(const struct lane *l, struct forecast_now *n)
{
	const struct walk_state *st = l->state;

	n->stage_ns = st->began_ns ? sys_boottime_ns() - st->began_ns : 0;
	n->done = st->work;
	n->bytes_ns = st->bytes_ns;
}

static void counted(const struct lane *l, struct scene *sc)
{
	const struct walk_state *st = l->state;
	uint64_t max = programs_most(sc->opt);

	sc->forecast = (struct forecast){
		.walk = st->work,
		.copy = st->ncopy < max ? st->ncopy : max,
		.log = st->nlog,
		.count_ns = st->ahead_ns,
		.marks = st->marks,
	};
}

const struct job job_forecast = {
	.name = "forecast",
	.run = run_ahead,
	.done = counted,
	.nstate = sizeof(struct walk_state),
};

const struct job job_walk = {
	.name = "walk",
	.core = "files",
	.run = run_walk,
	.measure = measure,
	.nstate = sizeof(struct walk_state),
	.where = walk_where,
	.resume = walk_resume,
};
