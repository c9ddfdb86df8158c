/* nest.c - containers within containers, to UNPACK_MAX_DEPTH. */
#include "nest.h"

#include <sys/stat.h>

#include "../util/timefmt.h"
#include "../util/io.h"
#include "initrd.h"

#define HEAD 512u
#define PROGRESS_STEP (16u << 20)

/* A level of nesting. */
struct level {
	struct work *w;
	struct meta outer; /* an empty name: the input itself */
	struct str stem;   /* the name of a single file inside */
	unsigned depth;
	uint64_t nout;
	struct buf name;
	struct meta entry;
};

void nest_progress(struct work *w, uint64_t n)
{
	union wire_body b = { 0 };

	w->bytes += n;
	if (w->bytes - w->told < PROGRESS_STEP)
		return;
	w->told = w->bytes;
	b.progress.nmember = w->nmember;
	b.progress.bytes = w->bytes;
	wire_put(&w->out, WIRE_PROGRESS, &b, STR_NONE);
	wire_flush(&w->out);
}

static void tell(struct work *w, uint64_t off, const struct meta *m)
{
	union wire_body b = { 0 };

	if (m->name.n == 0 || m->name.n > UNPACK_MAX_NAME ||
	    w->nmember >= UNPACK_MAX_MEMBERS) {
		w->nrefused++;
		return;
	}
	b.member = (struct wire_member){
		.off = off,
		.size = m->size,
		.short_at = m->short_at,
		.origin = m->origin,
		.mtime_ns = m->mtime_ns,
		.ctime_ns = m->ctime_ns,
		.btime_ns = m->btime_ns,
		.mode = m->mode,
		.uid = m->uid,
		.gid = m->gid,
		.decompressed = (m->decompressed ? WIRE_DECOMPRESSED : 0) |
				(m->nested ? WIRE_NESTED : 0)
	};
	wire_put(&w->out, WIRE_MEMBER, &b, m->name);
	w->nmember++;
}

bool nest_wanted(struct work *w, struct str name)
{
	return w->box->spool >= 0 && name_selected(&w->box->select, name);
}

/* The member at the spool's end is complete: expand it or report it. */
void nest_settle(struct work *w, const struct meta *m, unsigned depth)
{
	uint64_t off = spool_close(&w->spool, m->size);

	if (!w->box->raw && depth < UNPACK_MAX_DEPTH &&
	    nest_expand(w, w->box->spool, off, m, depth)) {
		spool_forget(&w->spool, off, m->size);
		return;
	}
	tell(w, off, m);
	if (!w->box->raw && depth == 0)
		initrd_part(w, off, m);
}

static bool level_begin(void *arg, const struct foreign_entry *e)
{
	struct level *l = arg;

	buf_clear(&l->name);
	if (e->name.n > 0) {
		buf_str(&l->name, l->outer.name);
		if (l->name.n > 0)
			buf_c(&l->name, '/');
	}
	buf_str(&l->name, e->name.n > 0 ? e->name : l->stem);
	l->entry =
		(struct meta){ .name = buf_view(&l->name),
			       .origin = l->outer.origin,
			       .nested = l->outer.nested ||
					 (e->name.n > 0 && l->outer.name.n > 0),
			       .short_at = UINT64_MAX,
			       .mtime_ns = e->mtime_ns,
			       .ctime_ns = e->ctime_ns,
			       .btime_ns = e->btime_ns,
			       .mode = e->mode,
			       .uid = e->uid,
			       .gid = e->gid };
	if (e->name.n == 0) { /* a single file: the outer one's own facts */
		l->entry.mtime_ns = l->outer.mtime_ns;
		l->entry.ctime_ns = l->outer.ctime_ns;
		l->entry.btime_ns = l->outer.btime_ns;
		l->entry.mode = l->outer.mode;
		l->entry.uid = l->outer.uid;
		l->entry.gid = l->outer.gid;
		l->entry.decompressed = true;
	}
	return nest_wanted(l->w, l->entry.name);
}

static bool level_data(void *arg, uint64_t off, const void *p, size_t n)
{
	struct level *l = arg;

	nest_progress(l->w, n);
	return spool_write(&l->w->spool, off, p, n);
}

static bool level_end(void *arg, uint64_t size, enum foreign_end how)
{
	struct level *l = arg;

	if (l->w->spool.failed)
		return false;
	/* a bomb, or broken from the start: nothing to keep */
	if (how == FOREIGN_BOMB || (how == FOREIGN_BROKEN && size == 0)) {
		spool_abandon(&l->w->spool);
		return false;
	}
	l->entry.size = size;
	if (how == FOREIGN_BROKEN)
		l->entry.short_at = size;
	nest_settle(l->w, &l->entry, l->depth + 1);
	l->nout++;
	return true;
}

static void level_link(void *arg, struct str name, struct str to)
{
	struct level *l = arg;
	struct buf text = { 0 };

	if (!name_enables(name) || l->outer.name.n > 0 ||
	    l->w->nlink++ >= UNPACK_MAX_LINKS)
		return;
	buf_str(&text, name);
	buf_c(&text, '\0');
	buf_str(&text, to);
	if (text.n <= WIRE_MAX_TEXT)
		wire_put(&l->w->out, WIRE_LINK, NULL, buf_view(&text));
	buf_free(&text);
}

bool nest_expand(struct work *w, int fd, uint64_t off, const struct meta *m,
		 unsigned depth)
{
	struct level l = { .w = w, .outer = *m, .depth = depth };
	const struct foreign_sink sink = { &l, level_begin, level_data,
					   level_end, level_link };
	const struct infile in = { .fd = fd };
	struct foreign_result res;
	char head[HEAD];
	uint64_t limit;
	ssize_t n = io_pread(fd, head, m->size < HEAD ? (size_t)m->size : HEAD,
			     (off_t)off);

	if (n > 0 && initrd_looks(str_mem(head, (size_t)n), m->name))
		return initrd_expand(w, fd, off, m);
	if (n <= 0 ||
	    !foreign_looks(str_mem(head, (size_t)n), m->name, &l.stem))
		return false;
	limit = spool_enter(&w->spool);
	if (foreign_read(&in, off, m->size, &sink, &res, NULL) < 0)
		res = (struct foreign_result){ 0 };
	w->nrefused += res.nrefused + spool_leave(&w->spool, limit);
	buf_free(&l.name);
	return l.nout > 0;
}

int nest_input(struct work *w, uint64_t size, struct str stem,
	       struct foreign_result *res, struct err *err)
{
	struct level l = { .w = w,
			   .stem = stem,
			   .outer = { .short_at = UINT64_MAX,
				      .mtime_ns = INT64_MIN } };
	const struct foreign_sink sink = { &l, level_begin, level_data,
					   level_end, level_link };
	struct stat st;
	int rc;

	/* auth.log.2.gz alone: its own time dates the years of its lines */
	if (fstat(w->box->in, &st) == 0 && S_ISREG(st.st_mode))
		l.outer.mtime_ns =
			ts_of(st.st_mtim.tv_sec, st.st_mtim.tv_nsec, NULL);
	rc = foreign_read(&w->in, 0, size, &sink, res, err);
	buf_free(&l.name);
	return rc;
}
