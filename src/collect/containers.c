/*
 * containers.c - containers that processes are in, as their control groups
 * say, whatever their runtime keeps on disk: one row each, of its lowest
 * process.
 */
#include "live.h"
#include "probe.h"
#include "row.h"

#include "../host/cgroup.h"
#include "../util/map.h"

#include <errno.h>
#include <unistd.h>

#define TEXT_MAX 65536
#define MAX_CONTAINERS 65536u

/* In whichever hierarchy it shows. */
static bool find(struct str text, struct str *path, struct cgroup_container *c)
{
	while (text.p && text.n) {
		*path = str_cut(&text, '\n');
		(void)str_cut(path, ':');
		(void)str_cut(path, ':');
		if (cgroup_container(*path, c))
			return true;
	}
	return false;
}

static void row(struct probe_run *run, struct buf *b, int dir, uint32_t pid,
		struct str path, const struct cgroup_container *c)
{
	buf_clear(b);
	json_open(b);
	row_str(b, KEY_CONTAINER_ID, c->id);
	if (c->runtime)
		row_str(b, KEY_CONTAINER_RUNTIME, str_of(c->runtime));
	row_u64(b, KEY_PROCESS_PID, pid);
	if (c->pod.n)
		row_str(b, KEY_K_CONTAINER_POD, c->pod);
	row_str(b, KEY_K_PROCESS_CGROUP, path);
	row_u64(b, KEY_K_NETNS, live_ns(dir, "net"));
	row_u64(b, KEY_K_ROOT, live_ns(dir, "mnt"));
	json_close(b);
	probe_row(run, "containers", buf_view(b));
}

static void run_containers(struct probe_run *run)
{
	const struct collect_env *env = probe_env(run);
	struct buf text = { 0 }, b = { 0 };
	struct map seen = { 0 };
	uint32_t *pid;
	size_t n;

	if (!probe_item(run, 1, STR("/proc/PID/cgroup")))
		return;
	if (live_numbers(env->proc, ".", &pid, &n) < 0) {
		probe_status(run, STR_NONE, PROBE_DENIED, errno, 0, 0);
		return;
	}
	for (size_t i = 0; i < n && seen.nitem < MAX_CONTAINERS; i++) {
		int dir = live_pid(env->proc, pid[i]);
		struct cgroup_container c;
		struct str path;
		bool added = false;

		if (dir >= 0 &&
		    live_read(dir, "cgroup", TEXT_MAX, &text) >= 0 &&
		    find(buf_view(&text), &path, &c))
			(void)map_put(&seen, c.id, &added);
		if (added)
			row(run, &b, dir, pid[i], path, &c);
		if (dir >= 0)
			close(dir);
	}
	probe_status(run, STR_NONE, PROBE_COLLECTED, 0, seen.nitem, 0);
	map_free(&seen);
	free(pid);
	buf_free(&text);
	buf_free(&b);
}

const struct probe probe_containers = {
	.name = "containers",
	.title = "containers that processes are in",
	.title_ja = "プロセスが属しているコンテナ",
	.stream = "live/containers",
	.reads = "/proc/PID/cgroup",
	.live_only = true,
	.run = run_containers,
};
