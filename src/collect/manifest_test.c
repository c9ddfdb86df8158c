/*
 * manifest_test.c - the manifest of a made-up tree, whose links lead where
 * they must not, and paths below a root in general.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "probe_test.h"
#include "collect.h"
#include "live.h"
#include "manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "newer_test.h"

static char tree[64];

static void put(const char *path, const char *text)
{
	char t[256];
	int fd;

	snprintf(t, sizeof t, "%s/%s", tree, path);
	fd = open(t, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void make_dir(const char *path)
{
	char t[256];

	snprintf(t, sizeof t, "%s/%s", tree, path);
	assert_int_equal(mkdir(t, 0700), 0);
}

static void make_link(const char *target, const char *path)
{
	char t[256];

	snprintf(t, sizeof t, "%s/%s", tree, path);
	assert_int_equal(symlink(target, t), 0);
}

static int make_tree(void **state)
{
	static const char *const dir[] = { "etc",     "usr",
					   "usr/lib", "usr/share",
					   "var",     "usr/share/zoneinfo",
					   "in" };

	(void)state;
	snprintf(tree, sizeof tree, "/tmp/konseki-manifest-XXXXXX");
	if (!mkdtemp(tree))
		return -1;
	for (size_t i = 0; i < sizeof dir / sizeof dir[0]; i++)
		make_dir(dir[i]);
	put("etc/hostname", "dead.example\n");
	put("etc/machine-id", "0123456789abcdef0123456789abcdef\n");
	put("usr/lib/os-release",
	    "NAME=\"Some Linux\"\nPRETTY_NAME='Some Linux 9'\nID=some\n"
	    "VERSION_ID=\"9.1\"\n");
	make_link("../usr/lib/os-release", "etc/os-release");
	/* absolute: below the root, not this machine's own zone */
	make_link("/usr/share/zoneinfo/Konseki", "etc/localtime");
	put("etc/fstab", "# UUID=no / x\n"
			 "UUID=aaaa-bb /home ext4 defaults 0 2\n"
			 "UUID=1111-22\t/\text4 defaults 0 1\n");
	put("in/here", "inside");
	make_link("../../../../../../in/here", "in/up");
	make_link("/in/here", "in/absolute");
	make_link("loop", "in/loop");
	make_link("..", "in/back");
	return 0;
}

static int remove_tree(void **state)
{
	static const char *const name[] = {
		"etc/hostname",
		"etc/machine-id",
		"usr/lib/os-release",
		"etc/os-release",
		"etc/localtime",
		"etc/fstab",
		"in/here",
		"in/up",
		"in/absolute",
		"in/loop",
		"in/back",
		"in/fifo",
		"usr/share/zoneinfo",
		"usr/share",
		"usr/lib",
		"usr",
		"etc",
		"var",
		"in",
		"",
	};
	char t[256];

	(void)state;
	for (size_t i = 0; i < sizeof name / sizeof name[0]; i++) {
		snprintf(t, sizeof t, "%s/%s", tree, name[i]);
		(void)remove(t);
	}
	return 0;
}

static bool reads(int root, const char *path, const char *want)
{
	struct buf b = { 0 };
	bool ok = live_read_in(root, path, 4096, &b) == 0 &&
		  str_is(buf_view(&b), want);

	buf_free(&b);
	return ok;
}

/* 0 when all paths behave; else the number of the one that did not. */
static int paths(void)
{
	int root = open(tree, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct buf b = { 0 };
	char fifo[96];

	if (!reads(root, "in/here", "inside") ||
	    !reads(root, "/in/../in/./here", "inside"))
		return 1;
	if (!reads(root, "in/up", "inside") ||
	    !reads(root, "in/absolute", "inside") ||
	    !reads(root, "../../../in/back/in/here", "inside"))
		return 2;
	if (live_read_in(root, "in/loop", 10, &b) == 0 || errno != ELOOP)
		return 3;
	if (live_read_in(root, "in/none", 10, &b) == 0 || errno != ENOENT)
		return 4;
	if (live_read_in(root, "in", 10, &b) == 0)
		return 5;
	snprintf(fifo, sizeof fifo, "%s/in/fifo", tree);
	(void)mkfifo(fifo, 0600);
	if (live_read_in(root, "in/fifo", 10, &b) == 0)
		return 6;
	if (live_read_in(root, "in/here", 3, &b) != 1 ||
	    !str_is(buf_view(&b), "ins"))
		return 7;
	buf_free(&b);
	close(root);
	return 0;
}

static void no_path_leaves_the_root(void **state)
{
	(void)state;
	assert_int_equal(paths(), 0);
}

static void without_openat2_neither(void **state)
{
	static const int answer[] = { ENOSYS, EPERM };

	(void)state;
	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();
		int status = 0;

		if (pid == 0)
			_exit(deny_newer(answer[i], 0) < 0 ? 99 : paths());
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

static void assert_text(const json_t *o, const char *key, const char *want)
{
	assert_string_equal(json_string_value(json_object_get(o, key)), want);
}

static void a_dead_system(void **state)
{
	char *argv[] = { (char *)"konseki", (char *)"collect",
			 (char *)"a\xff\\b", NULL };
	struct collect_options opt = { .argc = 3,
				       .argv = argv,
				       .version = "1.2",
				       .hash = HASH_ALL,
				       .case_id = "C-1",
				       .reference_time =
					       "2026-01-02T03:04:05Z" };
	struct collect_env env = { .root = open(tree, O_PATH | O_CLOEXEC),
				   .proc = -1,
				   .options = &opt };
	struct buf out = { 0 };
	struct err err;
	json_t *o, *h;

	(void)state;
	assert_int_equal(manifest_build(&out, &env, &err), 0);
	o = json_loadb(out.p, out.n, 0, NULL);
	assert_non_null(o);
	h = json_object_get(o, "host");
	assert_text(h, "hostname", "dead.example");
	assert_text(h, "machine_id", "0123456789abcdef0123456789abcdef");
	assert_text(h, "root_fs_uuid", "1111-22");
	assert_text(h, "os_id", "some");
	assert_text(h, "os_name", "Some Linux 9");
	assert_text(h, "os_version", "9.1");
	assert_text(h, "kernel", "");
	assert_text(h, "boot_id", "");
	assert_text(json_object_get(o, "zone"), "name", "Konseki");
	assert_text(json_object_get(o, "options"), "hash", "all");
	assert_text(json_object_get(o, "clock"), "reference",
		    "2026-01-02T03:04:05Z");
	assert_text(o, "case", "C-1");
	assert_true(json_is_true(json_object_get(o, "root")));
	assert_string_equal(json_string_value(json_array_get(
				    json_object_get(o, "argv"), 2)),
			    "a\\xff\\\\b");
	assert_int_equal(json_integer_value(json_object_get(o, "pid")),
			 getpid());
	assert_int_equal(json_integer_value(json_array_get(
				 json_object_get(o, "parents"), 0)),
			 getppid());
	assert_int_equal(
		strlen(json_string_value(json_object_get(o, "self_sha256"))),
		64);
	json_decref(o);
	close(env.root);
	buf_free(&out);
}

static void values_of_os_release(void **state)
{
	struct str t = STR("# c\nID=debian\nNAME=\"a b\"\nX='y'\nEMPTY=\n");

	(void)state;
	assert_true(str_is(os_release_value(t, STR("ID")), "debian"));
	assert_true(str_is(os_release_value(t, STR("NAME")), "a b"));
	assert_true(str_is(os_release_value(t, STR("X")), "y"));
	assert_int_equal(os_release_value(t, STR("EMPTY")).n, 0);
	assert_int_equal(os_release_value(t, STR("NONE")).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_path_leaves_the_root),
		cmocka_unit_test(without_openat2_neither),
		cmocka_unit_test(a_dead_system),
		cmocka_unit_test(values_of_os_release),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
