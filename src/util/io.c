/* io.c - loops around read(2) and write(2). */
#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int io_standard(void)
{
	/* whoever owns the host may have made /dev/null a FIFO, or nothing */
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", O_RDONLY | O_NONBLOCK) < 0 &&
		    open("/", O_RDONLY) < 0)
			return -1;
	return 0;
}

int io_write(int fd, const void *p, size_t n)
{
	const char *s = p;

	while (n > 0) {
		ssize_t k = write(fd, s, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -1;
		s += k;
		n -= (size_t)k;
	}
	return 0;
}

int io_pwrite(int fd, const void *p, size_t n, off_t off)
{
	const char *s = p;

	while (n > 0) {
		ssize_t k = pwrite(fd, s, n, off);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -1;
		s += k;
		off += k;
		n -= (size_t)k;
	}
	return 0;
}

ssize_t io_read(int fd, void *p, size_t n)
{
	size_t got = 0;

	while (got < n) {
		ssize_t k = read(fd, (char *)p + got, n - got);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -1;
		if (k == 0)
			break;
		got += (size_t)k;
	}
	return (ssize_t)got;
}

ssize_t io_pread(int fd, void *p, size_t n, off_t off)
{
	size_t got = 0;

	while (got < n) {
		ssize_t k =
			pread(fd, (char *)p + got, n - got, off + (off_t)got);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -1;
		if (k == 0)
			break;
		got += (size_t)k;
	}
	return (ssize_t)got;
}

int io_slurp(int fd, size_t max, struct buf *out, struct err *err)
{
	for (;;) {
		size_t want = max - out->n < 65536 ? max - out->n : 65536;
		ssize_t k;

		if (want == 0)
			return err_set(err, "larger than %zu bytes", max);
		k = io_read(fd, buf_room(out, want), want);
		if (k < 0)
			return err_sys(err, "read", NULL);
		out->n += (size_t)k;
		if ((size_t)k < want)
			return 0;
	}
}

int io_tmpfile(const char *dir, struct err *err)
{
	char path[4096];
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);

	if (fd >= 0)
		return fd;
	if (snprintf(path, sizeof(path), "%s/.konseki-XXXXXX", dir) >=
	    (int)sizeof(path))
		return err_set(err, "%s: path too long", dir);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "cannot create a temporary file in", dir);
	(void)unlink(path); /* an unlinked name is all that could be left */
	return fd;
}
