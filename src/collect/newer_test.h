/*
 * newer_test.h - for tests: a kernel without the calls that came after 3.10.
 * A filter answers them with an errno of choice, as old kernels (ENOSYS) and
 * container filters (EPERM) do.
 */
#ifndef COLLECT_NEWER_TEST_H
#define COLLECT_NEWER_TEST_H

#include <errno.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

/* x86-64 and arm64 numbers are both low below these limits. */
#if defined(__x86_64__)
#define FIRST_NEWER 314 /* sched_setattr, 3.14 */
#define LAST_SHARED 334 /* rseq; the tables run together from 424 */
#else
#define FIRST_NEWER 274
#define LAST_SHARED 294
#endif

/* Also setns, when asked to.  0 when the filter is in force. */
static inline int deny_newer(int errnum, int setns_too)
{
	unsigned answer = SECCOMP_RET_ERRNO | ((unsigned)errnum & 0xffff);
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
			 setns_too ? SYS_setns : 0xffffffff, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 424, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST_NEWER, 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, LAST_SHARED, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, answer),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof code / sizeof code[0], code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
}

#endif
