/* sandbox_test.c - what a sandboxed process can no longer do, on any kernel. */
#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "child.h"

struct shared { /* what the child found, in shared memory */
	struct sandbox box;
	int open_errno, socket_errno, exec_errno, fork_errno, kill_errno;
	int stat_errno, exec_after_errno, fork_after_errno, prio_errno;
	int clone_ns_errno, kill_all_errno, mem_errno;
	int grandchild_status;
	uid_t uid;
	int deathsig, nfile;
	void (*prepare)(void);
	struct sandbox_options opt;
	bool tighten;
};

static int seven(void *arg)
{
	(void)arg;
	return 7;
}

static int try_exec_page(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : 0;
}

static int try_fork(int *status)
{
	struct child c;
	struct err err = { 0 };

	if (child_start(&c, seven, NULL, &err) < 0)
		return err.errnum;
	return child_wait(&c, 3000, status) ? ETIME : 0;
}

static int inside(void *arg)
{
	struct shared *s = arg;
	struct stat st;
	struct rlimit lim;
	void *volatile big; /* else the compiler knows better than to ask */

	if (s->prepare)
		s->prepare();
	sandbox_enter(&s->opt, &s->box);
	s->uid = getuid();
	s->open_errno = open("/etc/passwd", O_RDONLY) < 0 ? errno : 0;
	s->stat_errno = stat("/etc", &st) < 0 ? errno : 0;
	s->socket_errno = socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
	s->exec_errno = try_exec_page();
	s->fork_errno = try_fork(&s->grandchild_status);
	s->kill_errno = kill(getppid(), SIGCONT) < 0 ? errno : 0;
	s->kill_all_errno = kill(-1, SIGCONT) < 0 ? errno : 0;
	s->clone_ns_errno =
		syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0) < 0
			? errno
			: 0;
	(void)prctl(PR_GET_PDEATHSIG, &s->deathsig, 0, 0, 0);
	big = malloc(64u << 20);
	s->mem_errno = big ? 0 : ENOMEM;
	s->nfile = getrlimit(RLIMIT_NOFILE, &lim) == 0 ? (int)lim.rlim_cur : -1;
	if (s->tighten) {
		sandbox_tighten(false, &s->box);
		s->exec_after_errno = try_exec_page();
		s->fork_after_errno = try_fork(&s->grandchild_status);
	}
	return 21;
}

static struct shared *run(struct shared in)
{
	struct shared *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0;
	struct child c;
	struct err err;

	assert_true(s != MAP_FAILED);
	*s = in;
	assert_int_equal(child_start(&c, inside, s, &err), 0);
	assert_int_equal(child_wait(&c, 10000, &status), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 21);
	for (unsigned i = 0; i < RUNG_COUNT; i++)
		print_message("  %-22s %s %d\n", sandbox_rung_name(i),
			      s->box.rung[i] ? "on " : "off", s->box.errnum[i]);
	return s;
}

static void nothing_left_to_reach(void **state)
{
	struct shared *s = run((struct shared){ 0 });

	(void)state;
	assert_int_equal(s->box.rung[RUNG_NO_NEW_PRIVS], RUNG_ON);
	assert_int_equal(s->box.rung[RUNG_NOT_DUMPABLE], RUNG_ON);
	assert_int_equal(s->box.rung[RUNG_RLIMIT], RUNG_ON);
	assert_int_equal(s->box.rung[RUNG_SECCOMP], RUNG_ON);
	assert_int_equal(s->open_errno, EPERM);
	assert_int_equal(s->socket_errno, EPERM);
	assert_int_equal(s->exec_errno, EPERM);
	assert_int_not_equal(s->fork_errno, 0);
	assert_int_equal(s->kill_errno, EPERM);
	assert_int_equal(s->mem_errno, 0);
	assert_int_equal(s->deathsig, SIGKILL);
	if (getuid() == 0) {
		assert_int_equal(s->box.rung[RUNG_UID], RUNG_ON);
		assert_int_equal(s->uid, 65534);
		assert_int_equal(s->box.rung[RUNG_CHROOT], RUNG_ON);
		assert_int_not_equal(s->stat_errno, 0);
	}
}

static void forker_keeps_what_it_needs(void **state)
{
	struct shared *s = run((struct shared){
		.opt = { .may_fork = true, .may_exec_pages = true },
		.tighten = true });

	(void)state;
	assert_int_equal(s->exec_errno, 0);
	assert_int_equal(s->fork_errno, 0);
	assert_int_equal(WEXITSTATUS(s->grandchild_status), 7);
	assert_int_equal(s->kill_all_errno, EPERM);
	assert_int_equal(s->clone_ns_errno, EPERM);
	assert_int_equal(s->open_errno, EPERM);
	/* after sandbox_tighten */
	assert_int_equal(s->exec_after_errno, EPERM);
	assert_int_equal(s->fork_after_errno, EPERM);
	assert_int_equal(s->box.rung[RUNG_SECCOMP], RUNG_ON);
}

static void memory_has_a_limit(void **state)
{
	struct shared *s =
		run((struct shared){ .opt = { .max_data = 32u << 20 } });

	(void)state;
	if (SANDBOX_HAS_MAX_DATA)
		assert_int_equal(s->mem_errno, ENOMEM);
	assert_int_equal(s->nfile, 64);
}

static void become_ordinary(void)
{
	if (getuid() == 0 && (setresgid(4242, 4242, 4242) < 0 ||
			      setresuid(4242, 4242, 4242) < 0))
		_exit(99);
}

static void ordinary_user(void **state)
{
	struct shared *s = run((struct shared){ .prepare = become_ordinary });

	(void)state;
	assert_int_equal(s->box.rung[RUNG_UID], RUNG_ON);
	assert_int_equal(s->box.rung[RUNG_CHROOT], RUNG_OFF);
	assert_int_equal(s->box.errnum[RUNG_CHROOT], EPERM);
	assert_int_equal(s->box.rung[RUNG_NETNS], RUNG_OFF);
	assert_int_equal(s->box.rung[RUNG_SECCOMP], RUNG_ON);
	assert_int_equal(s->open_errno, EPERM);
	assert_int_equal(s->socket_errno, EPERM);
}

/* Answers `errnum' to every call of the list, as an old kernel does. */
static void answer(unsigned errnum, const int *nr, size_t n)
{
	struct sock_filter f[64];
	unsigned short k = 0;
	struct sock_fprog prog = { 0, f };

	f[k++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < n; i++) {
		f[k++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
						      (unsigned)nr[i], 0, 1);
		f[k++] = (struct sock_filter)BPF_STMT(
			BPF_RET | BPF_K, SECCOMP_RET_ERRNO | errnum);
	}
	f[k++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
					      SECCOMP_RET_ALLOW);
	prog.len = k;
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0) < 0)
		_exit(98);
}

static const int newer[] = { SYS_seccomp, 424, 434, 435, 436, 444, 445, 446 };
static const int every[] = { SYS_seccomp,   424,           434,
			     435,           436,           444,
			     445,           446,           SYS_unshare,
			     SYS_chroot,    SYS_setresuid, SYS_setgroups,
			     SYS_setresgid, SYS_capset };

static void old_kernel(void)
{
	answer(ENOSYS, newer, sizeof(newer) / sizeof(newer[0]));
}

static void grudging_kernel(void)
{
	answer(EPERM, every, sizeof(every) / sizeof(every[0]));
}

static void old_kernel_is_reported(void **state)
{
	struct shared *s = run(
		(struct shared){ .prepare = old_kernel, .opt.may_fork = true });

	(void)state;
	assert_int_equal(s->box.rung[RUNG_LANDLOCK], RUNG_OFF);
	assert_int_equal(s->box.errnum[RUNG_LANDLOCK], ENOSYS);
	/* the older way of installing a filter is still there */
	assert_int_equal(s->box.rung[RUNG_SECCOMP], RUNG_ON);
	assert_int_equal(s->open_errno, EPERM);
	assert_int_equal(s->fork_errno, 0);
	assert_int_equal(WEXITSTATUS(s->grandchild_status), 7);
}

static void refusals_are_reported(void **state)
{
	struct shared *s = run((struct shared){ .prepare = grudging_kernel });

	(void)state;
	assert_int_equal(s->box.rung[RUNG_LANDLOCK], RUNG_OFF);
	assert_int_equal(s->box.rung[RUNG_CHROOT], RUNG_OFF);
	assert_int_equal(s->box.rung[RUNG_NETNS], RUNG_OFF);
	assert_int_equal(s->box.rung[RUNG_UID], RUNG_OFF);
	assert_int_equal(s->box.errnum[RUNG_UID], EPERM);
	assert_int_equal(s->box.rung[RUNG_SECCOMP], RUNG_ON);
	assert_int_equal(s->open_errno, EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_left_to_reach),
		cmocka_unit_test(forker_keeps_what_it_needs),
		cmocka_unit_test(memory_has_a_limit),
		cmocka_unit_test(ordinary_user),
		cmocka_unit_test(old_kernel_is_reported),
		cmocka_unit_test(refusals_are_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
