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
		cmocka_unit_test(a_stuck_part_costs_that_part),
		cmocka_unit_test(old_kernels_and_filters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
