/*
 * sandbox.c - the ladder, but for its last rung (seccomp.c).
 *
 * Whatever needs privileges (network namespace, chroot) comes before the
 * privileges go.  A rung that fails leaves its errno behind and the next one
 * is tried: the caller says in the summary what is in force.
 */
#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child.h"
#include "seccomp.h"

#define NOBODY 65534
#define NOFILE_FORKER 1024 /* pipes to the workers */
#define NOFILE 64

static void rung(struct sandbox *s, enum sandbox_rung r, int errnum)
{
	s->rung[r] = errnum ? RUNG_OFF : RUNG_ON;
	s->errnum[r] = errnum;
}

static int netns(void)
{
	return unshare(CLONE_NEWNET) < 0 ? errno : 0;
}

/*
 * The directory of a process that is gone holds nothing and cannot be
 * written to, and no trace of it is left on any disk.
 */
static int root_of_the_dead(void)
{
	return chroot("/proc/self/fdinfo") < 0 || chdir("/") < 0 ? errno : 0;
}

static int root_unlinked(void)
{
	char path[] = "/tmp/.konseki-XXXXXX";
	int fd, e = 0;

	if (!mkdtemp(path))
		return errno;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchmod(fd, 0) < 0)
		e = errno;
	(void)rmdir(path); /* empty and ours; a name is all that could stay */
	if (!e && (fchdir(fd) < 0 || chroot(".") < 0 || chdir("/") < 0))
		e = errno;
	if (fd >= 0)
		(void)close(fd);
	return e;
}

static int empty_root(void)
{
	int e = child_shared_root(root_of_the_dead);

	if (e != 0 && e != EPERM)
		e = root_unlinked();
	/* both can fail half-way: an open root is not an empty one */
	if (e == 0 && access("/dev", F_OK) == 0)
		e = ENOTEMPTY;
	return e;
}

static int drop_caps(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct none[2] = { { 0, 0, 0 }, { 0, 0, 0 } };

	return syscall(SYS_capset, &head, none) < 0 ? errno : 0;
}

/* A change of uid clears the parent-death signal: it is put back. */
static int drop_uid(void)
{
	pid_t parent = getppid();
	int sig = 0, e = 0;

	(void)prctl(PR_GET_PDEATHSIG, &sig, 0, 0, 0);
	if (geteuid() == 0 || getuid() == 0) {
		if (setgroups(0, NULL) < 0 ||
		    setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
		    setresuid(NOBODY, NOBODY, NOBODY) < 0)
			e = errno;
	} else if (setresgid(getgid(), getgid(), getgid()) < 0 ||
		   setresuid(getuid(), getuid(), getuid()) < 0) {
		e = errno;
	}
	if (drop_caps() != 0 && e == 0)
		e = errno;
	if (sig) {
		(void)prctl(PR_SET_PDEATHSIG, sig, 0, 0, 0);
		if (getppid() != parent)
			_exit(255);
	}
	return e;
}

static int limit(int what, uint64_t value)
{
	struct rlimit now, want = { (rlim_t)value, (rlim_t)value };

	if (getrlimit((__rlimit_resource_t)what, &now) < 0)
		return errno;
	if (now.rlim_max < want.rlim_max)
		want = (struct rlimit){ now.rlim_max, now.rlim_max };
	return setrlimit((__rlimit_resource_t)what, &want) < 0 ? errno : 0;
}

static int limits(const struct sandbox_options *o)
{
	int e = limit(RLIMIT_CORE, 0), f;

	f = limit(RLIMIT_NOFILE, o->may_fork ? NOFILE_FORKER : NOFILE);
	e = e ? e : f;
	if (!o->may_fork) {
		f = limit(RLIMIT_NPROC, 0);
		e = e ? e : f;
	}
	if (SANDBOX_HAS_MAX_DATA && o->max_data) {
		f = limit(RLIMIT_DATA, o->max_data);
		e = e ? e : f;
	}
	if (o->max_file) {
		(void)signal(SIGXFSZ, SIG_IGN); /* write says EFBIG instead */
		f = limit(RLIMIT_FSIZE, o->max_file);
		e = e ? e : f;
	}
	return e;
}

void sandbox_enter(const struct sandbox_options *o, struct sandbox *out)
{
	*out = (struct sandbox){ 0 };
	rung(out, RUNG_NETNS, netns());
	rung(out, RUNG_CHROOT, empty_root());
	rung(out, RUNG_UID, drop_uid());
	rung(out, RUNG_NO_NEW_PRIVS,
	     prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? errno : 0);
	rung(out, RUNG_NOT_DUMPABLE,
	     prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? errno : 0);
	rung(out, RUNG_LANDLOCK, landlock_all());
	rung(out, RUNG_RLIMIT, limits(o));
	rung(out, RUNG_SECCOMP, seccomp_allow_list(o));
}

void sandbox_tighten(bool may_fork, struct sandbox *out)
{
	int e = seccomp_deny_exec(may_fork);

	if (e)
		rung(out, RUNG_SECCOMP, e);
}

const char *sandbox_rung_name(unsigned r)
{
	static const char *const name[RUNG_COUNT] = {
		[RUNG_UID] = "unprivileged uid",
		[RUNG_NO_NEW_PRIVS] = "no new privileges",
		[RUNG_NOT_DUMPABLE] = "not dumpable",
		[RUNG_CHROOT] = "empty root",
		[RUNG_NETNS] = "own network namespace",
		[RUNG_LANDLOCK] = "Landlock",
		[RUNG_RLIMIT] = "resource limits",
		[RUNG_SECCOMP] = "seccomp",
	};

	return r < RUNG_COUNT ? name[r] : "?";
}
