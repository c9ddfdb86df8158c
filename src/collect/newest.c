/* newest.c - one listing, one look at each name, one sort. */
#define _GNU_SOURCE
#include "newest.h"

#include <errno.h>
#include <stdlib.h>

#define LIST_BYTES (32u << 10)

static int by_mtime(const void *a, const void *b)
{
	const struct newest_name *x = a, *y = b;

	if (x->mtime_ns != y->mtime_ns)
		return x->mtime_ns > y->mtime_ns ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

static void take(struct probe_run *r, int fd, struct newest *l,
		 const char *name)
{
	struct newest_name n = { INT64_MIN, (uint32_t)l->names.n };
	struct meta m;

	if (l->names.n > UINT32_MAX / 2)
		return; /* no file system lists so much */
	if (l->n < NEWEST_MAX && sys_meta(&r->sys, fd, name, &m) == 0)
		n.mtime_ns = m.mtime_ns;
	run_tick(r);
	buf_add(&l->names, name, strlen(name) + 1);
	vec_grow(&l->name, &l->cap, l->n + 1, sizeof(*l->name));
	l->name[l->n++] = n;
}

int newest_list(struct probe_run *r, int fd, struct newest *l)
{
	char *buf = xmalloc(LIST_BYTES);
	int e;
	long n;

	while ((n = sys_getdents(fd, buf, LIST_BYTES)) > 0)
		for (long at = 0; at < n;) {
			const struct dirent64 *d = (const void *)(buf + at);

			at += d->reclen;
			if (strcmp(d->name, ".") != 0 &&
			    strcmp(d->name, "..") != 0)
				take(r, fd, l, d->name);
		}
	e = errno;
	free(buf);
	if (l->n)
		qsort(l->name, l->n, sizeof(*l->name), by_mtime);
	errno = e;
	return n < 0 ? -1 : 0;
}

void newest_free(struct newest *l)
{
	buf_free(&l->names);
	free(l->name);
	*l = (struct newest){ .n = 0 };
}
