/*
 * probe.c - inside a reader: what a probe says becomes frames in the shared
 * block, and from there goes down the pipe.
 */
#define _GNU_SOURCE
#include "content.h"
#include "run.h"

#include "../util/io.h"

#include <errno.h>
#include <unistd.h>

#define PROBE(name) &probe_##name,
const struct probe *const probe_table[] = {
#include "probes.def"
	NULL,
};
#undef PROBE

void run_send(struct probe_run *r)
{
	struct lane *l = r->lane;

	if (l->nout == 0)
		return;
	l->sending = 1;
	if (io_write(r->out, l->out, l->nout) < 0)
		_exit(1); /* the collector is gone */
	l->nout = 0;
	l->rows_at = LANE_NO_ROWS;
	l->sending = 0;
	run_tick(r);
}

/* Room for a frame of n bytes; its payload starts where this points. */
static unsigned char *room(struct probe_run *r, size_t n)
{
	struct lane *l = r->lane;

	if (n > LANE_OUT - sizeof(struct frame))
		return NULL;
	if (LANE_OUT - l->nout < sizeof(struct frame) + n)
		run_send(r);
	return l->out + l->nout + sizeof(struct frame);
}

static void commit(struct probe_run *r, enum frame_type type, size_t n)
{
	struct lane *l = r->lane;
	struct frame f = { type, (uint32_t)n };

	memcpy(l->out + l->nout, &f, sizeof(f));
	l->rows_at = type == FRAME_ROWS ? l->nout : LANE_NO_ROWS;
	l->nout += (uint32_t)(sizeof(f) + n);
	if (l->nout >= LANE_SEND)
		run_send(r);
}

static unsigned char *put(unsigned char *p, const void *from, size_t n)
{
	if (n)
		memcpy(p, from, n);
	return p + n;
}

/* Adds to the open frame of rows when it is of the same stream. */
static bool grow_rows(struct lane *l, struct str stream, struct str line)
{
	unsigned char *p = l->out + l->rows_at;
	struct frame f;

	if (l->rows_at == LANE_NO_ROWS || LANE_OUT - l->nout < line.n)
		return false;
	if (p[sizeof(f)] != stream.n ||
	    memcmp(p + sizeof(f) + 1, stream.p, stream.n) != 0)
		return false;
	(void)put(l->out + l->nout, line.p, line.n);
	memcpy(&f, p, sizeof(f));
	f.len += (uint32_t)line.n;
	memcpy(p, &f, sizeof(f));
	l->nout += (uint32_t)line.n;
	return true;
}

void probe_row(struct probe_run *r, const char *stream, struct str line)
{
	struct str s = str_head(str_of(stream), 64);
	unsigned char *p;

	if (grow_rows(r->lane, s, line)) {
		if (r->lane->nout >= LANE_SEND)
			run_send(r);
		return;
	}
	p = room(r, 1 + s.n + line.n);
	if (!p) {
		probe_status(r, STR("a row"), PROBE_TRUNCATED, EMSGSIZE, 0,
			     line.n);
		return;
	}
	*p = (unsigned char)s.n;
	(void)put(put(p + 1, s.p, s.n), line.p, line.n);
	commit(r, FRAME_ROWS, 1 + s.n + line.n);
}

void run_status(struct probe_run *r, const char *probe, const char *core,
		struct str what, enum probe_state state, int errnum,
		uint64_t count, uint64_t bytes, int64_t duration_ns)
{
	struct str n = str_of(probe), c = str_of(core);
	struct frame_status h = {
		.count = count,
		.bytes = bytes,
		.duration_ns = duration_ns,
		.errnum = errnum,
		.state = state,
		.nprobe = (uint32_t)n.n,
		.ncore = (uint32_t)c.n,
	};
	size_t len;
	unsigned char *p;

	what = str_head(what, 8192);
	h.nwhat = (uint32_t)what.n;
	len = sizeof(h) + n.n + c.n + what.n;
	p = room(r, len);
	p = put(put(p, &h, sizeof(h)), n.p, n.n);
	(void)put(put(p, c.p, c.n), what.p, what.n);
	commit(r, FRAME_STATUS, len);
}

void probe_status(struct probe_run *r, struct str what, enum probe_state state,
		  int errnum, uint64_t count, uint64_t bytes)
{
	int64_t took = what.n ? 0 : sys_boottime_ns() - r->began_ns;

	run_status(r, r->name, r->core, what, state, errnum, count, bytes,
		   took);
}

enum probe_state run_state_of(int errnum)
{
	switch (errnum) {
	case ENOENT:
	case ENOTDIR:
	case ESRCH:
		return PROBE_ABSENT;
	case EACCES:
	case EPERM:
		return PROBE_DENIED;
	case ETIMEDOUT:
		return PROBE_TIMEOUT;
	case ESTALE:
		return PROBE_VANISHED;
	default:
		return PROBE_FAILED;
	}
}

void run_touch(struct probe_run *r, uint64_t dev, struct str what)
{
	struct lane *l = r->lane;

	what = str_head(what, LANE_WHAT);
	l->dev = dev;
	(void)put((unsigned char *)l->what, what.p, what.n);
	l->nwhat = (uint32_t)what.n;
	run_tick(r);
}

bool probe_item(struct probe_run *r, uint64_t key, struct str what)
{
	if (r->resumed && key <= r->resume_after)
		return false;
	r->lane->key = key;
	run_touch(r, 0, what);
	return true;
}

const struct collect_env *probe_env(const struct probe_run *r)
{
	return r->env;
}

static size_t member_len(const struct member *m)
{
	size_t n = sizeof(struct frame_member) + m->name.n +
		   m->nextent * sizeof(*m->extent);

	for (size_t i = 0; i < m->nxattr; i++)
		n += 8 + m->xattr[i].name.n + m->xattr[i].value.n;
	return n;
}

void run_begin(struct probe_run *r, const struct member *m)
{
	struct member bare = *m;
	struct frame_member h = {
		.size = m->size,
		.mtime_ns = m->mtime_ns,
		.atime_ns = m->atime_ns,
		.ctime_ns = m->ctime_ns,
		.mode = m->mode,
		.uid = m->uid,
		.gid = m->gid,
		.nname = (uint32_t)m->name.n,
		.nextent = (uint32_t)m->nextent,
		.has_extents = m->extent != NULL,
	};
	unsigned char *p;

	if (member_len(m) > LANE_OUT / 2 || m->nxattr > LANE_MAX_XATTRS)
		bare.nxattr = 0; /* 512 KiB of xattrs: no system's own */
	h.nxattr = (uint32_t)bare.nxattr;
	p = room(r, member_len(&bare));
	p = put(put(p, &h, sizeof(h)), m->name.p, m->name.n);
	p = put(p, m->extent, m->nextent * sizeof(*m->extent));
	for (size_t i = 0; i < bare.nxattr; i++) {
		const struct xattr *x = &m->xattr[i];
		uint32_t n[2] = { (uint32_t)x->name.n, (uint32_t)x->value.n };

		p = put(put(p, n, sizeof(n)), x->name.p, x->name.n);
		p = put(p, x->value.p, x->value.n);
	}
	commit(r, FRAME_BEGIN, member_len(&bare));
}

unsigned char *run_data_room(struct probe_run *r)
{
	return room(r, LANE_CHUNK);
}

void run_data_done(struct probe_run *r, size_t n)
{
	commit(r, FRAME_DATA, n);
	run_tick(r);
}

void run_end(struct probe_run *r)
{
	(void)room(r, 0);
	commit(r, FRAME_END, 0);
}

void probe_member(struct probe_run *r, const struct member *m, int fd,
		  struct str data)
{
	run_begin(r, m);
	if (fd >= 0)
		content_stream(r, fd, m);
	while (fd < 0 && data.n > 0) {
		struct str piece = str_head(data, LANE_CHUNK);

		(void)put(run_data_room(r), piece.p, piece.n);
		run_data_done(r, piece.n);
		data = str_skip(data, piece.n);
	}
	run_end(r);
}

void run_program(struct probe_run *r, const struct frame_program *f,
		 struct str path)
{
	unsigned char *p = room(r, sizeof(*f) + path.n);

	if (!p)
		return;
	(void)put(put(p, f, sizeof(*f)), path.p, path.n);
	commit(r, FRAME_PROGRAM, sizeof(*f) + path.n);
}

void run_pointed(struct probe_run *r, struct str path)
{
	(void)put(room(r, path.n), path.p, path.n);
	commit(r, FRAME_POINTED, path.n);
}

void run_count(struct probe_run *r, uint64_t n)
{
	(void)put(room(r, sizeof(n)), &n, sizeof(n));
	commit(r, FRAME_COUNT, sizeof(n));
}

void run_done(struct probe_run *r)
{
	(void)room(r, 0);
	commit(r, FRAME_DONE, 0);
	run_send(r);
}
