/* owned.c - where package databases lie, file by file. */
#define _GNU_SOURCE
#include "owned.h"
#include "beneath.h"
#include "cache.h"

#include "../host/pkgfiles.h"
#include "../util/io.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define TEXT_MAX (64u << 20) /* status of a host with everything: 40 MB */
#define RPM_MAX (UINT64_C(2) << 30)

struct databases {
	struct probe_run *run;
	struct owned_rpm rpm[OWNED_MAX_RPM];
	struct cache cache[OWNED_MAX_RPM];
	size_t nrpm;
	struct owned_parse *parse;
	struct buf text, path;
};

/* A text of a directory, sent under the name that databases go by. */
static void text_file(struct databases *d, int dir, const char *at,
		      const char *name)
{
	struct meta m;
	int fd;

	buf_clear(&d->path);
	buf_fmt(&d->path, "%s/%s", at, name);
	if (!pkgfiles_wants(buf_view(&d->path)))
		return;
	fd = open_regular(d->run, dir, name, &m);
	if (fd < 0)
		return;
	buf_clear(&d->text);
	if (io_slurp(fd, TEXT_MAX, &d->text, NULL) == 0)
		owned_parse_file(d->parse, buf_view(&d->path),
				 buf_view(&d->text));
	(void)close(fd);
}

typedef void entry_fn(struct databases *, int dir, const char *at,
		      const char *name);

static void entries(struct databases *d, int dir, const char *at, entry_fn *fn)
{
	_Alignas(8) char buf[32768];
	long n;

	while (dir >= 0 && (n = sys_getdents(dir, buf, sizeof(buf))) > 0) {
		for (long i = 0; i < n;) {
			const struct dirent64 *e = (const void *)(buf + i);

			i += e->reclen;
			run_tick(d->run);
			if (e->name[0] != '.')
				fn(d, dir, at, e->name);
		}
	}
}

/* The directory as it is named, links followed; -1: there is none. */
static int open_at(struct databases *d, const char *path)
{
	struct place p;
	int dir;

	if (beneath(d->run, str_of(path), true, &p) < 0)
		return -1;
	dir = place_opendir(d->run, &p);
	place_close(&p);
	return dir;
}

static void dpkg(struct databases *d)
{
	static const char at[] = "/var/lib/dpkg";
	int dir = open_at(d, at), info;

	if (dir < 0)
		return;
	text_file(d, dir, at, "diversions"); /* before lists */
	text_file(d, dir, at, "status");
	info = open_dir(d->run, dir, "info");
	entries(d, info, "/var/lib/dpkg/info", text_file);
	if (info >= 0)
		(void)close(info);
	info = open_dir(d->run, dir, "status.d");
	entries(d, info, "/var/lib/dpkg/status.d", text_file);
	if (info >= 0)
		(void)close(info);
	(void)close(dir);
}

static void apk(struct databases *d)
{
	static const char *const at[] = { "/lib/apk/db", "/usr/lib/apk/db" };

	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
		int dir = open_at(d, at[i]);

		if (dir < 0)
			continue;
		text_file(d, dir, at[i], "installed");
		(void)close(dir);
		return; /* /lib may be a link to the other */
	}
}

static void package_dir(struct databases *d, int dir, const char *at,
			const char *name)
{
	static const char *const file[] = { "desc", "files", "mtree" };
	int sub = open_dir(d->run, dir, name);
	char path[512];
	int n = snprintf(path, sizeof(path), "%s/%s", at, name);

	for (size_t i = 0; sub >= 0 && n < (int)sizeof(path) && i < 3; i++)
		text_file(d, sub, path, file[i]);
	if (sub >= 0)
		(void)close(sub);
}

static void pacman(struct databases *d)
{
	static const char at[] = "/var/lib/pacman/local";
	int dir = open_at(d, at);

	entries(d, dir, at, package_dir);
	if (dir >= 0)
		(void)close(dir);
}

/* --- rpm: opened before the process that reads it is there ------------- */

static bool had(const struct databases *d, const struct owned_rpm *r)
{
	for (size_t i = 0; i < d->nrpm; i++)
		if (d->rpm[i].ino == r->ino && d->rpm[i].dev == r->dev)
			return true;
	return false;
}

static void rpm_file(struct databases *d, int dir, const char *at,
		     const char *name)
{
	struct owned_rpm *r = &d->rpm[d->nrpm];
	struct meta m;

	if (d->nrpm == OWNED_MAX_RPM)
		return;
	r->fd = open_regular(d->run, dir, name, &m);
	if (r->fd < 0)
		return;
	r->size = m.size;
	r->ino = m.ino;
	r->dev = scene_dev(m.major, m.minor);
	(void)snprintf(r->path, sizeof(r->path), "%s/%s", at, name);
	if (m.size > RPM_MAX || m.size == 0 || had(d, r)) {
		if (m.size > RPM_MAX)
			run_status(d->run, "walk", NULL, str_of(r->path),
				   PROBE_SKIPPED, EFBIG, 0, m.size, 0);
		(void)close(r->fd);
		return;
	}
	cache_look(&d->cache[d->nrpm++], &d->run->sys, r->fd, 0, m.size);
}

static void rpm(struct databases *d)
{
	static const char *const at[] = { "/var/lib/rpm",
					  "/usr/lib/sysimage/rpm",
					  "/usr/share/rpm" };
	static const char *const name[] = { "rpmdb.sqlite", "rpmdb.sqlite-wal",
					    "Packages.db", "Packages" };

	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
		int dir = open_at(d, at[i]);

		for (size_t k = 0; dir >= 0 && k < 4; k++)
			rpm_file(d, dir, at[i], name[k]);
		if (dir >= 0)
			(void)close(dir);
	}
}

void owned_read(struct probe_run *r, struct arena *a, struct packages *s)
{
	struct databases d = { .run = r };
	int e = 0;

	packages_init(s, a);
	rpm(&d);
	d.parse = owned_parse_start(d.rpm, d.nrpm);
	if (d.parse) {
		dpkg(&d);
		apk(&d);
		pacman(&d);
		e = owned_parse_end(r, d.parse, s);
	} else {
		e = errno;
	}
	if (e)
		run_status(r, "walk", NULL, STR("package databases"),
			   e == EBADMSG ? PROBE_TRUNCATED : run_state_of(e), e,
			   0, 0, 0);
	for (size_t i = 0; i < d.nrpm; i++) {
		cache_restore(&d.cache[i], d.rpm[i].fd);
		(void)close(d.rpm[i].fd);
	}
	buf_free(&d.text);
	buf_free(&d.path);
}
