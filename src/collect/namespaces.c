/*
 * namespaces.c - every namespace once: its kind, its inode, the lowest pid in
 * it, how many processes share it, and for those without a process the mount
 * that keeps them.
 */
#include "live.h"
#include "probe.h"
#include "row.h"

#include "../util/map.h"

#include <errno.h>
#include <unistd.h>

#define TEXT_MAX (16u << 20)

static const char *const type[] = { "cgroup", "ipc",  "mnt",  "net",
				    "pid",    "time", "user", "uts" };
#define NTYPE (sizeof type / sizeof type[0])

struct space {
	unsigned type;
	uint64_t inode, processes;
	uint32_t pid;
	struct str pinned; /* into the mountinfo text */
};

struct spaces {
	struct map index; /* (type, inode) -> index + 1 */
	struct space *space;
	size_t n, cap;
	uint64_t denied;
};

static struct space *find(struct spaces *s, unsigned t, uint64_t inode)
{
	uint64_t id[2] = { t, inode };
	uint64_t *at = map_put(&s->index, str_mem(id, sizeof id), NULL);

	if (*at == 0) {
		vec_grow(&s->space, &s->cap, s->n + 1, sizeof *s->space);
		s->space[s->n++] = (struct space){ .type = t, .inode = inode };
		*at = s->n;
	}
	return &s->space[*at - 1];
}

static void of_process(struct spaces *s, int proc, uint32_t pid)
{
	int dir = live_pid(proc, pid);
	bool denied = false;

	if (dir < 0)
		return;
	for (unsigned t = 0; t < NTYPE; t++) {
		uint64_t ino = live_ns(dir, type[t]);
		struct space *sp;

		if (ino == 0) {
			denied |= errno == EACCES || errno == EPERM;
			continue;
		}
		sp = find(s, t, ino);
		if (sp->pid == 0)
			sp->pid = pid;
		sp->processes++;
	}
	s->denied += denied;
	close(dir);
}

/* Field 4 of a mount of nsfs is the namespace, field 5 where it is kept. */
static void pinned(struct spaces *s, struct str text)
{
	while (text.p && text.n) {
		struct str line = str_cut(&text, '\n'), root, point;
		char name[48];

		for (int i = 0; i < 3; i++)
			(void)str_cut(&line, ' ');
		root = str_cut(&line, ' ');
		point = str_cut(&line, ' ');
		if (root.n >= sizeof name || point.n == 0)
			continue;
		snprintf(name, sizeof name, STR_FMT, STR_ARG(root));
		for (unsigned t = 0; t < NTYPE; t++) {
			uint64_t ino = live_ns_inode(name, type[t]);

			if (ino)
				find(s, t, ino)->pinned = point;
		}
	}
}

static int by_type(const void *a, const void *b)
{
	const struct space *x = a, *y = b;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	return x->inode < y->inode ? -1 : x->inode > y->inode;
}

static void rows(struct probe_run *run, struct spaces *s)
{
	struct buf row = { 0 };

	if (s->n)
		qsort(s->space, s->n, sizeof *s->space, by_type);
	for (size_t i = 0; i < s->n; i++) {
		const struct space *sp = &s->space[i];

		buf_clear(&row);
		json_open(&row);
		row_str(&row, KEY_K_NAMESPACE_TYPE, str_of(type[sp->type]));
		row_u64(&row, KEY_K_NAMESPACE_ID, sp->inode);
		row_u64(&row, KEY_K_NAMESPACE_PROCESSES, sp->processes);
		if (sp->pid)
			row_u64(&row, KEY_PROCESS_PID, sp->pid);
		if (sp->pinned.n)
			row_str(&row, KEY_K_NAMESPACE_PINNED, sp->pinned);
		json_close(&row);
		probe_row(run, "namespaces", buf_view(&row));
	}
	buf_free(&row);
}

static void run_namespaces(struct probe_run *run)
{
	const struct collect_env *env = probe_env(run);
	struct spaces s = { 0 };
	struct buf mounts = { 0 };
	uint32_t *pid;
	size_t n;

	if (!probe_item(run, 1, STR("/proc/PID/ns")))
		return;
	if (live_numbers(env->proc, ".", &pid, &n) < 0) {
		probe_status(run, STR_NONE, PROBE_DENIED, errno, 0, 0);
		return;
	}
	for (size_t i = 0; i < n; i++)
		of_process(&s, env->proc, pid[i]);
	if (live_read(env->proc, "self/mountinfo", TEXT_MAX, &mounts) >= 0)
		pinned(&s, buf_view(&mounts));
	rows(run, &s);
	if (s.denied)
		probe_status(run, STR("namespaces of processes"), PROBE_DENIED,
			     EACCES, s.denied, 0);
	probe_status(run, STR_NONE, PROBE_COLLECTED, 0, s.n, 0);
	map_free(&s.index);
	free(s.space);
	free(pid);
	buf_free(&mounts);
}

const struct probe probe_namespaces = {
	.name = "namespaces",
	.title = "namespaces and how many processes share them",
	.title_ja = "名前空間とそれを共有するプロセス数",
	.stream = "live/namespaces",
	.reads = "/proc/PID/ns/*, nsfs mounts",
	.live_only = true,
	.run = run_namespaces,
};
