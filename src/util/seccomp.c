/*
 * seccomp.c - Landlock without a rule, and two seccomp filters.
 *
 * The allow-list is a table; the program is assembled from it, the hot calls
 * first.  Calls whose arguments matter have a small program of their own.
 * Only the low 32 bits of an argument are looked at: flags and signals that
 * the kernel takes as int or that have all dangerous bits there.
 */
#define _GNU_SOURCE
#include "seccomp.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "the system call filter knows x86-64 and aarch64"
#endif

/* numbers that old headers lack; the same on every architecture */
#define NR_PIDFD_SEND_SIGNAL 424
#define NR_PIDFD_OPEN 434
#define NR_CLONE3 435
#define NR_LANDLOCK_CREATE 444
#define NR_LANDLOCK_RESTRICT 446

#ifndef SECCOMP_RET_KILL_PROCESS
#define SECCOMP_RET_KILL_PROCESS 0x80000000U
#endif

#define NAMESPACES                                                             \
	((unsigned)CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |              \
	 CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |          \
	 CLONE_UNTRACED | CLONE_PTRACE)

static const int allowed[] = {
	SYS_read,
	SYS_write,
	SYS_pread64,
	SYS_pwrite64,
	SYS_futex,
	SYS_munmap,
	SYS_madvise,
	SYS_brk,
	SYS_mremap,
	SYS_lseek,
	SYS_readv,
	SYS_writev,
	SYS_preadv,
	SYS_pwritev,
	SYS_close,
	SYS_dup,
	SYS_dup3,
	SYS_pipe2,
	SYS_fstat,
	SYS_newfstatat,
	SYS_ftruncate,
	SYS_fallocate,
	SYS_fdatasync,
	SYS_fsync,
	SYS_fadvise64,
	SYS_msync,
	SYS_ppoll,
	SYS_sched_yield,
	SYS_clock_gettime,
	SYS_clock_getres,
	SYS_gettimeofday,
	SYS_nanosleep,
	SYS_exit_group,
	SYS_clock_nanosleep,
	SYS_exit,
	SYS_restart_syscall,
	SYS_rt_sigaction,
	SYS_rt_sigprocmask,
	SYS_rt_sigreturn,
	SYS_sigaltstack,
	SYS_getpid,
	SYS_getppid,
	SYS_gettid,
	SYS_getuid,
	SYS_geteuid,
	SYS_getgid,
	SYS_getegid,
	SYS_getrusage,
	SYS_getcpu,
	SYS_sysinfo,
	SYS_uname,
	SYS_sched_getaffinity,
	SYS_set_tid_address,
	SYS_set_robust_list,
#ifdef SYS_getrandom
	SYS_getrandom,
#endif
#ifdef SYS_copy_file_range
	SYS_copy_file_range,
#endif
#ifdef SYS_rseq
	SYS_rseq,
#endif
#ifdef SYS_seccomp
	SYS_seccomp,
#endif
#ifdef SYS_poll
	SYS_poll,
#endif
#ifdef SYS_dup2
	SYS_dup2,
#endif
#ifdef SYS_pipe
	SYS_pipe,
#endif
#ifdef SYS_time
	SYS_time,
#endif
};

static const int allowed_fork[] = {
	SYS_wait4,
	SYS_waitid,
	NR_PIDFD_OPEN,
	NR_PIDFD_SEND_SIGNAL,
};

static const int prctl_ok[] = {
	PR_SET_PDEATHSIG, PR_GET_PDEATHSIG,    PR_SET_NAME,
	PR_SET_SECCOMP,   PR_SET_NO_NEW_PRIVS,
};
static const int fcntl_ok[] = {
	F_GETFL, F_SETFL,         F_GETFD,      F_SETFD,
	F_DUPFD, F_DUPFD_CLOEXEC, F_SETPIPE_SZ, F_GETPIPE_SZ,
};
static const int abort_ok[] = { SIGABRT };
static const int null_ok[] = { 0 };

struct program {
	struct sock_filter f[BPF_MAXINSNS / 8];
	unsigned short n;
};

static void op(struct program *p, unsigned code, unsigned k, size_t jt,
	       size_t jf)
{
	assert(p->n < sizeof(p->f) / sizeof(p->f[0]) && jt < 256 && jf < 256);
	p->f[p->n++] =
		(struct sock_filter){ (unsigned short)code, (unsigned char)jt,
				      (unsigned char)jf, k };
}

static void load(struct program *p, size_t off)
{
	op(p, BPF_LD | BPF_W | BPF_ABS, (unsigned)off, 0, 0);
}

static void ret(struct program *p, unsigned action)
{
	op(p, BPF_RET | BPF_K, action, 0, 0);
}

static void begin(struct program *p)
{
	p->n = 0;
	load(p, offsetof(struct seccomp_data, arch));
	op(p, BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	ret(p, SECCOMP_RET_KILL_PROCESS);
	load(p, offsetof(struct seccomp_data, nr));
}

static void call(struct program *p, int nr, unsigned action)
{
	op(p, BPF_JMP | BPF_JEQ | BPF_K, (unsigned)nr, 0, 1);
	ret(p, action);
}

static size_t arg(unsigned n)
{
	/* both architectures are little-endian: the low half is first */
	return offsetof(struct seccomp_data, args) + n * sizeof(uint64_t);
}

/* nr answers `hit' when any of `bits' is set in argument n, else `miss' */
static void call_bits(struct program *p, int nr, unsigned n, unsigned bits,
		      unsigned hit, unsigned miss)
{
	op(p, BPF_JMP | BPF_JEQ | BPF_K, (unsigned)nr, 0, 4);
	load(p, arg(n));
	op(p, BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1);
	ret(p, hit);
	ret(p, miss);
}

/* nr is allowed when argument n is one of the values */
static void call_values(struct program *p, int nr, unsigned n, const int *ok,
			size_t nok)
{
	op(p, BPF_JMP | BPF_JEQ | BPF_K, (unsigned)nr, 0, nok + 3);
	load(p, arg(n));
	for (size_t i = 0; i < nok; i++)
		op(p, BPF_JMP | BPF_JEQ | BPF_K, (unsigned)ok[i], nok - i, 0);
	ret(p, SECCOMP_RET_ERRNO | EPERM);
	ret(p, SECCOMP_RET_ALLOW);
}

static int install(struct program *p)
{
	struct sock_fprog prog = { p->n, p->f };

#ifdef SYS_seccomp
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == 0)
		return 0;
#endif
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0) == 0)
		return 0;
	return errno;
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define DENY (SECCOMP_RET_ERRNO | (unsigned)EPERM)

static void fork_calls(struct program *p)
{
	for (size_t i = 0; i < COUNT(allowed_fork); i++)
		call(p, allowed_fork[i], SECCOMP_RET_ALLOW);
	call_bits(p, SYS_clone, 0, NAMESPACES, DENY, SECCOMP_RET_ALLOW);
	/* its flags lie in memory, out of sight: libc then takes clone */
	call(p, NR_CLONE3, SECCOMP_RET_ERRNO | ENOSYS);
	/* one process by its id, never a group or everybody */
	call_bits(p, SYS_kill, 0, 0x80000000u, DENY, SECCOMP_RET_ALLOW);
}

int seccomp_allow_list(const struct sandbox_options *o)
{
	unsigned exec = o->may_exec_pages ? SECCOMP_RET_ALLOW : DENY;
	struct program p;

	begin(&p);
	for (size_t i = 0; i < COUNT(allowed); i++)
		call(&p, allowed[i], SECCOMP_RET_ALLOW);
	call_bits(&p, SYS_mmap, 2, PROT_EXEC, exec, SECCOMP_RET_ALLOW);
	call_bits(&p, SYS_mprotect, 2, PROT_EXEC, exec, SECCOMP_RET_ALLOW);
	call_values(&p, SYS_prctl, 0, prctl_ok, COUNT(prctl_ok));
	call_values(&p, SYS_fcntl, 1, fcntl_ok, COUNT(fcntl_ok));
	call_values(&p, SYS_tgkill, 2, abort_ok, COUNT(abort_ok));
	/* reads of limits; a pointer whose low half is 0 gets by, and can do
	 * no more than lower a limit */
	call_values(&p, SYS_prlimit64, 2, null_ok, COUNT(null_ok));
	if (o->may_fork)
		fork_calls(&p);
	ret(&p, DENY);
	return install(&p);
}

int seccomp_deny_exec(bool may_fork)
{
	struct program p;

	begin(&p);
	call_bits(&p, SYS_mmap, 2, PROT_EXEC, DENY, SECCOMP_RET_ALLOW);
	call_bits(&p, SYS_mprotect, 2, PROT_EXEC, DENY, SECCOMP_RET_ALLOW);
#ifdef SYS_pkey_mprotect
	call(&p, SYS_pkey_mprotect, DENY);
#endif
	if (!may_fork) {
		call(&p, SYS_clone, DENY);
		call(&p, NR_CLONE3, DENY);
		call(&p, SYS_kill, DENY);
		call(&p, NR_PIDFD_OPEN, DENY);
		call(&p, NR_PIDFD_SEND_SIGNAL, DENY);
	}
	ret(&p, SECCOMP_RET_ALLOW);
	return install(&p);
}

int landlock_all(void)
{
	/* rights of the file system by version of the interface */
	static const uint64_t fs[] = {
		0, 0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff
	};
	struct {
		uint64_t fs, net, scoped;
	} a = { 0, 0, 0 };
	size_t size = sizeof(a.fs);
	long abi = syscall(NR_LANDLOCK_CREATE, NULL, 0, 1), fd;
	int e = 0;

	if (abi < 1)
		return abi < 0 ? errno : ENOSYS;
	a.fs = fs[(size_t)abi < COUNT(fs) ? (size_t)abi : COUNT(fs) - 1];
	if (abi >= 4) {
		a.net = 3; /* TCP bind and connect */
		size += sizeof(a.net);
	}
	if (abi >= 6) {
		a.scoped = 3; /* abstract sockets, signals to outsiders */
		size += sizeof(a.scoped);
	}
	fd = syscall(NR_LANDLOCK_CREATE, &a, size, 0);
	if (fd < 0)
		return errno;
	if (syscall(NR_LANDLOCK_RESTRICT, fd, 0) < 0)
		e = errno;
	(void)close((int)fd);
	return e;
}
