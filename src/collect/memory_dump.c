/*
 * memory_dump.c - what a process has in memory and no file has, read through
 * /proc/PID/mem while it runs on.  Which pages are there comes from pagemap,
 * so that none is touched that was not: the rest are holes.
 *
 * A region is cut into pieces of 64 MiB of addresses at most, each a member
 * memory/<pid>-<start>/<from>-<to>-<perms>.
 */
#define _GNU_SOURCE
#include "mapline.h"
#include "memory.h"
#include "run.h"

#include "konseki/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_PROCESS (UINT64_C(256) << 20) /* of one process */
#define MAX_SPAN (UINT64_C(64) << 30)     /* of one region that is looked at */
#define MAX_REGIONS 65536u

#define PAGE_PRESENT (UINT64_C(1) << 63)
#define PAGE_SWAPPED (UINT64_C(1) << 62)
#define PAGE_OF_FILE (UINT64_C(1) << 61)

struct region {
	uint64_t from, to;
	char perms[5];
	bool cow; /* of a file: only what the process changed */
	unsigned rank;
	struct str path; /* in the maps text */
};

struct one { /* the process at hand */
	uint32_t pid;
	int dir, mem, pagemap;
	const char *base;
	struct buf maps, row;
	struct region *region;
	size_t nregion, capregion;
	uint64_t bytes, left_out, npiece;
	bool gone;
};

/* Pages of devices are no memory, and reading them may have effects. */
static bool is_device(struct str path)
{
	return (str_starts(path, STR("/dev/")) &&
		!str_starts(path, STR("/dev/shm/")) &&
		!str_starts(path, STR("/dev/zero"))) ||
	       str_starts(path, STR("anon_inode:")) ||
	       str_starts(path, STR("/i915")) ||
	       str_starts(path, STR("/drm mm object"));
}

static bool kernels_own(struct str path)
{
	return str_starts(path, STR("[vvar")) || str_is(path, "[vsyscall]") ||
	       str_is(path, "[uprobes]");
}

/* Code without a file first, then what programs write into, then the rest. */
static unsigned rank_of(const struct mapline *m)
{
	bool file = m->inode != 0;

	if (!file && m->perms.p[2] == 'x')
		return 0;
	if (str_starts(m->path, STR("[heap]")) ||
	    str_starts(m->path, STR("[stack")))
		return 1;
	return file ? m->perms.p[3] == 's' ? 4 : 3 : 2;
}

static int by_rank(const void *a, const void *b)
{
	const struct region *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->from < y->from ? -1 : x->from > y->from;
}

static void list_regions(struct one *p)
{
	struct str maps = buf_view(&p->maps);
	struct mapline m;

	while (mapline_next(&maps, &m)) {
		struct region *r;

		if (is_device(m.path) || kernels_own(m.path))
			continue;
		/* a shared mapping of a file is that file */
		if (m.inode && m.perms.p[3] == 's' &&
		    !str_starts(m.path, STR("/dev/zero")) &&
		    !str_starts(m.path, STR("/SYSV")))
			continue;
		if (p->nregion == MAX_REGIONS)
			break;
		vec_grow(&p->region, &p->capregion, p->nregion + 1,
			 sizeof(*p->region));
		r = &p->region[p->nregion++];
		*r = (struct region){ .from = m.from,
				      .to = m.to,
				      .cow = m.inode && m.perms.p[3] == 'p',
				      .rank = rank_of(&m),
				      .path = m.path };
		memcpy(r->perms, m.perms.p, 4);
	}
	if (p->nregion)
		qsort(p->region, p->nregion, sizeof(*p->region), by_rank);
}

/* ---- one piece ---- */

static bool is_there(const struct memory *m, const struct one *p,
		     const struct region *r, size_t page)
{
	uint64_t e;

	if (p->pagemap < 0) /* nobody tells: what may be read, is */
		return !r->cow && r->perms[0] == 'r';
	e = m->entry[page];
	if (!(e & (PAGE_PRESENT | PAGE_SWAPPED)))
		return false;
	return !r->cow || !(e & PAGE_OF_FILE);
}

/* Extents of what is there, at most `max' bytes; what is over is counted. */
static uint64_t measure(struct memory *m, struct one *p, const struct region *r,
			uint64_t from, uint64_t to, uint64_t max, size_t *n)
{
	size_t npage = (size_t)((to - from) / m->page);
	struct extent *e = m->run->extent;
	uint64_t data = 0;

	*n = 0;
	if (p->pagemap >= 0) {
		ssize_t got = pread(p->pagemap, m->entry, npage * 8,
				    (off_t)(from / m->page * 8));

		npage = got > 0 ? (size_t)got / 8 : 0;
	}
	for (size_t i = 0; i < npage; i++) {
		if (!is_there(m, p, r, i))
			continue;
		if (max - data < m->page || *n == LANE_MAX_EXTENTS) {
			p->left_out += m->page;
			continue;
		}
		data += m->page;
		if (*n && e[*n - 1].off + e[*n - 1].len == i * m->page)
			e[*n - 1].len += m->page;
		else
			e[(*n)++] = (struct extent){ i * m->page, m->page };
	}
	return data;
}

/* One page that cannot be read is zeros; a process that is gone is an end. */
static bool copy_range(struct memory *m, struct one *p, uint64_t at,
		       uint64_t len)
{
	while (len > 0) {
		size_t want = len < LANE_CHUNK ? (size_t)len : LANE_CHUNK;
		unsigned char *to = run_data_room(m->run);
		ssize_t n = pread(p->mem, to, want, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 && want > m->page) {
			want = (size_t)m->page;
			n = pread(p->mem, to, want, (off_t)at);
		}
		if (n == 0)
			return false; /* no memory any more: it ended */
		if (n < 0) {
			memset(to, 0, m->page);
			n = (ssize_t)m->page;
		}
		run_data_done(m->run, (size_t)n);
		at += (uint64_t)n;
		len -= (uint64_t)n;
	}
	return true;
}

static void piece_row(struct memory *m, struct one *p, const struct region *r,
		      struct str member, uint64_t data)
{
	struct buf *row = &p->row;

	buf_clear(row);
	json_open(row);
	row_u64(row, KEY_PROCESS_PID, p->pid);
	json_kv_str(row, "range", str_base(member));
	if (r->path.n)
		json_kv_str(row, "mapping", r->path);
	json_kv_u64(row, "bytes", data);
	json_kv_str(row, "member", member);
	json_close(row);
	probe_row(m->run, "memory", buf_view(row));
}

static void piece(struct memory *m, struct one *p, const struct region *r,
		  uint64_t from, uint64_t to, uint64_t max)
{
	const struct extent *e = m->run->extent;
	struct member mb = { .mode = 0600,
			     .mtime_ns = INT64_MIN,
			     .atime_ns = INT64_MIN,
			     .ctime_ns = INT64_MIN };
	char name[160];
	uint64_t data, skip;
	size_t n;

	data = measure(m, p, r, from, to, max, &n);
	if (n == 0)
		return;
	/* from the first page that is there to the last */
	skip = e[0].off;
	for (size_t i = 0; i < n; i++)
		m->run->extent[i].off -= skip;
	from += skip;
	mb.size = e[n - 1].off + e[n - 1].len;
	(void)snprintf(name, sizeof(name), KONSEKI_MEMORY "%s/%llx-%llx-%s",
		       p->base, (unsigned long long)from,
		       (unsigned long long)(from + mb.size), r->perms);
	mb.name = str_of(name);
	if (data < mb.size) {
		mb.extent = e;
		mb.nextent = n;
	}
	run_begin(m->run, &mb);
	for (size_t i = 0; i < n && !p->gone; i++)
		p->gone = !copy_range(m, p, from + e[i].off, e[i].len);
	run_end(m->run);
	p->bytes += data;
	p->npiece++;
	piece_row(m, p, r, mb.name, data);
}

/* ---- one process ---- */

static void regions(struct memory *m, struct one *p)
{
	uint64_t max = m->max - m->bytes;

	if (max > MAX_PROCESS)
		max = MAX_PROCESS;
	for (size_t i = 0; i < p->nregion && !p->gone; i++) {
		const struct region *r = &p->region[i];
		uint64_t end =
			r->to - r->from > MAX_SPAN ? r->from + MAX_SPAN : r->to;

		p->left_out += r->to - end && p->pagemap < 0;
		for (uint64_t at = r->from; at < end && !p->gone;
		     at += MEMORY_PIECE) {
			uint64_t to = end - at > MEMORY_PIECE
					      ? at + MEMORY_PIECE
					      : end;

			run_tick(m->run);
			piece(m, p, r, at, to, max - p->bytes);
		}
	}
}

static void say(struct memory *m, struct one *p)
{
	struct buf what = { 0 };

	buf_fmt(&what, KONSEKI_MEMORY "%s", p->base);
	probe_status(m->run, buf_view(&what),
		     p->gone       ? PROBE_VANISHED
		     : p->left_out ? PROBE_TRUNCATED
				   : PROBE_COLLECTED,
		     p->gone ? ESRCH : 0, p->npiece, p->bytes);
	if (p->left_out)
		run_status(m->run, "budget", NULL, buf_view(&what),
			   PROBE_SKIPPED, 0, 0, p->left_out, 0);
	buf_free(&what);
	m->bytes += p->bytes;
	m->count += !p->gone;
	m->vanished += p->gone;
}

static void could_not(struct memory *m, struct one *p, int errnum)
{
	struct buf what = { 0 };
	bool gone = errnum == ENOENT || errnum == ESRCH;

	buf_fmt(&what, KONSEKI_MEMORY "%s", p->base);
	probe_status(m->run, buf_view(&what),
		     gone ? PROBE_VANISHED : run_state_of(errnum), errnum, 0,
		     0);
	buf_free(&what);
	m->vanished += gone;
}

static void read_all(struct memory *m, struct one *p)
{
	p->mem = openat(p->dir, "mem", O_RDONLY | O_CLOEXEC);
	p->pagemap = openat(p->dir, "pagemap", O_RDONLY | O_CLOEXEC);
	if (p->mem < 0 ||
	    live_read(p->dir, "maps", PROC_TEXT_MAX, &p->maps) < 0) {
		could_not(m, p, errno);
	} else {
		list_regions(p);
		regions(m, p);
		say(m, p);
	}
	if (p->mem >= 0)
		(void)close(p->mem);
	if (p->pagemap >= 0)
		(void)close(p->pagemap);
}

void memory_dump(struct memory *m, uint32_t pid, int dir, const char *base)
{
	struct one p = { .pid = pid, .dir = dir, .base = base };

	read_all(m, &p);
	buf_free(&p.maps);
	buf_free(&p.row);
	free(p.region);
}
