/*
 * mounts_probe.c - what is mounted where, once for every mount namespace:
 * /proc/PID/mountinfo of the lowest pid in it, or from within when only a
 * descriptor, a mount or the kernel keeps it.
 *   36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=…
 * Blanks and the like in paths are \ooo.  Nothing mounted is touched.
 */
#include "live.h"
#include "mntns.h"
#include "row.h"

#include <errno.h>

#define TEXT_MAX (16u << 20)
#define ROWS_MAX 65536u /* of one namespace */

struct mounts_probe {
	struct probe_run *run;
	uint64_t count;
	struct buf row, text, path;
};

static int octal(struct str s)
{
	int v = 0;

	if (s.n < 4 || s.p[0] != '\\')
		return -1;
	for (int i = 1; i < 4; i++) {
		if (s.p[i] < '0' || s.p[i] > '7')
			return -1;
		v = v * 8 + (s.p[i] - '0');
	}
	return v < 256 ? v : -1;
}

static void path_row(struct mounts_probe *mp, enum key k, struct str s)
{
	buf_clear(&mp->path);
	while (s.n) {
		int c = octal(s);

		buf_c(&mp->path, c < 0 ? s.p[0] : (char)c);
		s = str_skip(s, c < 0 ? 1 : 4);
	}
	row_str(&mp->row, k, buf_view(&mp->path));
}

static void line_row(struct mounts_probe *mp, struct str line, uint64_t ns)
{
	struct str field[6], shared, fstype, source;
	struct buf *row = &mp->row;
	uint64_t id = 0, parent = 0;
	size_t dash = str_find(line, STR(" - "));

	for (int i = 0; i < 6; i++)
		field[i] = str_cut(&line, ' ');
	if (dash == (size_t)-1 || !line.p || !str_u64(field[0], &id) ||
	    !str_u64(field[1], &parent))
		return;
	dash = str_find(line, STR("- "));
	shared = str_trim(str_head(line, dash));
	line = str_skip(line, dash + 2);
	fstype = str_cut(&line, ' ');
	source = str_cut(&line, ' ');
	buf_clear(row);
	json_open(row);
	if (ns)
		row_u64(row, KEY_K_MOUNT_NAMESPACE, ns);
	row_u64(row, KEY_K_MOUNT_ID, id);
	row_u64(row, KEY_K_MOUNT_PARENT, parent);
	path_row(mp, KEY_FILE_PATH, field[4]);
	path_row(mp, KEY_K_MOUNT_ROOT, field[3]);
	row_str(row, KEY_K_MOUNT_DEVICE, field[2]);
	row_str(row, KEY_K_MOUNT_TYPE, fstype);
	path_row(mp, KEY_K_MOUNT_SOURCE, source);
	row_str(row, KEY_K_MOUNT_OPTIONS, field[5]);
	if (line.p && line.n)
		path_row(mp, KEY_K_MOUNT_SUPER, line);
	if (shared.n)
		row_str(row, KEY_K_MOUNT_PROPAGATION, shared);
	json_close(row);
	probe_row(mp->run, "mounts", buf_view(row));
	mp->count++;
}

static void unread(struct mounts_probe *mp, struct str what, int errnum)
{
	enum probe_state state = PROBE_FAILED;

	if (errnum == ENOENT || errnum == ESRCH || errnum == EINVAL)
		state = PROBE_VANISHED;
	else if (errnum == EACCES || errnum == EPERM)
		state = PROBE_DENIED;
	probe_status(mp->run, what, state, errnum, 0, 0);
}

static void take(struct mounts_probe *mp, int rc, uint64_t inode,
		 struct str what)
{
	struct str left;
	uint64_t n = 0;

	if (rc < 0) {
		unread(mp, what, errno);
		return;
	}
	for (left = buf_view(&mp->text); left.p && left.n && n < ROWS_MAX; n++)
		line_row(mp, str_cut(&left, '\n'), inode);
	if (rc > 0 || n == ROWS_MAX)
		probe_status(mp->run, what, PROBE_TRUNCATED, 0, n, 0);
}

/* Without a process in it: from within.  False when there is no way home. */
static bool visit(struct mounts_probe *mp, const struct collect_env *env,
		  const struct ns *ns, struct str what)
{
	struct mntns_home home;
	bool back = true;
	int rc = -1;

	if (mntns_home(env, &home) && mntns_enter(env, ns) == 0) {
		rc = live_read(env->proc, "self/mountinfo", TEXT_MAX,
			       &mp->text);
		back = mntns_leave(&home);
	}
	take(mp, rc, ns->inode, what);
	mntns_home_free(&home);
	return back;
}

static bool one(struct mounts_probe *mp, const struct collect_env *env,
		const struct ns *ns)
{
	char what[48], name[32];

	snprintf(what, sizeof what, "mnt:[%llu]",
		 (unsigned long long)ns->inode);
	if (!probe_item(mp->run, ns->inode, str_of(what)))
		return true;
	if (ns->pid == 0)
		return visit(mp, env, ns, str_of(what));
	snprintf(name, sizeof name, "%u/mountinfo", ns->pid);
	take(mp, live_read(env->proc, name, TEXT_MAX, &mp->text), ns->inode,
	     str_of(what));
	return true;
}

static void run_mounts(struct probe_run *run)
{
	const struct collect_env *env = probe_env(run);
	struct mounts_probe mp = { .run = run };
	struct ns_list l;

	if (ns_list_read(env, 1u << NS_MNT, &l) == 0) {
		ns_relations(env, &l);
		ns_sort(&l);
	}
	for (size_t i = 0; i < l.n && l.ns[i].type == NS_MNT; i++)
		if (!one(&mp, env, &l.ns[i]))
			break;
	if (l.n == 0 && probe_item(run, 1, STR("self")))
		take(&mp,
		     live_read(env->proc, "self/mountinfo", TEXT_MAX, &mp.text),
		     0, STR("self"));
	if (l.denied)
		probe_status(run, STR("namespaces of processes"), PROBE_DENIED,
			     EACCES, l.denied, 0);
	probe_status(run, STR_NONE, PROBE_COLLECTED, 0, mp.count, 0);
	ns_list_free(&l);
	buf_free(&mp.row);
	buf_free(&mp.text);
	buf_free(&mp.path);
}

const struct probe probe_mounts = {
	.name = "mounts",
	.title = "mounts of every mount namespace",
	.title_ja = "全マウント名前空間のマウント",
	.stream = "live/mounts",
	.reads = "/proc/PID/mountinfo",
	.live_only = true,
	.run = run_mounts,
};
