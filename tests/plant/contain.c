/*
 * contain.c - goes into namespaces of its own and makes there what a
 * container, or who hides like one, has.
 * libs: -static
 *
 *   contain STEP...   does the steps in order:
 *     new TYPE...,         namespaces: mnt net pid user uts ipc, ended by `,'
 *     tmpfs DIR            a file system that nobody else has
 *     fuse DIR             one that answers nothing: nobody serves it
 *     copy FROM TO         a program
 *     file PATH TEXT       a file
 *     overlay LOWER UPPER WORK DIR
 *     dir PATH
 *     remove PATH
 *     root DIR             DIR becomes the only root
 *     pin TYPE FILE        mounts the namespace's file on FILE
 *     elsewhere PORT       listens in a network namespace that only a
 *                          descriptor of this process keeps
 *     fork                 the steps that follow are a child's
 *     exec PROGRAM ARG...  becomes PROGRAM
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(int ok, const char *what)
{
	if (ok)
		return;
	(void)fprintf(stderr, "contain: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static int flag(const char *type)
{
	static const struct {
		const char *name;
		int flag;
	} known[] = {
		{ "mnt", CLONE_NEWNS },  { "net", CLONE_NEWNET },
		{ "pid", CLONE_NEWPID }, { "user", CLONE_NEWUSER },
		{ "uts", CLONE_NEWUTS }, { "ipc", CLONE_NEWIPC },
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(type, known[i].name) == 0)
			return known[i].flag;
	errno = EINVAL;
	must(0, type);
	return 0;
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	must(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text),
	     path);
	(void)close(fd);
}

static void go(int flags)
{
	must(unshare(flags) == 0, "unshare");
	if (flags & CLONE_NEWUSER) {
		put("/proc/self/setgroups", "deny");
		put("/proc/self/uid_map", "0 0 1");
		put("/proc/self/gid_map", "0 0 1");
	}
	if (flags & CLONE_NEWNS)
		must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0,
		     "private mounts");
}

static void copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY), out;
	char buf[65536];
	ssize_t n;

	out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	must(in >= 0 && out >= 0, to);
	while ((n = read(in, buf, sizeof buf)) > 0)
		must(write(out, buf, (size_t)n) == n, to);
	(void)close(in);
	(void)close(out);
}

static void pivot(const char *dir)
{
	must(chdir(dir) == 0, dir);
	must(syscall(SYS_pivot_root, ".", ".") == 0, "pivot_root");
	must(umount2(".", MNT_DETACH) == 0, "umount");
	must(chdir("/") == 0, "/");
}

static void listen_on(const char *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_port = htons((uint16_t)atoi(port));
	must(bind(fd, (struct sockaddr *)&a, sizeof a) == 0 &&
		     listen(fd, 1) == 0,
	     "listen");
}

static void elsewhere(const char *port)
{
	int home = open("/proc/self/ns/net", O_RDONLY);

	must(home >= 0 && unshare(CLONE_NEWNET) == 0, "namespace");
	must(open("/proc/self/ns/net", O_RDONLY) >= 0, "descriptor");
	listen_on(port);
	must(setns(home, CLONE_NEWNET) == 0, "home");
	(void)close(home);
}

static void fuse(const char *dir)
{
	int fd = open("/dev/fuse", O_RDWR);
	char options[128];

	(void)snprintf(options, sizeof options,
		       "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	must(fd >= 0 && mount("dead", dir, "fuse.dead", 0, options) == 0, dir);
}

static void overlay(char **a)
{
	char options[4096];

	(void)snprintf(options, sizeof options,
		       "lowerdir=%s,upperdir=%s,workdir=%s", a[0], a[1], a[2]);
	must(mount("overlay", a[3], "overlay", 0, options) == 0, "overlay");
}

static void pin(const char *type, const char *file)
{
	char path[64];

	(void)snprintf(path, sizeof path, "/proc/self/ns/%s", type);
	put(file, "");
	must(mount(path, file, NULL, MS_BIND, NULL) == 0, file);
}

static void become_child(void)
{
	pid_t pid = fork();
	int status;

	must(pid >= 0, "fork");
	if (pid == 0)
		return;
	(void)waitpid(pid, &status, 0);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static char **new_namespaces(char **a)
{
	int flags = 0;

	while (*a && strcmp(*a, ",") != 0)
		flags |= flag(*a++);
	go(flags);
	return *a ? a : a - 1;
}

/* One step: how many words it took. */
static int step(char **a)
{
	static const struct {
		const char *name;
		int words; /* with itself */
	} known[] = {
		{ "tmpfs", 2 },  { "fuse", 2 },      { "copy", 3 },
		{ "file", 3 },   { "dir", 2 },       { "overlay", 5 },
		{ "remove", 2 }, { "root", 2 },      { "pin", 3 },
		{ "exec", 2 },   { "elsewhere", 2 },
	};
	size_t i = 0, n = sizeof known / sizeof known[0];

	while (i < n && strcmp(a[0], known[i].name) != 0)
		i++;
	errno = EINVAL;
	must(i < n, a[0]);
	for (int k = 1; k < known[i].words; k++)
		must(a[k] != NULL, a[0]);
	if (strcmp(a[0], "tmpfs") == 0)
		must(mount("none", a[1], "tmpfs", 0, NULL) == 0, a[1]);
	else if (strcmp(a[0], "fuse") == 0)
		fuse(a[1]);
	else if (strcmp(a[0], "copy") == 0)
		copy(a[1], a[2]);
	else if (strcmp(a[0], "file") == 0)
		put(a[1], a[2]);
	else if (strcmp(a[0], "dir") == 0)
		must(mkdir(a[1], 0755) == 0, a[1]);
	else if (strcmp(a[0], "overlay") == 0)
		overlay(a + 1);
	else if (strcmp(a[0], "remove") == 0)
		must(unlink(a[1]) == 0, a[1]);
	else if (strcmp(a[0], "root") == 0)
		pivot(a[1]);
	else if (strcmp(a[0], "pin") == 0)
		pin(a[1], a[2]);
	else if (strcmp(a[0], "elsewhere") == 0)
		elsewhere(a[1]);
	else
		(void)execv(a[1], a + 1), must(0, a[1]);
	return known[i].words;
}

int main(int argc, char **argv)
{
	(void)argc;
	for (char **a = argv + 1; *a;) {
		if (strcmp(*a, "new") == 0) {
			a = new_namespaces(a + 1) + 1;
		} else if (strcmp(*a, "fork") == 0) {
			become_child();
			a++;
		} else {
			a += step(a);
		}
	}
	return 0;
}
