/*
 * live_test.c - the small live probes on texts of our own making: sessions,
 * modules, mounts; and on this machine as it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "probe_test.h"
#include "live.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "newer_test.h"

static char dir[64];

static void put(const char *name, const char *text)
{
	char t[256];
	int fd;

	snprintf(t, sizeof t, "%s/%s", dir, name);
	for (char *p = t + strlen(dir) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		(void)mkdir(t, 0700);
		*p = '/';
	}
	fd = open(t, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int set_up(void **state)
{
	(void)state;
	snprintf(dir, sizeof dir, "/tmp/konseki-live-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	put("run/systemd/sessions/c1",
	    "# private\nUID=1000\nUSER=alice\nREMOTE_HOST=192.0.2.7\n"
	    "SERVICE=sshd\nTYPE=tty\nCLASS=user\nTTY=pts/0\nLEADER=42\n"
	    "REALTIME=1700000000000001\nSCOPE=session-c1.scope\n");
	put("run/systemd/sessions/c1.ref", "x");
	put("modules", "ext4 1000 2 - Live 0x0\n"
		       "jbd2 500 1 ext4,ocfs2, Live 0x0 (OE)\n");
	put("sys/module/jbd2/taint", "OE\n");
	put("sys/module/jbd2/initstate", "live\n");
	put("sys/module/quiet/initstate", "live\n");
	put("sys/module/builtin/uevent", "");
	put("self/mountinfo", "36 35 98:0 /a\\040b /mnt\\0122 rw,noatime "
			      "shared:1 master:2 - ext3 "
			      "/dev/root rw,errors=continue\n"
			      "37 36 0:5 / /x rw - tmpfs none rw\n"
			      "broken line\n");
	return 0;
}

static int remove_all(void **state)
{
	static const char *const name[] = {
		"run/systemd/sessions/c1",
		"run/systemd/sessions/c1.ref",
		"run/systemd/sessions",
		"run/systemd",
		"run",
		"modules",
		"sys/module/jbd2/taint",
		"sys/module/jbd2/initstate",
		"sys/module/jbd2",
		"sys/module/quiet/initstate",
		"sys/module/quiet",
		"sys/module/builtin/uevent",
		"sys/module/builtin",
		"sys/module",
		"sys",
		"self/mountinfo",
		"self",
		"",
	};
	char t[256];

	(void)state;
	for (size_t i = 0; i < sizeof name / sizeof name[0]; i++) {
		snprintf(t, sizeof t, "%s/%s", dir, name[i]);
		(void)remove(t);
	}
	return 0;
}

static struct probe_run *run_on(const struct probe *p, const char *root,
				const char *proc)
{
	struct probe_run *r = xmalloc(sizeof *r);

	r->env.root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	r->env.proc = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r->env.live = true;
	p->run(r);
	close(r->env.root);
	close(r->env.proc);
	return r;
}

static void free_run(struct probe_run *r)
{
	arena_free(&r->arena);
	free(r);
}

static void assert_row(const struct probe_run *r, size_t i, const char *want)
{
	assert_true(i < r->nrow);
	if (!str_is(r->row[i], want))
		fail_msg("row %zu is " STR_FMT, i, STR_ARG(r->row[i]));
}

static void sessions(void **state)
{
	struct probe_run *r = run_on(&probe_sessions, dir, dir);

	(void)state;
	assert_int_equal(r->nrow, 1);
	assert_row(r, 0,
		   "{\"konseki.session.id\":\"c1\",\"user.id\":\"1000\","
		   "\"user.name\":\"alice\",\"process.pid\":42,"
		   "\"process.tty.name\":\"pts/0\","
		   "\"source.address\":\"192.0.2.7\","
		   "\"service.name\":\"sshd\","
		   "\"event.start\":1700000000000001000,"
		   "\"konseki.session.class\":\"user\","
		   "\"konseki.session.scope\":\"session-c1.scope\","
		   "\"konseki.session.type\":\"tty\"}\n");
	free_run(r);
}

static void mounts_with_escapes(void **state)
{
	struct probe_run *r = run_on(&probe_mounts, dir, dir);

	(void)state;
	assert_int_equal(r->nrow, 2);
	assert_row(r, 0,
		   "{\"konseki.mount.id\":36,\"konseki.mount.parent\":35,"
		   "\"file.path\":\"/mnt\\n2\",\"konseki.mount.root\":\"/a b\","
		   "\"konseki.mount.device\":\"98:0\","
		   "\"konseki.mount.type\":\"ext3\","
		   "\"konseki.mount.source\":\"/dev/root\","
		   "\"konseki.mount.options\":\"rw,noatime\","
		   "\"konseki.mount.super_options\":\"rw,errors=continue\","
		   "\"konseki.mount.propagation\":\"shared:1 master:2\"}\n");
	assert_row(r, 1,
		   "{\"konseki.mount.id\":37,\"konseki.mount.parent\":36,"
		   "\"file.path\":\"/x\",\"konseki.mount.root\":\"/\","
		   "\"konseki.mount.device\":\"0:5\","
		   "\"konseki.mount.type\":\"tmpfs\","
		   "\"konseki.mount.source\":\"none\","
		   "\"konseki.mount.options\":\"rw\","
		   "\"konseki.mount.super_options\":\"rw\"}\n");
	free_run(r);
}

static const struct probe *const all[] = {
#define RUN_PROBE(name) /* a fake reader has no inside */
#define PROBE(name) &probe_##name,
#include "probes.def"
#undef PROBE
};

static bool whole_status(const struct probe_run *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->nstatus; i++)
		n += r->status[i].what.n == 0;
	return n == 1;
}

/* Each says once how it went as a whole; resumed past its end, nothing more
 * comes. */
static int every(void)
{
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		struct probe_run *r = run_on(all[i], "/", "/proc");
		bool ok = whole_status(r) && !r->out_of_order;

		free_run(r);
		if (!ok)
			return (int)i + 1;
	}
	return 0;
}

static void each_probe_on_this_machine(void **state)
{
	(void)state;
	assert_int_equal(every(), 0);
}

static void each_probe_on_an_old_kernel(void **state)
{
	static const int answer[] = { ENOSYS, EPERM };

	(void)state;
	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();
		int status = 0;

		if (pid == 0)
			_exit(deny_newer(answer[i], 1) < 0 ? 99 : every());
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sessions),
		cmocka_unit_test(mounts_with_escapes),
		cmocka_unit_test(each_probe_on_this_machine),
		cmocka_unit_test(each_probe_on_an_old_kernel),
	};

	return cmocka_run_group_tests(tests, set_up, remove_all);
}
