/*
 * namespaces.c - every namespace once: its kind and inode, who is in it, who
 * owns it, and what keeps it.
 */
#include "live.h"
#include "nslist.h"
#include "row.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const struct {
	unsigned bit;
	const char *word;
} keeper[] = {
	{ NS_BY_PROCESS, "process" }, { NS_BY_THREAD, "thread" },
	{ NS_BY_FD, "descriptor" },   { NS_BY_MOUNT, "mount" },
	{ NS_BY_OWNED, "owner" },     { NS_BY_KERNEL, "kernel" },
};

static void kept_row(struct buf *row, struct buf *list, const struct ns *ns)
{
	char t[32];

	buf_clear(list);
	for (size_t i = 0; i < sizeof keeper / sizeof keeper[0]; i++)
		if (ns->kept & keeper[i].bit)
			list_add(list, str_of(keeper[i].word));
	row_key_list(row, KEY_K_NAMESPACE_KEPT, buf_view(list));
	buf_clear(list);
	for (size_t i = 0; i < ns->nholder; i++) {
		snprintf(t, sizeof t, "%u/%u", ns->holder[i].pid,
			 ns->holder[i].fd);
		list_add(list, str_of(t));
	}
	row_key_list(row, KEY_K_NAMESPACE_HELD_BY, buf_view(list));
}

static void one(struct probe_run *run, const struct ns *ns, uint64_t init,
		struct buf *row, struct buf *list)
{
	buf_clear(row);
	json_open(row);
	row_str(row, KEY_K_NAMESPACE_TYPE, str_of(ns_name[ns->type]));
	row_u64(row, KEY_K_NAMESPACE_ID, ns->inode);
	row_u64(row, KEY_K_NAMESPACE_PROCESSES, ns->processes);
	if (ns->threads)
		row_u64(row, KEY_K_NAMESPACE_THREADS, ns->threads);
	if (ns->pid)
		row_u64(row, KEY_PROCESS_PID, ns->pid);
	if (ns->inode == init)
		row_bool(row, KEY_K_NAMESPACE_HOST, true);
	kept_row(row, list, ns);
	if (ns->mount.n)
		row_str(row, KEY_K_NAMESPACE_PINNED, ns->mount);
	if (ns->owner)
		row_u64(row, KEY_K_NAMESPACE_OWNER, ns->owner);
	if (ns->have_uid)
		row_u64(row, KEY_K_NAMESPACE_OWNER_UID, ns->owner_uid);
	if (ns->parent)
		row_u64(row, KEY_K_NAMESPACE_PARENT, ns->parent);
	json_close(row);
	probe_row(run, "namespaces", buf_view(row));
}

/* Process 1; where it may not be asked, ourselves. */
static int open_init(const struct collect_env *env)
{
	int dir = live_pid(env->proc, 1);

	if (dir >= 0 && live_ns(dir, "pid"))
		return dir;
	if (dir >= 0)
		close(dir);
	return openat(env->proc, "self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void rows(struct probe_run *run, const struct ns_list *l)
{
	int init = open_init(probe_env(run));
	struct buf row = { 0 }, list = { 0 };

	for (size_t i = 0; i < l->n; i++) {
		const struct ns *ns = &l->ns[i];

		one(run, ns, init < 0 ? 0 : live_ns(init, ns_name[ns->type]),
		    &row, &list);
	}
	if (init >= 0)
		close(init);
	buf_free(&row);
	buf_free(&list);
}

static void run_namespaces(struct probe_run *run)
{
	const struct collect_env *env = probe_env(run);
	struct ns_list l;

	if (!probe_item(run, 1, STR("/proc/PID/ns")))
		return;
	if (ns_list_read(env, ~0u, &l) < 0) {
		probe_status(run, STR_NONE, PROBE_DENIED, errno, 0, 0);
		return;
	}
	ns_relations(env, &l);
	ns_sort(&l);
	rows(run, &l);
	if (l.denied)
		probe_status(run, STR("namespaces of processes"), PROBE_DENIED,
			     EACCES, l.denied, 0);
	if (l.cut)
		probe_status(run, STR("descriptors that keep namespaces"),
			     PROBE_TRUNCATED, 0, 0, 0);
	probe_status(run, STR_NONE, PROBE_COLLECTED, 0, l.n, 0);
	ns_list_free(&l);
}

const struct probe probe_namespaces = {
	.name = "namespaces",
	.title = "namespaces, who is in them and what keeps them",
	.title_ja = "名前空間と、所属するプロセス・保持しているもの",
	.stream = "live/namespaces",
	.reads = "/proc/PID/{ns,task/TID/ns,fd,mountinfo}, ioctls of nsfs",
	.live_only = true,
	.run = run_namespaces,
};
