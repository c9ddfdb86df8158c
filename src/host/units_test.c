/*
 * units_test.c - units that start each other, and init scripts that claim
 * the same service.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "build.h"
#include "initscripts.h"
#include "units.h"

#define SYSTEM "/usr/lib/systemd/system/"

static const struct {
	const char *path, *text;
} files[] = {
	{ SYSTEM "a.service", "[Service]\nUser=x\nExecStart=/vendor\n" },
	{ "/etc/systemd/system/a.service", "ExecStart = /admin -x\n" },
	{ SYSTEM "a.timer", "[Timer]\nOnCalendar=daily\nOnBootSec=5\n" },
	{ SYSTEM "b.path", "[Path]\nUnit=a.service\n[Install]\nWantedBy=x\n" },
	{ SYSTEM "c@.socket", "[Socket]\nListenStream=1\n" },
	{ "/home/ann/.config/systemd/user/a.timer", "OnCalendar=hourly\n" },
	{ SYSTEM "odd.service", "=\n==\nExecStart\nExecStart=" },
	{ "/etc/init.d/ssh", "#!/bin/sh\n# Provides: sshd $network\n" },
	{ "/etc/init.d/more", "#  Provides:  x sshd\n# Provides: y\n" },
	{ "/etc/init.d/none", "#!/bin/sh\nProvides: ssh\n" },
};

static int setup(void **state)
{
	static struct context c;

	context_init(&c);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct str path = str_of(files[i].path);

		assert_true(context_wants(path, path));
		context_take(&c, path, path, str_of(files[i].text));
	}
	context_finish(&c);
	*state = &c;
	return 0;
}

static int teardown(void **state)
{
	context_free(*state);
	return 0;
}

static void the_one_that_is_read(void **state)
{
	struct arena a = { 0 };
	const struct unit_info *u =
		ctx_unit(*state, STR(SYSTEM "x"), STR("a.service"), &a);

	assert_non_null(u);
	assert_true(str_is(u->exec, "/admin -x"));
	assert_null(ctx_unit(*state, STR("/home/ann/.config/systemd/user/x"),
			     STR("a.service"), &a));
	assert_null(ctx_unit(*state, STR(SYSTEM "x"), STR(""), &a));
	arena_free(&a);
}

static void what_starts_it(void **state)
{
	struct arena a = { 0 };
	const struct unit_info *u = ctx_unit_trigger(
		*state, STR(SYSTEM "a.service"), STR("a.service"), &a);

	assert_non_null(u);
	assert_true(str_is(u->name, "a.timer"));
	assert_true(str_is(u->when, "daily OnBootSec=5"));
	u = ctx_unit(*state, STR(SYSTEM "x"), STR("b.path"), &a);
	assert_true(str_is(u->starts, "a.service") && u->installs);
	u = ctx_unit(*state, STR(SYSTEM "x"), STR("c@.socket"), &a);
	assert_int_equal(u->starts.n, 0);
	u = ctx_unit(*state, STR(SYSTEM "x"), STR("odd.service"), &a);
	assert_int_equal(u->exec.n, 0);
	arena_free(&a);
}

static void scripts_that_claim_a_service(void **state)
{
	assert_true(str_is(ctx_provides(*state, STR("/etc/init.d/more")),
			   "x sshd"));
	assert_true(str_is(ctx_provided_by(*state, STR("/etc/init.d/more")),
			   "/etc/init.d/ssh"));
	assert_int_equal(ctx_provided_by(*state, STR("/etc/init.d/ssh")).n, 0);
	assert_int_equal(ctx_provides(*state, STR("/etc/init.d/none")).n, 0);
}

int main(void)
{
	const struct CMUnitTest test[] = {
		cmocka_unit_test(the_one_that_is_read),
		cmocka_unit_test(what_starts_it),
		cmocka_unit_test(scripts_that_claim_a_service),
	};

	return cmocka_run_group_tests(test, setup, teardown);
}
