/*
 * netns.c - every network namespace of this host, one after the other: the
 * reader enters it and comes home again.
 */
#include "netns.h"
#include "live.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

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
	*s = (struct netns_set){ .home = -1 };
	if (ns_list_read(env, 1u << NS_NET, &s->list) < 0)
		return -1;
	s->home = open_self(env, &s->self);
	if (s->self) {
		(void)ns_put(&s->list, NS_NET, s->self);
		ns_sort(&s->list);
	}
	return 0;
}

int netns_enter(const struct collect_env *env, const struct netns_set *s,
		const struct ns *ns)
{
	int fd, rc, saved;

	if (ns->inode == s->self)
		return 0;
	if (s->home < 0) {
		errno = EPERM; /* no way back */
		return -1;
	}
	fd = ns_open(env, ns);
	if (fd < 0)
		return -1;
	rc = setns(fd, CLONE_NEWNET);
	saved = errno;
	close(fd);
	errno = saved;
	return rc;
}

bool netns_leave(const struct netns_set *s, const struct ns *ns)
{
	return ns->inode == s->self || setns(s->home, CLONE_NEWNET) == 0;
}

void netns_free(struct netns_set *s)
{
	ns_list_free(&s->list);
	if (s->home >= 0)
		close(s->home);
}

static int open_pid(const struct collect_env *env, const struct ns *ns,
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
		      const struct ns *ns, struct str what,
		      void (*visit)(void *, const struct ns *, bool, int),
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
	       void (*visit)(void *, const struct ns *, bool, int), void *arg)
{
	struct netns_set set;
	struct ns ours = { .type = NS_NET, .fd = -1 };

	if (netns_list(probe_env(run), &set) < 0)
		return -1;
	for (size_t i = 0; i < set.list.n; i++) {
		const struct ns *ns = &set.list.ns[i];
		struct str what;
		char t[48];

		snprintf(t, sizeof t, "net:[%llu]",
			 (unsigned long long)ns->inode);
		what = str_of(t);
		if (!probe_item(run, ns->inode, what))
			continue;
		if (visit_one(run, &set, ns, what, visit, arg))
			continue;
		probe_status(run, what, PROBE_FAILED, errno, 0, 0);
		break;
	}
	if (set.list.denied)
		probe_status(run, STR("namespaces of processes"), PROBE_DENIED,
			     EACCES, set.list.denied, 0);
	if (set.list.cut)
		probe_status(run, STR("descriptors that keep namespaces"),
			     PROBE_TRUNCATED, 0, 0, 0);
	if (set.list.n == 0) /* none is shown: what is ours, at least */
		(void)visit_one(run, &set, &ours, STR("net"), visit, arg);
	netns_free(&set);
	return 0;
}
