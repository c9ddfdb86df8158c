/*
 * cross_cover.c - a mount over /proc/PID hides that process from whoever
 * looks there.  Three ways tell: the tables of mounts of every mount
 * namespace; a procfs of our own beside the one that is mounted; and a
 * directory whose status speaks of another number.  What the covered process
 * is, is read through our own.
 */
#include "cross.h"
#include "live.h"
#include "nslist.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_MAX (16u << 20)

struct look {
	struct cross *c;
	struct map said; /* pids of this pid namespace */
	uint64_t pid_ns;
};

static bool read_covers(const struct collect_env *env, const char *name,
			struct arena *a, struct covers *out)
{
	struct buf text = { 0 };
	bool ok = live_read(env->proc, name, TEXT_MAX, &text) >= 0;

	out->n = 0;
	if (ok)
		covers_read(buf_view(&text), a, out);
	buf_free(&text);
	return ok;
}

static bool same_mount(const struct covers *l, const struct cover *c)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].id == c->id && str_eq(l->v[i].point, c->point))
			return true;
	return false;
}

static uint64_t namespace_of(const struct collect_env *env, uint32_t pid,
			     const char *type)
{
	int dir = live_pid(env->proc, pid);
	uint64_t ns = dir < 0 ? 0 : live_ns(dir, type);

	if (dir >= 0)
		close(dir);
	return ns;
}

static void cover_row(struct look *l, const struct ns *ns,
		      const struct cover *v)
{
	struct cross *c = l->c;

	(void)cross_open(c, STR("mountinfo"), STR("/proc as mounted"));
	row_bool(&c->row, KEY_K_PROCESS_COVERED, true);
	row_u64(&c->row, KEY_K_MOUNT_NAMESPACE, ns->inode);
	row_str(&c->row, KEY_FILE_PATH, v->point);
	row_str(&c->row, KEY_K_MOUNT_ROOT, v->root);
	row_str(&c->row, KEY_K_MOUNT_TYPE, v->type);
	if (namespace_of(c->env, ns->pid, "pid") == l->pid_ns) {
		cross_process(c, v->pid);
		(void)map_put(&l->said, str_mem(&v->pid, sizeof v->pid), NULL);
	}
	cross_close(c);
}

/* Mounts that stand there three times in a row. */
static void of_namespace(struct look *l, const struct ns *ns)
{
	const struct collect_env *env = l->c->env;
	struct covers first = { .v = NULL }, now = { .v = NULL };
	struct arena a = { 0 };
	char name[32];

	snprintf(name, sizeof name, "%u/mountinfo", ns->pid);
	if (!read_covers(env, name, &a, &first))
		goto done;
	l->c->checked++;
	for (int i = 1; i < CROSS_ROUNDS && first.n; i++) {
		size_t kept = 0;

		cross_pause();
		if (!read_covers(env, name, &a, &now))
			goto done;
		for (size_t k = 0; k < first.n; k++)
			if (same_mount(&now, &first.v[k]))
				first.v[kept++] = first.v[k];
		first.n = kept;
	}
	for (size_t i = 0; i < first.n; i++)
		cover_row(l, ns, &first.v[i]);
done:
	free(first.v);
	free(now.v);
	arena_free(&a);
}

static int by_mountinfo(struct look *l)
{
	const struct collect_env *env = l->c->env;
	uint64_t own = namespace_of(env, (uint32_t)getpid(), "mnt");
	struct ns_list list = { 0 };

	/* that of this reader alone is the collector's, once more */
	if (own == namespace_of(env, env->self_pid, "mnt"))
		own = 0;
	if (ns_list_read(env, 1u << NS_MNT, &list) < 0)
		return errno;
	for (size_t i = 0; i < list.n; i++)
		if (list.ns[i].pid && list.ns[i].inode != own)
			of_namespace(l, &list.ns[i]);
	ns_list_free(&list);
	return 0;
}

/* The number in a status text; 0: it has none. */
static uint64_t own_number(int proc, uint32_t pid)
{
	struct buf text = { 0 };
	struct str left;
	uint64_t n = 0;
	char name[32];

	snprintf(name, sizeof name, "%u/status", pid);
	if (live_read(proc, name, 65536, &text) < 0)
		n = errno == ENOENT ? 0 : pid; /* else we may not know */
	for (left = buf_view(&text); left.p && left.n && n == 0;) {
		struct str v = str_cut(&left, '\n'), k = str_cut(&v, ':');

		if (str_is(k, "Pid"))
			(void)str_u64(str_trim(v), &n); /* else 0 */
	}
	buf_free(&text);
	return n;
}

/* Is its directory, as it is mounted, another's, while it lives? */
static bool covered(const struct collect_env *env, int shown, uint32_t pid)
{
	struct stat top, st;
	char name[16];

	snprintf(name, sizeof name, "%u", pid);
	if (fstat(shown, &top) < 0 ||
	    fstatat(shown, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false; /* ended meanwhile; lists are another view */
	if (st.st_dev == top.st_dev && own_number(shown, pid) == pid)
		return false;
	return own_number(env->proc, pid) == pid || !env->own_proc;
}

static void by_looking(struct look *l)
{
	const struct collect_env *env = l->c->env;
	int shown = env->shown > 0 ? env->shown : env->proc;
	uint32_t *pid;
	size_t n;

	if (live_numbers(env->proc, ".", &pid, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		bool yes;

		(void)cross_item(l->c, pid[i], STR("directories of /proc"));
		yes = !map_get(&l->said, str_mem(&pid[i], sizeof *pid)) &&
		      covered(env, shown, pid[i]);

		for (int r = 1; yes && r < CROSS_ROUNDS; r++) {
			cross_pause();
			yes = covered(env, shown, pid[i]);
		}
		if (!yes)
			continue;
		(void)cross_open(l->c, STR_NONE, STR_NONE);
		row_bool(&l->c->row, KEY_K_PROCESS_COVERED, true);
		cross_process(l->c, pid[i]);
		cross_close(l->c);
	}
	free(pid);
}

int cross_covers(struct cross *c)
{
	struct look l = { .c = c,
			  .pid_ns = namespace_of(c->env, (uint32_t)getpid(),
						 "pid") };
	int errnum = by_mountinfo(&l);

	if (!c->env->own_proc)
		probe_status(c->run, STR("a procfs of our own"), PROBE_SKIPPED,
			     ENOSYS, 0, 0);
	by_looking(&l);
	map_free(&l.said);
	return errnum;
}
