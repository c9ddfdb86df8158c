/*
 * nslist.c - links below /proc/PID/ns, /proc/PID/task/TID/ns and
 * /proc/PID/fd; mounts of nsfs in every mount namespace, as mountinfo has
 * them:
 *   101 90 0:4 net:[4026532281] /run/netns/x rw shared:9 - nsfs nsfs rw
 */
#include "nslist.h"
#include "live.h"

#include "../host/mountinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOUNTS_MAX_BYTES (16u << 20)
#define FDS_MAX 1000000u /* descriptors that are looked at, in all */

const char *const ns_name[NS_TYPES] = { "cgroup", "ipc",  "mnt",  "net",
					"pid",    "time", "user", "uts" };

/* a process can make its children's before it has any */
static const struct {
	enum ns_type type;
	const char *link;
} for_children[] = {
	{ NS_PID, "ns/pid_for_children" },
	{ NS_TIME, "ns/time_for_children" },
};

struct reading {
	const struct collect_env *env;
	unsigned want;
	struct ns_list *l;
	uint64_t nfd;
};

struct ns *ns_put(struct ns_list *l, enum ns_type t, uint64_t inode)
{
	uint64_t id[2] = { t, inode };
	uint64_t *at = map_put(&l->index, str_mem(id, sizeof id), NULL);

	if (*at == 0) {
		vec_grow(&l->ns, &l->cap, l->n + 1, sizeof *l->ns);
		l->ns[l->n++] =
			(struct ns){ .type = t, .inode = inode, .fd = -1 };
		*at = l->n;
	}
	return &l->ns[*at - 1];
}

/* "net:[4026532281]" of a wanted type, or NULL. */
static struct ns *of_text(struct reading *r, const char *text)
{
	for (unsigned t = 0; t < NS_TYPES; t++) {
		uint64_t ino =
			r->want >> t & 1 ? live_ns_inode(text, ns_name[t]) : 0;

		if (ino)
			return ns_put(r->l, t, ino);
	}
	return NULL;
}

static void lowest(struct ns *ns, uint32_t pid)
{
	if (ns->pid == 0)
		ns->pid = pid;
}

static void children(struct reading *r, int dir, uint32_t pid)
{
	for (size_t i = 0; i < sizeof for_children / sizeof for_children[0];
	     i++) {
		char link[LIVE_LINK_MAX + 1];
		struct ns *ns;

		if (!(r->want >> for_children[i].type & 1) ||
		    live_link(dir, for_children[i].link, link) < 0)
			continue;
		ns = of_text(r, link);
		if (ns && !(ns->kept & NS_BY_PROCESS) && ns->pid == 0) {
			ns->kept |= NS_BY_PROCESS; /* empty as yet */
			ns->pid = pid;
		}
	}
}

/* Threads may have left the namespaces of their process. */
static void threads(struct reading *r, int dir, uint32_t pid,
		    const uint64_t own[NS_TYPES])
{
	uint32_t *tid;
	size_t n;

	if (live_numbers(dir, "task", &tid, &n) < 0)
		return;
	for (size_t i = 0; n > 1 && i < n; i++) {
		char name[32];
		int task;

		if (tid[i] == pid)
			continue;
		snprintf(name, sizeof name, "task/%u", tid[i]);
		task = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		for (unsigned t = 0; task >= 0 && t < NS_TYPES; t++) {
			uint64_t ino = r->want >> t & 1
					       ? live_ns(task, ns_name[t])
					       : 0;
			struct ns *ns;

			if (ino == 0 || ino == own[t])
				continue;
			ns = ns_put(r->l, t, ino);
			ns->kept |= NS_BY_THREAD;
			ns->threads++;
			lowest(ns, tid[i]);
		}
		if (task >= 0)
			close(task);
	}
	free(tid);
}

static void held(struct reading *r, int dir, uint32_t pid)
{
	uint32_t *fd;
	size_t n;
	int fds;

	if (live_numbers(dir, "fd", &fd, &n) < 0)
		return;
	fds = openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; fds >= 0 && i < n; i++) {
		char name[16], link[LIVE_LINK_MAX + 1];
		struct ns *ns;

		if (++r->nfd > FDS_MAX) {
			r->l->cut = true;
			break;
		}
		snprintf(name, sizeof name, "%u", fd[i]);
		if (live_link(fds, name, link) < 0)
			continue;
		ns = of_text(r, link);
		if (!ns)
			continue;
		ns->kept |= NS_BY_FD;
		if (ns->nholder == NS_HOLDERS_MAX)
			continue;
		ns->holder[ns->nholder].pid = pid;
		ns->holder[ns->nholder++].fd = fd[i];
	}
	if (fds >= 0)
		close(fds);
	free(fd);
}

/* Field 4 of a mount of nsfs is the namespace, field 5 where it is kept. */
static void mounted(struct reading *r, struct str text, uint32_t pid)
{
	while (text.p && text.n) {
		struct str line = str_cut(&text, '\n'), root, point;
		bool nsfs = str_has(line, STR(" - nsfs ")) ||
			    str_has(line, STR(" - proc ")); /* before 3.19 */
		char name[48];
		struct ns *ns;

		for (int i = 0; i < 3; i++)
			(void)str_cut(&line, ' ');
		root = str_cut(&line, ' ');
		point = str_cut(&line, ' ');
		if (!nsfs || root.n >= sizeof name || point.n == 0)
			continue;
		snprintf(name, sizeof name, STR_FMT, STR_ARG(root));
		ns = of_text(r, name);
		if (!ns)
			continue;
		ns->kept |= NS_BY_MOUNT;
		if (ns->mount.n)
			continue;
		ns->mount = mounts_unescape(&r->l->arena,
					    arena_dup(&r->l->arena, point));
		ns->mount_pid = pid;
	}
}

static void mounts_of_pid(struct reading *r, int dir, uint32_t pid)
{
	struct buf text = { 0 };

	if (live_read(dir, "mountinfo", MOUNTS_MAX_BYTES, &text) >= 0)
		mounted(r, buf_view(&text), pid);
	buf_free(&text);
}

static void one(struct reading *r, uint32_t pid, struct map *seen)
{
	int dir = live_pid(r->env->proc, pid);
	uint64_t own[NS_TYPES] = { 0 }, mnt;
	bool denied = false, first = false;

	if (dir < 0)
		return;
	for (unsigned t = 0; t < NS_TYPES; t++) {
		struct ns *ns;

		if (!(r->want >> t & 1))
			continue;
		own[t] = live_ns(dir, ns_name[t]);
		if (own[t] == 0) {
			denied |= errno == EACCES || errno == EPERM;
			continue;
		}
		ns = ns_put(r->l, t, own[t]);
		ns->kept |= NS_BY_PROCESS;
		ns->processes++;
		lowest(ns, pid);
	}
	r->l->denied += denied;
	mnt = live_ns(dir, "mnt");
	if (mnt)
		(void)map_put(seen, str_mem(&mnt, sizeof mnt), &first);
	if (first)
		mounts_of_pid(r, dir, pid);
	children(r, dir, pid);
	threads(r, dir, pid, own);
	held(r, dir, pid);
	close(dir);
}

static int by_type(const void *a, const void *b)
{
	const struct ns *x = a, *y = b;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	return x->inode < y->inode ? -1 : x->inode > y->inode;
}

void ns_sort(struct ns_list *l)
{
	if (l->n)
		qsort(l->ns, l->n, sizeof *l->ns, by_type);
	map_free(&l->index);
	for (size_t i = 0; i < l->n; i++) {
		uint64_t id[2] = { l->ns[i].type, l->ns[i].inode };

		*map_put(&l->index, str_mem(id, sizeof id), NULL) = i + 1;
	}
}

int ns_list_read(const struct collect_env *env, unsigned want,
		 struct ns_list *l)
{
	struct reading r = { env, want, l, 0 };
	struct map seen = { 0 };
	struct buf text = { 0 };
	uint32_t *pid;
	size_t n;

	*l = (struct ns_list){ 0 };
	arena_init(&l->arena, 0);
	if (live_numbers(env->proc, ".", &pid, &n) < 0)
		return -1;
	/* what we see ourselves first: its paths need no process */
	if (live_read(env->proc, "self/mountinfo", MOUNTS_MAX_BYTES, &text) >=
	    0)
		mounted(&r, buf_view(&text), 0);
	for (size_t i = 0; i < n; i++)
		one(&r, pid[i], &seen);
	ns_sort(l);
	buf_free(&text);
	map_free(&seen);
	free(pid);
	return 0;
}

static int checked(int fd, const struct ns *ns)
{
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && st.st_ino == ns->inode)
		return fd;
	close(fd);
	errno = ESRCH; /* that pid is another process by now */
	return -1;
}

static int open_mount(const struct collect_env *env, const struct ns *ns)
{
	struct buf path = { 0 };
	int fd;

	if (ns->mount_pid)
		buf_fmt(&path, "%u/root" STR_FMT, ns->mount_pid,
			STR_ARG(ns->mount));
	else
		buf_fmt(&path, "self/root" STR_FMT, STR_ARG(ns->mount));
	buf_c(&path, '\0');
	fd = openat(env->proc, path.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	buf_free(&path);
	return checked(fd, ns);
}

int ns_open(const struct collect_env *env, const struct ns *ns)
{
	char name[64];
	int fd = -1;

	errno = ENOENT;
	if (ns->fd >= 0)
		return fcntl(ns->fd, F_DUPFD_CLOEXEC, 3);
	if (ns->pid) {
		snprintf(name, sizeof name, "%u/ns/%s", ns->pid,
			 ns_name[ns->type]);
		fd = checked(openat(env->proc, name, O_RDONLY | O_CLOEXEC), ns);
	}
	for (size_t i = 0; fd < 0 && i < ns->nholder; i++) {
		snprintf(name, sizeof name, "%u/fd/%u", ns->holder[i].pid,
			 ns->holder[i].fd);
		fd = checked(openat(env->proc, name, O_RDONLY | O_CLOEXEC), ns);
	}
	if (fd < 0 && ns->mount.n)
		fd = open_mount(env, ns);
	return fd;
}

void ns_list_free(struct ns_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->ns[i].fd >= 0)
			close(l->ns[i].fd);
	free(l->ns);
	map_free(&l->index);
	arena_free(&l->arena);
}
