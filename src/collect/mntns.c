/*
 * mntns.c - setns(2) there and back.  It puts root and working directory on
 * the root of the namespace; a collector that was started in a chroot gets
 * its own back.
 */
#include "mntns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

bool mntns_home(const struct collect_env *env, struct mntns_home *h)
{
	h->ns = openat(env->proc, "self/ns/mnt", O_RDONLY | O_CLOEXEC);
	h->root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	h->cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return h->ns >= 0 && h->root >= 0;
}

int mntns_enter(const struct collect_env *env, const struct ns *ns)
{
	int fd = ns_open(env, ns), rc, saved;

	if (fd < 0)
		return -1;
	rc = setns(fd, CLONE_NEWNS);
	saved = errno;
	close(fd);
	errno = saved;
	return rc;
}

bool mntns_leave(const struct mntns_home *h)
{
	if (setns(h->ns, CLONE_NEWNS) < 0 || fchdir(h->root) < 0 ||
	    chroot(".") < 0)
		return false;
	/* else we stay at the root */
	return h->cwd < 0 || fchdir(h->cwd) == 0 || errno == ENOENT;
}

void mntns_home_free(struct mntns_home *h)
{
	int *fd[] = { &h->ns, &h->root, &h->cwd };

	for (size_t i = 0; i < 3; i++) {
		if (*fd[i] >= 0)
			close(*fd[i]);
		*fd[i] = -1;
	}
}
