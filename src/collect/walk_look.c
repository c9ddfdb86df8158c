/*
 * walk_look.c - the content of a regular file, as far as --hash asks, and
 * whether it is a program that no package accounts for.
 *
 * Opening every file is what costs a walk: by default only what may be run,
 * is named like a program, or lies where anybody may drop things is opened.
 */
#define _GNU_SOURCE
#include "beneath.h"
#include "cache.h"
#include "kind.h"
#include "walk.h"

#include "../util/buf.h"
#include "../util/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES (256u << 10)
#define FETCH_AHEAD (8 << 20)
#define WEB_MAX (32u << 20)
#define HOME_MAX (1u << 20) /* of an older program in a home, likewise */
#define RECENT_NS (30 * 86400 * INT64_C(1000000000))
#define LOG_MAX (64u << 20)
#define PLACES_MAX (32u << 20) /* of a package's program, for `quick' */
#define SPARSE_MIN (UINT64_C(64) << 20)
#define MIME_MAX 20000u /* files: libmagic takes up to a millisecond each */

struct examiner {
	unsigned char buf[READ_BYTES];
	struct magic_box *box;
	unsigned nmime;
};

/* A lastlog of 450 GB with 4 KiB of data: hashing zeros tells nothing. */
static bool mostly_hole(const struct meta *m)
{
	return m->size > SPARSE_MIN && m->blocks * 512 < m->size / 8;
}

static bool owned(struct walk *w, const char *name)
{
	return packages_owner(&w->packages, walk_full(w, name)) != NULL;
}

/* Does an autorun name it? */
static bool pointed(struct walk *w, const char *name)
{
	const struct map *m = &w->run->scene->pointed;

	return m->nitem && map_get(m, walk_full(w, name)) != NULL;
}

/* Small and seldom: copied without a look inside. */
static bool of_git(struct walk *w, const char *name)
{
	switch (w->st->dir[w->st->depth - 1].git) {
	case WALK_GIT_REPOSITORY:
		return strcmp(name, "config") == 0;
	case WALK_GIT_HOOKS:
		return !str_ends(str_of(name), STR(".sample"));
	default:
		return false;
	}
}

static bool recent(const struct walk *w, const struct meta *m)
{
	return m->ctime_ns > w->run->env->start_ns - RECENT_NS;
}

/* What `quick' looks into. */
static bool in_place(struct walk *w, const char *name, const struct meta *m)
{
	const struct walk_dir *d = &w->st->dir[w->st->depth - 1];

	if (d->odd == WALK_ODD_PUBLIC || m->mode & 06000 || pointed(w, name))
		return true;
	if (d->odd == WALK_ODD_HOME)
		return (m->mode & 0111 || kind_program_name(str_of(name))) &&
		       (recent(w, m) ? m->size <= PLACES_MAX
				     : m->size <= HOME_MAX && m->mode & 0111);
	return d->run && (m->size <= PLACES_MAX || !owned(w, name));
}

/* x.log, x.log.1, x.log.2.gz, wherever a program keeps them */
static bool stray_log(const struct walk *w, const char *name,
		      const struct meta *m)
{
	struct str n = str_of(name);
	size_t at = str_find(n, STR(".log"));

	if (w->run->scene->opt->profile == PROFILE_QUICK || m->size > LOG_MAX ||
	    at == (size_t)-1)
		return false;
	n = str_skip(n, at + 4);
	return n.n == 0 || n.p[0] == '.' || n.p[0] == '-';
}

static bool wanted(struct walk *w, const char *name, const struct meta *m)
{
	switch (w->run->scene->hash) {
	case HASH_NONE:
		return false;
	case HASH_PLACES:
		return m->size >= 2 && in_place(w, name, m);
	case HASH_ALL:
		return !mostly_hole(m);
	default:
		break;
	}
	if (m->size < 2)
		return false;
	if (m->mode & 0111 || w->st->dir[w->st->depth - 1].odd ||
	    pointed(w, name))
		return true;
	/* a package's own library of scripts is named, not run */
	return kind_program_name(str_of(name)) &&
	       (kind_object_name(str_of(name)) || !owned(w, name));
}

static bool is_output(const struct walk *w, const struct meta *m)
{
	const struct collect_env *e = w->run->env;

	return m->ino == e->out_ino &&
	       scene_dev(m->major, m->minor) == e->out_dev;
}

/* All digests in one read; what was read already is in the buffer. */
static bool digest(struct walk *w, int fd, size_t have, uint64_t size,
		   struct str path, struct walk_facts *f)
{
	unsigned char *buf = w->ex->buf;
	struct digester d;
	uint64_t off = have;
	ssize_t n = (ssize_t)have;
	int64_t began = sys_boottime_ns();

	digester_begin(&d, packages_algos(&w->packages, path));
	while (n > 0) {
		digester_add(&d, buf, (size_t)n);
		w->st->work.bytes += (uint64_t)n;
		run_tick(w->run);
		if (off >=
		    size) /* a file that grows is never read to its end */
			break;
		n = pread(fd, buf, READ_BYTES, (off_t)off);
		off += n > 0 ? (uint64_t)n : 0;
	}
	w->st->bytes_ns += sys_boottime_ns() - began;
	if (n < 0)
		return false;
	digester_end(&d, &f->digest);
	return true;
}

/* Does no package account for it? */
static bool stray(struct walk *w, struct str path, const struct walk_facts *f,
		  bool named)
{
	struct digests have = digest_views(&f->digest);
	const struct package *p;

	switch (packages_state(&w->packages, path, &have, &p)) {
	case PKG_UNKNOWN: /* no database: places and autoruns speak */
		return named || !kind_system_dir(path);
	case PKG_UNPACKAGED:
	case PKG_MODIFIED:
	case PKG_CONFFILE_CHANGED:
		return true;
	default:
		return false;
	}
}

static void candidate(struct walk *w, struct str path, const struct meta *m,
		      bool web, bool named)
{
	struct frame_program p = {
		.ctime_ns = m->ctime_ns,
		/* what it holds: a hole behind it makes no program too large */
		.size = m->blocks * 512 < m->size ? m->blocks * 512 : m->size,
		.web = web,
		.pointed = named,
	};

	run_program(w->run, &p, path);
}

/* Opens, looks, digests; the kind, or NULL. */
static void examine(struct walk *w, const char *name, const struct meta *m,
		    struct walk_facts *f)
{
	bool own = owned(w, name);
	bool all = w->run->scene->hash == HASH_ALL;
	struct str path = walk_full(w, name);
	struct cache cache;
	struct meta now;
	ssize_t n;
	int fd = open_regular(w->run, w->fd[w->st->depth - 1], name, &now);

	if (fd < 0) {
		if (errno != ENOENT)
			run_status(w->run, "walk", NULL, path,
				   run_state_of(errno), errno, 0, 0, 0);
		return;
	}
	cache_look(&cache, &w->run->sys, fd, 0, m->size);
	n = pread(fd, w->ex->buf, all ? READ_BYTES : KIND_HEAD, 0);
	if (n > 0) {
		struct str head = str_mem(
			w->ex->buf, n < KIND_HEAD ? (size_t)n : KIND_HEAD);

		f->kind = kind_of(head);
		if (!own && (f->kind || all) && w->ex->nmime < MIME_MAX) {
			w->ex->nmime++;
			f->mime = kind_mime(&w->ex->box, head);
		}
		if (f->kind && mostly_hole(&now))
			f->unhashed = "not hashed: mostly a hole";
		else if ((f->kind || all) &&
			 !digest(w, fd, (size_t)n, now.size, path, f))
			n = -1;
	}
	if (n < 0)
		run_status(w->run, "walk", NULL, path, run_state_of(errno),
			   errno, 0, 0, 0);
	cache_restore(&cache, fd);
	(void)close(fd);
}

/* What a look at the first bytes takes, here and now. */
static int64_t time_open(struct walk *w, const char *name)
{
	int64_t took = sys_boottime_ns();
	struct cache cache;
	struct meta now;
	int fd = open_regular(w->run, w->fd[w->st->depth - 1], name, &now);

	if (fd >= 0) {
		cache_look(&cache, &w->run->sys, fd, 0, now.size);
		(void)!pread(fd, w->ex->buf, KIND_HEAD, 0);
		cache_restore(&cache, fd);
		(void)close(fd);
	}
	return sys_boottime_ns() - took;
}

/* What looking at it, and copying it, will cost. */
static void foresee(struct walk *w, const char *name, const struct meta *m,
		    bool named)
{
	struct walk_state *st = w->st;
	uint64_t size = m->blocks * 512 < m->size ? m->blocks * 512 : m->size;
	/* of the others mostly the first bytes are read */
	bool likely = m->mode & 0111 || kind_program_name(str_of(name));
	bool all = w->run->scene->hash == HASH_ALL;
	bool open = wanted(w, name, m), look = open && (all || likely);

	if (open && forecast_samples(st->nopen++)) {
		int64_t took = time_open(w, name);

		st->ahead_ns -= took; /* this is no counting */
		forecast_sample(&st->open_ns, took);
	}
	st->work.open_ns += open ? st->open_ns : 0;
	if (look)
		st->work.bytes += size;
	if (((look && likely) || named) && !owned(w, name))
		st->ncopy += size;
	if (str_starts(str_mem(st->path, st->npath), STR("/var/log")))
		st->nlog += size;
}

void walk_look(struct walk *w, const char *name, const struct meta *m,
	       struct walk_facts *f)
{
	bool web = w->st->dir[w->st->depth - 1].web && m->size <= WEB_MAX &&
		   kind_web_name(str_of(name));
	bool named =
		pointed(w, name) || of_git(w, name) || stray_log(w, name, m);
	struct str path;

	if (!w->ex)
		w->ex = xmalloc(sizeof(*w->ex));
	if (is_output(w, m)) {
		f->skip = "the archive itself";
		return;
	}
	if (w->ahead) {
		foresee(w, name, m, web || named);
		return;
	}
	if (wanted(w, name, m))
		examine(w, name, m, f);
	path = walk_full(w, name);
	/* without a look inside, mode and name are all there is to go by */
	if ((f->kind || web || named ||
	     (w->run->scene->hash == HASH_NONE &&
	      (m->mode & 0111 || kind_program_name(str_of(name))))) &&
	    stray(w, path, f, named))
		candidate(w, path, m, web, named);
}

void walk_look_free(struct walk *w)
{
	if (w->ex)
		kind_free(w->ex->box);
	free(w->ex);
	w->ex = NULL;
}
