/*
 * mounts_probe.c - what is mounted where, once for every mount namespace:
 * /proc/PID/mountinfo of the lowest pid in it.
 *   36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=…
 * Blanks and the like in paths are \ooo.  Nothing mounted is touched.
 */
#include "live.h"
#include "probe.h"
#include "row.h"

#include "../util/map.h"

#include <errno.h>
#include <unistd.h>

#define TEXT_MAX (16u << 20)
#define ROWS_MAX 65536u /* of one namespace */

struct mnt_ns {
	uint64_t inode;
	uint32_t pid;
};

struct mounts_probe {
	struct probe_run *run;
	struct mnt_ns *ns;
	size_t nns, capns;
	uint64_t denied, count;
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

static int by_inode(const void *a, const void *b)
{
	const struct mnt_ns *x = a, *y = b;

	return x->inode < y->inode ? -1 : x->inode > y->inode;
}

static void find_namespaces(struct mounts_probe *mp, int proc)
{
	struct map seen = { 0 };
	uint32_t *pid;
	size_t n;

	if (live_numbers(proc, ".", &pid, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		int dir = live_pid(proc, pid[i]);
		uint64_t ino = dir < 0 ? 0 : live_ns(dir, "mnt");
		bool added = false;

		if (ino)
			(void)map_put(&seen, str_mem(&ino, sizeof ino), &added);
		else
			mp->denied += errno == EACCES || errno == EPERM;
		if (dir >= 0)
			close(dir);
		if (!added)
			continue;
		vec_grow(&mp->ns, &mp->capns, mp->nns + 1, sizeof *mp->ns);
		mp->ns[mp->nns++] = (struct mnt_ns){ ino, pid[i] };
	}
	if (mp->nns)
		qsort(mp->ns, mp->nns, sizeof *mp->ns, by_inode);
	map_free(&seen);
	free(pid);
}

static void one(struct mounts_probe *mp, int proc, const char *pid,
		uint64_t inode, struct str what)
{
	struct str left;
	uint64_t n = 0;
	char name[32];
	int rc;

	snprintf(name, sizeof name, "%s/mountinfo", pid);
	rc = live_read(proc, name, TEXT_MAX, &mp->text);
	if (rc < 0) {
		probe_status(mp->run, what,
			     errno == ENOENT || errno == ESRCH ||
					     errno == EINVAL
				     ? PROBE_VANISHED
			     : errno == EACCES || errno == EPERM ? PROBE_DENIED
								 : PROBE_FAILED,
			     errno, 0, 0);
		return;
	}
	for (left = buf_view(&mp->text); left.p && left.n && n < ROWS_MAX; n++)
		line_row(mp, str_cut(&left, '\n'), inode);
	if (rc > 0 || n == ROWS_MAX)
		probe_status(mp->run, what, PROBE_TRUNCATED, 0, n, 0);
}

static void run_mounts(struct probe_run *run)
{
	const struct collect_env *env = probe_env(run);
	struct mounts_probe mp = { .run = run };
	char what[48], pid[16];

	find_namespaces(&mp, env->proc);
	for (size_t i = 0; i < mp.nns; i++) {
		snprintf(what, sizeof what, "mnt:[%llu]",
			 (unsigned long long)mp.ns[i].inode);
		snprintf(pid, sizeof pid, "%u", mp.ns[i].pid);
		if (probe_item(run, mp.ns[i].inode, str_of(what)))
			one(&mp, env->proc, pid, mp.ns[i].inode, str_of(what));
	}
	if (mp.nns == 0 && probe_item(run, 1, STR("self")))
		one(&mp, env->proc, "self", 0, STR("self"));
	if (mp.denied)
		probe_status(run, STR("namespaces of processes"), PROBE_DENIED,
			     EACCES, mp.denied, 0);
	probe_status(run, STR_NONE, PROBE_COLLECTED, 0, mp.count, 0);
	free(mp.ns);
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
