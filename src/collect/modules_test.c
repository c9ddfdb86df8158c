/*
 * modules_test.c - views of modules that differ, in a made-up /proc and /sys;
 * lines of kallsyms; flags of taint.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "kallsyms.h"
#include "modules_view.h"
#include "probe_test.h"
#include "taint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/utsname.h>

static char top[64];

static void put(const char *name, const char *text)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", top, name);
	for (char *p = path + strlen(top) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		(void)mkdir(path, 0755);
		*p = '/';
	}
	f = fopen(path, "we");
	assert_non_null(f);
	(void)fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static struct probe_run *new_run(void)
{
	struct probe_run *r = xmalloc(sizeof *r);
	char path[128];

	snprintf(path, sizeof path, "%s/proc", top);
	r->env.proc = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r->env.root = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r->env.live = true;
	assert_true(r->env.proc >= 0 && r->env.root >= 0);
	return r;
}

static void free_run(struct probe_run *r)
{
	close(r->env.proc);
	close(r->env.root);
	arena_free(&r->arena);
	free(r);
}

static int scene(void **state)
{
	struct utsname u;
	char path[256];

	(void)state;
	snprintf(top, sizeof top, "/tmp/konseki-modules.XXXXXX");
	if (!mkdtemp(top) || uname(&u) < 0)
		return -1;
	put("proc/self/mountinfo", "1 0 8:1 / / rw - ext4 /dev/a rw\n");
	put("proc/filesystems", "nodev\tproc\n");
	put("proc/modules",
	    "honest 16384 1 other,[permanent], Live 0xffffffffc0000000\n"
	    "other 8192 0 - Live 0xffffffffc0100000 (OE)\n"
	    "nosys 4096 0 - Live 0xffffffffc0200000\n"
	    "leaving 4096 0 - Unloading 0xffffffffc0300000\n");
	put("proc/kallsyms",
	    "ffffffff81000000 T _text\n"
	    "ffffffffc0000010 t honest_init\t[honest]\n"
	    "ffffffffc0100010 t other_init\t[other]\n"
	    "ffffffffc0200010 t nosys_init\t[nosys]\n"
	    "ffffffffc0400010 t hook_getdents\t[ghost]\n"
	    "ffffffffc0500010 t bpf_prog_6deef7357e7b4530\t[bpf]\n"
	    "ffffffffc0500010 t ftrace_trampoline\t[__builtin__ftrace]\n");
	put("proc/sys/kernel/tainted", "12289\n"); /* P, O, E */
	put("sys/module/honest/initstate", "live\n");
	put("sys/module/honest/srcversion", "ABCDEF\n");
	put("sys/module/honest/parameters/port", "31337\n");
	put("sys/module/other/initstate", "live\n");
	put("sys/module/other/taint", "OE\n");
	put("sys/module/diamorphine/initstate", "live\n");
	put("sys/module/builtin/parameters/x", "1\n");
	put("sys/kernel/btf/vmlinux", "");
	put("sys/kernel/btf/honest", "");
	snprintf(path, sizeof path, "lib/modules/%s/modules.dep", u.release);
	put(path, "kernel/net/honest.ko.xz: kernel/net/other.ko.xz\n");
	return 0;
}

static int clean(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -rf '%s'", top);
	return system(command); /* NOLINT: a path of our own making */
}

static struct str row_of(const struct probe_run *r, const char *what)
{
	for (size_t i = 0; i < r->nrow; i++)
		if (str_has(r->row[i], str_of(what)))
			return r->row[i];
	return STR_NONE;
}

static void assert_has(struct str row, const char *what)
{
	if (!str_has(row, str_of(what)))
		fail_msg("no %s in " STR_FMT, what, STR_ARG(row));
}

static void views_differ(void **state)
{
	struct probe_run *r = new_run();
	struct str row;

	(void)state;
	probe_modules.run(r);
	row = row_of(r, "\"file.name\":\"honest\"");
	assert_has(row, "\"konseki.module.views\":[\"list\",\"sysfs\","
			"\"symbols\",\"btf\"]");
	assert_has(row, "\"konseki.module.parameters\":[\"port=31337\"]");
	assert_has(row, "\"konseki.module.srcversion\":\"ABCDEF\"");
	assert_has(row, "\"konseki.module.refcount\":1");
	assert_has(row, "/kernel/net/honest.ko.xz\"");
	assert_has(row, "\"konseki.module.indexed\":true");
	assert_false(str_has(row, STR("hidden")));
	row = row_of(r, "\"file.name\":\"other\"");
	assert_has(row, "\"konseki.module.indexed\":false");
	assert_has(row, "\"konseki.module.taint\":\"OE\"");
	/* off the list, left in sysfs */
	row = row_of(r, "\"file.name\":\"diamorphine\"");
	assert_has(row, "\"konseki.module.listed\":false");
	assert_has(row, "\"konseki.module.hidden\":true");
	assert_has(row, "\"konseki.module.missing\":[\"list\",\"symbols\"]");
	/* off the list and sysfs, left among the symbols */
	row = row_of(r, "\"file.name\":\"ghost\"");
	assert_has(row, "\"konseki.module.hidden\":true");
	assert_has(row, "\"konseki.module.missing\":[\"list\",\"sysfs\"]");
	/* on the list alone */
	assert_has(row_of(r, "\"file.name\":\"nosys\""),
		   "\"konseki.module.missing\":[\"sysfs\"]");
	/* on its way out, built in, no module at all */
	assert_false(str_has(row_of(r, "\"file.name\":\"leaving\""),
			     STR("missing")));
	assert_int_equal(row_of(r, "\"file.name\":\"builtin\"").n, 0);
	assert_int_equal(row_of(r, "\"file.name\":\"bpf\"").n, 0);
	assert_int_equal(row_of(r, "__builtin__").n, 0);
	free_run(r);
}

static void taint_without_carrier(void **state)
{
	struct probe_run *r = new_run();
	struct str row;

	(void)state;
	probe_modules.run(r);
	row = row_of(r, "\"taint\"");
	assert_has(row, "\"konseki.kernel.taint\":[\"proprietary_module\","
			"\"out_of_tree_module\",\"unsigned_module\"]");
	assert_has(row, "\"konseki.kernel.taint_orphan\":"
			"[\"proprietary_module\"]");
	assert_int_equal(taint_orphans(1u << 9 | 1u << 7, 0), 0);
	assert_int_equal(taint_orphans(UINT64_MAX, UINT32_MAX), 0);
	free_run(r);
}

static void view_that_is_not_there(void **state)
{
	struct probe_run *r = new_run();
	bool said = false;

	(void)state;
	probe_modules.run(r);
	for (size_t i = 0; i < r->nstatus; i++)
		if (str_is(r->status[i].what,
			   module_view_path[VIEW_FUNCTIONS])) {
			assert_int_not_equal(r->status[i].state,
					     PROBE_COLLECTED);
			said = true;
		}
	assert_true(said);
	free_run(r);
}

static void lines_of_kallsyms(void **state)
{
	struct str line = STR("ffffffffc0000010 t foo_init\t[foo]");
	struct ksym s;

	(void)state;
	assert_true(kallsyms_line(line, &s));
	assert_int_equal(s.addr, UINT64_C(0xffffffffc0000010));
	assert_true(str_is(s.name, "foo_init") && str_is(s.module, "foo"));
	for (size_t n = 0; n < line.n; n++) {
		(void)kallsyms_line(str_head(line, n), &s);
		assert_true(s.name.n <= n && s.module.n <= n);
	}
	assert_false(kallsyms_line(STR(""), &s));
	assert_false(kallsyms_line(STR("zz"), &s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views_differ),
		cmocka_unit_test(taint_without_carrier),
		cmocka_unit_test(view_that_is_not_there),
		cmocka_unit_test(lines_of_kallsyms),
	};

	return cmocka_run_group_tests_name("collect/modules", tests, scene,
					   clean);
}
