/* owned.c - /var/lib/dpkg, file by file. */
#define _GNU_SOURCE
#include "owned.h"
#include "beneath.h"

#include "../util/io.h"

#include <unistd.h>

#define TEXT_MAX (64u << 20) /* status of a host with everything: 40 MB */

static bool slurp(struct probe_run *r, int dir, const char *name,
		  struct buf *text)
{
	struct meta m;
	int fd = open_regular(r, dir, name, &m);
	bool ok;

	buf_clear(text);
	if (fd < 0)
		return false;
	ok = io_slurp(fd, TEXT_MAX, text, NULL) == 0;
	(void)close(fd);
	return ok;
}

static void read_info(struct probe_run *r, int dir, struct dpkg *d,
		      struct buf *text)
{
	_Alignas(8) char buf[32768];
	int info = open_dir(r, dir, "info");
	long n;

	while (info >= 0 && (n = sys_getdents(info, buf, sizeof(buf))) > 0) {
		for (long at = 0; at < n;) {
			const struct dirent64 *e = (const void *)(buf + at);
			struct str name = str_of(e->name);

			at += e->reclen;
			run_tick(r);
			if ((str_ends(name, STR(".list")) ||
			     str_ends(name, STR(".md5sums"))) &&
			    slurp(r, info, e->name, text))
				dpkg_info(d, name, buf_view(text));
		}
	}
	if (info >= 0)
		(void)close(info);
}

void owned_read(struct probe_run *r, struct arena *a, struct dpkg *d)
{
	struct buf text = { 0 };
	struct place p;
	int dir;

	dpkg_init(d, a);
	if (beneath(r, STR("/var/lib/dpkg"), true, &p) < 0)
		return;
	dir = place_opendir(r, &p);
	if (dir >= 0) {
		if (slurp(r, dir, "diversions", &text))
			dpkg_diversions(d, buf_view(&text));
		if (slurp(r, dir, "status", &text))
			dpkg_status(d, buf_view(&text));
		read_info(r, dir, d, &text);
		dpkg_finish(d);
		(void)close(dir);
	}
	buf_free(&text);
	place_close(&p);
}
