/*
 * enrich_test.c - joins of processes, sockets, packages and responders with
 * a small host: init 1, sshd 10, bash 42 on a socket, two that claim each
 * other as parents, the collector 900.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../host/build.h"
#include "../util/scan.h"
#include "derive.h"

static const char processes[] =
	"{\"process.pid\":1,\"process.name\":\"systemd\",\"process.start\":1}\n"
	"{\"process.pid\":10,\"process.parent.pid\":1,\"process.name\":"
	"\"sshd\",\"process.start\":5,\"process.executable\":"
	"\"/usr/sbin/sshd\",\"process.args\":[\"sshd\",\"-D\"],"
	"\"sockets\":[22]}\n"
	"{\"process.pid\":42,\"process.parent.pid\":10,\"process.name\":"
	"\"bash\",\"process.start\":9,\"process.executable\":"
	"\"/usr/bin/bash\",\"process.args\":[\"bash\",\"-i\"],"
	"\"sockets\":[7001,7002]}\n"
	"{\"process.pid\":50,\"process.parent.pid\":51,\"process.name\":"
	"\"a\",\"process.start\":7}\n"
	"{\"process.pid\":51,\"process.parent.pid\":50,\"process.name\":"
	"\"b\",\"process.start\":7}\n"
	"{\"process.pid\":60,\"process.parent.pid\":61,\"process.name\":"
	"\"orphan\",\"process.start\":3}\n"
	"{\"process.pid\":61,\"process.parent.pid\":1,\"process.name\":"
	"\"younger\",\"process.start\":8}\n"
	"{\"process.pid\":900,\"process.parent.pid\":42,\"process.start\":20,"
	"\"process.name\":\"konseki\"}\n";

static const char sockets[] =
	"{\"network.transport\":\"tcp\",\"konseki.socket.inode\":7001,"
	"\"konseki.socket.state\":\"established\",\"source.ip\":\"10.0.0.1\","
	"\"source.port\":4000,\"destination.ip\":\"203.0.113.9\","
	"\"destination.port\":443}\n"
	"{\"network.transport\":\"tcp\",\"konseki.socket.inode\":22,"
	"\"konseki.socket.state\":\"listen\",\"source.ip\":\"0.0.0.0\","
	"\"source.port\":22,\"destination.ip\":\"0.0.0.0\"}\n"
	"{\"network.transport\":\"tcp\",\"konseki.socket.inode\":7002,"
	"\"konseki.socket.state\":\"established\",\"source.ip\":"
	"\"127.0.0.1\",\"source.port\":5,\"destination.ip\":\"127.0.0.1\","
	"\"destination.port\":6}\n";

struct fix {
	struct context ctx;
	struct arena scratch;
	struct event ev;
};

static int setup(void **state)
{
	static struct fix f;
	struct context *c = &f.ctx;

	f = (struct fix){ 0 };
	context_init(c);
	context_take(c, STR("konseki.json"), STR(""),
		     STR("{\"format\":1,\"pid\":900,\"parents\":[42],"
			 "\"clock\":{\"realtime_ns\":100}}"));
	context_take(c, STR("live/processes.0000.jsonl"), STR(""),
		     str_of(processes));
	context_take(c, STR("live/sockets.0000.jsonl"), STR(""),
		     str_of(sockets));
	context_take(c, STR("live/modules.0000.jsonl"), STR(""),
		     STR("{\"file.name\":\"nf_tables\","
			 "\"konseki.module.listed\":true}\n"
			 "{\"file.name\":\"ghost\","
			 "\"konseki.module.listed\":false}\n"));
	context_take(c, STR("state/files.0000.jsonl"), STR(""),
		     STR("{\"p\":\"/opt/x\"}\n"));
	context_take(c, STR(""), STR("/etc/passwd"),
		     STR("www-data:x:33:33::/var/www:/bin/sh\n"));
	context_take(c, STR(""), STR("/var/lib/dpkg/info/bash.list"),
		     STR("/bin/bash\n"));
	context_take(c, STR(""), STR("/var/lib/dpkg/info/bash.md5sums"),
		     STR("0123456789abcdef0123456789abcdef  bin/bash\n"));
	context_finish(c);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	context_free(&f->ctx);
	arena_free(&f->scratch);
	return 0;
}

static struct event *begin(struct fix *f, unsigned kind, int64_t ts,
			   enum event_kind ek)
{
	struct when w = when_stated(ts, UNIT_NS);

	ev_begin(&f->ev, kind, "test", &w, 0);
	f->ev.event_kind = (uint8_t)ek;
	return &f->ev;
}

static void joined(struct fix *f)
{
	struct source src = { 0 };

	enrich(&f->ev, &src, &f->ctx, &f->scratch);
}

static struct str get(const struct fix *f, unsigned key)
{
	return ev_get_str(&f->ev, key);
}

static bool yes(const struct fix *f, unsigned key)
{
	const struct field *v = ev_get(&f->ev, key);

	return v && v->type == V_BOOL && v->v.b;
}

static size_t count(const struct fix *f, unsigned key)
{
	size_t n = 0;

	for (size_t i = 0; i < f->ev.nfield; i++)
		n += f->ev.field[i].key == key;
	return n;
}

static void process(struct fix *f, unsigned pid, int64_t start)
{
	struct event *e = begin(f, KIND_PROCESS, 100, EK_STATE);

	ev_u64(e, KEY_PROCESS_PID, pid);
	ev_time(e, KEY_PROCESS_START, start);
}

static void a_shell_on_a_socket(void **state)
{
	struct fix *f = *state;
	unsigned char ip[16];

	process(f, 42, 9);
	ev_cstr(&f->ev, KEY_PROCESS_EXECUTABLE, "/usr/bin/bash");
	ev_cstr(&f->ev, KEY_USER_ID, "33");
	ev_cstr(&f->ev, KEY_K_PROCESS_FDS, "0 socket:[7001]");
	ev_cstr(&f->ev, KEY_K_PROCESS_FDS, "255 socket:[7002]");
	joined(f);
	assert_true(str_is(get(f, KEY_PROCESS_PARENT_NAME), "sshd"));
	assert_true(str_is(get(f, KEY_PROCESS_PARENT_COMMAND_LINE), "sshd -D"));
	assert_true(str_is(get(f, KEY_K_PROCESS_ANCESTORS), "sshd"));
	assert_int_equal(count(f, KEY_K_PROCESS_ANCESTORS), 2);
	assert_true(str_is(get(f, KEY_USER_NAME), "www-data"));
	assert_true(yes(f, KEY_K_PROCESS_INTERPRETER));
	assert_true(yes(f, KEY_K_PROCESS_STDIO_SOCKET));
	assert_true(yes(f, KEY_K_PROCESS_REMOTE_EXTERNAL));
	assert_int_equal(count(f, KEY_K_PROCESS_REMOTE_IP), 2);
	assert_int_equal(count(f, KEY_K_PROCESS_STDIO_IP), 1);
	assert_true(str_ip(STR("203.0.113.9"), ip));
	assert_memory_equal(ev_get(&f->ev, KEY_K_PROCESS_STDIO_IP)->v.ip, ip,
			    16);
	assert_int_equal(ev_get(&f->ev, KEY_K_PROCESS_SOCKETS)->v.u64, 2);
	assert_true(str_is(get(f, KEY_K_PROCESS_EXE_PACKAGE), "bash"));
	assert_null(ev_get(&f->ev, KEY_K_PROCESS_EXE_UNPACKAGED));
	assert_null(ev_get(&f->ev, KEY_K_PROCESS_NAME_BRACKETED));
	/* it is the shell the collector was started from */
	assert_true(yes(f, KEY_K_RESPONDER));
}

static void a_listener(void **state)
{
	struct fix *f = *state;

	process(f, 10, 5);
	ev_cstr(&f->ev, KEY_PROCESS_EXECUTABLE, "/usr/sbin/sshd");
	joined(f);
	assert_true(str_is(get(f, KEY_K_PROCESS_LISTEN), "tcp 0.0.0.0:22"));
	assert_null(ev_get(&f->ev, KEY_K_PROCESS_STDIO_SOCKET));
	assert_null(ev_get(&f->ev, KEY_K_PROCESS_REMOTE_EXTERNAL));
	assert_true(yes(f, KEY_K_PROCESS_EXE_UNPACKAGED));
	assert_null(ev_get(&f->ev, KEY_K_RESPONDER));
}

static void loops_of_parents_end(void **state)
{
	struct fix *f = *state;

	process(f, 50, 7);
	joined(f);
	assert_true(str_is(get(f, KEY_PROCESS_PARENT_NAME), "b"));
	assert_int_equal(count(f, KEY_K_PROCESS_ANCESTORS), 16);
}

static void a_reused_pid_is_no_parent(void **state)
{
	struct fix *f = *state;

	process(f, 60, 3);
	joined(f);
	assert_null(ev_get(&f->ev, KEY_PROCESS_PARENT_NAME));
}

static void names_of_kernel_threads(void **state)
{
	static const struct {
		const char *name, *argv0;
		bool kthread, want;
	} c[] = {
		{ "kworker/u8:2", "", false, true },
		{ "bash", "[kworker/0:1]", false, true },
		{ "kworker/u8:2", "", true, false },
		{ "netns", "", false, false },
		{ "bash", "bash", false, false },
		{ "md5sum", "md5sum", false, false },
		{ "watchdog", "", false, false },
	};
	struct fix *f = *state;

	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++) {
		process(f, 61, 8);
		ev_cstr(&f->ev, KEY_PROCESS_NAME, c[i].name);
		ev_cstr(&f->ev, KEY_K_PROCESS_ARGV0, c[i].argv0);
		ev_bool(&f->ev, KEY_K_PROCESS_KTHREAD, c[i].kthread);
		joined(f);
		if (yes(f, KEY_K_PROCESS_NAME_BRACKETED) != c[i].want)
			fail_msg("%s %s", c[i].name, c[i].argv0);
	}
}

static void modules_that_are_named(void **state)
{
	static const struct {
		const char *name;
		bool loaded;
	} want[] = { { "nf-tables", true },
		     { "nf_tables", true },
		     { "ghost", false },
		     { "other", false } };
	struct fix *f = *state;

	for (size_t i = 0; i < 4; i++) {
		const struct field *got;

		begin(f, KIND_AUTORUN, 1, EK_STATE);
		ev_cstr(&f->ev, KEY_K_AUTORUN_MECHANISM, "modules_load");
		ev_cstr(&f->ev, KEY_K_AUTORUN_NAME, want[i].name);
		joined(f);
		got = ev_get(&f->ev, KEY_K_AUTORUN_LOADED);
		assert_non_null(got);
		assert_int_equal(got->v.b, want[i].loaded);
	}
	begin(f, KIND_AUTORUN, 1, EK_STATE);
	ev_cstr(&f->ev, KEY_K_AUTORUN_MECHANISM, "cron");
	ev_cstr(&f->ev, KEY_K_AUTORUN_NAME, "nf_tables");
	joined(f);
	assert_null(ev_get(&f->ev, KEY_K_AUTORUN_LOADED));
}

static void owner_of_an_ebpf_program(void **state)
{
	struct fix *f = *state;

	begin(f, KIND_BPF, 1, EK_STATE);
	ev_u64(&f->ev, KEY_PROCESS_PID, 42);
	joined(f);
	assert_true(str_is(get(f, KEY_PROCESS_NAME), "bash"));
	assert_true(str_is(get(f, KEY_PROCESS_EXECUTABLE), "/usr/bin/bash"));
	assert_true(str_is(get(f, KEY_K_PROCESS_EXE_PACKAGE), "bash"));
	begin(f, KIND_BPF, 1, EK_STATE);
	ev_u64(&f->ev, KEY_PROCESS_PID, UINT64_C(1) << 32 | 42);
	joined(f);
	assert_int_equal(get(f, KEY_PROCESS_NAME).n, 0);
}

static void preload_and_container(void **state)
{
	struct fix *f = *state;
	char cgroup[100] = "/system.slice/docker-";

	memset(cgroup + 21, 'a', 64);
	process(f, 61, 8);
	ev_cstr(&f->ev, KEY_PROCESS_ENV, "PATH=/bin");
	ev_cstr(&f->ev, KEY_PROCESS_ENV, "LD_PRELOAD=/tmp/x.so");
	ev_cstr(&f->ev, KEY_K_PROCESS_CGROUP, cgroup);
	ev_cstr(&f->ev, KEY_PROCESS_EXECUTABLE, "/app");
	joined(f);
	assert_true(str_is(get(f, KEY_K_PROCESS_PRELOAD), "/tmp/x.so"));
	assert_int_equal(get(f, KEY_CONTAINER_ID).n, 64);
	/* another root: the host's packages say nothing */
	assert_null(ev_get(&f->ev, KEY_K_PROCESS_EXE_UNPACKAGED));
}

#define CONTAINER                                                              \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* One process in a container, one with a file system of its own. */
static void elsewhere(struct context *c)
{
	context_init(c);
	context_take(c, STR("live/processes.0000.jsonl"), STR(""),
		     STR("{\"process.pid\":70,\"process.start\":1,"
			 "\"konseki.process.namespace.mnt\":\"71\","
			 "\"konseki.process.namespace.net\":\"72\","
			 "\"konseki.process.cgroup\":\"/docker/" CONTAINER
			 "\"}\n"
			 "{\"process.pid\":80,\"process.start\":1,"
			 "\"konseki.process.namespace.mnt\":\"81\","
			 "\"konseki.process.namespace.net\":\"82\","
			 "\"sockets\":[9001]}\n"));
	context_take(c, STR("live/mounts.0000.jsonl"), STR(""),
		     STR("{\"konseki.mount.namespace\":71,"
			 "\"konseki.mount.super_options\":"
			 "\"upperdir=/var/lib/docker/overlay2/up/diff\"}\n"));
	context_take(c, STR("state/files.0000.jsonl"), STR(""),
		     STR("{\"p\":\"/var/lib/docker/overlay2/up/diff/tmp/x\","
			 "\"k\":\"elf\"}\n"
			 "{\"p\":\"/var/lib/docker/overlay2/low/diff/bin/y\","
			 "\"k\":\"elf\"}\n"));
	context_take(c, STR("state/roots.0000.jsonl"), STR(""),
		     STR("{\"p\":\"/mnt/x\",\"o\":81,\"private\":true,"
			 "\"k\":\"elf\"}\n"
			 "{\"p\":\"/mnt/y\",\"o\":81,\"k\":\"elf\"}\n"));
	context_finish(c);
}

static void programs_of_other_roots(void **state)
{
	static const struct {
		unsigned pid;
		const char *exe;
		bool upper, private;
	} c[] = {
		{ 70, "/tmp/x", true, false },
		{ 70, "/bin/y", false, false },
		{ 80, "/mnt/x", false, true },
		{ 80, "/mnt/y", false, false }, /* the host has that disk */
		{ 80, "/tmp/x", false, false },
	};
	struct fix *f = *state;
	struct context other = { 0 }, mine = f->ctx;

	elsewhere(&other);
	f->ctx = other;
	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++) {
		process(f, c[i].pid, 1);
		ev_cstr(&f->ev, KEY_PROCESS_EXECUTABLE, c[i].exe);
		if (c[i].pid == 70)
			ev_cstr(&f->ev, KEY_K_PROCESS_CGROUP,
				"/docker/" CONTAINER);
		joined(f);
		if (yes(f, KEY_K_PROCESS_EXE_UPPER) != c[i].upper ||
		    yes(f, KEY_K_PROCESS_EXE_PRIVATE) != c[i].private)
			fail_msg("%u %s", c[i].pid, c[i].exe);
	}
	/* a socket that was made in the namespace of the other one */
	begin(f, KIND_SOCKET, 100, EK_STATE);
	ev_u64(&f->ev, KEY_K_SOCKET_INODE, 9001);
	ev_u64(&f->ev, KEY_K_SOCKET_NETNS, 72);
	joined(f);
	assert_true(yes(f, KEY_K_SOCKET_FOREIGN_NETNS));
	assert_null(ev_get(&f->ev, KEY_CONTAINER_ID));
	/* one that nobody is seen to hold is the namespace's */
	begin(f, KIND_SOCKET, 100, EK_STATE);
	ev_u64(&f->ev, KEY_K_SOCKET_NETNS, 72);
	joined(f);
	assert_true(str_is(get(f, KEY_CONTAINER_ID), CONTAINER));
	assert_false(yes(f, KEY_K_SOCKET_FOREIGN_NETNS));
	f->ctx = mine;
	context_free(&other);
}

static void a_socket_knows_its_process(void **state)
{
	struct fix *f = *state;

	begin(f, KIND_SOCKET, 100, EK_STATE);
	ev_u64(&f->ev, KEY_K_SOCKET_INODE, 22);
	joined(f);
	assert_int_equal(ev_get(&f->ev, KEY_PROCESS_PID)->v.u64, 10);
	assert_true(str_is(get(f, KEY_PROCESS_NAME), "sshd"));
}

static void packages_of_files(void **state)
{
	static const struct {
		const char *path, *type, *md5, *want;
	} c[] = {
		{ "/usr/bin/bash", "file", "0123456789abcdef0123456789abcdef",
		  "intact" },
		{ "/usr/bin/bash", "file", "1123456789abcdef0123456789abcdef",
		  "modified" },
		{ "/usr/bin/bash", "file", "", "" },
		{ "/opt/x", "file", "", "unpackaged" },
		{ "/opt", "dir", "", "" },
	};
	struct fix *f = *state;

	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++) {
		begin(f, KIND_FILE, 1, EK_EVENT);
		ev_cstr(&f->ev, KEY_FILE_PATH, c[i].path);
		ev_cstr(&f->ev, KEY_FILE_TYPE, c[i].type);
		ev_cstr(&f->ev, KEY_FILE_HASH_MD5, c[i].md5);
		joined(f);
		if (!str_is(get(f, KEY_K_FILE_PACKAGE_STATE), c[i].want))
			fail_msg("%s %s", c[i].path, c[i].want);
	}
}

static void targets_of_autoruns(void **state)
{
	struct fix *f = *state;

	begin(f, KIND_AUTORUN, 1, EK_STATE);
	ev_cstr(&f->ev, KEY_K_AUTORUN_TARGET, "/opt/x");
	joined(f);
	assert_true(yes(f, KEY_K_AUTORUN_TARGET_EXISTS));
	assert_true(yes(f, KEY_K_AUTORUN_TARGET_UNPACKAGED));
	begin(f, KIND_AUTORUN, 1, EK_STATE);
	ev_cstr(&f->ev, KEY_K_AUTORUN_TARGET, "/bin/bash");
	joined(f);
	assert_false(yes(f, KEY_K_AUTORUN_TARGET_EXISTS));
	assert_true(str_is(get(f, KEY_K_AUTORUN_TARGET_PACKAGE), "bash"));
}

static void responders_in_logs_only_in_their_time(void **state)
{
	struct fix *f = *state;

	begin(f, KIND_LOG, INT64_C(5000000000), EK_EVENT);
	ev_u64(&f->ev, KEY_PROCESS_PID, 900);
	joined(f);
	assert_true(yes(f, KEY_K_RESPONDER));
	begin(f, KIND_LOG, -INT64_C(5000000000), EK_EVENT);
	ev_u64(&f->ev, KEY_PROCESS_PID, 900);
	joined(f);
	assert_false(yes(f, KEY_K_RESPONDER));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest test[] = {
		TEST(a_shell_on_a_socket),
		TEST(a_listener),
		TEST(loops_of_parents_end),
		TEST(a_reused_pid_is_no_parent),
		TEST(names_of_kernel_threads),
		TEST(preload_and_container),
		TEST(modules_that_are_named),
		TEST(owner_of_an_ebpf_program),
		TEST(programs_of_other_roots),
		TEST(a_socket_knows_its_process),
		TEST(packages_of_files),
		TEST(targets_of_autoruns),
		TEST(responders_in_logs_only_in_their_time),
	};

	return cmocka_run_group_tests(test, NULL, NULL);
}
