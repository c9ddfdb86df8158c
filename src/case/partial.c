/* partial.c - see partial.h; the lock is flock(2), SQLite's are others. */
#define _GNU_SOURCE
#include "partial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int take_away(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	int r = 0;

	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(err, "cannot open", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		r = err_set(err, "%s: is no plain file", path);
	else if (flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		r = err_set(err, "%s: a run that writes it is under way", path);
	else if (unlink(path) < 0 && errno != ENOENT)
		r = err_sys(err, "cannot remove", path);
	(void)close(fd);
	return r;
}

int partial_finish(int fd, const char *partial, const char *path,
		   struct err *err)
{
	if (fsync(fd) < 0 || rename(partial, path) < 0)
		return err_sys(err, "cannot finish", path);
	return 0;
}

int partial_open(const char *path, struct err *err)
{
	for (int i = 0; i < 2; i++) {
		int fd =
			open(path,
			     O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW,
			     0600);

		if (fd >= 0) {
			/* without locks two runs can meet; both will fail */
			(void)flock(fd, LOCK_EX | LOCK_NB);
			return fd;
		}
		if (errno != EEXIST)
			break;
		if (take_away(path, err) < 0)
			return -1;
	}
	return err_sys(err, "cannot create", path);
}
