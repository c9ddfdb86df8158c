/*
 * gather.c - path rules, one after the other.
 *
 * The part of a pattern before its first wildcard is resolved, links and all;
 * what follows is matched against names below that directory, links between
 * not followed.  A replacement reader begins again at the rule the lost one
 * had reached and passes over what is already in the archive.
 */
#define _GNU_SOURCE
#include "gather.h"
#include "beneath.h"
#include "content.h"
#include "newest.h"
#include "pointed.h"
#include "profile.h"

#include "../util/glob.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_DEPTH 32
#define LIST_BYTES (32u << 10)
#define MAX_HOMES 65536u

struct progress { /* shared */
	uint64_t rule;
	struct gather_count of; /* that rule, so far */
};

struct gather {
	struct probe_run *run;
	const struct path_rule *rule;
	const struct gather_view *view; /* NULL: the host */
	struct gather_count *at;
	bool failed;             /* something of this rule could not be read */
	bool log;                /* newest first, since --since */
	bool odd;                /* what matches is no regular file */
	struct str prefix, rest; /* of the pattern */
};

/* The member that a path of another root becomes. */
static struct str member_of(struct gather *g, struct buf *b, struct str path)
{
	if (!g->view)
		return path;
	buf_str(b, g->view->prefix);
	buf_str(b, path);
	return buf_view(b);
}

static void item(struct gather *g, struct str path, enum probe_state state,
		 int errnum, uint64_t bytes)
{
	struct buf b = { 0 };

	/* every container has links into its /proc */
	if (g->view && state == PROBE_SKIPPED && errnum == EREMOTE)
		return;
	if (state != PROBE_SKIPPED && state != PROBE_ABSENT)
		g->failed = true;
	run_status(g->run, g->rule->group, g->rule->core,
		   member_of(g, &b, path), state, errnum, 0, bytes, 0);
	buf_free(&b);
}

/* Left out because the user said so: no source is missing. */
static void chosen(struct gather *g, struct str path, uint64_t bytes)
{
	run_status(g->run, g->rule->group, g->rule->core, path, PROBE_SKIPPED,
		   ECANCELED, 0, bytes, 0);
}

/* Copies an open file under the name it shall have. */
static void copy(struct gather *g, struct str path, int fd,
		 const struct meta *m)
{
	struct content c = {
		.path = path,
		.fd = fd,
		.meta = *m,
		.max = g->rule->max,
		.shadow = (g->rule->flags & PATH_SHADOW) != 0,
		.log = g->log,
		.prefix = g->view ? g->view->prefix : STR_NONE,
	};

	if (g->log && m->mtime_ns < g->run->scene->opt->since_ns) {
		chosen(g, path, m->size);
		return;
	}
	if (g->view && !g->view->take(g->view->arg, g->rule, path, fd, m))
		return;
	content_copy(g->run, &c);
	g->at->bytes += c.bytes;
	if (c.state == PROBE_COLLECTED && g->rule->flags & PATH_RUNS)
		pointed_read(g->run, fd, m->size);
	if (c.state == PROBE_COLLECTED)
		g->at->files++;
	else
		item(g, path, c.state, c.errnum, c.bytes);
}

static bool known(struct gather *g, struct str path)
{
	const struct map *done = g->view ? g->view->done : &g->run->scene->done;
	struct buf b = { 0 };
	bool yes = map_get(&g->run->seen, path) != NULL ||
		   map_get(done, member_of(g, &b, path)) != NULL;

	buf_free(&b);
	return yes;
}

static void remember(struct gather *g, struct str path)
{
	(void)map_put(&g->run->seen, path, NULL);
}

/* ENOENT now is not absence: it was there a moment ago. */
static void could_not(struct gather *g, struct str path, int errnum)
{
	enum probe_state s = run_state_of(errnum);

	if (errnum == EINVAL || errnum == EREMOTE || errnum == ELOOP)
		s = PROBE_SKIPPED; /* no regular file; never touched */
	item(g, path, s == PROBE_ABSENT ? PROBE_VANISHED : s, errnum, 0);
}

/* A FIFO where a log is expected is not touched, and not absent. */
static void no_file(struct gather *g, struct str path)
{
	g->odd = true;
	if (g->rule->core || g->log)
		item(g, path, PROBE_SKIPPED, EINVAL, 0);
}

/* A path resolved by our own steps: fixed patterns and links. */
static void by_path(struct gather *g, struct str path, bool is_link)
{
	struct place p;
	struct str name;
	int fd;

	if (profile_excludes(g->run->scene, path)) {
		chosen(g, path, 0);
		return;
	}
	if (beneath(g->run, path, true, &p) < 0) {
		/* a link to nothing is a fact of the walk */
		if (errno != ENOENT && errno != ENOTDIR)
			could_not(g, path, errno);
		return;
	}
	name = g->rule->flags & PATH_FOLLOW ? path : buf_view(&p.real);
	if (!known(g, name) && (!is_link || S_ISREG(p.meta.mode))) {
		remember(g, name);
		if (p.mount && !mount_readable(p.mount))
			fd = -1, errno = EREMOTE;
		else
			fd = place_open(g->run, &p);
		if (fd >= 0) {
			copy(g, name, fd, &p.meta);
			(void)close(fd);
		} else {
			could_not(g, name, errno);
		}
	}
	place_close(&p);
}

struct level {
	int fd;
	struct buf path; /* of the directory, "" for the root */
	size_t prefix;   /* bytes of path before what rest matches */
	uint64_t dev;
};

static void list(struct gather *g, struct level *l, unsigned depth);

static bool may_enter(struct gather *g, struct str path, uint64_t *dev)
{
	const struct mount *m = mounts_at(&g->run->scene->mounts, path);

	if (!m)
		return true;
	*dev = scene_dev(m->major, m->minor);
	return mount_readable(m) && !scene_dead(g->run->scene, *dev);
}

static void entry(struct gather *g, struct level *l, const char *base,
		  unsigned depth)
{
	struct level sub = { .prefix = l->prefix, .dev = l->dev };
	size_t n = l->path.n;
	struct str path, rel;
	struct meta m;
	int fd;

	buf_c(&l->path, '/');
	buf_puts(&l->path, base);
	path = buf_view(&l->path);
	rel = str_skip(path, l->prefix + 1);
	if (!may_enter(g, path, &sub.dev) || known(g, path))
		goto out;
	if (g->run->scene->opt->nexclude &&
	    profile_excludes(g->run->scene, path)) {
		if (glob_match(g->rest, rel))
			chosen(g, path, 0);
		goto out;
	}
	run_touch(g->run, sub.dev, path);
	if (sys_meta(&g->run->sys, l->fd, base, &m) < 0) {
		if (errno != ENOENT)
			could_not(g, path, errno);
		goto out;
	}
	if (S_ISDIR(m.mode)) {
		if (!glob_may_below(g->rest, rel))
			goto out;
		if (depth == MAX_DEPTH) {
			item(g, path, PROBE_TRUNCATED, ENAMETOOLONG, 0);
		} else {
			sub.fd = open_dir(g->run, l->fd, base);
			buf_str(&sub.path, path);
			if (sub.fd < 0)
				could_not(g, path, errno);
			else
				list(g, &sub, depth + 1);
			buf_free(&sub.path);
		}
	} else if (!glob_match(g->rest, rel)) {
		goto out;
	} else if (S_ISLNK(m.mode)) {
		by_path(g, path, true);
	} else if (S_ISREG(m.mode)) {
		remember(g, path);
		fd = open_regular(g->run, l->fd, base, &m);
		if (fd >= 0) {
			copy(g, path, fd, &m);
			(void)close(fd);
		} else {
			could_not(g, path, errno);
		}
	} else {
		no_file(g, path);
	}
out:
	l->path.n = n;
}

/* Lists one directory and what the pattern reaches below; closes l->fd. */
static void list_newest(struct gather *g, struct level *l, unsigned depth)
{
	struct newest names = { .n = 0 };

	if (newest_list(g->run, l->fd, &names) < 0)
		could_not(g, buf_view(&l->path), errno);
	for (size_t i = 0; i < names.n; i++)
		entry(g, l, names.names.p + names.name[i].at, depth);
	newest_free(&names);
	(void)close(l->fd);
}

static void list(struct gather *g, struct level *l, unsigned depth)
{
	char *buf;
	long n;

	run_touch(g->run, l->dev, buf_view(&l->path));
	if (g->log) {
		list_newest(g, l, depth);
		return;
	}
	buf = xmalloc(LIST_BYTES);
	while ((n = sys_getdents(l->fd, buf, LIST_BYTES)) > 0) {
		for (long at = 0; at < n;) {
			const struct dirent64 *d = (const void *)(buf + at);

			at += d->reclen;
			if (strcmp(d->name, ".") != 0 &&
			    strcmp(d->name, "..") != 0)
				entry(g, l, d->name, depth);
		}
	}
	if (n < 0)
		could_not(g, buf_view(&l->path), errno);
	free(buf);
	(void)close(l->fd);
}

/* base: a home directory for `~/' patterns (literal, never a pattern) */
static void expand(struct gather *g, struct str base, struct str pattern)
{
	struct buf full = { 0 };
	struct level top = { 0 };
	struct str prefix;
	struct place p;
	bool wild = path_cut(pattern, &prefix, &g->rest);

	buf_str(&full, base);
	buf_str(&full, wild ? prefix : pattern);
	if (!wild) {
		by_path(g, buf_view(&full), false);
		goto out;
	}
	if (full.n == 0)
		buf_c(&full, '/');
	if (profile_excludes(g->run->scene, buf_view(&full))) {
		chosen(g, buf_view(&full), 0);
		goto out;
	}
	if (beneath(g->run, buf_view(&full), true, &p) < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			could_not(g, buf_view(&full), errno);
		goto out;
	}
	if (S_ISDIR(p.meta.mode)) {
		top.fd = place_opendir(g->run, &p);
		top.path = p.real;
		if (top.path.n == 1)
			top.path.n = 0;
		top.prefix = top.path.n;
		top.dev = scene_dev(p.meta.major, p.meta.minor);
		if (top.fd < 0)
			could_not(g, buf_view(&full), errno);
		else
			list(g, &top, 0);
		p.real = top.path; /* it may have grown elsewhere */
	}
	place_close(&p);
out:
	buf_free(&full);
}

void gather_rule(struct probe_run *r, const struct path_rule *rule,
		 const struct homes *h, const struct gather_view *view,
		 struct gather_count *at)
{
	struct gather g = { .run = r,
			    .rule = rule,
			    .view = view,
			    .at = at,
			    .log = profile_log(rule) };
	struct str pattern = str_of(rule->glob);
	int64_t began = sys_boottime_ns();
	bool any;

	if (str_starts(pattern, STR("~/"))) {
		for (size_t i = 0; i < h->n; i++)
			expand(&g, h->home[i], str_skip(pattern, 1));
	} else {
		expand(&g, STR_NONE, pattern);
	}
	any = at->files > 0;
	/* what another root may have is said once, by whoever reads it */
	if (!view && (any || !g.failed))
		run_status(r, rule->group, rule->core, pattern,
			   any     ? PROBE_COLLECTED
			   : g.odd ? PROBE_SKIPPED
				   : PROBE_ABSENT,
			   any     ? 0
			   : g.odd ? EINVAL
				   : ENOENT,
			   at->files, at->bytes, sys_boottime_ns() - began);
	run_count(r, at->files);
}

static void run_paths(struct probe_run *r)
{
	struct progress *at = r->lane->state;
	struct homes h = { 0 };

	homes_read(r, &h);
	for (; at->rule < r->scene->nrule; at->rule++) {
		gather_rule(r, &r->scene->rule[at->rule], &h, NULL, &at->of);
		at->of = (struct gather_count){ 0 };
	}
	homes_free(&h);
}

static bool resume(const struct lane *from, struct lane *to)
{
	memcpy(to->state, from->state, sizeof(struct progress));
	return true;
}

const struct job job_paths = {
	.name = "paths",
	.core = "files",
	.run = run_paths,
	.nstate = sizeof(struct progress),
	.resume = resume,
};
