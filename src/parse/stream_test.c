/*
 * stream_test.c - the collector's own members: files with their times merged,
 * states only where there is something, processes, sockets, secrets, status.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../host/build.h"
#include "show.h"

static void host(struct context *c)
{
	context_init(c);
	context_take(c, STR("konseki.json"), STR(""),
		     STR("{\"format\":1,\"clock\":{\"realtime_ns\":"
			 "1760000000000000000}}"));
	context_take(c, STR(""), STR("/etc/passwd"),
		     STR("root:x:0:0::/root:/bin/bash\n"
			 "www-data:x:33:33::/var/www:/usr/sbin/nologin\n"));
	context_take(c, STR(""), STR("/var/lib/dpkg/info/base.list"),
		     STR("/usr/bin/passwd\n/usr/bin/ls\n/usr/lib/a.so\n"));
	context_finish(c);
}

static void run(const char *member, const char *data, bool fields,
		struct show *sh, enum outcome want)
{
	struct source src = { .member = str_of(member),
			      .data = str_of(data),
			      .mtime_ns = INT64_MIN };
	const struct parser *ps = parser_pick(&src);
	struct context c;

	assert_non_null(ps);
	host(&c);
	*sh = (struct show){ .fields = fields };
	assert_int_equal(show_parse(sh, ps, &c, &src), want);
	context_free(&c);
}

static void check(const char *member, const char *data, bool fields,
		  const char *want)
{
	struct show sh;

	run(member, data, fields, &sh, WHOLE);
	assert_string_equal(sh.text.p, want);
	buf_free(&sh.text);
}

static void equal_times_are_one_event(void **state)
{
	(void)state;
	check("state/files.0000.jsonl",
	      "{\"p\":\"/a\",\"t\":\"f\",\"m\":420,\"u\":0,\"g\":0,"
	      "\"s\":5,\"i\":9,\"M\":100,\"A\":300,\"C\":100,\"B\":100}\n"
	      "{\"p\":\"/b\",\"t\":\"d\",\"m\":493,\"M\":1,\"A\":2,\"C\":3}\n",
	      false,
	      "FILE 100 13\nFILE 300 2\n"
	      "FILE 1 1\nFILE 2 2\nFILE 3 4\n");
}

static void a_file_says_what_it_is(void **state)
{
	(void)state;
	check("state/files.0000.jsonl",
	      "{\"p\":\"/etc/q\\\"\",\"t\":\"f\",\"m\":416,\"u\":33,\"g\":7,"
	      "\"s\":5,\"n\":2,\"i\":18446744073709551615,\"d\":\"8:1\","
	      "\"M\":-1,\"A\":-1,\"C\":-1,\"B\":-1,\"h\":\"ab\"}\n",
	      true,
	      "FILE -1 15 file.device=8:1 file.gid=7 file.hash.sha256=ab "
	      "file.inode=18446744073709551615 file.mode=0640 "
	      "file.owner=www-data file.path=/etc/q\" file.size=5 "
	      "file.type=file file.uid=33 konseki.file.links=2 "
	      "konseki.file.package_state=unpackaged konseki.macb=MACB\n");
}

static void a_setuid_file_has_a_state(void **state)
{
	(void)state;
	check("state/files.0000.jsonl",
	      "{\"p\":\"/usr/bin/passwd\",\"t\":\"f\",\"m\":2541,\"s\":1,"
	      "\"M\":7,\"k\":\"elf\",\"f\":[\"nodump\"]}\n",
	      true,
	      "FILE 7 1 file.gid=0 file.mode=4755 file.owner=root "
	      "file.path=/usr/bin/passwd file.size=1 file.type=file "
	      "file.uid=0 package.name=base konseki.file.content=elf "
	      "konseki.file.setuid=true "
	      "konseki.macb=M...\n"
	      "FILE_STATE 1760000000000000000 19 file.attributes=nodump "
	      "file.gid=0 file.mode=4755 file.name=passwd file.owner=root "
	      "file.path=/usr/bin/passwd file.size=1 file.type=file "
	      "file.uid=0 package.name=base konseki.file.content=elf "
	      "konseki.file.setuid=true\n");
}

/* cap_setuid+ep on python: python by its name, the xattr decoded */
static void capabilities_are_decoded(void **state)
{
	struct show sh;

	(void)state;
	run("state/files.0000.jsonl",
	    "{\"p\":\"/usr/bin/python3.11\",\"t\":\"f\",\"m\":493,"
	    "\"M\":7,\"x\":{\"security.capability\":"
	    "\"AQAAAoAAAAAAAAAAAAAAAAAAAAA=\"}}\n",
	    true, &sh, WHOLE);
	assert_non_null(
		strstr(sh.text.p, "konseki.file.capabilities=cap_setuid=ep"));
	assert_non_null(strstr(sh.text.p, "konseki.file.interpreter=true"));
	assert_int_equal(sh.nevent, 2);
	buf_free(&sh.text);
}

/* one time each: two events tell that there was a state */
static void states_only_where_there_is_something(void **state)
{
	static const struct {
		const char *row;
		size_t nevent;
	} c[] = {
		{ "\"p\":\"/usr/bin/ls\",\"t\":\"f\",\"m\":493,\"k\":\"elf\"",
		  1 },
		{ "\"p\":\"/bin/ls\",\"t\":\"f\",\"m\":493,\"k\":\"elf\"", 1 },
		{ "\"p\":\"/usr/bin/x\",\"t\":\"f\",\"m\":493,\"k\":\"elf\"",
		  2 },
		{ "\"p\":\"/opt/doc\",\"t\":\"f\",\"m\":420", 1 },
		{ "\"p\":\"/opt/s\",\"t\":\"f\",\"m\":420,\"k\":\"script\"",
		  2 },
		{ "\"p\":\"/dev/shm/x\",\"t\":\"f\",\"m\":448", 2 },
		{ "\"p\":\"/tmp/x\",\"t\":\"d\",\"m\":1023", 1 },
		{ "\"p\":\"/etc/x\",\"t\":\"f\",\"m\":420,\"f\":"
		  "[\"immutable\"]",
		  2 },
		{ "\"p\":\"/dev/sda\",\"t\":\"b\",\"m\":432", 1 },
		{ "\"p\":\"/var/x\",\"t\":\"b\",\"m\":432", 2 },
		{ "\"p\":\"/usr/sbin/nologin \",\"t\":\"l\",\"m\":511", 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++) {
		struct buf row = { 0 };
		struct show sh;

		buf_fmt(&row, "{%s,\"M\":1}\n", c[i].row);
		buf_c(&row, '\0');
		run("state/files.0000.jsonl", row.p, false, &sh, WHOLE);
		if (sh.nevent != c[i].nevent)
			fail_msg("%s: %zu events", c[i].row, sh.nevent);
		buf_free(&sh.text);
		buf_free(&row);
	}
}

static void damaged_rows_are_notes(void **state)
{
	struct show sh;

	(void)state;
	run("state/files.0000.jsonl",
	    "{\"p\":\"/a\",\"M\":1}\n{\"p\":\"/b\n{\"t\":\"f\",\"M\":1}\n"
	    "{\"p\":\"/c\",\"M\":2}",
	    false, &sh, PARTLY);
	assert_string_equal(sh.text.p, "FILE 1 1\n! row\n! path of a row\n"
				       "FILE 2 1\n");
	buf_free(&sh.text);
}

static void bytes_of_a_name_are_exact(void **state)
{
	struct show sh;

	(void)state;
	run("state/files.0000.jsonl",
	    "{\"p\":\"/tmp/a\\\\xff\",\"p_b64\":\"L3RtcC9h/w==\",\"M\":1}\n",
	    true, &sh, WHOLE);
	assert_non_null(strstr(sh.text.p, "file.path=/tmp/a\xff"));
	buf_free(&sh.text);
}

static void a_process_is_a_state_and_a_start(void **state)
{
	(void)state;
	check("live/processes.0000.jsonl",
	      "{\"process.pid\":42,\"process.args\":[\"sh\",\"-c\",\"a b\"],"
	      "\"process.env_vars\":[\"A=1\"],\"process.executable\":"
	      "\"/usr/bin/dash\",\"process.start\":5,\"user.id\":\"33\","
	      "\"konseki.process.namespace.net\":\"40\",\"sockets\":[1],"
	      "\"fds\":[\"0 socket:[1]\"],\"maps\":[\"/usr/lib/a.so\","
	      "\"/tmp/e.so\",\"/usr/lib/a.so (deleted)\","
	      "\"/usr/bin/dash\"],\"odd\":true}\n",
	      true,
	      "PROCESS 1760000000000000000 19 process.args=sh "
	      "process.args=-c process.args=a b "
	      "process.command_line=sh -c a b process.env_vars=A=1 "
	      "process.executable=/usr/bin/dash process.pid=42 "
	      "process.start=5 user.id=33 konseki.field.odd=true "
	      "konseki.process.fds=0 socket:[1] "
	      "konseki.process.mapped_unpackaged=/tmp/e.so "
	      "konseki.process.namespace.net=40\n"
	      "PROCESS_START 5 17 process.command_line=sh -c a b "
	      "process.executable=/usr/bin/dash process.pid=42 "
	      "process.start=5 user.id=33 konseki.field.odd=true "
	      "konseki.process.namespace.net=40\n");
}

static void arguments_keep_their_bytes(void **state)
{
	struct show sh;

	(void)state;
	run("live/processes.0000.jsonl",
	    "{\"process.pid\":1,\"process.args\":[\"a\\\\xff\",\"b\"],"
	    "\"process.args_b64\":[\"Yf8=\",\"Yg==\"]}\n",
	    true, &sh, WHOLE);
	assert_non_null(strstr(sh.text.p, "process.command_line=a\xff b "));
	assert_non_null(strstr(sh.text.p, "process.args=a\xff "));
	buf_free(&sh.text);
}

static void other_streams_by_their_keys(void **state)
{
	(void)state;
	check("live/sockets.0000.jsonl",
	      "{\"network.transport\":\"tcp\",\"source.ip\":\"10.0.0.1\","
	      "\"source.port\":22,\"konseki.socket.inode\":7}\n",
	      true,
	      "SOCKET 1760000000000000000 19 network.transport=tcp "
	      "source.ip=10.0.0.1 source.port=22 konseki.socket.inode=7\n");
	check("live/neighbours.0000.jsonl",
	      "{\"destination.ip\":\"10.0.0.9\",\"who\":\"x\"}\n", true,
	      "STATE 1760000000000000000 19 destination.ip=10.0.0.9 "
	      "konseki.field.who=x konseki.message=neighbours: 10.0.0.9 x\n");
}

static void status_rows(void **state)
{
	(void)state;
	check("status/0000.jsonl",
	      "{\"probe\":\"paths\",\"item\":\"/var/log/auth.log\","
	      "\"status\":\"denied\",\"errno\":13,\"error\":"
	      "\"Permission denied\",\"core\":\"auth\"}\n",
	      true,
	      "SOURCE_STATUS 1760000000000000000 19 "
	      "konseki.message=paths /var/log/auth.log: denied "
	      "(Permission denied) konseki.status.core=auth "
	      "konseki.status.errno=13 "
	      "konseki.status.error=Permission denied "
	      "konseki.status.item=/var/log/auth.log "
	      "konseki.status.probe=paths konseki.status.state=denied\n");
}

static void secrets_join_their_account(void **state)
{
	(void)state;
	check("state/secrets.0000.jsonl",
	      "{\"path\":\"/etc/shadow\",\"kind\":\"shadow\",\"user\":"
	      "\"www-data\",\"state\":\"set\",\"algorithm\":\"yescrypt\","
	      "\"last_change_day\":1}\n",
	      true,
	      "ACCOUNT 1760000000000000000 19 file.path=/etc/shadow "
	      "user.id=33 user.name=www-data konseki.account.home=/var/www "
	      "konseki.account.password=set konseki.account.service=true "
	      "konseki.account.shell=/usr/sbin/nologin "
	      "konseki.field.algorithm=yescrypt "
	      "konseki.field.last_change_day=1\n"
	      "PASSWORD_CHANGED 86400000000000 16 file.path=/etc/shadow "
	      "user.target.name=www-data\n");
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int drop(struct sink *s, struct event *e)
{
	(void)s;
	(void)e;
	return 0;
}

static void the_speed_of_file_rows_is_printed(void **state)
{
	static const struct sink_ops ops = { .event = drop };
	static struct event ev;
	struct sink sink = { &ops };
	struct arena keep = { 0 }, scratch = { 0 };
	struct buf b = { 0 };
	struct context c;
	struct source src = { .member = STR("state/files.0000.jsonl") };
	struct parse p = { .src = &src,
			   .ctx = &c,
			   .keep = &keep,
			   .scratch = &scratch,
			   .out = &sink,
			   .ev = &ev };
	double t;

	(void)state;
	host(&c);
	for (int i = 0; i < 50000; i++)
		buf_fmt(&b,
			"{\"p\":\"/usr/share/doc/pkg%d/copyright\",\"t\":\"f\","
			"\"m\":420,\"u\":0,\"g\":0,\"s\":%d,\"n\":1,\"i\":%d,"
			"\"d\":\"8:1\",\"M\":17000000000000%05d,"
			"\"A\":1750000000000000000,\"C\":1750000000000000000,"
			"\"B\":1750000000000000000}\n",
			i, i, i, i);
	src.data = buf_view(&b);
	t = seconds();
	assert_int_equal(parser_files.parse(&p), WHOLE);
	t = seconds() - t;
	print_message("files: %.0f ns a row\n", t / 50000 * 1e9);
	buf_free(&b);
	arena_free(&keep);
	arena_free(&scratch);
	context_free(&c);
}

int main(void)
{
	const struct CMUnitTest test[] = {
		cmocka_unit_test(equal_times_are_one_event),
		cmocka_unit_test(a_file_says_what_it_is),
		cmocka_unit_test(a_setuid_file_has_a_state),
		cmocka_unit_test(capabilities_are_decoded),
		cmocka_unit_test(states_only_where_there_is_something),
		cmocka_unit_test(damaged_rows_are_notes),
		cmocka_unit_test(bytes_of_a_name_are_exact),
		cmocka_unit_test(a_process_is_a_state_and_a_start),
		cmocka_unit_test(arguments_keep_their_bytes),
		cmocka_unit_test(other_streams_by_their_keys),
		cmocka_unit_test(status_rows),
		cmocka_unit_test(secrets_join_their_account),
		cmocka_unit_test(the_speed_of_file_rows_is_printed),
	};

	return cmocka_run_group_tests(test, NULL, NULL);
}
