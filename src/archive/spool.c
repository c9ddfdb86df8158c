/* spool.c - writing the spool, within what the file system can bear. */
#define _GNU_SOURCE
#include "spool.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "../util/io.h"

void spool_init(struct spool *s, int fd, uint64_t end)
{
	struct statvfs v;

	*s = (struct spool){ .fd = fd,
			     .budget = UINT64_MAX,
			     .limit = UINT64_MAX };
	s->end = (end + SPOOL_PAGE - 1) / SPOOL_PAGE * SPOOL_PAGE;
	if (fstatvfs(fd, &v) == 0 && v.f_blocks > 0) {
		s->budget = (uint64_t)v.f_bavail * v.f_frsize;
		s->budget -=
			s->budget < SPOOL_RESERVE ? s->budget : SPOOL_RESERVE;
	}
}

uint64_t spool_enter(struct spool *s)
{
	uint64_t was = s->limit;
	uint64_t left = (was < s->budget ? was : s->budget) - s->written;

	if (!s->failed)
		s->limit = s->written + left / SPOOL_SHARE;
	return was;
}

bool spool_leave(struct spool *s, uint64_t limit)
{
	bool full = s->failed && s->limit != limit;

	s->limit = limit;
	if (!full)
		return false;
	s->failed = false;
	spool_abandon(s);
	return true;
}

static bool zeros(const char *p, size_t n)
{
	return n > 0 && p[0] == 0 && memcmp(p, p + 1, n - 1) == 0;
}

static bool put(struct spool *s, uint64_t at, const char *p, size_t n)
{
	if (n > s->budget - s->written || n > s->limit - s->written) {
		(void)err_set(&s->err,
			      "the temporary file system is full (--tmp DIR "
			      "names another)");
		s->failed = true;
	} else if (io_pwrite(s->fd, p, n, (off_t)at) < 0) {
		(void)err_sys(&s->err, "cannot write the temporary file", NULL);
		s->failed = true;
	} else {
		s->written += n;
	}
	return !s->failed;
}

bool spool_write(struct spool *s, uint64_t off, const void *data, size_t n)
{
	const char *p = data;
	size_t run = 0; /* bytes before p that wait to be written */

	if (s->failed)
		return false;
	if (off > SPOOL_MAX_MEMBER || n > SPOOL_MAX_MEMBER - off ||
	    s->end > SPOOL_MAX - SPOOL_MAX_MEMBER) {
		(void)err_set(&s->err, "a member is larger than %llu bytes",
			      (unsigned long long)SPOOL_MAX_MEMBER);
		s->failed = true;
		return false;
	}
	while (n > 0) {
		uint64_t at = s->end + off;
		size_t k = SPOOL_PAGE - (size_t)(at % SPOOL_PAGE);

		if (k > n)
			k = n;
		if (zeros(p, k)) {
			if (run && !put(s, at - run, p - run, run))
				return false;
			run = 0;
		} else {
			run += k;
		}
		p += k;
		off += k;
		n -= k;
	}
	return run == 0 || put(s, s->end + off - run, p - run, run);
}

uint64_t spool_close(struct spool *s, uint64_t size)
{
	uint64_t off = s->end;

	if (size > SPOOL_MAX_MEMBER)
		size = SPOOL_MAX_MEMBER;
	s->end = (off + size + SPOOL_PAGE - 1) / SPOOL_PAGE * SPOOL_PAGE;
	return off;
}

void spool_abandon(struct spool *s)
{
	/* else its bytes would show in the holes of the next member */
	if (!s->failed && ftruncate(s->fd, (off_t)s->end) < 0) {
		(void)err_sys(&s->err, "cannot cut the temporary file", NULL);
		s->failed = true;
	}
}

void spool_forget(struct spool *s, uint64_t off, uint64_t size)
{
	uint64_t end = (off + size + SPOOL_PAGE - 1) / SPOOL_PAGE * SPOOL_PAGE;

	if (size > 0) /* the space stays taken where this is not known */
		(void)fallocate(s->fd,
				FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				(off_t)off, (off_t)(end - off));
}
