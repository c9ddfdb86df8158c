/*
 * roots_open.c - the root of another mount namespace: a clone without access
 * times, made from within; else its topmost directory as it is.
 */
#include "roots.h"
#include "live.h"
#include "mntns.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define TEXT_MAX (16u << 20)

/* From within.  False: nothing was opened (errno), or no way home. */
static bool from_within(struct root *ro, const struct ns *ns)
{
	const struct collect_env *env = ro->host->env;
	struct mntns_home home;
	bool ok = false;
	int saved;

	if (mntns_home(env, &home) && mntns_enter(env, ns) == 0) {
		ro->fd = sys_open_tree(AT_FDCWD, "/", true);
		ro->shielded = ro->fd >= 0 && sys_mount_shield(ro->fd) == 0;
		if (ro->fd >= 0 && !ro->shielded) {
			close(ro->fd); /* locked there: as it is, then */
			ro->fd = -1;
		}
		if (ro->fd < 0)
			ro->fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
		ok = ro->fd >= 0 && live_read(env->proc, "self/mountinfo",
					      TEXT_MAX, &ro->mountinfo) >= 0;
		saved = errno;
		ok &= mntns_leave(&home);
		errno = saved;
	}
	saved = errno;
	mntns_home_free(&home);
	errno = saved;
	return ok;
}

/* As the lowest process in it sees it. */
static bool through_process(struct root *ro, const struct ns *ns)
{
	int dir = ns->pid ? live_pid(ro->host->env->proc, ns->pid) : -1;
	bool ok = false;

	if (dir < 0)
		return false;
	if (live_ns(dir, "mnt") == ns->inode)
		ro->fd = openat(dir, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	ok = ro->fd >= 0 &&
	     live_read(dir, "mountinfo", TEXT_MAX, &ro->mountinfo) >= 0;
	close(dir);
	return ok;
}

bool root_open(struct root *ro, const struct ns *ns)
{
	int first;

	ro->fd = -1;
	if (from_within(ro, ns))
		return true;
	first = errno;
	if (ro->fd >= 0)
		close(ro->fd);
	ro->fd = -1;
	ro->shielded = false;
	if (through_process(ro, ns))
		return true;
	if (ns->pid == 0)
		errno = first;
	return false;
}
