/*
 * pseudo.c - tracefs and its kind.  The usual path is not asked: looking
 * there can mount it (/sys/kernel/debug/tracing), so mountinfo tells.  An own
 * instance is only made where none is mounted: making one resets the options
 * of a mounted one.
 */
#include "pseudo.h"
#include "live.h"
#include "sys.h"

#include "../host/mountinfo.h"

#include <errno.h>
#include <fcntl.h>

#define MOUNTS_MAX_BYTES (16u << 20)

/* Where it is mounted, whole; empty when it is not. */
static struct str point_of(const struct collect_env *env, const char *type,
			   struct arena *a)
{
	struct mounts_options opt = { .root = STR("/") };
	struct buf text = { 0 };
	struct mounts m = { 0 };
	struct str point = STR_NONE;

	if (live_read(env->proc, "self/mountinfo", MOUNTS_MAX_BYTES, &text) >=
	    0)
		mounts_read(buf_view(&text), &opt, a, &m);
	for (size_t i = 0; i < m.nmount; i++)
		if (str_is(m.mount[i].type, type) &&
		    str_is(m.mount[i].root, "/") &&
		    m.mount[i].class != MOUNT_HIDDEN)
			point = arena_dup(a, m.mount[i].point);
	buf_free(&text);
	return point;
}

/* "nodev\ttracefs"; the kernel would run modprobe for an unknown one. */
static bool known(const struct collect_env *env, const char *type)
{
	struct buf text = { 0 };
	struct str left;
	bool yes = false;

	if (live_read(env->proc, "filesystems", 65536, &text) < 0)
		return false;
	for (left = buf_view(&text); left.p && left.n;) {
		struct str line = str_cut(&left, '\n');

		(void)str_cut(&line, '\t');
		yes |= str_is(line, type);
	}
	buf_free(&text);
	return yes;
}

int pseudo_open(const struct collect_env *env, const char *type)
{
	struct arena a = { 0 };
	struct str point = point_of(env, type, &a);
	int fd = -1, saved;

	errno = ENOENT;
	if (point.n)
		fd = live_open_in(env->root, arena_cstr(&a, point),
				  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	else if (known(env, type))
		fd = sys_own_fs(type);
	saved = errno;
	arena_free(&a);
	errno = saved;
	return fd;
}
