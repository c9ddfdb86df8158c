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

int outfile_write(const char *path, const void *p, size_t n, struct err *err)
{
	bool plain;
	char partial[4096];
	struct stat st;
	int fd;

	plain = stat(path, &st) < 0 || S_ISREG(st.st_mode);
	if (snprintf(partial, sizeof(partial), "%s%s", path,
		     plain ? ".partial" : "") >= (int)sizeof(partial))
		return err_set(err, "%.100s…: path too long", path);
	if (plain)
		(void)unlink(partial); /* of a run that was killed */
	fd = open(partial,
		  O_WRONLY | O_CLOEXEC | O_NOCTTY |
			  (plain ? O_CREAT | O_EXCL | O_NOFOLLOW : 0),
		  0600);
	if (fd < 0)
		return err_sys(err, "cannot create", partial);
	if (write_close(fd, p, n) == 0 &&
	    (!plain || rename(partial, path) == 0))
		return 0;
	(void)err_sys(err, "cannot write", path);
	if (plain)
		(void)unlink(partial);
	return -1;
}
