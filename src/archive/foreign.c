/*
 * foreign.c - libarchive over a region of a file.
 *
 * Formats and filters are named one by one: _all would drag an XML parser in.
 * Expansion is judged against the bytes of the region that were consumed.
 */
#include "foreign.h"

#include <archive.h>
#include <archive_entry.h>

#include "../util/buf.h"
#include "../util/timefmt.h"
#include "zipnames.h"

#define IN_SIZE (128u << 10)

struct region {
	const struct infile *in;
	uint64_t off, size, at;
	char *buf;
	uint64_t nentry; /* entries of all kinds seen */
	bool has_names;
	struct zip_name *name; /* of a zip; asked for when first needed */
	size_t nname;
	struct arena arena;
};

static la_ssize_t on_read(struct archive *a, void *arg, const void **p)
{
	struct region *r = arg;
	size_t want = IN_SIZE;
	ssize_t n;

	(void)a;
	if (want > r->size - r->at)
		want = (size_t)(r->size - r->at);
	n = infile_read(r->in, r->buf, want, r->off + r->at);
	*p = r->buf;
	if (n > 0)
		r->at += (uint64_t)n;
	return n;
}

static la_int64_t on_skip(struct archive *a, void *arg, la_int64_t n)
{
	struct region *r = arg;

	(void)a;
	if (n < 0)
		return 0;
	if ((uint64_t)n > r->size - r->at)
		n = (la_int64_t)(r->size - r->at);
	r->at += (uint64_t)n;
	return n;
}

static la_int64_t on_seek(struct archive *a, void *arg, la_int64_t off, int how)
{
	struct region *r = arg;
	la_int64_t base = how == SEEK_SET   ? 0
			  : how == SEEK_CUR ? (la_int64_t)r->at
					    : (la_int64_t)r->size;

	(void)a;
	if (off < -base || off > (la_int64_t)r->size - base)
		return ARCHIVE_FATAL;
	r->at = (uint64_t)(base + off);
	return (la_int64_t)r->at;
}

static struct archive *reader(bool single)
{
	struct archive *a = archive_read_new();

	if (!a)
		return NULL;
	(void)archive_read_support_filter_gzip(a);
	(void)archive_read_support_filter_bzip2(a);
	(void)archive_read_support_filter_xz(a);
	(void)archive_read_support_filter_lzma(a);
	(void)archive_read_support_filter_zstd(a);
	(void)archive_read_support_format_raw(a);
	if (single)
		return a;
	(void)archive_read_support_format_tar(a);
	(void)archive_read_support_format_zip(a);
	/* names are bytes, and no conversion table is ever looked for */
	(void)archive_read_set_option(a, "tar", "hdrcharset", "BINARY");
	(void)archive_read_set_option(a, "zip", "hdrcharset", "BINARY");
	return a;
}

static bool ends_in(struct str name, struct str suffix)
{
	return name.n > suffix.n &&
	       str_ieq(str_skip(name, name.n - suffix.n), suffix);
}

bool foreign_looks(struct str head, struct str name, struct str *stem)
{
	static const struct {
		struct str magic;
		size_t at;
		struct str suffix[4]; /* the first is cut off */
	} t[] = {
		{ { "\x1f\x8b", 2 }, 0, { { ".gz", 3 }, { ".tgz", 4 } } },
		{ { "BZh", 3 },
		  0,
		  { { ".bz2", 4 }, { ".tbz2", 5 }, { ".tbz", 4 } } },
		{ { "\xfd\x37zXZ\0", 6 }, 0, { { ".xz", 3 }, { ".txz", 4 } } },
		{ { "\x28\xb5\x2f\xfd", 4 },
		  0,
		  { { ".zst", 4 }, { ".tzst", 5 }, { ".zstd", 5 } } },
		{ { "\x5d\0\0", 3 }, 0, { { ".lzma", 5 }, { ".tlz", 4 } } },
		{ { "ustar", 5 }, 257, { { ".tar", 4 } } },
		{ { "PK\3\4", 4 }, 0, { { ".zip", 4 } } },
	};

	*stem = name;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		if (!str_starts(str_skip(head, t[i].at), t[i].magic))
			continue;
		for (size_t k = 0; k < 4 && t[i].suffix[k].p; k++)
			if (ends_in(name, t[i].suffix[k])) {
				*stem = str_head(name,
						 name.n - t[i].suffix[k].n);
				return true;
			}
		return name.n == 0;
	}
	return false;
}

/* One file's data; false: stop everything (a bomb, or the sink's will). */
static bool file_data(struct archive *a, const struct foreign_sink *s,
		      struct foreign_result *res, uint64_t *size,
		      enum foreign_end *how)
{
	const void *p;
	la_int64_t off;
	size_t n;
	int rc;

	*size = 0;
	*how = FOREIGN_BROKEN;
	while ((rc = archive_read_data_block(a, &p, &n, &off)) == ARCHIVE_OK ||
	       rc == ARCHIVE_WARN) {
		uint64_t in = (uint64_t)archive_filter_bytes(a, -1);

		if (off < 0 || (n > 0 && !s->data(s->arg, (uint64_t)off, p, n)))
			return false;
		if ((uint64_t)off + n > *size)
			*size = (uint64_t)off + n;
		if (*size > FOREIGN_FREE_BYTES &&
		    *size / UNPACK_MAX_RATIO > in) {
			res->nrefused++;
			res->damaged = true;
			(void)snprintf(res->why, sizeof(res->why),
				       "expands beyond %u to 1",
				       UNPACK_MAX_RATIO);
			*how = FOREIGN_BOMB;
			return false;
		}
	}
	if (rc == ARCHIVE_EOF)
		*how = FOREIGN_WHOLE;
	return true;
}

/* A name that libarchive could not give, from the zip itself. */
static const char *zip_name(struct region *r)
{
	size_t i = (size_t)r->nentry - 1;

	if (!r->has_names)
		r->name =
			zip_names(r->in, r->off, r->size, &r->arena, &r->nname);
	r->has_names = true;
	if (i >= r->nname || memchr(r->name[i].name.p, 0, r->name[i].name.n))
		return arena_fmt(&r->arena, "unnamed-%zu", i).p;
	return arena_cstr(&r->arena, r->name[i].name);
}

static bool one_entry(struct archive *a, struct archive_entry *e,
		      struct region *r, bool raw, const struct foreign_sink *s,
		      struct foreign_result *res)
{
	const char *name = raw ? "" : archive_entry_pathname(e);
	struct foreign_entry f = { .mtime_ns = INT64_MIN };
	enum foreign_end how;
	bool go_on;
	uint64_t size;

	if (!name && res->kind == INPUT_ZIP)
		name = zip_name(r);
	if (!raw && s->link && archive_entry_filetype(e) == AE_IFLNK && name &&
	    archive_entry_symlink(e))
		s->link(s->arg, str_of(name), str_of(archive_entry_symlink(e)));
	if (!raw && archive_entry_filetype(e) != AE_IFREG)
		return true;
	if (archive_entry_hardlink(e))
		return true;
	if (!raw && (!name || !*name || strlen(name) > UNPACK_MAX_NAME ||
		     archive_entry_is_encrypted(e))) {
		res->nrefused++;
		return true;
	}
	f.name = str_of(name);
	f.mode = (uint32_t)archive_entry_perm(e) & 07777;
	f.uid = (uint32_t)archive_entry_uid(e);
	f.gid = (uint32_t)archive_entry_gid(e);
	if (archive_entry_mtime_is_set(e))
		f.mtime_ns = ts_of(archive_entry_mtime(e),
				   archive_entry_mtime_nsec(e), NULL);
	if (archive_entry_ctime_is_set(e))
		f.ctime_ns = ts_of(archive_entry_ctime(e),
				   archive_entry_ctime_nsec(e), NULL);
	if (archive_entry_birthtime_is_set(e))
		f.btime_ns = ts_of(archive_entry_birthtime(e),
				   archive_entry_birthtime_nsec(e), NULL);
	if (!s->begin(s->arg, &f))
		return true;
	go_on = file_data(a, s, res, &size, &how);
	if (how == FOREIGN_WHOLE && archive_entry_size_is_set(e) &&
	    (uint64_t)archive_entry_size(e) > size)
		size = (uint64_t)archive_entry_size(e); /* ends in a hole */
	res->nfile++;
	if (how != FOREIGN_WHOLE)
		res->damaged = true;
	return s->end(s->arg, size, how) && go_on;
}

static int entries(struct archive *a, struct region *r,
		   const struct foreign_sink *s, struct foreign_result *res,
		   struct err *err)
{
	bool first = true, go_on = true;
	struct archive_entry *e;
	int rc = ARCHIVE_OK;

	while (go_on) {
		int format;

		rc = archive_read_next_header(a, &e);
		if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
			break;
		format = archive_format(a) & ARCHIVE_FORMAT_BASE_MASK;
		res->kind = format == ARCHIVE_FORMAT_ZIP   ? INPUT_ZIP
			    : format == ARCHIVE_FORMAT_TAR ? INPUT_TAR
							   : INPUT_FILE;
		/* raw without a filter is a file like any other */
		if (res->kind == INPUT_FILE && archive_filter_count(a) < 2)
			return err_set(err, "neither compressed nor archive");
		first = false;
		r->nentry++;
		go_on = one_entry(a, e, r, res->kind == INPUT_FILE, s, res);
	}
	/* what begins with zeros passes for the end of an empty tar */
	if (first && rc == ARCHIVE_EOF && archive_filter_count(a) >= 2)
		return 1;
	if (first)
		return err_set(err, "%s",
			       archive_error_string(a) ? archive_error_string(a)
						       : "holds nothing");
	if (go_on && rc != ARCHIVE_EOF) {
		res->damaged = true;
		(void)snprintf(res->why, sizeof(res->why), "%s",
			       archive_error_string(a) ? archive_error_string(a)
						       : "broke off");
	}
	return 0;
}

/* 1: an empty tar, or a single file after all. */
static int read_as(struct region *r, bool single, const struct foreign_sink *s,
		   struct foreign_result *res, struct err *err)
{
	struct archive *a = reader(single);
	int rc;

	*res = (struct foreign_result){ .kind = INPUT_FILE };
	if (!a)
		return err_set(err, "out of memory");
	r->at = 0;
	(void)archive_read_set_callback_data(a, r);
	(void)archive_read_set_read_callback(a, on_read);
	(void)archive_read_set_skip_callback(a, on_skip);
	(void)archive_read_set_seek_callback(a, on_seek);
	if (archive_read_open1(a) != ARCHIVE_OK)
		rc = err_set(err, "%s",
			     archive_error_string(a) ? archive_error_string(a)
						     : "cannot be opened");
	else
		rc = entries(a, r, s, res, err);
	res->used = (uint64_t)archive_filter_bytes(a, -1);
	(void)archive_read_free(a);
	return rc;
}

int foreign_read(const struct infile *in, uint64_t off, uint64_t size,
		 const struct foreign_sink *s, struct foreign_result *res,
		 struct err *err)
{
	struct region r = { .in = in, .off = off, .size = size };
	int rc;

	r.buf = xmalloc(IN_SIZE);
	arena_init(&r.arena, 0);
	rc = read_as(&r, false, s, res, err);
	if (rc == 1)
		rc = read_as(&r, true, s, res, err);
	free(r.buf);
	arena_free(&r.arena);
	return rc == 0 ? 0 : -1;
}
