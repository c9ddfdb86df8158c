/*
 * proc_test.c - the processes probe: pure parsers, rows of processes of our
 * own, readers that were lost, kernels that refuse.
 */
#include "proc_test.h"

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
	assert_int_equal(s.start_code, 0); /* not said */
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

static int to_child = -1;
static pid_t child_pid;

/* Between its memory and its executable a process becomes another program. */
static void let_it_exec(struct probe_run *r, uint64_t key)
{
	char link[LIVE_LINK_MAX + 1], name[32];

	if (key != (uint64_t)child_pid * 4 + 1 || to_child < 0)
		return;
	close(to_child); /* the shell reads no more and goes on */
	to_child = -1;
	snprintf(name, sizeof name, "%d/exe", (int)child_pid);
	for (int i = 0; i < 1000; i++) {
		ssize_t n = live_link(r->env.proc, name, link);

		if (n > 0 && str_ends(str_mem(link, (size_t)n), STR("/place")))
			break;
		(void)usleep(10000);
	}
}

static void one_program_a_row(void **state)
{
	struct place p = new_place("place");
	struct probe_run *r = new_run();
	int in[2], saved = dup(0);
	char script[192];
	char *argv[] = { (char *)"sh", (char *)"-c", script, NULL };
	struct str row;

	(void)state;
	snprintf(script, sizeof script, "read x; exec %s 60", p.exe);
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	dup2(in[0], 0);
	child_pid = start("/bin/sh", argv, none);
	dup2(saved, 0);
	to_child = in[1];
	r->at_item = let_it_exec;
	probe_processes.run(r);
	assert_int_equal(to_child, -1);
	row = row_of(r, child_pid);
	snprintf(script, sizeof script, "\"process.args\":[\"%s\",\"60\"]",
		 p.exe);
	assert_has(row, script);
	assert_has(row, "\"process.name\":\"place\"");
	snprintf(script, sizeof script, "\"process.executable\":\"%s\"", p.exe);
	assert_has(row, script);
	stop(child_pid);
	unlink(p.exe);
	rmdir(p.dir);
	close(in[0]);
	close(saved);
	free_run(r);
}

static void stat_of(struct proc *p, const char *comm, unsigned flags,
		    unsigned code, unsigned arg)
{
	char t[512];
	int fd = openat(p->dir, "stat", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	int n = snprintf(t, sizeof t,
			 "7 (%s) S 3 4 5 0 -1 %u 0 0 0 0 0 0 0 0 20 0 1 0 47 "
			 "1 2 18446744073709551615 %u 0 0 0 0 0 0 0 0 0 0 0 0 "
			 "0 0 0 0 0 0 0 0 0 %u 0 0 0\n",
			 comm, flags, code, arg);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, t, (size_t)n), n);
	close(fd);
}

/* A helper of the kernel is named by its worker until its exec is through. */
static void what_tells_an_exec(void **state)
{
	char dir[] = "/tmp/konseki-proc-XXXXXX";
	struct proc p = { .have_exe = true };

	(void)state;
	assert_non_null(mkdtemp(dir));
	p.dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	stat_of(&p, "kworker/u8:1", 0x40, 0, 0);
	assert_true(proc_execed(&p)); /* has an executable, has no code */
	assert_true(str_is(p.stat.comm, "kworker/u8:1"));
	stat_of(&p, "modprobe", 0, 4096, 8192);
	assert_true(proc_execed(&p));
	assert_true(str_is(p.stat.comm, "modprobe"));
	assert_int_equal(p.stat.start_code, 4096);
	assert_int_equal(p.stat.arg_start, 8192);
	assert_false(proc_execed(&p));
	stat_of(&p, "modprobe", 0x40, 4096, 8192);
	assert_true(proc_execed(&p));
	assert_false(proc_execed(&p));
	stat_of(&p, "modprobe", 0x40, 4096, 9000);
	assert_true(proc_execed(&p));
	p.led = true; /* its stat is another thread's */
	stat_of(&p, "modprobe", 0x40, 4096, 9999);
	assert_false(proc_execed(&p));
	unlinkat(p.dir, "stat", 0);
	p.led = false;
	assert_false(proc_execed(&p)); /* it ended */
	close(p.dir);
	rmdir(dir);
	buf_free(&p.stat_text);
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
	r->resume_after = (uint64_t)pid * 4 + 2; /* lost in both */
	probe_processes.run(r);
	assert_false(str_has(row_of(r, pid), STR("process.args")));
	assert_has(row_of(r, pid),
		   "\"konseki.process.executable_deleted\":true");
	free_run(r);

	r = new_run();
	r->resume_after = (uint64_t)pid * 4 + 3; /* written already */
	probe_processes.run(r);
	assert_null(row_of(r, pid).p);
	free_run(r);
	stop(pid);
	rmdir(p.dir);
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
		cmocka_unit_test(arguments_are_exact),
		cmocka_unit_test(nobody_hides_by_being_long),
		cmocka_unit_test(every_process_has_its_row),
		cmocka_unit_test(one_program_a_row),
		cmocka_unit_test(what_tells_an_exec),
		cmocka_unit_test(a_stuck_part_costs_that_part),
		cmocka_unit_test(old_kernels_and_filters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
