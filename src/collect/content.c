/*
 * content.c - copying.
 *
 * A sparse file is cut so that a part holds at most CONTENT_PART bytes of
 * data, however wide its holes: parts laid one after the other give the file.
 */
#define _GNU_SOURCE
#include "content.h"
#include "cache.h"
#include "extents.h"
#include "kind.h"
#include "secrets.h"

#include "../util/io.h"
#include "konseki/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define XATTR_LIST_MAX 65536
#define XATTR_MAX 64
#define SECRET_FILE_MAX (1u << 20) /* a key or shadow file that is parsed */
#define KEY_HEAD 4096

/* Reads [off, off+len) of fd as data frames; false when it ended early. */
static bool stream_range(struct probe_run *r, int fd, uint64_t off,
			 uint64_t len)
{
	while (len > 0) {
		size_t want = len < LANE_CHUNK ? (size_t)len : LANE_CHUNK;
		ssize_t n = pread(fd, run_data_room(r), want, (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		run_data_done(r, (size_t)n);
		off += (uint64_t)n;
		len -= (uint64_t)n;
	}
	return true;
}

static void stream_from(struct probe_run *r, int fd, uint64_t base,
			const struct member *m)
{
	struct cache c;

	cache_look(&c, &r->sys, fd, base, m->size);
	if (!m->extent)
		(void)stream_range(r, fd, base, m->size);
	for (size_t i = 0; m->extent && i < m->nextent; i++)
		if (!stream_range(r, fd, base + m->extent[i].off,
				  m->extent[i].len))
			break; /* the writer pads the rest and says so */
	cache_restore(&c, fd);
}

void content_stream(struct probe_run *r, int fd, const struct member *m)
{
	stream_from(r, fd, 0, m);
}

struct attrs {
	struct xattr x[XATTR_MAX];
	size_t n;
	struct buf names, values;
};

static void read_attrs(int fd, struct attrs *a)
{
	size_t at[XATTR_MAX], len[XATTR_MAX];
	ssize_t n = flistxattr(fd, buf_room(&a->names, XATTR_LIST_MAX),
			       XATTR_LIST_MAX);
	struct str rest = { a->names.p, n > 0 ? (size_t)n : 0 };

	while (rest.n > 0 && a->n < XATTR_MAX) {
		struct str name = str_cut(&rest, '\0');
		ssize_t v;

		if (name.n == 0)
			continue;
		v = fgetxattr(fd, name.p, buf_room(&a->values, 65536), 65536);
		if (v < 0 || a->values.n > LANE_OUT / 4)
			continue;
		at[a->n] = a->values.n;
		len[a->n] = (size_t)v;
		a->x[a->n++].name = name;
		a->values.n += (size_t)v;
	}
	for (size_t i = 0; i < a->n; i++)
		a->x[i].value = (struct str){ a->values.p + at[i], len[i] };
}

static void one_part(struct probe_run *r, struct content *c, struct str name,
		     const struct attrs *a, const struct cut *part)
{
	struct member m = {
		.name = name,
		.size = part->len,
		.mode = c->meta.mode & 07777,
		.uid = c->meta.uid,
		.gid = c->meta.gid,
		.mtime_ns = c->meta.mtime_ns,
		.atime_ns = c->meta.atime_ns,
		.ctime_ns = c->meta.ctime_ns,
		.extent = part->sparse ? r->extent : NULL,
		.nextent = part->sparse ? part->nextent : 0,
		.xattr = a->n ? a->x : NULL,
		.nxattr = a->n,
	};

	run_begin(r, &m);
	stream_from(r, c->fd, part->off, &m);
	run_end(r);
	c->bytes += part->data;
}

static void parts(struct probe_run *r, struct content *c)
{
	uint64_t size = c->meta.size, off = 0;
	bool sparse = c->meta.blocks * 512 < size;
	struct attrs a = { 0 };
	struct buf name = { 0 };

	read_attrs(c->fd, &a);
	for (unsigned k = 1; off < size || k == 1; k++) {
		struct cut part;
		uint64_t left = c->max - c->bytes;

		if (left == 0) {
			c->state = PROBE_TRUNCATED;
			c->errnum = EFBIG;
			break;
		}
		cut_next(c->fd, off, size, sparse,
			 left < CONTENT_PART ? left : CONTENT_PART, r->extent,
			 &part);
		buf_clear(&name);
		buf_puts(&name, "files");
		buf_str(&name, c->path);
		if (k > 1 || off + part.len < size)
			buf_fmt(&name, ".part%04u", k);
		one_part(r, c, buf_view(&name), &a, &part);
		off += part.len;
	}
	buf_free(&a.names);
	buf_free(&a.values);
	buf_free(&name);
}

static void secret_rows(struct probe_run *r, struct content *c)
{
	struct buf text = { 0 }, out = { 0 };
	struct err err;

	if (io_slurp(c->fd, SECRET_FILE_MAX, &text, &err) < 0 && text.n == 0) {
		c->state = PROBE_FAILED;
		c->errnum = err.errnum;
		return;
	}
	if (c->shadow)
		secret_shadow_rows(&out, c->path, buf_view(&text));
	else
		secret_key_row(&out, c->path, buf_view(&text));
	for (struct str rest = buf_view(&out); rest.n > 0;) {
		size_t n = str_chr(rest, '\n') + 1;

		probe_row(r, KONSEKI_STATE "secrets", str_head(rest, n));
		rest = str_skip(rest, n);
	}
	c->state = PROBE_SKIPPED; /* the facts stand in for it */
	explicit_bzero(text.p, text.n);
	buf_free(&text);
	buf_free(&out);
}

static bool is_secret(struct probe_run *r, struct content *c)
{
	char head[KEY_HEAD];
	ssize_t n;

	if (r->env->secrets_full)
		return false;
	if (c->shadow)
		return true;
	n = pread(c->fd, head, sizeof(head), 0);
	/* a program with a key in it is evidence before it is a secret */
	return n > 0 && !kind_of(str_mem(head, (size_t)n)) &&
	       secret_is_key(str_mem(head, (size_t)n));
}

void content_copy(struct probe_run *r, struct content *c)
{
	uint64_t cap = r->env->max_file;

	c->state = PROBE_COLLECTED;
	c->bytes = 0;
	if (c->max == 0 || c->max > cap)
		c->max = cap;
	if (c->meta.ino == r->env->out_ino &&
	    scene_dev(c->meta.major, c->meta.minor) == r->env->out_dev) {
		c->state = PROBE_SKIPPED; /* the archive itself */
		return;
	}
	if (is_secret(r, c))
		secret_rows(r, c);
	else
		parts(r, c);
}
