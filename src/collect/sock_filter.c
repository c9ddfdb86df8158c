/*
 * sock_filter.c - the program that decides what a packet or raw socket is
 * shown, asked of the socket itself: pidfd_getfd (5.6) gives a descriptor of
 * the same socket, SO_GET_FILTER its classic BPF.  Nothing is attached to,
 * stopped or written; an older kernel leaves the answer open.
 */
#include "sock.h"
#include "live.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/filter.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef SO_GET_FILTER
#define SO_GET_FILTER SO_ATTACH_FILTER
#endif

#define CONSTANTS_MAX 64
#define MAX_INSTRUCTIONS 4096 /* BPF_MAXINSNS */

struct range { /* of a program in the text */
	size_t off, len;
};

/* Which of these sockets is this; n when none. */
static size_t which(const struct sock *s, size_t n, uint64_t inode)
{
	for (size_t i = 0; i < n; i++)
		if (s[i].inode == inode && s[i].filter == FILTER_UNKNOWN)
			return i;
	return n;
}

static void ask(struct sock *s, int fd, struct buf *text, struct range *r)
{
	struct sock_filter *code = xmalloc(MAX_INSTRUCTIONS * sizeof *code);
	socklen_t n = MAX_INSTRUCTIONS; /* instructions, not bytes */

	if (getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, code, &n) == 0) {
		s->filter = n ? FILTER_SOME : FILTER_NONE;
		*r = (struct range){ text->n, n * sizeof *code };
		buf_add(text, code, n * sizeof *code);
	} else if (errno == EACCES) {
		s->filter = FILTER_SOME; /* an eBPF program: not for reading */
	}
	free(code);
}

static int take_fd(uint32_t pid, uint32_t number)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0), fd;

	if (pidfd < 0)
		return -1;
	fd = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
	close(pidfd);
	return fd;
}

static void of_process(const struct collect_env *env, uint32_t pid,
		       struct sock *s, size_t n, struct buf *text,
		       struct range *range)
{
	int dir = live_pid(env->proc, pid);
	uint32_t *fd;
	size_t nfd;

	if (dir < 0 || live_numbers(dir, "fd", &fd, &nfd) < 0) {
		if (dir >= 0)
			close(dir);
		return;
	}
	for (size_t i = 0; i < nfd; i++) {
		char name[32], link[LIVE_LINK_MAX + 1];
		size_t at;
		int sock;

		snprintf(name, sizeof name, "fd/%u", fd[i]);
		if (live_link(dir, name, link) < 0)
			continue;
		at = which(s, n, live_ns_inode(link, "socket"));
		if (at == n)
			continue;
		sock = take_fd(pid, fd[i]);
		if (sock < 0)
			continue;
		ask(&s[at], sock, text, &range[at]);
		close(sock);
	}
	free(fd);
	close(dir);
}

void sock_filters(const struct collect_env *env, struct sock *s, size_t n,
		  struct buf *text)
{
	struct range *range = NULL;
	size_t cap = 0, npid;
	uint32_t *pid;

	buf_clear(text);
	if (live_numbers(env->proc, ".", &pid, &npid) < 0)
		return;
	vec_grow(&range, &cap, n, sizeof *range);
	for (size_t i = 0; i < npid; i++)
		of_process(env, pid[i], s, n, text, range);
	for (size_t i = 0; i < n; i++)
		if (range[i].len)
			s[i].program =
				str_mem(text->p + range[i].off, range[i].len);
	free(range);
	free(pid);
}

void sock_filter_constants(struct str program, struct buf *list)
{
	uint32_t seen[CONSTANTS_MAX];
	size_t n = 0;

	for (; program.n >= 8 && n < CONSTANTS_MAX;
	     program = str_skip(program, 8)) {
		struct sock_filter f;
		size_t i = 0;

		memcpy(&f, program.p, sizeof f);
		if (f.code != (BPF_JMP | BPF_JEQ | BPF_K))
			continue;
		while (i < n && seen[i] != f.k)
			i++;
		if (i < n)
			continue;
		seen[n++] = f.k;
		buf_fmt(list, "0x%x", f.k);
		buf_c(list, '\0');
	}
}
