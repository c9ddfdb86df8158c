/*
 * initrd.c - members of an image of the early boot.  An archive with microcode
 * stands in front as it is, the compressed one behind it; more may follow, as
 * the kernel unpacks them all.  Firmware, modules and libraries are not kept.
 */
#include "initrd.h"

#include <sys/stat.h>

#include "../util/io.h"
#include "../util/timefmt.h"
#include "cpio.h"
#include "piece.h"

#define IN_SIZE (128u << 10)
#define MAX_KEPT (2u << 20) /* one member: scripts and programs are smaller */
#define SUFFIX 9            /* .part0001 */
#define MAX_PIECES 64u      /* archives in one image */

struct image {
	struct work *w;
	const struct meta *outer;
	struct cpio cpio;
	struct meta entry;
	struct buf name;
	bool kept;
	uint64_t nkept;
};

static bool compressed(struct str head)
{
	return str_starts(head, STR("\x1f\x8b")) ||
	       str_starts(head, STR("BZh")) || piece_looks(head);
}

static bool archive(struct str head)
{
	return str_starts(head, STR("070701")) ||
	       str_starts(head, STR("070702"));
}

/* NAME.part0001 -> 1; 0: no part */
static uint64_t part_of(struct str name)
{
	struct str tail =
		str_skip(name, name.n > SUFFIX ? name.n - SUFFIX : name.n);
	uint64_t n;

	return str_starts(tail, STR(".part")) && str_u64(str_skip(tail, 5), &n)
		       ? n
		       : 0;
}

bool initrd_looks(struct str head, struct str name)
{
	struct str base = str_base(name);

	return part_of(base) == 0 &&
	       (str_starts(base, STR("initrd")) ||
		str_starts(base, STR("initramfs"))) &&
	       (archive(head) || compressed(head));
}

static bool wanted(const struct cpio_entry *e)
{
	static const char *const dir[] = { "conf/", "etc/", "hooks/", "root/",
					   "scripts/" };

	if (!S_ISREG(e->mode) || e->size > MAX_KEPT)
		return false;
	for (size_t i = 0; i < sizeof(dir) / sizeof(*dir); i++)
		if (str_starts(e->name, str_of(dir[i])))
			return true;
	return e->mode & 0111 || str_ends(e->name, STR(".sh")) ||
	       str_has(e->name, STR("/hooks/"));
}

static void member_begin(void *arg, const struct cpio_entry *from)
{
	struct image *i = arg;
	struct cpio_entry e = *from;

	while (str_starts(e.name, STR("./")) || str_starts(e.name, STR("/")))
		e.name = str_skip(e.name, e.name.p[0] == '/' ? 1 : 2);
	i->kept = false;
	if (e.name.n == 0 || !wanted(&e))
		return;
	buf_clear(&i->name);
	buf_str(&i->name, i->outer->name);
	buf_puts(&i->name, "!/");
	buf_str(&i->name, e.name);
	i->entry = (struct meta){
		.name = buf_view(&i->name),
		.size = e.size,
		.origin = i->outer->origin,
		.short_at = UINT64_MAX,
		.mtime_ns = ts_of((int64_t)e.mtime_s, 0, NULL),
		.mode = e.mode & 07777,
		.uid = e.uid,
		.gid = e.gid,
	};
	i->kept = nest_wanted(i->w, i->entry.name);
}

static void member_data(void *arg, uint64_t off, const char *p, size_t n)
{
	struct image *i = arg;

	if (i->kept)
		i->kept = spool_write(&i->w->spool, off, p, n);
}

static void member_end(void *arg)
{
	struct image *i = arg;

	if (!i->kept)
		return;
	nest_settle(i->w, &i->entry, UNPACK_MAX_DEPTH);
	i->nkept++;
	i->kept = false;
}

/* What is begun and does not go on is kept as far as it came. */
static void cut(struct image *i)
{
	if (i->kept) {
		i->entry.size = i->entry.short_at = i->cpio.done;
		member_end(i);
	}
	i->w->nrefused += !cpio_idle(&i->cpio);
	i->cpio = (struct cpio){ .sink = i->cpio.sink };
}

/* Archives that stand there as they are; where something else begins. */
static uint64_t plain(struct image *i, int fd, uint64_t at, uint64_t end)
{
	char *buf = xmalloc(IN_SIZE);

	while (at < end && !i->cpio.bad && !i->w->spool.failed) {
		size_t want = end - at < IN_SIZE ? (size_t)(end - at) : IN_SIZE;
		ssize_t n = io_pread(fd, buf, want, (off_t)at);

		if (n <= 0)
			break;
		nest_progress(i->w, (uint64_t)n);
		at += cpio_feed(&i->cpio, buf, (size_t)n);
	}
	free(buf);
	return at;
}

static bool inner_begin(void *arg, const struct foreign_entry *e)
{
	(void)arg;
	return e->name.n == 0;
}

static bool inner_data(void *arg, uint64_t off, const void *p, size_t n)
{
	struct image *i = arg;

	(void)off;
	nest_progress(i->w, n);
	return cpio_feed(&i->cpio, p, n) == n && !i->w->spool.failed;
}

static bool inner_end(void *arg, uint64_t size, enum foreign_end how)
{
	(void)arg;
	(void)size;
	return how == FOREIGN_WHOLE;
}

static bool piece_data(void *arg, const void *p, size_t n)
{
	return inner_data(arg, 0, p, n);
}

/* A compressed one; where it ended, `at' when it is damaged. */
static uint64_t packed(struct image *i, int fd, uint64_t at, uint64_t end,
		       struct str head)
{
	const struct piece_sink exact = { i, piece_data };
	const struct foreign_sink sink = { i, inner_begin, inner_data,
					   inner_end, NULL };
	const struct infile in = { .fd = fd };
	struct foreign_result res = { 0 };

	if (piece_looks(head))
		return piece_read(fd, at, end, &exact);
	if (foreign_read(&in, at, end - at, &sink, &res, NULL) < 0)
		return at;
	i->w->nrefused += res.nrefused;
	return res.damaged || res.used > end - at ? at : at + res.used;
}

static void pieces(struct image *i, int fd, uint64_t at, uint64_t end)
{
	for (unsigned n = 0; n < MAX_PIECES && at < end; n++) {
		char head[8];
		uint64_t from = at;
		ssize_t got;

		at = plain(i, fd, at, end);
		cut(i);
		got = io_pread(fd, head, sizeof(head), (off_t)at);
		if (got == sizeof(head) && end - at >= sizeof(head) &&
		    compressed(str_mem(head, sizeof(head))))
			at = packed(i, fd, at, end,
				    str_mem(head, sizeof(head)));
		cut(i);
		if (at == from)
			break;
	}
	i->w->nrefused += at < end;
}

bool initrd_expand(struct work *w, int fd, uint64_t off, const struct meta *m)
{
	struct image i = { .w = w, .outer = m };
	const struct cpio_sink sink = { &i, member_begin, member_data,
					member_end };
	uint64_t limit = spool_enter(&w->spool);

	i.cpio.sink = &sink;
	pieces(&i, fd, off, off + m->size);
	w->nrefused += spool_leave(&w->spool, limit);
	buf_free(&i.name);
	return i.nkept > 0;
}

/* Copies a part behind what is there of the whole. */
static bool append(struct work *w, uint64_t to, uint64_t off, uint64_t size)
{
	char *buf = xmalloc(IN_SIZE);
	uint64_t at = 0;
	ssize_t n = 1;

	while (at < size && n > 0) {
		size_t want =
			size - at < IN_SIZE ? (size_t)(size - at) : IN_SIZE;

		n = io_pread(w->box->spool, buf, want, (off_t)(off + at));
		if (n > 0 && !spool_write(&w->spool, to + at, buf, (size_t)n))
			n = 0;
		at += n > 0 ? (uint64_t)n : 0;
	}
	free(buf);
	return at == size;
}

void initrd_release(struct work *w)
{
	struct held *h = &w->held;
	struct meta m = { .name = buf_view(&h->name),
			  .origin = h->origin,
			  .short_at = UINT64_MAX,
			  .mtime_ns = h->mtime_ns };
	uint64_t limit, off;
	bool whole = true;

	if (h->npart == 0)
		return;
	limit = spool_enter(&w->spool);
	for (unsigned i = 0; i < h->npart && whole; i++) {
		whole = append(w, m.size, h->off[i], h->size[i]);
		m.size += whole ? h->size[i] : 0;
	}
	h->npart = 0;
	if (!w->spool.failed) {
		off = spool_close(&w->spool, m.size);
		(void)initrd_expand(w, w->box->spool, off, &m);
		spool_forget(&w->spool, off, m.size);
	}
	w->nrefused += spool_leave(&w->spool, limit);
}

void initrd_part(struct work *w, uint64_t off, const struct meta *m)
{
	struct held *h = &w->held;
	uint64_t part = part_of(m->name);
	struct str name = str_head(m->name, m->name.n - (part ? SUFFIX : 0));
	char head[8] = "";

	h->origin = m->origin; /* what is told later is not of an earlier one */
	if (part == 1 && m->size >= sizeof(head) &&
	    io_pread(w->box->spool, head, sizeof(head), (off_t)off) > 0 &&
	    initrd_looks(str_mem(head, sizeof(head)), name)) {
		initrd_release(w);
		buf_clear(&h->name);
		buf_str(&h->name, name);
		h->mtime_ns = m->mtime_ns;
	} else if (part < 2 || part != h->npart + 1 || h->npart == HELD_PARTS ||
		   !str_eq(name, buf_view(&h->name))) {
		return;
	}
	h->off[h->npart] = off;
	h->size[h->npart++] = m->size;
}
