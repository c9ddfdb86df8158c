/*
 * proc_exe_test.c - processes of our own that run deleted, replaced, oddly
 * named and unnamed executables; what of them is recovered.
 */
#include "proc_test.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_deleted_executable_is_recovered),
		cmocka_unit_test(a_replaced_executable),
		cmocka_unit_test(a_file_that_is_named_deleted),
		cmocka_unit_test(an_executable_in_memory),
		cmocka_unit_test(a_sparse_file_is_recovered_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
