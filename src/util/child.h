/*
 * util/child.h - the only place that forks.  Linux's own.
 */
#ifndef UTIL_CHILD_H
#define UTIL_CHILD_H

#include <sys/types.h>

#include "err.h"
#include "str.h"

struct child {
	pid_t pid;
	int pidfd; /* -1 where the kernel has none */
};

/*
 * Forks; the child runs fn(arg) and _exits with its result (0..255) without
 * running atexit handlers.  It dies with its parent (PR_SET_PDEATHSIG).
 */
int child_start(struct child *, int (*fn)(void *), void *arg, struct err *);
/* Waits; *status as from waitpid.  timeout_ms -1: for ever; 0 returned when
 * ended, 1 on time-out. */
int child_wait(struct child *, int timeout_ms, int *status);
/* SIGKILL, and waits at most 100 ms (a child in D state is left behind). */
void child_kill(struct child *);
/* In a child: closes every descriptor but these; 0, 1 and 2, unless kept, lead
 * to /dev/null (or nowhere). */
void child_keep_fds(const int *keep, size_t n);
/*
 * Runs fn in a short-lived process that shares root and working directory
 * with the caller.  Returns what fn returned: 0 or an errno.
 */
int child_shared_root(int (*fn)(void));

#endif
