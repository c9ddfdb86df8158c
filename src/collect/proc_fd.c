/*
 * proc_fd.c - what a process holds and where it stands: descriptors with
 * their sockets, working directory, root, namespaces, cgroup, audit ids.
 * Links are read, never followed.
 */
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define KINDS_MAX 32u /* of anonymous inodes: the kernel has some twenty */
#define NO_AUDIT_ID UINT32_MAX /* never logged in */

static const char *const ns_type[] = { "cgroup", "ipc",  "mnt",  "net",
				       "pid",    "time", "user", "uts" };

static uint64_t socket_inode(const char *link)
{
	return live_ns_inode(link, "socket");
}

static void sockets_row(struct buf *row, const uint64_t *ino, size_t n)
{
	if (n == 0)
		return;
	json_key(row, "sockets");
	for (size_t i = 0; i < n; i++) {
		buf_c(row, i ? ',' : '[');
		buf_u64(row, ino[i]);
	}
	buf_c(row, ']');
}

void proc_fd_row(struct proc_probe *pp, const struct proc *p)
{
	struct map kinds = { 0 }; /* [io_uring], bpf-prog … */
	uint64_t *ino = NULL;
	uint32_t *fd;
	size_t n, nino = 0, cap = 0;
	int dir;

	if (live_numbers(p->dir, "fd", &fd, &n) < 0) {
		proc_missing(pp, PART_FD, errno);
		return;
	}
	dir = openat(p->dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (n > PROC_FD_MAX) {
		proc_cut(pp, PART_FD);
		n = PROC_FD_MAX;
	}
	buf_clear(&pp->list);
	for (size_t i = 0; dir >= 0 && i < n; i++) {
		char name[16], link[LIVE_LINK_MAX + 1];
		uint64_t s;

		snprintf(name, sizeof name, "%u", fd[i]);
		if (live_link(dir, name, link) < 0)
			continue; /* closed meanwhile */
		buf_fmt(&pp->list, "%u %s", fd[i], link);
		buf_c(&pp->list, '\0');
		if (strncmp(link, "anon_inode:", 11) == 0)
			(void)map_put(&kinds, str_of(link + 11), NULL);
		s = socket_inode(link);
		if (s == 0)
			continue;
		vec_grow(&ino, &cap, nino + 1, sizeof *ino);
		ino[nino++] = s;
	}
	if (dir >= 0)
		close(dir);
	row_list(&pp->row, "fds", proc_fit(pp, PART_FD, buf_view(&pp->list)));
	cap = proc_fit(pp, PART_FD, str_mem(ino, nino * sizeof *ino)).n;
	sockets_row(&pp->row, ino, cap / sizeof *ino);
	buf_clear(&pp->list);
	for (size_t i = 0; i < kinds.nitem && i < KINDS_MAX; i++)
		list_add(&pp->list, kinds.item[i].key);
	row_key_list(&pp->row, KEY_K_PROCESS_ANON_INODES, buf_view(&pp->list));
	map_free(&kinds);
	free(ino);
	free(fd);
}

static void link_row(struct proc_probe *pp, const struct proc *p,
		     enum proc_part part, const char *name, enum key k)
{
	char link[LIVE_LINK_MAX + 1];
	ssize_t n = live_link(p->dir, name, link);

	if (n < 0)
		proc_missing(pp, part, errno);
	else
		row_str(&pp->row, k, str_mem(link, (size_t)n));
}

static void namespaces_row(struct proc_probe *pp, const struct proc *p)
{
	for (size_t i = 0; i < sizeof ns_type / sizeof ns_type[0]; i++) {
		uint64_t ino = live_ns(p->dir, ns_type[i]);
		char key[64], value[24];

		/* a kernel without this kind answers ENOENT */
		if (ino == 0 && errno != ENOENT)
			proc_missing(pp, PART_NS, errno);
		if (ino == 0)
			continue;
		snprintf(key, sizeof key, "%s.%s",
			 key_info(KEY_K_PROCESS_NAMESPACE)->name.p, ns_type[i]);
		snprintf(value, sizeof value, "%llu", (unsigned long long)ino);
		json_kv_str(&pp->row, key, str_of(value));
	}
}

/*
 * The path in the unified hierarchy; where that one is not in use (`/'), in
 * systemd's own, else the longest of all.
 */
static struct str cgroup_path(struct str text)
{
	struct str best = STR_NONE, systemd = STR_NONE, unified = STR_NONE;

	while (text.p && text.n) {
		struct str path = str_cut(&text, '\n');
		struct str number = str_cut(&path, ':');
		struct str what = str_cut(&path, ':');

		if (path.n > best.n)
			best = path;
		if (str_is(number, "0") && what.n == 0)
			unified = path;
		else if (str_is(what, "name=systemd"))
			systemd = path;
	}
	if (unified.n > 1)
		return unified;
	return systemd.n > 1 ? systemd : best;
}

static void audit_row(struct proc_probe *pp, const struct proc *p,
		      const char *name, enum key k)
{
	uint64_t id;

	/* absent where the kernel has no audit */
	if (live_read(p->dir, name, 64, &pp->text) == 0 &&
	    str_u64(str_trim(buf_view(&pp->text)), &id) && id != NO_AUDIT_ID)
		row_u64(&pp->row, k, id);
}

void proc_where_row(struct proc_probe *pp, const struct proc *p)
{
	struct str path;

	if (!p->zombie) {
		link_row(pp, p, PART_CWD, "cwd", KEY_PROCESS_CWD);
		link_row(pp, p, PART_ROOT, "root", KEY_K_PROCESS_ROOT);
		namespaces_row(pp, p);
	}
	audit_row(pp, p, "loginuid", KEY_K_PROCESS_LOGINUID);
	audit_row(pp, p, "sessionid", KEY_K_PROCESS_AUDIT_SESSION);
	if (live_read(p->dir, "cgroup", PROC_TEXT_MAX, &pp->text) < 0) {
		proc_missing(pp, PART_CGROUP, errno);
		return;
	}
	path = cgroup_path(buf_view(&pp->text));
	if (path.n)
		row_str(&pp->row, KEY_K_PROCESS_CGROUP, path);
}
