/*
 * proc_test.c - the processes probe: pure parsers, and processes of our own
 * that run deleted, replaced and unnamed executables.
 */
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

static struct probe_run *new_run(void)
{
	struct probe_run *r = xmalloc(sizeof *r);

	r->env.root = open("/", O_PATH | O_CLOEXEC);
	r->env.proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r->env.live = true;
	r->env.max_file = 1u << 30;
	r->env.clk_tck = (uint64_t)sysconf(_SC_CLK_TCK);
	return r;
}

static void free_run(struct probe_run *r)
{
	close(r->env.root);
	close(r->env.proc);
	arena_free(&r->arena);
	free(r);
}

static struct str row_of(const struct probe_run *r, pid_t pid)
{
	char head[64];

	snprintf(head, sizeof head, "{\"process.pid\":%d,", (int)pid);
	for (size_t i = 0; i < r->nrow; i++)
		if (str_starts(r->row[i], str_of(head)))
			return r->row[i];
	return STR_NONE;
}

static void assert_has(struct str row, const char *what)
{
	if (!str_has(row, str_of(what)))
		fail_msg("no %s in " STR_FMT, what, STR_ARG(row));
}

static const struct fake_member *member(const struct probe_run *r,
					const char *prefix, const char *end)
{
	for (size_t i = 0; i < r->nmember; i++)
		if (str_starts(r->member[i].name, str_of(prefix)) &&
		    str_ends(r->member[i].name, str_of(end)))
			return &r->member[i];
	return NULL;
}

static const struct fake_member *image_of(const struct probe_run *r, pid_t pid)
{
	char prefix[64];

	snprintf(prefix, sizeof prefix, "recovered/%d-", (int)pid);
	return member(r, prefix, "/exe");
}

static void copy(const char *from, const char *to)
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
static pid_t start(const char *path, char *const argv[], char *const envp[])
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

static void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

static char *const none[] = { NULL };

struct place {
	char dir[64], exe[96];
};

static struct place new_place(const char *name)
{
	struct place p;

	snprintf(p.dir, sizeof p.dir, "/tmp/konseki-proc-XXXXXX");
	assert_non_null(mkdtemp(p.dir));
	snprintf(p.exe, sizeof p.exe, "%s/%s", p.dir, name);
	copy("/bin/sleep", p.exe);
	return p;
}

static pid_t start_sleep(const struct place *p)
{
	char *argv[] = { (char *)"sleep", (char *)"60", NULL };

	return start(p->exe, argv, none);
}

static void name_with_brackets_and_newline(void **state)
{
	struct proc_stat s;

	(void)state;
	assert_true(proc_stat_read(
		STR("7 (a) S 9 (\n) R 3 4 5 34816 -1 4194560 0 0 0 0 0 0 0 0 "
		    "20 0 6 0 4711 1 2\n"),
		&s));
	assert_true(str_is(s.comm, "a) S 9 (\n"));
	assert_int_equal(s.state, 'R');
	assert_int_equal(s.ppid, 3);
	assert_int_equal(s.threads, 6);
	assert_int_equal(s.ticks, 4711);
	assert_int_equal(s.flags, 4194560);
	assert_false(proc_stat_read(STR("7 (a) S 1 2"), &s));
	assert_false(proc_stat_read(STR(""), &s));
	assert_false(proc_stat_read(STR("7 )a( S"), &s));
}

static void executable_mappings(void **state)
{
	struct proc_probe pp = { .list_max = PROC_LIST_MAX };
	struct str maps =
		STR("1-2 r-xp 0 fe:00 12                 /usr/bin/x y\n"
		    "2-3 r-xp 0 fe:00 12                 /usr/bin/x y\n"
		    "3-4 r--p 0 fe:00 13                 /lib/no.so\n"
		    "4-5 rwxp 0 00:00 0 \n"
		    "5-6 rwxp 0 00:00 0                  [heap]\n"
		    "6-7 r-xp 0 00:00 0                  [vdso]\n"
		    "7-8 --xp 0 00:00 0                  [vsyscall]\n"
		    "8-9 r-xs 0 00:01 99                 /memfd:a (deleted)\n"
		    "garbage\n");

	(void)state;
	proc_maps_row(&pp, maps);
	assert_has(buf_view(&pp.row),
		   "\"maps\":[\"/usr/bin/x y\",\"/memfd:a (deleted)\"],"
		   "\"konseki.process.anonymous_executable\":2");
	buf_free(&pp.row);
	buf_free(&pp.list);
}

static void a_deleted_executable_is_recovered(void **state)
{
	struct place p = new_place("gone");
	struct probe_run *r = new_run();
	const struct fake_member *m;
	struct buf want = { 0 };
	pid_t pid = start_sleep(&p), twin = start_sleep(&p);
	struct str row;
	char what[160];

	(void)state;
	unlink(p.exe);
	probe_processes.run(r);
	row = row_of(r, pid);
	snprintf(what, sizeof what, "\"process.executable\":\"%s\"", p.exe);
	assert_has(row, what);
	assert_has(row, "\"konseki.process.executable_deleted\":true");
	assert_has(row, "\"konseki.process.executable_memfd\":false");
	assert_has(row, "\"konseki.process.executable_replaced\":false");
	assert_has(row, "\"process.args\":[\"sleep\",\"60\"]");
	m = image_of(r, pid);
	assert_non_null(m);
	assert_int_equal(live_read(AT_FDCWD, "/bin/sleep", 64u << 20, &want),
			 0);
	assert_true(str_eq(m->data, buf_view(&want)));
	/* the second process of the same file points at the first's copy */
	assert_null(image_of(r, twin));
	snprintf(what, sizeof what, "\"image\":\"" STR_FMT "\"",
		 STR_ARG(m->name));
	assert_has(row, what);
	assert_has(row_of(r, twin), what);
	stop(pid);
	stop(twin);
	rmdir(p.dir);
	buf_free(&want);
	free_run(r);
}

static void a_replaced_executable(void **state)
{
	struct place p = new_place("upgraded");
	struct probe_run *r = new_run();
	pid_t pid = start_sleep(&p);

	(void)state;
	unlink(p.exe);
	copy("/bin/sleep", p.exe);
	probe_processes.run(r);
	assert_has(row_of(r, pid),
		   "\"konseki.process.executable_replaced\":true");
	assert_has(row_of(r, pid),
		   "\"konseki.process.executable_deleted\":true");
	stop(pid);
	unlink(p.exe);
	rmdir(p.dir);
	free_run(r);
}

static void a_file_that_is_named_deleted(void **state)
{
	struct place p = new_place("a (deleted)");
	struct probe_run *r = new_run();
	pid_t pid = start_sleep(&p);

	(void)state;
	probe_processes.run(r);
	assert_has(row_of(r, pid), "/a (deleted)\",\"konseki.process."
				   "executable_deleted\":false");
	assert_null(image_of(r, pid));
	stop(pid);
	unlink(p.exe);
	rmdir(p.dir);
	free_run(r);
}

static void an_executable_in_memory(void **state)
{
	struct probe_run *r = new_run();
	struct buf image = { 0 };
	int fd = (int)syscall(SYS_memfd_create, "x y", 1u /* MFD_CLOEXEC */);
	char path[32];
	char *argv[] = { (char *)"[kworker/0:1]", (char *)"60", NULL };
	pid_t pid;

	(void)state;
	if (fd < 0)
		skip();
	assert_int_equal(live_read(AT_FDCWD, "/bin/sleep", 64u << 20, &image),
			 0);
	assert_int_equal(write(fd, image.p, image.n), image.n);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	pid = start(path, argv, none);
	close(fd);
	probe_processes.run(r);
	assert_has(row_of(r, pid), "\"process.executable\":\"/memfd:x y\"");
	assert_has(row_of(r, pid), "\"konseki.process.executable_memfd\":true");
	assert_has(row_of(r, pid), "\"konseki.process.kernel_thread\":false");
	assert_has(row_of(r, pid), "\"process.args\":[\"[kworker/0:1]\"");
	assert_non_null(image_of(r, pid));
	assert_true(str_eq(image_of(r, pid)->data, buf_view(&image)));
	stop(pid);
	buf_free(&image);
	free_run(r);
}

static void arguments_are_exact(void **state)
{
	char *argv[] = { (char *)"sleep", (char *)"60", NULL };
	char *envp[] = { (char *)"A=\xff\xfe", (char *)"B=1", NULL };
	struct probe_run *r = new_run();
	pid_t pid = start("/bin/sleep", argv, envp);

	(void)state;
	probe_processes.run(r);
	assert_has(row_of(r, pid), "\"process.args\":[\"sleep\",\"60\"]");
	assert_has(row_of(r, pid), "\"process.env_vars\":[\"A=\\\\xff\\\\xfe\","
				   "\"B=1\"],\"process.env_vars_b64\":"
				   "[\"QT3//g==\",\"Qj0x\"]");
	stop(pid);
	free_run(r);
}

/* A shell that waits for a line from us, whose arguments are megabytes of
 * control characters (six bytes each in JSON) and bad UTF-8. */
static void nobody_hides_by_being_long(void **state)
{
	char *big = xmalloc(100001);
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)"read x; :",
			 (char *)"",   big,          big,
			 (char *)"-",  big,          big,
			 big,          big,          NULL };
	struct probe_run *r = new_run();
	int in[2], saved = dup(0);
	pid_t pid;

	(void)state;
	memset(big, 1, 99999);
	big[99999] = (char)0xff;
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	dup2(in[0], 0);
	pid = start("/bin/sh", argv, none);
	dup2(saved, 0);
	probe_processes.run(r);
	assert_in_range(row_of(r, pid).n, 1000, PROC_ROW_MAX);
	assert_has(row_of(r, pid), "\"cut\":[\"cmdline\"]");
	assert_has(row_of(r, pid), "[\"sh\",\"-c\",\"read x; :\",\"\",\"");
	stop(pid);
	close(in[0]);
	close(in[1]);
	close(saved);
	free(big);
	free_run(r);
}

static void every_process_has_its_row(void **state)
{
	struct probe_run *r = new_run();
	uint32_t *before, *after;
	size_t nbefore, nafter, both = 0;

	(void)state;
	assert_int_equal(live_numbers(r->env.proc, ".", &before, &nbefore), 0);
	probe_processes.run(r);
	assert_int_equal(live_numbers(r->env.proc, ".", &after, &nafter), 0);
	for (size_t i = 0; i < nbefore; i++)
		for (size_t k = 0; k < nafter; k++) {
			if (after[k] != before[i])
				continue;
			both++;
			assert_non_null(row_of(r, (pid_t)after[k]).p);
		}
	assert_true(both > 0);
	assert_false(r->out_of_order);
	assert_has(row_of(r, getpid()), "\"konseki.process.namespace.net\":\"");
	assert_has(row_of(r, getpid()), "\"process.hash.sha256\":\"");
	free(before);
	free(after);
	free_run(r);
}

/* A reader lost in a part of ours: its successor still writes the row. */
static void a_stuck_part_costs_that_part(void **state)
{
	struct place p = new_place("stuck");
	pid_t pid = start_sleep(&p);
	struct probe_run *r = new_run();

	(void)state;
	unlink(p.exe);
	r->resume_after = (uint64_t)pid * 4 + 1; /* lost in the executable */
	probe_processes.run(r);
	assert_has(row_of(r, pid), "\"process.args\":[\"sleep\",\"60\"]");
	assert_has(row_of(r, pid),
		   "\"konseki.process.executable_deleted\":true");
	assert_false(str_has(row_of(r, pid), STR("process.hash.sha256")));
	assert_null(image_of(r, pid));
	free_run(r);

	r = new_run();
	r->resume_after = (uint64_t)pid * 4; /* lost in its memory */
	probe_processes.run(r);
	assert_false(str_has(row_of(r, pid), STR("process.args")));
	assert_has(row_of(r, pid), "\"process.hash.sha256\":\"");
	assert_non_null(image_of(r, pid));
	free_run(r);

	r = new_run();
	r->resume_after = (uint64_t)pid * 4 + 2; /* written already */
	probe_processes.run(r);
	assert_null(row_of(r, pid).p);
	free_run(r);
	stop(pid);
	rmdir(p.dir);
}

/* Holes of a file in memory stay holes, whatever its size says. */
static void a_sparse_file_is_recovered_as_such(void **state)
{
	struct probe_run *r = new_run();
	int fd = (int)syscall(SYS_memfd_create, "sparse", 1u);
	uint64_t bytes;
	bool cut;

	(void)state;
	if (fd < 0)
		skip();
	assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0);
	assert_int_equal(pwrite(fd, "tail", 4, ((off_t)1 << 40) - 4), 4);
	assert_true(recover_file(r, fd, "1-1", "exe", &cut, &bytes));
	assert_false(cut);
	assert_true(bytes <= 2u << 20); /* a page, or a huge one */
	assert_int_equal(r->member[0].m.size, (uint64_t)1 << 40);
	assert_int_equal(r->member[0].m.nextent, 1);
	close(fd);
	free_run(r);
}

static int child(int errnum)
{
	struct probe_run *r = new_run();
	int rc = 1;

	if (deny_newer(errnum, 1) < 0)
		return 2;
	probe_processes.run(r);
	if (row_of(r, getpid()).p &&
	    str_has(row_of(r, getpid()), STR("process.hash.sha256")))
		rc = 0;
	return rc;
}

static void old_kernels_and_filters(void **state)
{
	static const int answer[] = { ENOSYS, EPERM };

	(void)state;
	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();
		int status = 0;

		if (pid == 0)
			_exit(child(answer[i]));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_with_brackets_and_newline),
		cmocka_unit_test(executable_mappings),
		cmocka_unit_test(a_deleted_executable_is_recovered),
		cmocka_unit_test(a_replaced_executable),
		cmocka_unit_test(a_file_that_is_named_deleted),
		cmocka_unit_test(an_executable_in_memory),
		cmocka_unit_test(arguments_are_exact),
		cmocka_unit_test(nobody_hides_by_being_long),
		cmocka_unit_test(every_process_has_its_row),
		cmocka_unit_test(a_stuck_part_costs_that_part),
		cmocka_unit_test(a_sparse_file_is_recovered_as_such),
		cmocka_unit_test(old_kernels_and_filters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
