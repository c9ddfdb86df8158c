/*
 * build_test.c - a context from the members of an archive: identity, zone,
 * accounts, processes with their sockets, paths.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <netinet/in.h>

#include "../util/buf.h"
#include "build.h"
#include "jsonrow.h"

static const char manifest[] =
	"{\"format\":1,\"tool\":\"konseki\",\"version\":\"0.1\","
	"\"argv\":[\"konseki\",\"collect\"],"
	"\"host\":{\"hostname\":\"web1\",\"machine_id\":\"m\","
	"\"dmi_uuid\":\"d\",\"root_fs_uuid\":\"r\",\"kernel\":\"6.1\"},"
	"\"clock\":{\"realtime_ns\":1760000000123456789},"
	"\"zone\":{\"name\":\"Asia/Tokyo\",\"offset_s\":32400},"
	"\"root\":false,\"uid\":0,\"pid\":900,\"parents\":[800,700,1]}";

static const char processes[] =
	"{\"process.pid\":900,\"process.parent.pid\":800,"
	"\"process.name\":\"konseki\",\"process.start\":5}\n"
	"{\"process.pid\":901,\"process.parent.pid\":900}\n"
	"not json\n"
	"{\"process.pid\":42,\"process.parent.pid\":1,\"user.id\":\"33\","
	"\"process.args\":[\"bash\",\"-i\"],\"process.executable\":"
	"\"/usr/bin/bash\",\"sockets\":[7001,7002],\"process.start\":9}\n"
	"{\"process.pid\":42,\"process.start\":3,\"process.name\":\"old\"}\n"
	"{\"process.pid\":2,\"konseki.process.kernel_thread\":true}\n";

static const char sockets[] =
	"{\"network.transport\":\"tcp\",\"konseki.socket.inode\":7001,"
	"\"konseki.socket.state\":\"established\",\"source.ip\":\"10.0.0.1\","
	"\"source.port\":4000,\"destination.ip\":\"203.0.113.9\","
	"\"destination.port\":443}\n"
	"{\"network.transport\":\"tcp\",\"konseki.socket.inode\":6000,"
	"\"konseki.socket.state\":\"LISTEN\",\"source.ip\":\"::\","
	"\"source.port\":22}\n";

static const char files[] =
	"{\"p\":\"/bin/ls\",\"t\":\"f\"}\n"
	"{\"p\":\"/tmp/a\\\\xff\",\"p_b64\":\"L3RtcC9h/w==\"}\n"
	"{\"p\":\"/usr/bin/awk\",\"t\":\"l\",\"l\":\"/etc/alternatives/awk\"}\n"
	"{\"p\":\"/etc/alternatives/awk\",\"t\":\"l\",\"l\":\"/usr/bin/"
	"mawk\"}\n"
	"{\"p\":\"/usr/bin/loop\",\"t\":\"l\",\"l\":\"loop\"}\n"
	"{\"t\":\"f\",\"p\":\"/tmp/q\\\"q\"}\n";

static void take(struct context *c, const char *member, const char *path,
		 struct str data)
{
	assert_true(context_wants(str_of(member), str_of(path)));
	context_take(c, str_of(member), str_of(path), data);
}

static void built(struct context *c)
{
	context_init(c);
	take(c, "konseki.json", "", str_of(manifest));
	take(c, "live/processes.0000.jsonl", "", str_of(processes));
	take(c, "live/sockets.0000.jsonl", "", str_of(sockets));
	take(c, "state/files.0000.jsonl", "", str_of(files));
	take(c, "files/etc/passwd", "/etc/passwd",
	     STR("root:x:0:0:root:/root:/bin/bash\n"
		 "toor:x:0:0::/root2:/bin/sh\n"
		 "www:x:33:33::/var/www/:/usr/sbin/nologin\n"
		 "app:x:1000:1000::/var/www/app:/bin/sh\n"));
	take(c, "files/etc/group", "/etc/group", STR("adm:x:4:app\n"));
	take(c, "files/etc/os-release", "/etc/os-release",
	     STR("NAME=Debian\nVERSION=\"12\"\n"));
	take(c, "files/var/lib/dpkg/info/coreutils.list",
	     "/var/lib/dpkg/info/coreutils.list", STR("/.\n/bin/ls\n"));
	context_finish(c);
}

static void identity_and_zone(void **state)
{
	struct context c;

	(void)state;
	built(&c);
	assert_true(str_is(c.hostname, "web1"));
	assert_true(str_is(c.os_name, "Debian") && str_is(c.os_version, "12"));
	assert_int_equal(c.id.n, 32);
	assert_int_equal(c.collected_ns, 1760000000123456789);
	assert_int_equal(tz_offset(&c.zone, 0), 32400);
	assert_int_equal(c.have, CTX_ZONE | CTX_ACCOUNTS | CTX_PACKAGES |
					 CTX_PROCESSES | CTX_SOCKETS |
					 CTX_MANIFEST | CTX_FILES);
	context_free(&c);
}

static void accounts(void **state)
{
	struct context c;

	(void)state;
	built(&c);
	assert_true(str_is(ctx_uid(&c, 0)->name, "root"));
	assert_int_equal(ctx_user(&c, STR("www"))->uid, 33);
	assert_null(ctx_user(&c, STR("ww")));
	assert_null(ctx_uid(&c, 5));
	assert_true(str_is(ctx_group(&c, 4), "adm"));
	assert_true(
		str_is(ctx_home(&c, STR("/var/www/app/.ssh/x"))->name, "app"));
	assert_true(str_is(ctx_home(&c, STR("/var/www/.ssh/x"))->name, "www"));
	assert_null(ctx_home(&c, STR("/var/wwwx/.ssh/x")));
	context_free(&c);
}

static void processes_and_sockets(void **state)
{
	struct context c;
	const struct proc_socket *s;
	const struct proc *p;

	(void)state;
	built(&c);
	p = ctx_pid(&c, 42);
	assert_non_null(p);
	assert_int_equal(p->start_ns, 9);
	assert_int_equal(p->uid, 33);
	assert_true(str_is(p->cmdline, "bash -i"));
	assert_int_equal(p->nsock, 2);
	assert_ptr_equal(ctx_socket_proc(&c, 7001), p);
	assert_null(ctx_socket_proc(&c, 6000));
	s = ctx_socket(&c, 7001);
	assert_non_null(s);
	assert_int_equal(s->proto, IPPROTO_TCP);
	assert_int_equal(s->state, 1);
	assert_int_equal(s->rport, 443);
	assert_int_equal(s->family, 4);
	assert_int_equal(ctx_socket(&c, 6000)->state, 10);
	assert_null(ctx_socket(&c, 7002));
	assert_null(ctx_pid(&c, 3));
	assert_true(ctx_pid(&c, 2)->kthread);
	assert_int_equal(ctx_pid(&c, 901)->start_ns, INT64_MIN);
	context_free(&c);
}

static void responders_are_known_by_pid(void **state)
{
	struct context c;

	(void)state;
	built(&c);
	assert_true(ctx_responder(&c, 900));
	assert_true(ctx_responder(&c, 700));
	assert_true(ctx_responder(&c, 901)); /* a reader of the collector */
	assert_false(ctx_responder(&c, 1));
	assert_false(ctx_responder(&c, 42));
	context_free(&c);
}

static void paths_that_were_seen(void **state)
{
	struct context c;

	(void)state;
	built(&c);
	assert_true(ctx_exists(&c, STR("/usr/bin/ls")));
	assert_true(ctx_exists(&c, STR("/tmp/a\xff")));
	assert_true(ctx_exists(&c, STR("/tmp/q\"q")));
	assert_false(ctx_exists(&c, STR("/tmp/b")));
	assert_true(str_is(ctx_resolve(&c, STR("/bin/awk"), &c.arena),
			   "/usr/bin/mawk"));
	assert_true(str_is(ctx_resolve(&c, STR("/usr/bin/loop"), &c.arena),
			   "/usr/bin/loop"));
	assert_true(
		str_is(ctx_resolve(&c, STR("/bin/ls"), &c.arena), "/bin/ls"));
	/* seen is not owned */
	assert_null(ctx_owner(&c, STR("/tmp/a\xff")));
	assert_true(str_is(ctx_owner(&c, STR("/bin/ls"))->name, "coreutils"));
	context_free(&c);
}

static void nothing_known_is_no_crash(void **state)
{
	struct context c = { 0 };

	(void)state;
	context_finish(&c);
	assert_int_equal(c.have, 0);
	assert_int_equal(c.collected_ns, INT64_MIN);
	assert_int_equal(tz_offset(&c.zone, 0), 0);
	assert_null(ctx_uid(&c, 0));
	assert_null(ctx_pid(&c, 1));
	assert_false(ctx_responder(&c, 0));
	assert_true(ctx_exists(&c, STR("/x")));
	context_free(&c);
}

/* What a container says of its accounts is not said of the host. */
static void roots_of_their_own(void **state)
{
	struct context host = { 0 }, *root;

	(void)state;
	context_init(&host);
	context_take(&host, STR("konseki.json"), STR(""),
		     STR("{\"format\":1,\"clock\":{\"realtime_ns\":100}}"));
	context_take(&host, STR(""), STR("/etc/passwd"),
		     STR("hana:x:1000:1000::/home/hana:/bin/sh\n"));
	root = context_root(&host, 4026532281);
	assert_ptr_equal(root, context_root(&host, 4026532281));
	context_take(root, STR(""), STR("/etc/passwd"),
		     STR("app:x:1000:1000::/app:/bin/sh\n"));
	context_take(root, STR(""), STR("/var/lib/dpkg/info/app.list"),
		     STR("/app/run\n"));
	context_finish(&host);
	context_finish(root);
	assert_null(ctx_user(&host, STR("app")));
	assert_non_null(ctx_user(ctx_root(&host, 4026532281), STR("app")));
	assert_true(str_is(ctx_uid(&host, 1000)->name, "hana"));
	assert_non_null(
		ctx_owner(ctx_root(&host, 4026532281), STR("/app/run")));
	assert_null(ctx_owner(&host, STR("/app/run")));
	assert_true(str_eq(host.id, root->id));
	assert_int_equal(root->collected_ns, 100);
	assert_ptr_equal(ctx_root(&host, 0), &host);
	assert_int_equal(ctx_root(&host, 7)->have, 0);
	context_free(&host);
}

static void what_is_not_wanted(void **state)
{
	(void)state;
	assert_false(
		context_wants(STR("files/etc/shadow"), STR("/etc/shadow")));
	assert_false(context_wants(STR("x/konseki.json"), STR("")));
}

static void rows_of_every_shape(void **state)
{
	struct arena a = { 0 };
	struct jsonrow r;
	struct jsonrow_value v;
	struct str key, item;
	size_t at = 0;
	int64_t n = 0;

	(void)state;
	assert_true(jsonrow_open(&r,
				 STR("{\"a\":-5, \"b\":[1,\"x\\n\"], \"c\":"
				     "{\"d\":[]},\"e\":null,\"f\":false}"),
				 &a));
	assert_true(jsonrow_next(&r, &key, &v) && jsonrow_i64(&v, &n));
	assert_int_equal(n, -5);
	assert_true(jsonrow_next(&r, &key, &v) && v.type == ROW_LIST);
	assert_true(jsonrow_item(&v, &at, &a, &item) && str_is(item, "1"));
	assert_true(jsonrow_item(&v, &at, &a, &item) && str_is(item, "x\n"));
	assert_false(jsonrow_item(&v, &at, &a, &item));
	assert_true(jsonrow_next(&r, &key, &v) && v.type == ROW_OBJ &&
		    str_is(v.text, "{\"d\":[]}"));
	assert_true(jsonrow_next(&r, &key, &v) && v.type == ROW_NULL);
	assert_true(jsonrow_next(&r, &key, &v) && v.type == ROW_BOOL && !v.yes);
	assert_false(jsonrow_next(&r, &key, &v) || r.bad);
	arena_free(&a);
}

/* Every cut of a row ends, and says so. */
static void cut_rows_are_bad(void **state)
{
	const struct str row = STR("{\"a\":[1,\"\\u0041\"],\"b\":\"q\\\"\","
				   "\"c\":{\"x\":1},\"d\":true,\"e\":12}");
	struct arena a = { 0 };

	(void)state;
	for (size_t n = 0; n <= row.n; n++) {
		struct jsonrow r;
		struct jsonrow_value v;
		struct str key;
		size_t steps = 0;

		if (jsonrow_open(&r, str_head(row, n), &a))
			while (jsonrow_next(&r, &key, &v))
				assert_true(++steps < 8);
		assert_int_equal(r.bad, n < row.n);
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest test[] = {
		cmocka_unit_test(identity_and_zone),
		cmocka_unit_test(accounts),
		cmocka_unit_test(processes_and_sockets),
		cmocka_unit_test(responders_are_known_by_pid),
		cmocka_unit_test(paths_that_were_seen),
		cmocka_unit_test(nothing_known_is_no_crash),
		cmocka_unit_test(roots_of_their_own),
		cmocka_unit_test(what_is_not_wanted),
		cmocka_unit_test(rows_of_every_shape),
		cmocka_unit_test(cut_rows_are_bad),
	};

	return cmocka_run_group_tests(test, NULL, NULL);
}
