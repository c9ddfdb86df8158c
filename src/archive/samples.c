/*
 * samples.c - a zip in the traditional encryption, which every laboratory's
 * tools open; it keeps a sample inert, not secret.
 */
#include "samples.h"

#include <archive.h>
#include <archive_entry.h>

#include "../util/buf.h"
#include "../util/io.h"
#include "../util/timefmt.h"
#include "box.h"

#define COPY_SIZE (64u << 10)

static int fail(struct archive *a, struct err *err)
{
	const char *why = archive_error_string(a);

	return err_set(err, "zip: %s", why ? why : "cannot be written");
}

struct archive *samples_open(int fd, const char *password, struct err *err)
{
	struct archive *a = archive_write_new();

	if (!a) {
		(void)err_set(err, "out of memory");
		return NULL;
	}
	box_utc();
	if (archive_write_set_format_zip(a) != ARCHIVE_OK ||
	    archive_write_set_options(a, "zip:encryption=zipcrypt") !=
		    ARCHIVE_OK ||
	    archive_write_set_passphrase(a, password) != ARCHIVE_OK ||
	    archive_write_open_fd(a, fd) != ARCHIVE_OK) {
		(void)fail(a, err);
		(void)archive_write_free(a);
		return NULL;
	}
	return a;
}

static int copy_in(struct archive *a, const struct unpacked *u, int spool,
		   struct err *err)
{
	char *buf = xmalloc(COPY_SIZE);
	int rc = 0;

	for (uint64_t off = 0; rc == 0 && off < u->size; off += COPY_SIZE) {
		size_t n = u->size - off < COPY_SIZE ? (size_t)(u->size - off)
						     : COPY_SIZE;

		if (io_pread(spool, buf, n, (off_t)(u->off + off)) !=
		    (ssize_t)n)
			rc = err_sys(err, "cannot read", "the temporary file");
		else if (archive_write_data(a, buf, n) != (la_ssize_t)n)
			rc = fail(a, err);
	}
	free(buf);
	return rc;
}

int samples_add(struct archive *a, const struct unpacked *u, int spool,
		struct str name, struct err *err)
{
	struct archive_entry *e = archive_entry_new();
	struct buf path = { 0 };
	int rc = 0;

	buf_str(&path, name);
	buf_c(&path, '\0');
	archive_entry_set_pathname(e, path.p);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0600);
	archive_entry_set_size(e, (la_int64_t)u->size);
	if (u->mtime_ns != INT64_MIN)
		archive_entry_set_mtime(e, (time_t)ts_s(u->mtime_ns), 0);
	if (archive_write_header(a, e) < ARCHIVE_WARN)
		rc = fail(a, err);
	else
		rc = copy_in(a, u, spool, err);
	archive_entry_free(e);
	buf_free(&path);
	return rc;
}

int samples_close(struct archive *a, struct err *err)
{
	int rc = archive_write_close(a) == ARCHIVE_OK ? 0 : fail(a, err);

	(void)archive_write_free(a);
	return rc;
}
