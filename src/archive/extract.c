/*
 * extract.c - names made harmless, files written without following a link.
 *
 * Every part of a path is opened on its own, with O_NOFOLLOW; a file is
 * written under a name of its own and renamed when it is whole.
 */
#define _GNU_SOURCE
#include "extract.h"

#include <archive.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../util/hash.h"
#include "../util/io.h"
#include "../util/timefmt.h"
#include "samples.h"

#define PART_MAX 200 /* leaves room for a suffix within 255 */
#define COPY_SIZE (64u << 10)
#define PARTIAL ".konseki.partial"
#define DUP_MAX 10000u

static void escape(struct buf *b, unsigned char c)
{
	buf_fmt(b, "%%%02X", c);
}

static void part_name(struct buf *b, struct str part, bool ascii)
{
	bool utf8 = !ascii && str_utf8_ok(part);
	bool dots = str_is(part, ".") || str_is(part, "..") ||
		    str_is(part, PARTIAL);
	size_t from = b->n;

	for (size_t i = 0; i < part.n; i++) {
		unsigned char c = (unsigned char)part.p[i];

		if (c < 0x20 || c == 0x7f || c == '%' || c == '\\' ||
		    (c >= 0x80 && !utf8) || dots)
			escape(b, c);
		else
			buf_c(b, (char)c);
		if (b->n - from > PART_MAX)
			break;
	}
	if (b->n - from <= PART_MAX)
		return;
	b->n = from + PART_MAX - 20;
	while (b->n > from && ((unsigned char)b->p[b->n] & 0xc0) == 0x80)
		b->n--; /* not within a character */
	buf_fmt(b, "%%%016llx", (unsigned long long)hash_bytes(part.p, part.n));
}

struct str extract_name(struct arena *a, struct str name, bool ascii)
{
	struct buf b = { 0 };
	struct str rest = name, out;

	while (rest.p) {
		struct str part = str_cut(&rest, '/');

		if (part.n == 0)
			continue;
		if (b.n > 0)
			buf_c(&b, '/');
		part_name(&b, part, ascii);
	}
	if (b.n == 0)
		buf_puts(&b, "%");
	out = arena_dup(a, buf_view(&b));
	buf_free(&b);
	return out;
}

int extract_open(struct extract *x, const char *dir, int spool, bool force,
		 struct err *err)
{
	*x = (struct extract){ .spool = spool, .force = force, .zip_fd = -1 };
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return err_sys(err, "cannot make", dir);
	x->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (x->dir < 0)
		return err_sys(err, "cannot open", dir);
	return 0;
}

/* Opens or makes one directory below `at'; a file in its place is passed. */
static int sub_dir(int at, struct buf *part)
{
	for (int i = 0; i < 2; i++) {
		int fd;

		buf_c(part, '\0');
		part->n--;
		(void)mkdirat(at, part->p, 0700); /* the open tells */
		fd = openat(at, part->p,
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0 || (errno != ENOTDIR && errno != ELOOP))
			return fd;
		buf_puts(part, "%dir");
	}
	return -1;
}

/* The directory that a name lies in; *base: its last part. */
static int open_parent(struct extract *x, struct str name, struct str *base,
		       struct err *err)
{
	int fd = fcntl(x->dir, F_DUPFD_CLOEXEC, 0);
	struct str rest = str_dir(name);
	struct buf part = { 0 };

	*base = str_base(name);
	while (fd >= 0 && rest.p && rest.n > 0) {
		int next;

		buf_clear(&part);
		buf_str(&part, str_cut(&rest, '/'));
		next = sub_dir(fd, &part);
		if (next < 0)
			(void)err_sys(err, "cannot make the directory", part.p);
		(void)close(fd);
		fd = next;
	}
	buf_free(&part);
	return fd;
}

static bool all_zero(const char *p, size_t n)
{
	return n > 0 && p[0] == 0 && memcmp(p, p + 1, n - 1) == 0;
}

static int copy_out(struct extract *x, const struct unpacked *u, int fd,
		    struct err *err)
{
	char *buf = xmalloc(COPY_SIZE);
	uint64_t off = 0;
	int rc = ftruncate(fd, (off_t)u->size);

	while (rc == 0 && off < u->size) {
		size_t n = u->size - off < COPY_SIZE ? (size_t)(u->size - off)
						     : COPY_SIZE;

		if (io_pread(x->spool, buf, n, (off_t)(u->off + off)) !=
		    (ssize_t)n)
			rc = -1;
		else if (!all_zero(buf, n)) /* holes stay */
			rc = io_pwrite(fd, buf, n, (off_t)off);
		off += n;
	}
	free(buf);
	return rc < 0 ? err_sys(err, "cannot write", "a file") : 0;
}

static int write_file(struct extract *x, const struct unpacked *u, int at,
		      struct err *err)
{
	struct timespec t[2] = { { 0, UTIME_OMIT }, { 0, UTIME_OMIT } };
	int fd, rc;

	(void)unlinkat(at, PARTIAL, 0); /* of a run that was killed */
	fd = openat(at, PARTIAL,
		    O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(err, "cannot create", "a file");
	rc = copy_out(x, u, fd, err);
	if (u->mtime_ns != INT64_MIN) {
		t[1].tv_sec = (time_t)ts_s(u->mtime_ns);
		t[1].tv_nsec = (long)ts_frac(u->mtime_ns);
		(void)futimens(fd, t); /* a time it cannot hold is no loss */
	}
	(void)close(fd);
	if (rc < 0)
		(void)unlinkat(at, PARTIAL, 0);
	return rc;
}

/* A name that this run has not given yet. */
static struct str unused(struct extract *x, struct arena *a, struct str name)
{
	struct str n = name;
	bool added;

	for (unsigned i = 1; i < DUP_MAX; i++) {
		(void)map_put(&x->done, n, &added);
		if (added)
			break;
		n = arena_fmt(a, STR_FMT "%%%u", STR_ARG(name), i);
	}
	return n;
}

/* Puts the finished file under its name. */
static int give_name(struct extract *x, int at, struct str base,
		     struct err *err)
{
	char name[256]; /* PART_MAX and its suffixes fit */
	struct stat st;

	(void)snprintf(name, sizeof(name), STR_FMT, STR_ARG(base));
	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    (!x->force || S_ISDIR(st.st_mode))) {
		(void)unlinkat(at, PARTIAL, 0);
		errno = EEXIST;
		return err_sys(err, "--force would replace", name);
	}
	if (renameat(at, PARTIAL, at, name) < 0)
		return err_sys(err, "cannot create", name);
	return 0;
}

int extract_member(struct extract *x, const struct unpacked *u, struct arena *a,
		   struct str *name, struct err *err)
{
	struct str base;
	int at, rc;

	*name = unused(x, a, extract_name(a, u->member, x->zip != NULL));
	if (x->zip)
		return samples_add(x->zip, u, x->spool, *name, err);
	at = open_parent(x, *name, &base, err);
	if (at < 0)
		return -1;
	rc = write_file(x, u, at, err);
	if (rc == 0)
		rc = give_name(x, at, base, err);
	(void)close(at);
	return rc;
}

int extract_begin_zip(struct extract *x, struct err *err)
{
	struct stat st;

	if (!x->force &&
	    fstatat(x->dir, EXTRACT_ZIP, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return err_sys(err, "--force would replace", EXTRACT_ZIP);
	}
	(void)unlinkat(x->dir, PARTIAL, 0);
	x->zip_fd = openat(x->dir, PARTIAL,
			   O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (x->zip_fd < 0)
		return err_sys(err, "cannot create", EXTRACT_ZIP);
	x->zip = samples_open(x->zip_fd, EXTRACT_PASSWORD, err);
	return x->zip ? 0 : -1;
}

int extract_close(struct extract *x, struct err *err)
{
	int rc = 0;

	if (x->zip) {
		rc = samples_close(x->zip, err);
		if (rc == 0 &&
		    renameat(x->dir, PARTIAL, x->dir, EXTRACT_ZIP) < 0)
			rc = err_sys(err, "cannot create", EXTRACT_ZIP);
	}
	if (x->zip_fd >= 0) {
		(void)close(x->zip_fd);
		(void)unlinkat(x->dir, PARTIAL, 0); /* there if it failed */
	}
	(void)close(x->dir);
	map_free(&x->done);
	return rc;
}
