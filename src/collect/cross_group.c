/*
 * cross_group.c - the numbers in cgroup.procs and cgroup.threads of every
 * control group must be listed in /proc.  One hierarchy holds every process:
 * the unified one, and where that is not in use systemd's own.
 */
#include "cross.h"
#include "live.h"
#include "pseudo.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define GROUPS_MAX 65536u
#define TICK 64
#define DEPTH_MAX 32
#define TEXT_MAX (4u << 20)
#define WAY 1u

struct groups {
	struct cross *c;
	const struct tasks *listed;
	struct suspects *out;
	struct suspects *only; /* of these alone; NULL: all */
	struct buf text;
	uint64_t n; /* groups that were read */
};

static void number(struct groups *g, uint32_t pid)
{
	if (pid == 0)
		return; /* of a pid namespace that is not below ours */
	g->c->checked += !g->only;
	if (!g->only && !tasks_have(g->listed, pid))
		suspects_add(g->out, pid, WAY);
	for (size_t i = 0; g->only && i < g->only->n; i++)
		if (g->only->v[i].pid == pid)
			g->only->v[i].ways |= WAY;
}

static void members(struct groups *g, int dir)
{
	static const char *const file[] = { "cgroup.procs", "cgroup.threads",
					    "tasks" };

	for (size_t i = 0; i < sizeof file / sizeof file[0]; i++) {
		struct str left;

		if (live_read(dir, file[i], TEXT_MAX, &g->text) < 0)
			continue; /* a threaded group has only the second */
		for (left = buf_view(&g->text); left.p && left.n;) {
			uint64_t pid;

			if (str_u64(str_cut(&left, '\n'), &pid) &&
			    pid <= UINT32_MAX)
				number(g, (uint32_t)pid);
		}
	}
}

static void descend(struct groups *g, int dir, int depth)
{
	struct buf names = { 0 };
	struct str left;

	if (g->n++ >= GROUPS_MAX || depth > DEPTH_MAX) {
		g->c->cut = true;
		return;
	}
	if (g->n % TICK == 0)
		(void)cross_item(g->c, (uint32_t)g->n, STR("control groups"));
	members(g, dir);
	if (live_list(dir, ".", &names) < 0)
		return;
	for (left = buf_view(&names); left.p && left.n;) {
		struct str name = str_cut(&left, '\0');
		int sub;

		/* cut off at a NUL: it ends where it should; files have a dot
		 * and are no directories */
		sub = openat(dir, name.p,
			     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub < 0)
			continue;
		descend(g, sub, depth + 1);
		close(sub);
	}
	buf_free(&names);
}

/* The root of a hierarchy with all processes; -1 with errno. */
static int hierarchy(const struct collect_env *env)
{
	static const char *const v1[] = { "sys/fs/cgroup/systemd",
					  "sys/fs/cgroup/pids",
					  "sys/fs/cgroup/cpu",
					  "sys/fs/cgroup/memory",
					  "sys/fs/cgroup/devices" };
	struct buf text = { 0 };
	int fd = -1;

	for (size_t i = 0; fd < 0 && i < sizeof v1 / sizeof v1[0]; i++) {
		fd = live_open_in(env->root, v1[i],
				  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0 && live_read(fd, "cgroup.procs", 16, &text) < 0) {
			close(fd);
			fd = -1;
		}
	}
	buf_free(&text);
	return fd >= 0 ? fd : pseudo_open(env, "cgroup2");
}

/* Those that are members of a group, and still not listed, every time. */
static int again(struct groups *g, int root, struct suspects *s)
{
	struct tasks t = { .pid = NULL };
	int errnum = 0;

	g->only = s;
	for (int round = 0; errnum == 0 && round < CROSS_ROUNDS && s->n;
	     round++) {
		size_t kept = 0;

		if (round)
			cross_pause();
		for (size_t i = 0; i < s->n; i++)
			s->v[i].ways = 0;
		g->n = 0;
		descend(g, root, 0);
		if (tasks_read(g->c->env->proc, &t) < 0)
			errnum = errno;
		for (size_t i = 0; i < s->n; i++)
			if (s->v[i].ways && !tasks_have(&t, s->v[i].pid))
				s->v[kept++] = s->v[i];
		s->n = kept;
	}
	tasks_free(&t);
	return errnum;
}

int cross_cgroups(struct cross *c)
{
	struct tasks t = { .pid = NULL };
	struct suspects s = { .v = NULL };
	struct groups g = { .c = c, .listed = &t, .out = &s };
	int errnum = cross_may_ask(c->env->proc), root;

	if (errnum)
		return errnum;
	root = hierarchy(c->env);
	if (root < 0)
		return errno;
	if (tasks_read(c->env->proc, &t) < 0)
		errnum = errno;
	else
		descend(&g, root, 0);
	if (errnum == 0 && s.n)
		errnum = again(&g, root, &s);
	for (size_t i = 0; errnum == 0 && i < s.n; i++) {
		(void)cross_open(c, STR_NONE, STR_NONE);
		row_bool(&c->row, KEY_K_PROCESS_HIDDEN, true);
		cross_process(c, s.v[i].pid);
		cross_close(c);
		cross_copy(c, s.v[i].pid);
	}
	close(root);
	tasks_free(&t);
	free(s.v);
	buf_free(&g.text);
	return errnum;
}
