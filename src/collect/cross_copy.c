/*
 * cross_copy.c - what is left to copy of a process that is not listed, and so
 * was passed over by every other probe: its texts and its program.
 */
#include "cross.h"
#include "live.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static void text(struct cross *c, int dir, const char *base, const char *name)
{
	struct buf content = { 0 }, path = { 0 };
	struct member m = { .mtime_ns = INT64_MIN,
			    .atime_ns = INT64_MIN,
			    .ctime_ns = INT64_MIN,
			    .mode = 0600 };

	if (live_read(dir, name, PROC_TEXT_MAX, &content) >= 0 && content.n) {
		buf_fmt(&path, "live/proc/%s/%s", base, name);
		m.name = buf_view(&path);
		m.size = content.n;
		probe_member(c->run, &m, -1, buf_view(&content));
	}
	buf_free(&content);
	buf_free(&path);
}

static void image(struct cross *c, int dir, const char *base)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
	struct buf what = { 0 };
	uint64_t bytes = 0;
	bool cut = false;
	int fd = openat(dir, "exe", flags | O_NOATIME);

	if (fd < 0 && errno == EPERM)
		fd = openat(dir, "exe", flags); /* not ours to spare */
	buf_fmt(&what, "recovered/%s/exe", base);
	if (fd < 0)
		probe_status(c->run, buf_view(&what), PROBE_FAILED, errno, 0,
			     0);
	else if (recover_file(c->run, fd, base, "exe", &cut, &bytes))
		probe_status(c->run, buf_view(&what),
			     cut ? PROBE_TRUNCATED : PROBE_COLLECTED, 0, 1,
			     bytes);
	if (fd >= 0)
		close(fd);
	buf_free(&what);
}

void cross_copy(struct cross *c, uint32_t pid)
{
	static const char *const name[] = { "stat", "status", "cmdline",
					    "maps" };
	int dir = live_pid(c->env->proc, pid);
	char base[PROC_BASE_MAX];
	bool added;

	if (dir < 0)
		return; /* the lookup hides it as well */
	(void)map_put(&c->copied, str_mem(&pid, sizeof pid), &added);
	if (!added) {
		close(dir);
		return; /* another view had it */
	}
	snprintf(base, sizeof base, "%u-%llu", pid,
		 (unsigned long long)cross_start(c, pid));
	for (size_t i = 0; i < sizeof name / sizeof name[0]; i++)
		text(c, dir, base, name[i]);
	image(c, dir, base);
	close(dir);
}
