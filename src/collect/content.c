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
#define XATTR_BYTES (64u << 10)    /* of one file; one more may follow */
#define SECRET_FILE_MAX (1u << 20) /* of a file that is searched for keys */
#define KEYS_MAX 64                /* of one file that are described */

#define EARLY_END (-1)

/* Reads [off, off+len) of fd as data frames; 0, EARLY_END or an errno. */
static int stream_range(struct probe_run *r, int fd, uint64_t off, uint64_t len)
{
	while (len > 0) {
		size_t want = len < LANE_CHUNK ? (size_t)len : LANE_CHUNK;
		ssize_t n = pread(fd, run_data_room(r), want, (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? errno : EARLY_END;
		run_data_done(r, (size_t)n);
		off += (uint64_t)n;
		len -= (uint64_t)n;
	}
	return 0;
}

static int stream_from(struct probe_run *r, int fd, uint64_t base,
		       const struct member *m)
{
	struct cache c;
	int rc = 0;

	cache_look(&c, &r->sys, fd, base, m->size);
	if (!m->extent)
		rc = stream_range(r, fd, base, m->size);
	/* after an error the writer pads the rest and says so */
	for (size_t i = 0; m->extent && i < m->nextent && rc == 0; i++)
		rc = stream_range(r, fd, base + m->extent[i].off,
				  m->extent[i].len);
	cache_restore(&c, fd);
	return rc;
}

void content_stream(struct probe_run *r, int fd, const struct member *m)
{
	(void)stream_from(r, fd, 0, m); /* the writer says where it is short */
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
static int stream_masked(struct probe_run *r, const struct content *c,
			 const struct cut *part)
{
	uint64_t off = part->off, end = part->off + part->len;

	while (off < end && off < c->head.n) {
		uint64_t n = c->head.n - off;

		if (n > LANE_CHUNK)
			n = LANE_CHUNK;
		if (n > end - off)
			n = end - off;
		memcpy(run_data_room(r), c->head.p + off, (size_t)n);
		run_data_done(r, (size_t)n);
		off += n;
	}
	return stream_range(r, c->fd, off, end - off);
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
	rc = c->masked ? stream_masked(r, c, part)
		       : stream_from(r, c->fd, part->off, &m);
	run_end(r);
	c->bytes += part->data;
	if (rc == 0)
		return;
	c->state = rc == EARLY_END ? PROBE_TRUNCATED : PROBE_FAILED;
	c->errnum = rc == EARLY_END ? 0 : rc;
}

static void parts(struct probe_run *r, struct content *c)
{
	uint64_t size = c->meta.size, off = 0;
	bool sparse = c->meta.blocks * 512 < size && !c->masked;
	struct attrs a = { 0 };
	struct buf name = { 0 };

	read_attrs(c->fd, &a);
	if (a.cut)
		run_status(r, "xattr", NULL, c->path, PROBE_TRUNCATED, E2BIG,
			   a.n, a.values.n, 0);
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
		buf_clear(&name);
		buf_str(&name, c->prefix.n ? c->prefix : STR("files"));
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

static void send_rows(struct probe_run *r, const struct buf *rows)
{
	for (struct str rest = buf_view(rows); rest.n > 0;) {
		size_t n = str_chr(rest, '\n') + 1;

		probe_row(r, KONSEKI_STATE "secrets", str_head(rest, n));
		rest = str_skip(rest, n);
	}
}

/* A path below another root is not one of the host. */
static struct str shown(const struct content *c, struct buf *b)
{
	if (!str_starts(c->prefix, STR(KONSEKI_ROOTS)))
		return c->path;
	if (b->n == 0) {
		buf_str(b, c->prefix);
		buf_str(b, c->path);
	}
	return buf_view(b);
}

struct look {
	struct content *c;
	struct buf rows, path;
	unsigned nkey;
};

static void a_key(void *arg, struct str text)
{
	struct look *l = arg;

	if (l->nkey++ < KEYS_MAX)
		secret_key_row(&l->rows, shown(l->c, &l->path), text);
}

/*
 * Facts for secrets: a file of nothing else stays here, in others they are
 * masked.  A program with a key in it is evidence before it is a secret.
 */
static void look_for_secrets(struct probe_run *r, struct content *c)
{
	struct look l = { .c = c };
	struct str text = buf_view(&c->head);
	const char *kind = kind_of(text);
	unsigned nvalue = 0;
	bool only = false;
	size_t n;

	if (c->shadow || secret_is_shadow(text)) {
		secret_shadow_rows(&l.rows, shown(c, &l.path), text);
		c->state = PROBE_SKIPPED;
	} else if (!kind || strcmp(kind, "script") == 0) {
		n = secret_mask(c->head.p, c->head.n, a_key, &l, &only);
		if (n > 0 && only)
			c->state = PROBE_SKIPPED;
		else
			n += secret_values(c->head.p, c->head.n, c->path,
					   &nvalue);
		c->masked = n > 0 && !only;
		if (c->masked)
			run_status(r, "secrets", NULL, shown(c, &l.path),
				   PROBE_SKIPPED, 0, l.nkey + nvalue, n, 0);
	}
	send_rows(r, &l.rows);
	buf_free(&l.rows);
	buf_free(&l.path);
}

static void read_head(struct probe_run *r, struct content *c)
{
	uint64_t want = c->meta.size;
	ssize_t n;

	if (want > SECRET_FILE_MAX)
		want = SECRET_FILE_MAX;
	n = io_pread(c->fd, buf_room(&c->head, (size_t)want), (size_t)want, 0);
	c->head.n = n > 0 ? (size_t)n : 0;
	run_tick(r);
	if (n < 0 && c->shadow) {
		c->state = PROBE_FAILED;
		c->errnum = errno;
	}
}

/* The facts stand in for the file, or its head without them. */
static void copy_but_secrets(struct probe_run *r, struct content *c)
{
	struct cache cache;

	cache_look(&cache, &r->sys, c->fd, 0,
		   c->meta.size < SECRET_FILE_MAX ? c->meta.size
						  : SECRET_FILE_MAX);
	read_head(r, c);
	if (c->state == PROBE_COLLECTED)
		look_for_secrets(r, c);
	if (c->state == PROBE_COLLECTED)
		parts(r, c);
	cache_restore(&cache, c->fd);
	if (c->head.n)
		explicit_bzero(c->head.p, c->head.n);
	buf_free(&c->head);
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
	if (r->env->secrets_full)
		parts(r, c);
	else
		copy_but_secrets(r, c);
}
