/*
 * walk.c - the floor of a walk: getdents64 and statx of every entry on one
 * file system, nothing kept.
 *
 *   walk DIR      prints entries and seconds
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define BUF (256u << 10)
#define MAX_DEPTH 512

static uint64_t entries;
static uint32_t major, minor;

static void walk(int dir, unsigned depth);

static void enter(int dir, const char *name, unsigned depth)
{
	int fd = openat(dir, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return;
	if (depth < MAX_DEPTH)
		walk(fd, depth + 1);
	(void)close(fd);
}

static void entry(int dir, const char *name, unsigned depth)
{
	struct statx st;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	entries++;
	if (statx(dir, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT,
		  STATX_BASIC_STATS | STATX_BTIME, &st) < 0)
		return;
	if (S_ISDIR(st.stx_mode) && st.stx_dev_major == major &&
	    st.stx_dev_minor == minor)
		enter(dir, name, depth);
}

static void walk(int dir, unsigned depth)
{
	char *buf = malloc(BUF);
	long n;

	if (!buf)
		abort();
	while ((n = syscall(SYS_getdents64, dir, buf, BUF)) > 0)
		for (long at = 0; at < n;) {
			struct dirent64 *d = (void *)(buf + at);

			entry(dir, d->d_name, depth);
			at += d->d_reclen;
		}
	free(buf);
}

int main(int argc, char **argv)
{
	struct timespec a, b;
	struct statx st;
	int fd;

	if (argc != 2)
		return 2;
	fd = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &st) < 0) {
		perror(argv[1]);
		return 1;
	}
	major = st.stx_dev_major;
	minor = st.stx_dev_minor;
	(void)clock_gettime(CLOCK_MONOTONIC, &a);
	walk(fd, 0);
	(void)clock_gettime(CLOCK_MONOTONIC, &b);
	(void)printf("%llu %.3f\n", (unsigned long long)entries,
		     (double)(b.tv_sec - a.tv_sec) +
			     (double)(b.tv_nsec - a.tv_nsec) / 1e9);
	return 0;
}
