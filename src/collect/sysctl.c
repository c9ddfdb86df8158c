/*
 * sysctl.c - every setting below /proc/sys as one text, `name = value' a
 * line.  Not read are files nobody may read, those whose reading does or
 * makes something, secrets, and binfmt_misc, where looking can mount.
 */
#include "kernel.h"
#include "live.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define VALUE_MAX 4096
#define TEXT_MAX (4u << 20)
#define FILES_MAX 50000u
#define DEPTH_MAX 12

/* clang-format off */
static const struct {
	const char *tail, *why;
} passed[] = {
	{ "fs/binfmt_misc", "looking can mount it; its entries are rows" },
	{ "kernel/sched_domain", "a file for each CPU and level" },
	{ "kernel/random/uuid", "reading makes a new one" },
	{ "vm/stat_refresh", "reading makes every CPU add up" },
	{ "net/ipv4/tcp_fastopen_key", "a secret" },
	{ "/stable_secret", "a secret" },
};
/* clang-format on */

struct sysctl {
	struct buf out, value;
	unsigned nfile;
	bool cut;
};

static bool pass(const char *path)
{
	for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++)
		if (str_ends(str_of(path), str_of(passed[i].tail)))
			return true;
	return false;
}

static void value(struct sysctl *s, int dir, const char *name, const char *path)
{
	struct str left;

	if (live_read(dir, name, VALUE_MAX, &s->value) < 0)
		return;
	left = str_trim(buf_view(&s->value));
	if (left.n == 0)
		buf_fmt(&s->out, "%s =\n", path);
	while (left.p && left.n) { /* several lines: the name before each */
		struct str line = str_cut(&left, '\n');

		buf_fmt(&s->out, "%s = " STR_FMT "\n", path, STR_ARG(line));
	}
}

static void walk(struct sysctl *s, int dir, const char *path, int depth)
{
	struct buf names = { 0 };
	struct str left;

	if (depth == DEPTH_MAX || live_list(dir, ".", &names) < 0)
		return;
	for (left = buf_view(&names); left.p && left.n;) {
		struct str name = str_cut(&left, '\0');
		char next[PATH_MAX];
		struct stat st;
		int fd;

		s->cut |= s->out.n > TEXT_MAX || s->nfile++ > FILES_MAX;
		if (name.n == 0 || s->cut ||
		    snprintf(next, sizeof next, "%s%s%s", path,
			     path[0] ? "/" : "", name.p) >= (int)sizeof next ||
		    pass(next) ||
		    fstatat(dir, name.p, &st,
			    AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) < 0)
			continue;
		if (S_ISREG(st.st_mode) && st.st_mode & 0444) {
			value(s, dir, name.p, next);
		} else if (S_ISDIR(st.st_mode)) {
			fd = openat(dir, name.p,
				    O_RDONLY | O_DIRECTORY | O_CLOEXEC |
					    O_NOFOLLOW);
			if (fd < 0)
				continue;
			walk(s, fd, next, depth + 1);
			close(fd);
		}
	}
	buf_free(&names);
}

void kernel_sysctl(struct text_tally *t)
{
	int dir = openat(probe_env(t->run)->proc, "sys",
			 O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct sysctl s = { .nfile = 0 };

	if (dir >= 0)
		walk(&s, dir, "", 0);
	for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++)
		if (s.out.n)
			buf_fmt(&s.out, "# not read: %s (%s)\n", passed[i].tail,
				passed[i].why);
	if (s.out.n) {
		text_member(t->run, "live/proc/sys.txt", buf_view(&s.out));
		t->count++;
		t->bytes += s.out.n;
	}
	if (s.cut)
		probe_status(t->run, STR("/proc/sys"), PROBE_TRUNCATED, 0,
			     s.nfile, s.out.n);
	else if (dir < 0)
		probe_status(t->run, STR("/proc/sys"), PROBE_DENIED, errno, 0,
			     0);
	if (dir >= 0)
		close(dir);
	buf_free(&s.out);
	buf_free(&s.value);
}
