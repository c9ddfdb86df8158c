/* tracing_test.c - lines of tracefs and of the list of kprobes, whole and cut.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "tracing.h"

static void functions(void **state)
{
	struct str line = STR("__x64_sys_kill (1) R I   M \ttramp: "
			      "0xffffffffc0a02000 (ftrace_regs_caller+0x0/0x65)"
			      " ->fh_thunk+0x0/0x30 [rk]");
	struct trace_hook h;

	(void)state;
	assert_true(trace_function(line, &h));
	assert_true(str_is(h.target, "__x64_sys_kill"));
	assert_string_equal(h.flag, "RIM");
	assert_true(str_is(h.callback, "fh_thunk+0x0/0x30 [rk]"));
	assert_int_equal(h.module.n, 0);
	for (size_t n = 0; n < line.n; n++)
		if (trace_function(str_head(line, n), &h))
			assert_true(h.target.n + h.callback.n <= n);
	assert_true(trace_function(STR("nft_do_chain [nf_tables] (2)  "), &h));
	assert_true(str_is(h.module, "nf_tables"));
	assert_string_equal(h.flag, "");
	/* more letters than there are */
	assert_true(trace_function(STR("x (1) A B C D E F G H I J"), &h));
	assert_int_equal(strlen(h.flag), 7);
	assert_false(trace_function(STR(""), &h));
	assert_false(trace_function(STR("x y"), &h));
}

static void events(void **state)
{
	struct trace_hook h;

	(void)state;
	assert_true(trace_event(STR("p:kprobes/p_read vfs_read arg=%di"), &h));
	assert_true(str_is(h.target, "vfs_read"));
	assert_string_equal(h.flag, "p");
	assert_true(trace_event(STR("r8:k/x nf_tables:nft_do_chain"), &h));
	assert_true(str_is(h.module, "nf_tables") &&
		    str_is(h.target, "nft_do_chain"));
	assert_true(trace_event(STR("p:u/x /bin/bash:0x4245c0"), &h));
	assert_true(str_is(h.target, "/bin/bash:0x4245c0"));
	assert_false(trace_event(STR("p:u/x"), &h));
	assert_false(trace_event(STR(""), &h));
}

static void kprobes(void **state)
{
	struct trace_hook h;

	(void)state;
	assert_true(trace_kprobe(
		STR("ffffffffc0a0  k  do_open+0x0 [xfs] [FTRACE]"), &h));
	assert_true(str_is(h.target, "do_open+0x0") && str_is(h.module, "xfs"));
	assert_string_equal(h.flag, "k");
	assert_false(trace_kprobe(STR("ffffffffc0a0  k"), &h));
	assert_false(trace_kprobe(STR(""), &h));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions),
		cmocka_unit_test(events),
		cmocka_unit_test(kprobes),
	};

	return cmocka_run_group_tests_name("collect/tracing", tests, NULL,
					   NULL);
}
