/* child_test.c - processes end when they should, and are told apart. */
#define _GNU_SOURCE
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static int give(void *arg)
{
	return *(int *)arg;
}

static int sleep_long(void *arg)
{
	(void)arg;
	while (pause() < 0)
		;
	return 0;
}

static int64_t ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void exit_status(void **state)
{
	int want = 37, status = 0;
	struct child c;
	struct err err;

	(void)state;
	assert_int_equal(child_start(&c, give, &want, &err), 0);
	assert_int_equal(child_wait(&c, -1, &status), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 37);
	assert_int_equal(c.pid, 0);
	child_kill(&c); /* harmless once it is over */
}

static void times_out_then_dies(void **state)
{
	int status = 0;
	struct child c;
	struct err err;

	(void)state;
	for (int with_pidfd = 0; with_pidfd < 2; with_pidfd++) {
		int64_t t0;
		pid_t pid;

		assert_int_equal(child_start(&c, sleep_long, NULL, &err), 0);
		pid = c.pid;
		if (!with_pidfd) {
			(void)close(c.pidfd);
			c.pidfd = -1;
		}
		t0 = ms();
		assert_int_equal(child_wait(&c, 60, &status), 1);
		assert_in_range(ms() - t0, 55, 1000);
		child_kill(&c);
		assert_int_equal(c.pid, 0);
		assert_int_equal(kill(pid, 0), -1);
		assert_int_equal(errno, ESRCH);
	}
}

/* starts a grandchild, tells its pid, and dies */
static int parent_that_dies(void *arg)
{
	struct child c;
	struct err err;

	if (child_start(&c, sleep_long, NULL, &err) < 0)
		return 1;
	return write(*(int *)arg, &c.pid, sizeof(c.pid)) != sizeof(c.pid);
}

static void dies_with_its_parent(void **state)
{
	int p[2], status, tries = 0;
	struct child c;
	struct err err;
	pid_t grandchild = 0;

	(void)state;
	assert_int_equal(pipe(p), 0);
	assert_int_equal(child_start(&c, parent_that_dies, &p[1], &err), 0);
	assert_int_equal(child_wait(&c, 5000, &status), 0);
	assert_int_equal(status, 0);
	assert_int_equal(read(p[0], &grandchild, sizeof(grandchild)),
			 sizeof(grandchild));
	while (kill(grandchild, 0) == 0 && tries++ < 200) {
		char path[64], st[128] = "";
		int fd;

		/* a zombie nobody reaps is dead as well */
		(void)snprintf(path, sizeof(path), "/proc/%d/stat",
			       (int)grandchild);
		fd = open(path, O_RDONLY);
		if (fd >= 0 && read(fd, st, sizeof(st) - 1) > 0 &&
		    strstr(st, ") Z "))
			tries = 1000;
		(void)close(fd);
		(void)usleep(5000);
	}
	assert_true(tries != 201);
	(void)close(p[0]);
	(void)close(p[1]);
}

static int count_fds(void *arg)
{
	int keep[2] = { ((int *)arg)[1], ((int *)arg)[2] };

	child_keep_fds(keep, 2);
	if (fcntl(keep[0], F_GETFD) < 0 || fcntl(keep[1], F_GETFD) < 0)
		return 1;
	for (int fd = 3; fd < 200; fd++)
		if (fd != keep[0] && fd != keep[1] && fcntl(fd, F_GETFD) >= 0)
			return 2;
	/* descriptor 2 no longer leads to the terminal */
	return write(2, "lost\n", 5) == 5 || errno == EBADF ? 0 : 3;
}

static void keeps_only_the_named_fds(void **state)
{
	int fd[4], status;
	struct child c;
	struct err err;

	(void)state;
	for (int i = 0; i < 4; i++)
		fd[i] = open("/dev/null", O_RDONLY);
	assert_int_equal(child_start(&c, count_fds, fd, &err), 0);
	assert_int_equal(child_wait(&c, -1, &status), 0);
	assert_int_equal(status, 0);
	for (int i = 0; i < 4; i++)
		(void)close(fd[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exit_status),
		cmocka_unit_test(times_out_then_dies),
		cmocka_unit_test(dies_with_its_parent),
		cmocka_unit_test(keeps_only_the_named_fds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
