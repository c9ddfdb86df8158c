/*
 * netns.c - every network namespace of this host.  One that holds no process
 * is kept by a mount of its nsfs file (`ip netns add'); mountinfo shows it:
 *   101 90 0:4 net:[4026532281] /run/netns/x rw shared:9 - nsfs nsfs rw
 */
#include "netns.h"
#include "live.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOUNTS_MAX_BYTES (16u << 20)

static struct netns *find(struct netns_set *s, uint64_t inode)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->ns[i].inode == inode)
			return &s->ns[i];
	return NULL;
}

static struct netns *add(struct netns_set *s, size_t *cap, uint64_t inode)
{
	struct netns *ns = find(s, inode);

	if (ns)
		return ns;
	vec_grow(&s->ns, cap, s->n + 1, sizeof *s->ns);
	ns = &s->ns[s->n++];
	*ns = (struct netns){ .inode = inode };
	return ns;
}

static void pinned(const struct collect_env *env, struct netns_set *s,
		   size_t *cap)
{
	struct buf text = { 0 };
	struct str left;

	if (live_read(env->proc, "self/mountinfo", MOUNTS_MAX_BYTES, &text) < 0)
		return;
	for (left = buf_view(&text); left.p && left.n;) {
		struct str line = str_cut(&left, '\n'), root, point;
		char name[48];
		struct netns *ns;
		uint64_t ino;

		for (int i = 0; i < 3; i++)
			(void)str_cut(&line, ' ');
		root = str_cut(&line, ' ');
		point = str_cut(&line, ' ');
		if (root.n >= sizeof name || point.n == 0)
			continue;
		snprintf(name, sizeof name, STR_FMT, STR_ARG(root));
		ino = live_ns_inode(name, "net");
		ns = ino ? add(s, cap, ino) : NULL;
		if (!ns || ns->pinned)
			continue;
		ns->pinned = xmalloc(point.n + 1);
		memcpy(ns->pinned, point.p, point.n);
	}
	buf_free(&text);
}

static int by_inode(const void *a, const void *b)
{
	uint64_t x = ((const struct netns *)a)->inode;
	uint64_t y = ((const struct netns *)b)->inode;

	return x < y ? -1 : x > y;
}

static int open_self(const struct collect_env *env, uint64_t *inode)
{
	int dir = openat(env->proc, "self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = -1;

	*inode = 0;
	if (dir < 0)
		return -1;
	*inode = live_ns(dir, "net");
	fd = openat(dir, "ns/net", O_RDONLY | O_CLOEXEC);
	close(dir);
	return fd;
}

int netns_list(const struct collect_env *env, struct netns_set *s)
{
	size_t n, cap = 0;
	uint32_t *pid;

	*s = (struct netns_set){ .home = -1 };
	if (live_numbers(env->proc, ".", &pid, &n) < 0)
		return -1;
	s->home = open_self(env, &s->self);
	for (size_t i = 0; i < n; i++) {
		int dir = live_pid(env->proc, pid[i]);
		uint64_t ino = dir < 0 ? 0 : live_ns(dir, "net");
		struct netns *ns;

		if (ino == 0)
			s->denied += errno == EACCES || errno == EPERM;
		if (dir >= 0)
			close(dir);
		if (ino == 0)
			continue;
		ns = add(s, &cap, ino);
		if (ns->pid == 0)
			ns->pid = pid[i];
	}
	free(pid);
	pinned(env, s, &cap);
	if (s->self && !find(s, s->self))
		(void)add(s, &cap, s->self);
	if (s->n)
		qsort(s->ns, s->n, sizeof *s->ns, by_inode);
	return 0;
}

static int open_ns(const struct collect_env *env, const struct netns *ns)
{
	char name[32];
	struct stat st;
	int fd = -1;

	if (ns->pid) {
		snprintf(name, sizeof name, "%u/ns/net", ns->pid);
		fd = openat(env->proc, name, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0 && ns->pinned)
		fd = open(ns->pinned, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && st.st_ino == ns->inode)
		return fd;
	close(fd);
	errno = ESRCH; /* that pid is another process by now */
	return -1;
}

int netns_enter(const struct collect_env *env, const struct netns_set *s,
		const struct netns *ns)
{
	int fd, rc, saved;

	if (ns->inode == s->self)
		return 0;
	if (s->home < 0) {
		errno = EPERM; /* no way back */
		return -1;
	}
	fd = open_ns(env, ns);
	if (fd < 0)
		return -1;
	rc = setns(fd, CLONE_NEWNET);
	saved = errno;
	close(fd);
	errno = saved;
	return rc;
}

bool netns_leave(const struct netns_set *s, const struct netns *ns)
{
	return ns->inode == s->self || setns(s->home, CLONE_NEWNET) == 0;
}

void netns_free(struct netns_set *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->ns[i].pinned);
	free(s->ns);
	if (s->home >= 0)
		close(s->home);
}

static int open_pid(const struct collect_env *env, const struct netns *ns,
		    bool inside)
{
	if (inside)
		return openat(env->proc, "self",
			      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return ns->pid ? live_pid(env->proc, ns->pid) : -1;
}

static void unseen(struct probe_run *run, struct str what, int errnum)
{
	enum probe_state state = PROBE_FAILED;

	if (errnum == ESRCH || errnum == ENOENT)
		state = PROBE_VANISHED;
	else if (errnum == EPERM || errnum == EACCES)
		state = PROBE_DENIED;
	probe_status(run, what, state, errnum, 0, 0);
}

/* False when there was no way home. */
static bool visit_one(struct probe_run *run, const struct netns_set *set,
		      const struct netns *ns, struct str what,
		      void (*visit)(void *, const struct netns *, bool, int),
		      void *arg)
{
	const struct collect_env *env = probe_env(run);
	bool inside = netns_enter(env, set, ns) == 0;
	int errnum = errno, dir = open_pid(env, ns, inside);

	if (inside || dir >= 0)
		visit(arg, ns, inside, dir);
	else
		unseen(run, what, errnum);
	if (dir >= 0)
		close(dir);
	return !inside || netns_leave(set, ns);
}

int netns_each(struct probe_run *run,
	       void (*visit)(void *, const struct netns *, bool, int),
	       void *arg)
{
	struct netns_set set;
	struct netns ours = { 0 };

	if (netns_list(probe_env(run), &set) < 0)
		return -1;
	for (size_t i = 0; i < set.n; i++) {
		struct str what;
		char t[48];

		snprintf(t, sizeof t, "net:[%llu]",
			 (unsigned long long)set.ns[i].inode);
		what = str_of(t);
		if (!probe_item(run, set.ns[i].inode, what))
			continue;
		if (visit_one(run, &set, &set.ns[i], what, visit, arg))
			continue;
		probe_status(run, what, PROBE_FAILED, errno, 0, 0);
		break;
	}
	if (set.denied)
		probe_status(run, STR("namespaces of processes"), PROBE_DENIED,
			     EACCES, set.denied, 0);
	if (set.n == 0) /* none is shown: what is ours, at least */
		(void)visit_one(run, &set, &ours, STR("net"), visit, arg);
	netns_free(&set);
	return 0;
}
