/*
 * act.c - a harmless process of a shape that intruders' processes have.
 * libs: -static
 *
 *   act STEP...   does the steps in order:
 *     pivot DIR            mounts a /proc in DIR and has DIR as its only root
 *     lo ADDRESS           brings up the loopback device; it has ADDRESS too
 *     netns                goes into a network namespace of its own
 *     listen ADDRESS PORT  opens a socket that listens
 *     connect ADDRESS PORT opens a connection
 *     stdio                puts the last socket on 0, 1 and 2
 *     comm NAME            is called NAME in /proc/PID/comm
 *     argv0 NAME           starts itself again as NAME
 *     memfd NAME           starts itself again from anonymous memory
 *     deleted PATH         starts itself again from PATH, which it removes
 *     open PATH            opens a new file, writes a line and removes it
 *     hold PATH            opens a file that is there and removes it
 *     mapped PATH          maps a file that is there, removes and closes it
 *     heap TEXT            keeps TEXT in its heap, each byte but one bit
 *     packet WORD          opens a packet socket whose filter waits for WORD
 *     ebpf NAME            loads a program for a socket that does nothing
 *     cover DIR            mounts DIR over its own directory in /proc
 *     empty TYPE           mounts a file system of this type over it
 *     poke N               changes N bytes of its own code in memory
 *     rwx N                writes N pages that may be executed
 *     wipe                 overwrites its arguments
 *     ready FILE           makes FILE: all before is done
 *     exec PROGRAM ARG...  becomes PROGRAM
 *     wait                 does nothing for at most five minutes
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/if_ether.h>

static int last = -1; /* socket */

static void must(int ok, const char *what)
{
	if (ok)
		return;
	(void)fprintf(stderr, "act: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static struct sockaddr_in address(const char *ip, const char *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };

	a.sin_port = htons((uint16_t)atoi(port));
	must(inet_pton(AF_INET, ip, &a.sin_addr) == 1, "address");
	return a;
}

static void up(const char *ip)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq r = { 0 };
	struct sockaddr_in a = address(ip, "0");

	must(fd >= 0, "socket");
	(void)snprintf(r.ifr_name, sizeof(r.ifr_name), "lo");
	r.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING;
	must(ioctl(fd, SIOCSIFFLAGS, &r) == 0, "lo up");
	memset(&r, 0, sizeof(r));
	(void)snprintf(r.ifr_name, sizeof(r.ifr_name), "lo:1");
	memcpy(&r.ifr_addr, &a, sizeof(a));
	must(ioctl(fd, SIOCSIFADDR, &r) == 0, "lo address");
	(void)close(fd);
}

/* In a mount namespace of its own, please. */
static void pivot(const char *dir)
{
	must(mount(dir, dir, NULL, MS_BIND, NULL) == 0, "bind");
	must(chdir(dir) == 0, "chdir");
	must(mount("proc", "proc", "proc", 0, NULL) == 0, "proc");
	must(syscall(SYS_pivot_root, ".", ".") == 0, "pivot_root");
	must(umount2(".", MNT_DETACH) == 0, "umount");
	must(chdir("/") == 0, "chdir");
}

static void meet(const char *ip, const char *port, int listens)
{
	struct sockaddr_in a = address(ip, port);

	last = socket(AF_INET, SOCK_STREAM, 0);
	must(last >= 0, "socket");
	if (!listens) {
		must(connect(last, (void *)&a, sizeof(a)) == 0, "connect");
		return;
	}
	must(bind(last, (void *)&a, sizeof(a)) == 0, "bind");
	must(listen(last, 16) == 0, "listen");
}

static void stdio(void)
{
	for (int fd = 0; fd < 3; fd++)
		must(dup2(last, fd) == fd, "dup2");
	(void)close(last);
}

static void copy_self(int to)
{
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	char block[65536];
	ssize_t n;

	must(from >= 0 && to >= 0, "copy");
	while ((n = read(from, block, sizeof(block))) > 0)
		must(write(to, block, (size_t)n) == n, "copy");
	must(n == 0, "copy");
	(void)close(from);
}

static void memory(const char *name, char **rest)
{
	char path[64];
	int fd = memfd_create(name, MFD_CLOEXEC);

	copy_self(fd);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	(void)execv(path, rest);
	must(0, "exec of memory");
}

static void from_deleted(char *path, char **rest, char *step)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);

	copy_self(fd);
	(void)close(fd);
	rest[-2] = step; /* its first step is to remove itself */
	rest[-1] = path;
	rest[-3] = path;
	(void)execv(path, rest - 3);
	must(0, "exec of the copy");
}

static void make(const char *path, int gone)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	must(fd >= 0 && write(fd, "kept open\n", 10) == 10, path);
	if (gone)
		(void)unlink(path);
	else
		(void)close(fd);
}

static void hold(const char *path)
{
	must(open(path, O_RDWR) >= 0, path);
	must(unlink(path) == 0, path);
}

static void map_it(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	must(fd >= 0, path);
	must(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) != MAP_FAILED,
	     path);
	must(unlink(path) == 0, path);
	(void)close(fd);
}

static char *kept;

/* No argument shows it: only this process' memory has the text. */
static void heap(const char *text)
{
	kept = strdup(text);
	must(kept != NULL, "heap");
	for (char *p = kept; *p; p++)
		*p ^= 1;
}

/* In a network namespace of its own, please: it is shown nothing there. */
static void packet(const char *word)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 42),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = { sizeof(code) / sizeof(*code), code };
	int fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));

	code[1].k = (unsigned)strtoul(word, NULL, 16);
	must(fd >= 0, "packet socket");
	must(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
			sizeof(prog)) == 0,
	     "filter");
}

/* r0 = 0; exit.  It is held, never attached. */
static void ebpf(const char *name)
{
	static const struct bpf_insn code[] = { { .code = 0xb7 },
						{ .code = 0x95 } };
	union bpf_attr a;

	memset(&a, 0, sizeof(a));
	a.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	a.insn_cnt = 2;
	a.insns = (uint64_t)(uintptr_t)code;
	a.license = (uint64_t)(uintptr_t) "GPL";
	(void)snprintf(a.prog_name, sizeof(a.prog_name), "%s", name);
	must(syscall(SYS_bpf, BPF_PROG_LOAD, &a, sizeof(a)) >= 0, "ebpf");
}

/* Nobody who looks there sees this process any more. */
static void cover(const char *from, const char *type)
{
	char own[32];

	(void)snprintf(own, sizeof(own), "/proc/%d", (int)getpid());
	must(mount(from, own, type, type ? 0 : MS_BIND, NULL) == 0, "cover");
}

/* By the file of its memory, as debuggers and intruders do. */
static void poke(const char *count)
{
	int fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	off_t at = (off_t)(uintptr_t)poke;

	must(fd >= 0, "mem");
	for (int n = atoi(count); n > 0; n--)
		must(pwrite(fd, "\xeb", 1, at + n) == 1, "poke");
	(void)close(fd);
}

static void rwx(const char *count)
{
	size_t n = (size_t)atoi(count) * 4096;
	char *p = mmap(NULL, n, PROT_READ | PROT_WRITE | PROT_EXEC,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(p != MAP_FAILED, "rwx");
	memset(p, 0xc3, n);
}

/* The steps that follow go on from copies. */
static void wipe(char **argv)
{
	for (; *argv; argv++) {
		char *copy = strdup(*argv);

		must(copy != NULL, "wipe");
		memset(*argv, 0, strlen(*argv));
		*argv = copy;
	}
}

int main(int argc, char **argv)
{
	static char remove_step[] = "remove";
	char *self = argv[0];

	(void)argc;
	for (char **p = argv + 1; *p; p += 2) {
		char *step = *p, *arg = p[1];

		if (strcmp(step, "wait") == 0) {
			(void)sleep(300);
			return 0;
		} else if (strcmp(step, "netns") == 0) {
			must(unshare(CLONE_NEWNET) == 0, step);
			p--;
		} else if (strcmp(step, "stdio") == 0) {
			stdio();
			p--;
		} else if (strcmp(step, "wipe") == 0) {
			wipe(argv);
			p--;
		} else if (!arg) {
			break;
		} else if (strcmp(step, "pivot") == 0) {
			pivot(arg);
		} else if (strcmp(step, "lo") == 0) {
			up(arg);
		} else if (strcmp(step, "listen") == 0 ||
			   strcmp(step, "connect") == 0) {
			meet(arg, p[2], step[0] == 'l');
			p++;
		} else if (strcmp(step, "comm") == 0) {
			must(prctl(PR_SET_NAME, arg) == 0, step);
		} else if (strcmp(step, "argv0") == 0) {
			(void)execv("/proc/self/exe", p + 1);
			must(0, step);
		} else if (strcmp(step, "memfd") == 0) {
			p[1] = self;
			memory(arg, p + 1);
		} else if (strcmp(step, "deleted") == 0) {
			from_deleted(arg, p + 2, remove_step);
		} else if (strcmp(step, "remove") == 0) {
			must(unlink(arg) == 0, step);
		} else if (strcmp(step, "open") == 0) {
			make(arg, 1);
		} else if (strcmp(step, "hold") == 0) {
			hold(arg);
		} else if (strcmp(step, "mapped") == 0) {
			map_it(arg);
		} else if (strcmp(step, "heap") == 0) {
			heap(arg);
		} else if (strcmp(step, "packet") == 0) {
			packet(arg);
		} else if (strcmp(step, "ebpf") == 0) {
			ebpf(arg);
		} else if (strcmp(step, "cover") == 0) {
			cover(arg, NULL);
		} else if (strcmp(step, "empty") == 0) {
			cover("none", arg);
		} else if (strcmp(step, "poke") == 0) {
			poke(arg);
		} else if (strcmp(step, "rwx") == 0) {
			rwx(arg);
		} else if (strcmp(step, "ready") == 0) {
			make(arg, 0);
		} else if (strcmp(step, "exec") == 0) {
			(void)execvp(arg, p + 1);
			must(0, arg);
		} else {
			break;
		}
	}
	(void)fprintf(stderr, "act: no such step, or an argument missing\n");
	return 2;
}
