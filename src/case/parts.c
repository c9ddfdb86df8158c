/*
 * parts.c - a file that was collected in numbered parts is one source again:
 * its parts are copied behind each other in the spool, and their first places
 * given back.
 */
#include "input.h"

#include <stdlib.h>
#include <unistd.h>

#include "../archive/spool.h"
#include "../util/buf.h"
#include "../util/io.h"
#include "konseki/archive.h"

#define COPY (1u << 20)
#define SUFFIX 9 /* .part0001 */

/* Which part of `first' this is; 0: none of it. */
static unsigned part_of(const struct source *first, const struct source *s)
{
	struct str head = str_head(s->member, s->member.n - SUFFIX);
	uint64_t n;

	if (!(s->flags & SRC_COLLECTED) || s->flags & SRC_UNPACKED ||
	    s->member.n <= SUFFIX || s->input != first->input ||
	    !str_eq(head, str_head(first->member, head.n)) ||
	    first->member.n != s->member.n ||
	    !str_starts(str_skip(s->member, head.n), STR(".part")) ||
	    !str_u64(str_skip(s->member, s->member.n - 4), &n))
		return 0;
	/* what a person cut is of several files */
	if (s->mtime_ns != first->mtime_ns || s->ctime_ns != first->ctime_ns ||
	    s->mode != first->mode || s->uid != first->uid)
		return 0;
	return (unsigned)n;
}

static bool copy(struct spool *sp, uint64_t to, const struct work_source *s,
		 char *buf)
{
	for (uint64_t at = 0; at < s->src.size;) {
		size_t n = s->src.size - at < COPY ? (size_t)(s->src.size - at)
						   : COPY;

		if (io_pread(sp->fd, buf, n, (off_t)(s->spool_off + at)) !=
			    (ssize_t)n ||
		    !spool_write(sp, to + at, buf, n))
			return false;
		at += n;
	}
	return true;
}

/* Joins n parts into the first; false where the spool has no room. */
static bool join(struct spool *sp, struct work_source *part, size_t n)
{
	struct source *whole = &part[0].src;
	char *buf = xmalloc(COPY);
	uint64_t size = 0, short_at = UINT64_MAX;
	bool done = true;

	for (size_t i = 0; i < n && done; i++) {
		done = copy(sp, size, &part[i], buf);
		if (part[i].src.short_at != UINT64_MAX &&
		    short_at == UINT64_MAX)
			short_at = size + part[i].src.short_at;
		size += part[i].src.size;
	}
	free(buf);
	if (!done) {
		spool_abandon(sp);
		sp->failed = false;
		return false;
	}
	for (size_t i = 0; i < n; i++)
		spool_forget(sp, part[i].spool_off, part[i].src.size);
	part[0].spool_off = spool_close(sp, size);
	whole->size = size;
	whole->short_at = short_at;
	whole->path = str_head(whole->path, whole->path.n - SUFFIX);
	return true;
}

/* A whole file that is called like a part: x.part0001.part0001 */
static bool own_suffix(const struct source *s)
{
	struct source own = *s;

	if (part_of(s, s) != 1)
		return false;
	own.member = str_head(s->member, s->member.n - SUFFIX);
	return part_of(&own, &own) > 0;
}

int inputs_join_parts(struct inputs *in, struct err *err)
{
	struct spool sp;
	size_t out = 0;

	spool_init(&sp, in->spool, in->spool_size);
	for (size_t i = 0; i < in->nsource;) {
		struct work_source *s = &in->source[i];
		size_t n = 1;

		while (i + n < in->nsource && part_of(&s->src, &s->src) == 1 &&
		       part_of(&s->src, &s[n].src) == n + 1)
			n++;
		if (n > 1 && s->src.size >= KONSEKI_PART && join(&sp, s, n)) {
			in->source[out++] = *s;
			i += n;
			continue;
		}
		if (own_suffix(&s->src))
			s->src.path =
				str_head(s->src.path, s->src.path.n - SUFFIX);
		in->source[out++] = *s;
		i++;
	}
	if (out == in->nsource)
		return 0;
	in->nsource = out;
	in->spool_size = sp.end;
	/* pages of zeros at its end are there too */
	if (ftruncate(in->spool, (off_t)sp.end) < 0)
		return err_sys(err, "cannot extend the temporary file", NULL);
	return 0;
}
