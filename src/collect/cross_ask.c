/*
 * cross_ask.c - system calls that answer for any number whether it lives.
 * A hook that hides a process has to know them all.  Each is called as it
 * is: the C library may answer from what it remembers.
 */
#define _GNU_SOURCE
#include "cross.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#define NOBODY ((1u << 22) + 1) /* above the kernel's limit of pids */

static long by_kill(long pid)
{
	return syscall(SYS_kill, pid, 0);
}

static long by_getsid(long pid)
{
	return syscall(SYS_getsid, pid);
}

static long by_getpgid(long pid)
{
	return syscall(SYS_getpgid, pid);
}

static long by_getpriority(long pid)
{
	return syscall(SYS_getpriority, PRIO_PROCESS, pid);
}

static long by_scheduler(long pid)
{
	return syscall(SYS_sched_getscheduler, pid);
}

static long by_param(long pid)
{
	struct sched_param p;

	return syscall(SYS_sched_getparam, pid, &p);
}

static long by_affinity(long pid)
{
	unsigned long set[1024 / sizeof(unsigned long)]; /* 8,192 CPUs */

	return syscall(SYS_sched_getaffinity, pid, sizeof set, set);
}

static long by_interval(long pid)
{
	long t[4]; /* a timespec, 32 or 64 bits */

	return syscall(SYS_sched_rr_get_interval, pid, t);
}

/* Of a process, not of its threads. */
static long by_pidfd(long pid)
{
	long fd = syscall(SYS_pidfd_open, pid, 0);

	if (fd >= 0)
		(void)close((int)fd);
	return fd;
}

const char *const ask_name[ASK_WAYS] = {
	"kill",
	"getsid",
	"getpgid",
	"getpriority",
	"sched_getscheduler",
	"sched_getparam",
	"sched_getaffinity",
	"sched_rr_get_interval",
	"pidfd_open",
};

static long (*const ask[ASK_WAYS])(long) = {
	by_kill,  by_getsid,   by_getpgid,  by_getpriority, by_scheduler,
	by_param, by_affinity, by_interval, by_pidfd,
};

int ask_alive(unsigned way, uint32_t pid)
{
	if (ask[way]((long)pid) >= 0)
		return 1;
	if (errno == EPERM || errno == EACCES)
		return 1; /* it is there, and not ours to ask */
	return errno == ENOSYS ? -1 : 0;
}

unsigned ask_ways(int errnum[ASK_WAYS])
{
	unsigned ways = 0;

	for (unsigned i = 0; i < ASK_WAYS; i++) {
		errnum[i] = 0;
		/* a filter that forbids the call would name everyone alive */
		if (ask[i]((long)NOBODY) >= 0)
			errnum[i] = EINVAL;
		else if (errno == EPERM || errno == EACCES || errno == ENOSYS)
			errnum[i] = errno;
		else if (ask[i]((long)getpid()) < 0)
			errnum[i] = errno;
		if (errnum[i] == 0)
			ways |= 1u << i;
	}
	return ways;
}
