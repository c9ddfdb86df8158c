/*
 * child.c - processes: start, wait with a deadline, end.
 *
 * pidfd (Linux 5.3) where there is one: a wait with a deadline then sleeps
 * until the child ends.  Elsewhere waitpid is asked again and again, with
 * naps that grow from 1 to 16 ms.
 */
#define _GNU_SOURCE
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

#define KILL_WAIT_MS 100
#define NAP_MAX_MS 16
#define FD_MAX 65536 /* closed one by one where close_range is missing */

int child_start(struct child *c, int (*fn)(void *), void *arg, struct err *err)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		return err_sys(err, "cannot start a process", NULL);
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		if (getppid() != parent) /* it died before the line above */
			_exit(255);
		_exit(fn(arg) & 255);
	}
	c->pid = pid;
	c->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	return 0;
}

static int64_t now_ms(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Is it over?  Its status is taken; 255 when somebody else took it. */
static bool reap(struct child *c, int flags, int *status)
{
	pid_t r;

	do
		r = waitpid(c->pid, status, flags);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return false;
	if (r < 0)
		*status = 255 << 8;
	if (c->pidfd >= 0)
		(void)close(c->pidfd);
	*c = (struct child){ 0, -1 };
	return true;
}

static void nap(const struct child *c, int64_t left_ms, long *nap_ms)
{
	struct timespec t = { 0, *nap_ms * 1000000 };
	struct pollfd p = { .fd = c->pidfd, .events = POLLIN };

	if (c->pidfd >= 0 &&
	    (poll(&p, 1, left_ms > INT32_MAX ? INT32_MAX : (int)left_ms) >= 0 ||
	     errno == EINTR))
		return;
	if (*nap_ms > left_ms)
		t.tv_nsec = (long)left_ms * 1000000;
	(void)nanosleep(&t, NULL); /* an early end only asks again */
	if (*nap_ms < NAP_MAX_MS)
		*nap_ms *= 2;
}

int child_wait(struct child *c, int timeout_ms, int *status)
{
	int64_t end = now_ms() + timeout_ms;
	long nap_ms = 1;
	int ignored;

	if (!status)
		status = &ignored;
	if (c->pid <= 0) {
		*status = 255 << 8;
		return 0;
	}
	if (timeout_ms < 0) {
		(void)reap(c, 0, status); /* blocks until it is over */
		return 0;
	}
	for (;;) {
		int64_t left;

		if (reap(c, WNOHANG, status))
			return 0;
		left = end - now_ms();
		if (left <= 0)
			return 1;
		nap(c, left, &nap_ms);
	}
}

void child_kill(struct child *c)
{
	if (c->pid <= 0)
		return;
	(void)kill(c->pid, SIGKILL); /* not reaped yet: the id is ours */
	(void)child_wait(c, KILL_WAIT_MS, NULL);
}

static bool in(int fd, const int *keep, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (keep[i] == fd)
			return true;
	return false;
}

void child_keep_fds(const int *keep, size_t n)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), top = 2, max = FD_MAX;
	struct rlimit lim;

	for (int fd = 0; fd < 3; fd++)
		if (!in(fd, keep, n) && fd != null && dup2(null, fd) < 0)
			(void)close(fd);
	for (size_t i = 0; i < n; i++)
		if (keep[i] > top)
			top = keep[i];
	for (int fd = 3; fd <= top; fd++)
		if (!in(fd, keep, n))
			(void)close(fd);
	if (syscall(SYS_close_range, (unsigned)top + 1, ~0u, 0) == 0)
		return;
	if (getrlimit(RLIMIT_NOFILE, &lim) == 0 && lim.rlim_cur < FD_MAX)
		max = (int)lim.rlim_cur;
	for (int fd = top + 1; fd < max; fd++)
		(void)close(fd);
}

int child_shared_root(int (*fn)(void))
{
	int status = 0;
	pid_t pid, r;

	/* with a NULL stack this is fork, but the root directory is shared */
	pid = (pid_t)syscall(SYS_clone, CLONE_FS | SIGCHLD, NULL, NULL, NULL,
			     NULL);
	if (pid == 0)
		_exit(fn() & 255);
	if (pid < 0)
		return errno;
	do
		r = waitpid(pid, &status, 0);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
}
