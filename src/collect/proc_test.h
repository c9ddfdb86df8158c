/*
 * proc_test.h - for tests of the processes probe: processes of our own, and
 * what was said of them.
 */
#ifndef COLLECT_PROC_TEST_H
#define COLLECT_PROC_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "probe_test.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "newer_test.h"

static inline struct probe_run *new_run(void)
{
	struct probe_run *r = xmalloc(sizeof *r);

	r->env.root = open("/", O_PATH | O_CLOEXEC);
	r->env.proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r->env.live = true;
	r->env.max_file = 1u << 30;
	r->env.clk_tck = (uint64_t)sysconf(_SC_CLK_TCK);
	return r;
}

static inline void free_run(struct probe_run *r)
{
	close(r->env.root);
	close(r->env.proc);
	arena_free(&r->arena);
	free(r);
}

static inline struct str row_of(const struct probe_run *r, pid_t pid)
{
	char head[64];

	snprintf(head, sizeof head, "{\"process.pid\":%d,", (int)pid);
	for (size_t i = 0; i < r->nrow; i++)
		if (str_starts(r->row[i], str_of(head)))
			return r->row[i];
	return STR_NONE;
}

static inline void assert_has(struct str row, const char *what)
{
	if (!str_has(row, str_of(what)))
		fail_msg("no %s in " STR_FMT, what, STR_ARG(row));
}

static inline const struct fake_member *member(const struct probe_run *r,
					       const char *prefix,
					       const char *end)
{
	for (size_t i = 0; i < r->nmember; i++)
		if (str_starts(r->member[i].name, str_of(prefix)) &&
		    str_ends(r->member[i].name, str_of(end)))
			return &r->member[i];
	return NULL;
}

static inline const struct fake_member *image_of(const struct probe_run *r,
						 pid_t pid)
{
	char prefix[64];

	snprintf(prefix, sizeof prefix, "recovered/%d-", (int)pid);
	return member(r, prefix, "/exe");
}

static inline void copy(const char *from, const char *to)
{
	struct buf b = { 0 };
	int in = open(from, O_RDONLY), out;

	assert_true(in >= 0);
	assert_int_equal(live_read_fd(in, 64u << 20, &b), 0);
	close(in);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL, 0700);
	assert_true(out >= 0);
	assert_int_equal(write(out, b.p, b.n), b.n);
	close(out);
	buf_free(&b);
}

/* Starts path with these arguments and waits until it is that program. */
static inline pid_t start(const char *path, char *const argv[],
			  char *const envp[])
{
	int ready[2];
	char c;
	pid_t pid;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		execve(path, argv, envp);
		_exit(127);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 0); /* closed by execve */
	close(ready[0]);
	return pid;
}

static inline void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

static char *const none[] = { NULL };

struct place {
	char dir[64], exe[96];
};

static inline struct place new_place(const char *name)
{
	struct place p;

	snprintf(p.dir, sizeof p.dir, "/tmp/konseki-proc-XXXXXX");
	assert_non_null(mkdtemp(p.dir));
	snprintf(p.exe, sizeof p.exe, "%s/%s", p.dir, name);
	copy("/bin/sleep", p.exe);
	return p;
}

static inline pid_t start_sleep(const struct place *p)
{
	char *argv[] = { (char *)"sleep", (char *)"60", NULL };

	return start(p->exe, argv, none);
}

#endif
