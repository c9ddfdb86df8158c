/*
 * cross_test.c - the cross probe against a made-up /proc that keeps quiet
 * about things that are there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "probe_test.h"
#include "cross.h"
#include "sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

struct lie { /* a /proc of our own making */
	char dir[64];
	int fd;
};

static void put(const struct lie *l, const char *name, const char *text)
{
	int fd = openat(l->fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* Knows of no process; `self' still leads to us. */
static struct lie new_lie(bool listed)
{
	struct lie l;
	char pid[16], name[64];

	snprintf(l.dir, sizeof l.dir, "/tmp/konseki-cross-XXXXXX");
	assert_non_null(mkdtemp(l.dir));
	l.fd = open(l.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	snprintf(pid, sizeof pid, "%d", (int)getpid());
	assert_int_equal(symlinkat(pid, l.fd, "self"), 0);
	if (listed) {
		assert_int_equal(mkdirat(l.fd, pid, 0700), 0);
		snprintf(name, sizeof name, "%s/net", pid);
		assert_int_equal(mkdirat(l.fd, name, 0700), 0);
		snprintf(name, sizeof name, "%s/net/tcp", pid);
		put(&l, name, "  sl  local_address rem_address\n");
		snprintf(name, sizeof name, "%s/net/tcp6", pid);
		put(&l, name, "  sl  local_address rem_address\n");
		put(&l, "kallsyms",
		    "0000000000000000 t tcp_diag_dump\t[tcp_diag]\n");
	}
	return l;
}

static void free_lie(struct lie *l)
{
	static const char *const below[] = { "/net/tcp", "/net/tcp6", "/net",
					     "" };
	char t[64];

	for (size_t i = 0; i < 4; i++) {
		snprintf(t, sizeof t, "%d%s", (int)getpid(), below[i]);
		(void)unlinkat(l->fd, t, i < 2 ? 0 : AT_REMOVEDIR);
	}
	(void)unlinkat(l->fd, "self", 0);
	(void)unlinkat(l->fd, "kallsyms", 0);
	close(l->fd);
	rmdir(l->dir);
}

static bool says_hidden(const struct probe_run *r)
{
	char what[96];

	snprintf(what, sizeof what,
		 "\"konseki.process.hidden\":true,\"process.pid\":%d",
		 (int)getpid());
	for (size_t i = 0; i < r->nrow; i++)
		if (str_has(r->row[i], str_of(what)) &&
		    str_has(r->row[i], STR("\"kill\"")))
			return true;
	return false;
}

static struct probe_run *run_on(int proc)
{
	struct probe_run *r = xmalloc(sizeof *r);

	r->env.proc = proc;
	r->env.live = true;
	probe_cross.run(r);
	return r;
}

static void free_run(struct probe_run *r)
{
	arena_free(&r->arena);
	free(r);
}

static void a_process_that_is_not_listed(void **state)
{
	struct lie l = new_lie(false);
	struct probe_run *r;

	(void)state;
	if (geteuid() != 0)
		skip(); /* others' processes are hidden from us by right */
	r = run_on(l.fd);
	assert_true(says_hidden(r));
	free_run(r);
	free_lie(&l);
	l = new_lie(true);
	r = run_on(l.fd);
	assert_false(says_hidden(r));
	free_run(r);
	free_lie(&l);
}

static void a_listener_that_is_not_listed(void **state)
{
	struct lie l = new_lie(true);
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct collect_env env = { .proc = proc };
	socklen_t n = sizeof a;
	struct probe_run *r;
	bool found = false;
	char port[48];

	(void)state;
	if (!(sock_diag_tables(&env) >> SOCK_TCP & 1))
		skip(); /* this kernel would have to load a module */
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	snprintf(port, sizeof port, "\"source.port\":%u,", ntohs(a.sin_port));
	r = run_on(l.fd);
	for (size_t i = 0; i < r->nrow; i++)
		found |= str_has(r->row[i], str_of(port)) &&
			 str_has(r->row[i],
				 STR("\"konseki.socket.hidden\":true"));
	assert_true(found);
	free_run(r);
	close(fd);
	close(proc);
	free_lie(&l);
}

static void nothing_is_hidden_here(void **state)
{
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct probe_run *r = run_on(proc);

	(void)state;
	assert_int_equal(r->nrow, 0);
	/* every view says what became of it, and why when it could not be */
	for (size_t i = 0; i < cross_views; i++) {
		bool said = false;

		for (size_t k = 0; k < r->nstatus; k++)
			said |= str_is(r->status[k].what, cross_view[i].name) &&
				(r->status[k].state != PROBE_SKIPPED ||
				 r->status[k].errnum ||
				 cross_view[i].flags & CROSS_TAKES);
		assert_true(said);
	}
	free_run(r);
	close(proc);
}

static void mounts_over_processes(void **state)
{
	const char *text = "22 1 0:21 / /proc rw - proc proc rw\n"
			   "23 22 0:21 /456 /proc/123 rw - proc proc rw\n"
			   "24 22 0:30 / /proc/77 rw - tmpfs none rw\n"
			   "25 22 0:30 / /proc/sys rw - tmpfs none rw\n"
			   "26 22 0:30 / /proc/kcore rw - tmpfs none rw\n"
			   "27 1 0:40 / /srv/proc rw - proc proc rw\n"
			   "28 27 0:30 / /srv/proc/9/fd rw - tmpfs none rw\n"
			   "29 1 0:30 / /data/5 rw - tmpfs none rw\n"
			   "30 1 0:30 / /process/5 rw - tmpfs none rw\n";
	struct arena a = { 0 };
	struct covers c = { .v = NULL };

	(void)state;
	covers_read(str_of(text), &a, &c);
	assert_int_equal(c.n, 3);
	assert_true(covers_have(&c, 123) && covers_have(&c, 77) &&
		    covers_have(&c, 9));
	assert_true(str_is(c.v[0].root, "/456"));
	free(c.v);
	arena_free(&a);
}

static unsigned gone(void *arg, const struct suspect *s)
{
	(void)arg;
	return s->pid == 5 ? 0 : s->ways; /* ended meanwhile */
}

/* What ended, what is listed by now, and what stays. */
static void suspects_are_asked_again(void **state)
{
	struct lie l = new_lie(true);
	struct suspects s = { .v = NULL };
	struct probe_run *r = xmalloc(sizeof *r);
	struct cross c = { .run = r, .env = &r->env };

	(void)state;
	r->env.proc = l.fd;
	suspects_add(&s, 5, 1);
	suspects_add(&s, (uint32_t)getpid(), 1);
	suspects_add(&s, 6, 3);
	assert_int_equal(suspects_recheck(&c, &s, gone, NULL), 0);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.v[0].pid, 6);
	assert_int_equal(s.v[0].ways, 3);
	free(s.v);
	free_run(r);
	free_lie(&l);
}

/* Processes that are born and die all the while are not hidden. */
static void a_busy_machine(void **state)
{
	pid_t busy = fork();
	int proc;

	(void)state;
	if (busy == 0)
		for (prctl(PR_SET_PDEATHSIG, SIGKILL);;) {
			pid_t p = fork();

			if (p == 0)
				_exit(0);
			(void)waitpid(p, NULL, 0);
		}
	assert_true(busy > 0);
	proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < 5; i++) {
		struct probe_run *r = run_on(proc);

		for (size_t k = 0; k < r->nrow; k++)
			print_error("%.*s", (int)r->row[k].n, r->row[k].p);
		assert_int_equal(r->nrow, 0);
		free_run(r);
	}
	(void)kill(busy, SIGKILL);
	(void)waitpid(busy, NULL, 0);
	close(proc);
}

/* A group has a process that the list has not. */
static void a_member_that_is_not_listed(void **state)
{
	static const char *const dir[] = { "sys", "sys/fs", "sys/fs/cgroup",
					   "sys/fs/cgroup/systemd",
					   "sys/fs/cgroup/systemd/a.service" };
	struct lie l = new_lie(false);
	struct probe_run *r = xmalloc(sizeof *r);
	struct cross c = { .run = r, .env = &r->env };

	(void)state;
	if (geteuid() != 0)
		skip(); /* others' processes are hidden from us by right */
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(mkdirat(l.fd, dir[i], 0700), 0);
	put(&l, "sys/fs/cgroup/systemd/cgroup.procs", "0\n");
	put(&l, "sys/fs/cgroup/systemd/a.service/cgroup.procs", "4711\n");
	for (size_t i = 0; i < cross_views; i++)
		if (strcmp(cross_view[i].name, "cgroups") == 0)
			c.view = &cross_view[i];
	r->env.proc = r->env.root = l.fd;
	assert_int_equal(c.view->look(&c), 0);
	assert_int_equal(r->nrow, 1);
	assert_true(str_has(r->row[0], STR("\"process.pid\":4711")));
	assert_true(str_has(r->row[0], STR("cgroup.procs")));
	r->nrow = 0;
	assert_int_equal(mkdirat(l.fd, "4711", 0700), 0); /* listed */
	assert_int_equal(c.view->look(&c), 0);
	assert_int_equal(r->nrow, 0);
	buf_free(&c.row);
	free_run(r);
	(void)unlinkat(l.fd, "4711", AT_REMOVEDIR);
	(void)unlinkat(l.fd, "sys/fs/cgroup/systemd/cgroup.procs", 0);
	(void)unlinkat(l.fd, "sys/fs/cgroup/systemd/a.service/cgroup.procs", 0);
	for (size_t i = 5; i > 0; i--)
		(void)unlinkat(l.fd, dir[i - 1], AT_REMOVEDIR);
	free_lie(&l);
}

/* What no other probe saw is copied: texts and program. */
static void hidden_ones_are_copied(void **state)
{
	struct probe_run *r = xmalloc(sizeof *r);
	struct cross c = { .run = r, .env = &r->env };
	bool exe = false, maps = false;

	(void)state;
	r->env.proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cross_copy(&c, (uint32_t)getpid());
	cross_copy(&c,
		   (uint32_t)getpid()); /* of another view: once is enough */
	for (size_t i = 0; i < r->nmember; i++) {
		exe |= str_ends(r->member[i].name, STR("/exe")) &&
		       str_starts(r->member[i].data, STR("\177ELF"));
		maps |= str_ends(r->member[i].name, STR("/maps"));
	}
	assert_true(exe && maps);
	assert_int_equal(r->nmember, 5);
	map_free(&c.copied);
	close(r->env.proc);
	free_run(r);
}

static void ports_in_use(void **state)
{
	(void)state;
	assert_true(cross_port_hidden(EADDRINUSE, false));
	assert_false(cross_port_hidden(EADDRINUSE, true));
	assert_false(cross_port_hidden(0, false));
	assert_false(cross_port_hidden(EACCES, false));
}

/* A list that keeps a bound port quiet, and one that has it. */
static void a_port_that_is_not_listed(void **state)
{
	struct lie l = new_lie(true);
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct probe_run *r = xmalloc(sizeof *r);
	struct cross c = { .run = r, .env = &r->env };
	socklen_t n = sizeof a;
	char port[48];
	bool found = false;
	int real;

	(void)state;
	if (geteuid() != 0)
		skip(); /* low ports are not ours to take */
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	snprintf(port, sizeof port, "\"source.port\":%u", ntohs(a.sin_port));
	for (size_t i = 0; i < cross_views; i++)
		if (strcmp(cross_view[i].name, "ports") == 0)
			c.view = &cross_view[i];
	put(&l, "kallsyms", ""); /* and no dump */
	r->env.proc = l.fd;
	assert_int_equal(c.view->look(&c), 0);
	for (size_t i = 0; i < r->nrow; i++)
		found |= str_has(r->row[i], str_of(port));
	assert_true(found);
	r->nrow = 0;
	real = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r->env.proc = real;
	assert_int_equal(c.view->look(&c), 0);
	for (size_t i = 0; i < r->nrow; i++)
		assert_false(str_has(r->row[i], str_of(port)));
	buf_free(&c.row);
	free_run(r);
	close(fd);
	close(real);
	free_lie(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_that_is_not_listed),
		cmocka_unit_test(a_listener_that_is_not_listed),
		cmocka_unit_test(nothing_is_hidden_here),
		cmocka_unit_test(mounts_over_processes),
		cmocka_unit_test(suspects_are_asked_again),
		cmocka_unit_test(a_busy_machine),
		cmocka_unit_test(a_member_that_is_not_listed),
		cmocka_unit_test(hidden_ones_are_copied),
		cmocka_unit_test(ports_in_use),
		cmocka_unit_test(a_port_that_is_not_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
