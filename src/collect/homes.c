/*
 * homes.c - the sixth field of passwd, bounded; a home that is the root or a
 * system directory is kept too: only dot files are looked for in it.
 */
#define _GNU_SOURCE
#include "homes.h"
#include "beneath.h"

#include "../util/io.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PASSWD_MAX (16u << 20)

static void add(struct homes *h, struct str path)
{
	bool added;

	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	if (path.n < 2 || path.p[0] != '/' || path.n > 1024 ||
	    str_is(path, "/nonexistent"))
		return;
	if (h->n == HOMES_MAX) {
		h->ncut += !map_get(&h->known, path);
		return;
	}
	(void)map_put(&h->known, path, &added);
	if (!added)
		return;
	vec_grow(&h->home, &h->cap, h->n + 1, sizeof(*h->home));
	h->home[h->n++] = arena_dup(&h->arena, path);
}

static void of_passwd(struct homes *h, struct str text)
{
	while (text.p) {
		struct str line = str_cut(&text, '\n'), f = STR_NONE;

		for (unsigned k = 0; k < 6; k++)
			f = line.p ? str_cut(&line, ':') : STR_NONE;
		add(h, f);
	}
}

static void read_passwd(struct probe_run *r, struct homes *h)
{
	struct buf text = { 0 };
	struct place p;
	int fd;

	if (beneath(r, STR("/etc/passwd"), true, &p) < 0)
		return;
	fd = place_open(r, &p);
	if (fd >= 0) {
		if (io_slurp(fd, PASSWD_MAX, &text, NULL) < 0)
			h->ncut++; /* a rest that nobody has counted */
		of_passwd(h, buf_view(&text));
		(void)close(fd);
	}
	buf_free(&text);
	place_close(&p);
}

/* Homes of accounts that are gone, or that come from a directory service. */
static void read_home(struct probe_run *r, struct homes *h)
{
	_Alignas(8) char buf[16384];
	struct place p;
	long n;
	int fd;

	if (beneath(r, STR("/home"), true, &p) < 0)
		return;
	fd = S_ISDIR(p.meta.mode) ? place_opendir(r, &p) : -1;
	while (fd >= 0 && (n = sys_getdents(fd, buf, sizeof(buf))) > 0) {
		for (long at = 0; at < n;) {
			const struct dirent64 *d = (const void *)(buf + at);
			size_t keep = p.real.n;

			at += d->reclen;
			if (d->name[0] == '.')
				continue;
			buf_c(&p.real, '/');
			buf_puts(&p.real, d->name);
			add(h, buf_view(&p.real));
			p.real.n = keep;
		}
	}
	if (fd >= 0)
		(void)close(fd);
	place_close(&p);
}

void homes_read(struct probe_run *r, struct homes *h)
{
	add(h, STR("/root"));
	read_passwd(r, h);
	read_home(r, h);
	/* 16,384 homes: who has more has a directory service, or an intruder
	 * who wants the others not to be looked at */
	if (h->ncut)
		run_status(r, "homes", "files", STR("home directories"),
			   PROBE_TRUNCATED, E2BIG, h->ncut, 0, 0);
}

void homes_free(struct homes *h)
{
	free(h->home);
	map_free(&h->known);
	arena_free(&h->arena);
}
