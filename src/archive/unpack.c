/*
 * unpack.c - one input, whatever it is, into the spool.
 *
 * By content: a directory and a plain file are copied here; everything with
 * the first bytes of a container goes to the decoding process, and so do, in
 * a second step, the compressed files that a directory held.
 */
#define _GNU_SOURCE
#include "unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "konseki/archive.h"
#include "../util/io.h"
#include "foreign.h"
#include "infile.h"
#include "listen.h"
#include "pathmap.h"
#include "walk.h"

#define HEAD 512u

static struct selection selection_of(const struct unpack_options *o)
{
	if (o->nglob > 0)
		return (struct selection){ o->globs, o->nglob };
	return (struct selection){ &o->glob, o->glob.n > 0 };
}

/* Does the input hold a collection of ours, unpacked or packed anew? */
static bool has_manifest(const struct unpacked *m, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(m[i].member, KONSEKI_MANIFEST) ||
		    str_is(m[i].member, "./" KONSEKI_MANIFEST))
			return true;
	return false;
}

static void name_paths(const struct unpack_options *o, struct arena *a,
		       struct unpack_result *r)
{
	bool konseki =
		r->kind == INPUT_ARCHIVE ||
		(r->kind != INPUT_FILE && has_manifest(r->member, r->nmember));

	for (size_t i = 0; i < r->nlink; i++)
		r->link[i].path = path_of_member(a, konseki, r->link[i].path);
	for (size_t i = 0; i < r->nmember; i++) {
		struct unpacked *u = &r->member[i];

		if (r->kind == INPUT_FILE) {
			struct str dir = str_dir(str_of(o->path));
			struct str whole = u->member;

			if (dir.n > 0)
				whole = arena_fmt(a, "%.*s/%.*s", STR_ARG(dir),
						  STR_ARG(u->member));
			u->path = path_of_file(a, whole);
		} else {
			u->path = path_of_member(a, konseki, u->member);
		}
	}
}

static void keep_links(struct arena *a, const struct unpacked_link *link,
		       size_t n, struct unpack_result *r)
{
	r->link = arena_array(a, n + 1, sizeof(*link));
	if (n)
		memcpy(r->link, link, n * sizeof(*link));
	r->nlink = n;
}

static void keep(struct arena *a, const struct unpacked *m, size_t n,
		 struct unpack_result *r)
{
	r->member = arena_array(a, n + 1, sizeof(*m));
	if (n)
		memcpy(r->member, m, n * sizeof(*m));
	r->nmember = n;
}

static void advance(const struct unpack_options *o,
		    const struct unpack_result *r)
{
	for (size_t i = 0; i < r->nmember; i++) {
		uint64_t end = r->member[i].off + r->member[i].size;

		end = (end + SPOOL_PAGE - 1) / SPOOL_PAGE * SPOOL_PAGE;
		if (end > *o->spool_end)
			*o->spool_end = end;
	}
}

/* What was decompressed takes the place of what it came from. */
static void merge(struct arena *a, const struct walk *w, const struct heard *h,
		  struct unpack_result *r)
{
	size_t k = 0, n = 0;

	r->member =
		arena_array(a, w->nmember + h->nmember + 1, sizeof(*r->member));
	for (size_t i = 0; i < w->nmember; i++) {
		bool replaced = false;

		for (; k < h->nmember && h->origin[k] <= i; k++) {
			r->member[n++] = h->member[k];
			replaced = true;
		}
		if (!replaced)
			r->member[n++] = w->member[i];
	}
	r->nmember = n;
}

static int copied(const struct unpack_options *o, struct walk *w,
		  struct arena *a, struct unpack_result *r, struct err *err)
{
	struct heard h;
	struct box box = { .in = -1,
			   .spool = o->spool,
			   .spool_end = w->spool->end,
			   .name = "",
			   .region = w->region,
			   .nregion = w->nregion };
	uint64_t end = w->spool->end;

	r->nrefused += w->nrefused;
	/* a last page that holds no data must be there as well */
	if (ftruncate(o->spool, (off_t)end) < 0)
		return err_sys(err, "cannot extend the temporary file", NULL);
	if (*o->spool_end < end)
		*o->spool_end = end;
	if (w->nregion == 0) {
		keep(a, w->member, w->nmember, r);
		return 0;
	}
	if (listen_to_box(&box, a, o->progress, o->arg, &h, err) < 0)
		return -1;
	merge(a, w, &h, r);
	r->nrefused += h.end.nrefused;
	heard_free(&h);
	return 0;
}

static int copy_input(const struct unpack_options *o, int fd, bool dir,
		      struct arena *a, struct unpack_result *r, struct err *err)
{
	struct spool spool;
	struct walk w = { .spool = &spool,
			  .arena = a,
			  .raw = o->raw || !dir,
			  .progress = o->progress,
			  .arg = o->arg };
	int rc;

	if (dir)
		w.select = selection_of(o);
	spool_init(&spool, o->spool, *o->spool_end);
	r->kind = dir ? INPUT_DIR : INPUT_FILE;
	r->whole = ARCHIVE_WHOLE;
	rc = dir ? walk_dir(&w, fd, err)
		 : walk_file(&w, fd, str_base(str_of(o->path)),
			     o->no_digest ? NULL : r->sha256, err);
	keep_links(a, w.link, w.nlink, r);
	if (rc == 0)
		rc = copied(o, &w, a, r, err);
	walk_free(&w);
	return rc;
}

/* auth.log.age is auth.log */
static const char *inner_name(const char *path, bool sealed, struct arena *a)
{
	struct str name = str_base(str_of(path));

	if (sealed && str_ends(name, STR(KONSEKI_SEALED)))
		name.n -= sizeof(KONSEKI_SEALED) - 1;
	return arena_cstr(a, name);
}

static int decode_input(const struct unpack_options *o, int fd, bool force,
			bool sealed, struct arena *a, struct unpack_result *r,
			struct err *err)
{
	struct box box = { .in = fd,
			   .spool = o->spool,
			   .spool_end = *o->spool_end,
			   .select = selection_of(o),
			   .name = inner_name(o->path, sealed, a),
			   .raw = o->raw,
			   .force = force,
			   .identity = o->identity,
			   .nidentity = o->nidentity };
	struct heard h;

	if (listen_to_box(&box, a, o->progress, o->arg, &h, err) < 0) {
		struct err why = *err;

		return sealed ? err_set(err, "%s: %s", o->path, why.msg) : -1;
	}
	r->kind = h.kind;
	r->whole = h.end.whole;
	r->why = h.why;
	r->nrefused += h.end.nrefused;
	memcpy(r->sha256, h.sha256, SHA256_LEN);
	keep(a, h.member, h.nmember, r);
	keep_links(a, h.link, h.nlink, r);
	if (h.kind == INPUT_ARCHIVE && box.select.n == 0 &&
	    !has_manifest(r->member, r->nmember)) {
		heard_free(&h);
		return err_set(err,
			       "%s: cut or damaged before its first "
			       "member was whole",
			       o->path);
	}
	heard_free(&h);
	return 0;
}

static int open_input(const char *path, struct stat *st, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return err_sys(err, "cannot open", path);
	if (fstat(fd, st) < 0) {
		(void)err_sys(err, "cannot open", path);
	} else if (S_ISREG(st->st_mode) || S_ISDIR(st->st_mode)) {
		return fd;
	} else {
		(void)err_set(err, "%s: neither a file nor a directory", path);
	}
	(void)close(fd);
	return -1;
}

int unpack(const struct unpack_options *o, struct arena *a,
	   struct unpack_result *r, struct err *err)
{
	bool named = str_ends(str_of(o->path), STR(KONSEKI_SUFFIX));
	char head[HEAD];
	struct str stem;
	struct stat st;
	bool sealed;
	ssize_t n = 0;
	int fd = open_input(o->path, &st, err), rc;

	*r = (struct unpack_result){ .whole = ARCHIVE_WHOLE };
	if (fd < 0)
		return -1;
	if (S_ISREG(st.st_mode))
		n = io_pread(fd, head, HEAD, 0);
	sealed = n > 0 && infile_sealed(str_mem(head, (size_t)n));
	if (n < 0)
		rc = err_sys(err, "cannot read", o->path);
	else if (named || sealed ||
		 foreign_looks(str_mem(head, (size_t)n), STR_NONE, &stem))
		rc = decode_input(o, fd, named, sealed, a, r, err);
	else
		rc = copy_input(o, fd, S_ISDIR(st.st_mode), a, r, err);
	(void)close(fd);
	if (rc < 0)
		return -1;
	name_paths(o, a, r);
	advance(o, r);
	return 0;
}
