/*
 * content_parts.c - the bytes of a file as members.
 *
 * A sparse file is cut so that a part holds at most CONTENT_PART bytes of
 * data, however wide its holes: parts laid one after the other give the file.
 */
#define _GNU_SOURCE
#include "cache.h"
#include "content.h"
#include "excerpt.h"
#include "extents.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define XATTR_LIST_MAX 65536
#define XATTR_MAX 64
#define XATTR_BYTES (64u << 10) /* of one file; one more may follow */

#define BAD_BLOCK 4096u /* a read that fails is tried again by these */
#define BAD_MAX 256u    /* of one part */
#define EARLY_END (-1)
#define PART_SUFFIX 9 /* .part0001 */

/* Notes a stretch that cannot be read; false when there were too many. */
static bool skip_bad(struct content *c, uint64_t off, size_t n)
{
	if (c->end == 0)
		c->bad = off;
	c->end = off + n;
	return ++c->nbad <= BAD_MAX;
}

/*
 * Reads [off, off+len) of the file as data frames; 0, EARLY_END or an errno.
 * A bad sector costs its block, which is zeros then.
 */
static int stream_range(struct probe_run *r, struct content *c, uint64_t off,
			uint64_t len)
{
	uint64_t by_block = 0; /* up to here */

	if (len > 0)
		content_mask_begin(r, c, off);
	while (len > 0) {
		char *p = (char *)run_data_room(r);
		size_t most = off < by_block ? BAD_BLOCK : LANE_CHUNK;
		size_t want = len < most ? (size_t)len : most;
		ssize_t n = pread(c->fd, p, want, (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EIO && want > BAD_BLOCK) {
			by_block = off + want;
			continue;
		}
		if (n < 0 && errno == EIO && skip_bad(c, off, want)) {
			memset(p, 0, want);
			n = (ssize_t)want;
		} else if (n <= 0) {
			return n < 0 ? errno : EARLY_END;
		} else if ((uint64_t)n < len) {
			n = (ssize_t)content_mask_piece(c, p, (size_t)n, false);
		} else {
			(void)content_mask_piece(c, p, (size_t)n, true);
		}
		run_data_done(r, (size_t)n);
		off += (uint64_t)n;
		len -= (uint64_t)n;
	}
	return 0;
}

struct attrs {
	struct xattr x[XATTR_MAX];
	size_t n;
	struct buf names, values;
	bool cut; /* there are more */
};

/* Those that the kernel heeds first: nobody crowds them out. */
static bool heeded(struct str name)
{
	return str_starts(name, STR("security.")) ||
	       str_starts(name, STR("system."));
}

static void read_attrs(int fd, struct attrs *a)
{
	static const char always[] = "security.capability\0"
				     "system.posix_acl_access\0security.ima";
	size_t at[XATTR_MAX], len[XATTR_MAX];
	ssize_t n = flistxattr(fd, buf_room(&a->names, XATTR_LIST_MAX),
			       XATTR_LIST_MAX);
	struct str all = { a->names.p, n > 0 ? (size_t)n : 0 };

	a->cut = n < 0 && (errno == E2BIG || errno == ERANGE);
	if (a->cut) /* a list too long to be told */
		all = (struct str){ always, sizeof(always) };
	for (unsigned pass = 0; pass < 2; pass++)
		for (struct str rest = all; rest.n > 0;) {
			struct str name = str_cut(&rest, '\0');
			ssize_t v;

			if (name.n == 0 || heeded(name) != (pass == 0))
				continue;
			if (a->n == XATTR_MAX || a->values.n > XATTR_BYTES) {
				a->cut = true;
				break;
			}
			v = fgetxattr(fd, name.p, buf_room(&a->values, 65536),
				      65536);
			if (v < 0)
				continue;
			at[a->n] = a->values.n;
			len[a->n] = (size_t)v;
			a->x[a->n++].name = name;
			a->values.n += (size_t)v;
		}
	for (size_t i = 0; i < a->n; i++)
		a->x[i].value = (struct str){ a->values.p + at[i], len[i] };
}

/* The head as it is in memory, what follows as it is on disk. */
static int stream_span(struct probe_run *r, struct content *c, uint64_t off,
		       uint64_t len)
{
	uint64_t end = off + len;

	while ((c->masked || c->text) && off < end && off < c->head.n) {
		uint64_t n = c->head.n - off;

		if (n > LANE_CHUNK)
			n = LANE_CHUNK;
		if (n > end - off)
			n = end - off;
		memcpy(run_data_room(r), c->head.p + off, (size_t)n);
		run_data_done(r, (size_t)n);
		off += n;
	}
	return stream_range(r, c, off, end - off);
}

static int stream(struct probe_run *r, struct content *c, uint64_t base,
		  const struct member *m)
{
	struct cache cache;
	int rc = 0;

	cache_look(&cache, &r->sys, c->fd, base, m->size);
	if (!m->extent)
		rc = stream_span(r, c, base, m->size);
	/* after an error the writer pads the rest and says so */
	for (size_t i = 0; m->extent && i < m->nextent && rc == 0; i++)
		rc = stream_span(r, c, base + m->extent[i].off,
				 m->extent[i].len);
	cache_restore(&cache, c->fd);
	return rc;
}

void content_stream(struct probe_run *r, int fd, const struct member *m)
{
	struct content c = { .fd = fd };

	(void)stream(r, &c, 0, m); /* the writer says where it is short */
}

/* Zeros stand where nothing could be read: that is said. */
static void say_bad(struct probe_run *r, struct content *c)
{
	struct buf b = { 0 };

	buf_str(&b, c->path);
	buf_fmt(&b, ": bytes %llu to %llu, %u blocks unreadable",
		(unsigned long long)c->bad, (unsigned long long)c->end - 1,
		c->nbad);
	run_status(r, "content", NULL, buf_view(&b), PROBE_FAILED, EIO, c->nbad,
		   0, 0);
	buf_free(&b);
	c->state = PROBE_FAILED;
	c->errnum = EIO;
	c->nbad = 0;
	c->bad = c->end = 0;
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
	int rc;

	run_begin(r, &m);
	rc = stream(r, c, part->off, &m);
	run_end(r);
	c->bytes += part->data;
	if (c->nbad)
		say_bad(r, c);
	if (rc == 0)
		return;
	c->state = rc == EARLY_END ? PROBE_TRUNCATED : PROBE_FAILED;
	c->errnum = rc == EARLY_END ? 0 : rc;
}

size_t content_part_suffix(struct str name)
{
	struct str tail;
	uint64_t n;

	if (name.n <= PART_SUFFIX)
		return 0;
	tail = str_skip(name, name.n - PART_SUFFIX);
	if (!str_starts(tail, STR(".part")) || !str_u64(str_skip(tail, 5), &n))
		return 0;
	return PART_SUFFIX;
}

/* A file that is called like a part is one of its own: x.part0001.part0001 */
static void part_name(struct buf *name, const struct content *c, unsigned k,
		      bool one)
{
	buf_clear(name);
	buf_str(name, c->prefix.n ? c->prefix : STR("files"));
	buf_str(name, c->path);
	if (!one || content_part_suffix(c->path))
		buf_fmt(name, ".part%04u", k);
}

/* What of the excerpt begins at *at and holds no more than a part may. */
static void cut_excerpt(struct content *c, const struct extent *w, size_t n,
			uint64_t off, struct extent *extent, struct cut *out)
{
	*out = (struct cut){ .off = off, .sparse = true };
	out->len = c->meta.size - off;
	for (size_t i = 0; i < n; i++) {
		uint64_t from = w[i].off > off ? w[i].off : off;
		uint64_t end = w[i].off + w[i].len;
		uint64_t room = CONTENT_PART - out->data;

		if (from >= end)
			continue;
		if (room == 0) {
			out->len = from - off;
			return;
		}
		if (end - from > room)
			end = from + room;
		extent[out->nextent++] =
			(struct extent){ from - off, end - from };
		out->data += end - from;
		if (end < w[i].off + w[i].len) {
			out->len = end - off;
			return;
		}
	}
}

static void left_out(struct probe_run *r, const struct content *c,
		     const struct extent *w, size_t n)
{
	uint64_t at = 0;

	for (size_t i = 0; i <= n; i++) {
		uint64_t to = i < n ? w[i].off : c->meta.size;
		struct buf b = { 0 };

		if (to > at) {
			buf_str(&b, c->path);
			buf_fmt(&b,
				": bytes %llu to %llu left out (--max-file)",
				(unsigned long long)at,
				(unsigned long long)to - 1);
			run_status(r, "excerpt", NULL, buf_view(&b),
				   PROBE_TRUNCATED, EFBIG, n, to - at, 0);
		}
		buf_free(&b);
		at = i < n ? w[i].off + w[i].len : at;
	}
}

/* False: it is no text, or fits. */
static bool excerpted(struct probe_run *r, struct content *c,
		      const struct attrs *a)
{
	struct extent w[EXCERPT_MAX];
	uint64_t size = c->meta.size, off = 0;
	size_t n = c->log && size > c->max ? excerpt(c->fd, size, c->max,
						     r->scene->opt->since_ns,
						     c->meta.mtime_ns, w)
					   : 0;
	struct buf name = { 0 };

	for (unsigned k = 1; n && off < size && c->state == PROBE_COLLECTED;
	     k++) {
		struct cut part;

		cut_excerpt(c, w, n, off, r->extent, &part);
		part_name(&name, c, k, k == 1 && part.len == size);
		one_part(r, c, buf_view(&name), a, &part);
		off += part.len;
	}
	if (n)
		left_out(r, c, w, n);
	buf_free(&name);
	return n > 0;
}

static void whole(struct probe_run *r, struct content *c, const struct attrs *a)
{
	uint64_t size = c->meta.size, off = 0;
	bool sparse = c->meta.blocks * 512 < size && !c->masked;
	struct buf name = { 0 };

	/* a bad sector costs its part, a file that shrank has no more */
	for (unsigned k = 1;
	     (off < size && c->state != PROBE_TRUNCATED) || k == 1; k++) {
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
		part_name(&name, c, k, k == 1 && off + part.len >= size);
		one_part(r, c, buf_view(&name), a, &part);
		off += part.len;
	}
	buf_free(&name);
}

/*
 * A binary log is taken whole or not at all: what reads it needs its end, or
 * its index.
 */
static bool all_or_nothing(const struct content *c)
{
	return c->log && c->meta.size > c->max && c->meta.blocks * 512 > c->max;
}

void content_parts(struct probe_run *r, struct content *c)
{
	struct attrs a = { 0 };

	read_attrs(c->fd, &a);
	if (a.cut)
		run_status(r, "xattr", NULL, c->path, PROBE_TRUNCATED, E2BIG,
			   a.n, a.values.n, 0);
	if (excerpted(r, c, &a)) {
		/* said already, with the bytes that are not there */
	} else if (all_or_nothing(c)) {
		c->state = PROBE_TRUNCATED;
		c->errnum = EFBIG;
	} else {
		whole(r, c, &a);
	}
	buf_free(&a.names);
	buf_free(&a.values);
}
