/* outfile.c - a summary in one piece. */
#include "outfile.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../util/io.h"

static int write_close(int fd, const void *p, size_t n)
{
	int rc = io_write(fd, p, n);

	return close(fd) < 0 ? -1 : rc;
}

/* path.partial, or what is no plain file itself; its name is in partial. */
static int begin(const char *path, char partial[4096], bool *plain,
		 struct err *err)
{
	struct stat st;
	int fd;

	*plain = stat(path, &st) < 0 || S_ISREG(st.st_mode);
	if (snprintf(partial, 4096, "%s%s", path, *plain ? ".partial" : "") >=
	    4096)
		return err_set(err, "%.100s…: path too long", path);
	if (*plain)
		(void)unlink(partial); /* of a run that was killed */
	fd = open(partial,
		  O_WRONLY | O_CLOEXEC | O_NOCTTY |
			  (*plain ? O_CREAT | O_EXCL | O_NOFOLLOW : 0),
		  0600);
	if (fd < 0)
		return err_sys(err, "cannot create", partial);
	return fd;
}

int outfile_check(const char *path, struct err *err)
{
	char partial[4096];
	struct stat st;
	bool plain;
	int fd;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode)
			       ? err_set(err, "%s: is a directory", path)
			       : 0; /* a pipe is opened once */
	fd = begin(path, partial, &plain, err);
	if (fd < 0)
		return -1;
	(void)close(fd); /* nothing was written */
	(void)unlink(partial);
	return 0;
}

int outfile_write(const char *path, const void *p, size_t n, struct err *err)
{
	char partial[4096];
	bool plain;
	int fd = begin(path, partial, &plain, err);

	if (fd < 0)
		return -1;
	if (write_close(fd, p, n) == 0 &&
	    (!plain || rename(partial, path) == 0))
		return 0;
	(void)err_sys(err, "cannot write", path);
	if (plain)
		(void)unlink(partial);
	return -1;
}
