/*
 * recover.c - a file that no path leads to any more, copied whole while a
 * process still holds it.  Holes are found by SEEK_DATA and stay holes: a
 * sparse memfd of a terabyte costs what it holds.
 */
#include "proc.h"

#include <errno.h>
#include <unistd.h>

#define MAX_EXTENTS 8192u /* beyond, what is left is one extent */

struct shape {
	struct extent *extent;
	size_t n, cap;
	uint64_t size, data; /* data: bytes of extents */
	bool cut;
};

static void add_extent(struct shape *s, uint64_t off, uint64_t end,
		       uint64_t max)
{
	if (end - off > max - s->data) {
		end = off + (max - s->data);
		s->size = end;
		s->cut = true;
	}
	if (end == off)
		return;
	vec_grow(&s->extent, &s->cap, s->n + 1, sizeof *s->extent);
	s->extent[s->n++] = (struct extent){ off, end - off };
	s->data += end - off;
}

/* Where there is data in fd; at most `max' bytes of it. */
static void measure(int fd, uint64_t size, uint64_t max, struct shape *s)
{
	off_t at = 0;

	*s = (struct shape){ .size = size };
	while ((uint64_t)at < size && !s->cut) {
		off_t from = lseek(fd, at, SEEK_DATA), to;

		if (from < 0 && errno == ENXIO)
			return; /* a hole up to the end */
		if (from < at)
			from = at; /* no such question here: all is data */
		to = lseek(fd, from, SEEK_HOLE);
		if (to <= from || (uint64_t)to > size || s->n == MAX_EXTENTS)
			to = (off_t)size;
		if ((uint64_t)from >= size)
			return;
		add_extent(s, (uint64_t)from, (uint64_t)to, max);
		at = to;
	}
}

static int64_t stamp(const struct timespec *t)
{
	return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}

bool recover_file(struct probe_run *run, int fd, const char *base,
		  const char *name, bool *cut, uint64_t *bytes)
{
	const struct collect_env *env = probe_env(run);
	struct member m = { 0 };
	struct buf path = { 0 };
	struct shape s;
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	measure(fd, (uint64_t)st.st_size,
		env->max_file ? env->max_file : UINT64_MAX, &s);
	buf_fmt(&path, "recovered/%s/%s", base, name);
	m.name = buf_view(&path);
	m.size = s.size;
	m.mode = st.st_mode & 07777;
	m.uid = st.st_uid;
	m.gid = st.st_gid;
	m.mtime_ns = stamp(&st.st_mtim);
	m.atime_ns = stamp(&st.st_atim);
	m.ctime_ns = stamp(&st.st_ctim);
	if (s.data < s.size) {
		m.extent = s.extent;
		m.nextent = s.n;
	}
	probe_member(run, &m, fd, STR_NONE);
	*cut = s.cut;
	*bytes = s.data;
	buf_free(&path);
	free(s.extent);
	return true;
}
