/*
 * roots.c - one mount namespace after the other, each in three phases: what
 * its processes run, the files of roots.def, and file systems that the host
 * has mounted nowhere.  A replacement reader goes on behind the item that got
 * the last one stuck.
 */
#define _GNU_SOURCE
#include "roots.h"
#include "beneath.h"
#include "live.h"
#include "owned.h"

#include "konseki/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROGRAMS, FILES, MOUNTS, PHASES };

#define KIB UINT64_C(1024)
#define ROOT(glob, max_kib, flags)                                             \
	{ glob, "roots", NULL, (max_kib)*KIB, flags },
static const struct path_rule table[] = {
#include "roots.def"
};
#undef ROOT
#define NTABLE (sizeof(table) / sizeof(table[0]))

/* everything below the one home that is given */
static const struct path_rule everything = { "~/**", "roots", NULL,
					     262144 * KIB, PATH_PROGRAMS };

static bool take(void *arg, const struct path_rule *rule, struct str path,
		 int fd, const struct meta *m)
{
	struct root *ro = arg;
	uint64_t size = m->size;

	if (rule->max && size > rule->max)
		size = rule->max;
	return root_look(ro, path, fd, m, (rule->flags & PATH_PROGRAMS) != 0) &&
	       root_room(ro, path, size);
}

/* The reader as it sees this root. */
static void look_from_here(struct root *ro)
{
	struct mounts_options o = {
		.root = STR("/"),
		.local_type = ro->host->scene->opt->local_type,
		.nlocal_type = ro->host->scene->opt->nlocal_type,
	};

	snprintf(ro->prefix, sizeof(ro->prefix), KONSEKI_ROOTS "%llu",
		 (unsigned long long)ro->inode);
	ro->scene = *ro->host->scene;
	ro->scene.env.root = ro->fd;
	ro->scene.done = (struct map){ 0 };
	ro->scene.pointed = (struct map){ 0 };
	ro->scene.open_noatime = !ro->shielded;
	mounts_read(buf_view(&ro->mountinfo), &o, &ro->arena,
		    &ro->scene.mounts);
	ro->run = *ro->host;
	ro->run.env = &ro->scene.env;
	ro->run.scene = &ro->scene;
	ro->run.seen = ro->run.named = (struct map){ 0 };
	ro->view = (struct gather_view){ .prefix = str_of(ro->prefix),
					 .done = &ro->host->scene->done,
					 .take = take,
					 .arg = ro };
}

static bool same_top(const struct root *ro)
{
	struct stat a, b;

	return fstat(ro->fd, &a) == 0 && fstat(ro->host->env->root, &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Its items are pids; those of the others indexes. */
static void programs(struct root *ro)
{
	uint32_t *pid;
	size_t n;

	if (live_numbers(ro->host->env->proc, ".", &pid, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		if (pid[i] < ro->at->item)
			continue;
		ro->at->item = pid[i];
		root_process(ro, pid[i]);
	}
	free(pid);
}

static void files(struct root *ro)
{
	struct homes h = { 0 };

	if (ro->same)
		return;
	homes_read(&ro->run, &h);
	for (; ro->at->item < NTABLE; ro->at->item++) {
		struct gather_count n = { 0 };

		gather_rule(&ro->run, &table[ro->at->item], &h, &ro->view, &n);
	}
	homes_free(&h);
}

bool root_mounted(const struct root *ro, const struct mount *m)
{
	const struct mounts *ms = &ro->host->scene->mounts;

	for (size_t i = 0; i < ms->nmount; i++)
		if (ms->mount[i].major == m->major &&
		    ms->mount[i].minor == m->minor)
			return true;
	return false;
}

/* An overlay's layers are walked on the host. */
static void mounts(struct root *ro)
{
	const struct mounts *ms = &ro->scene.mounts;

	for (; ro->at->item < ms->nmount; ro->at->item++) {
		const struct mount *m = &ms->mount[ro->at->item];
		struct gather_count n = { 0 };
		struct str point = m->point;
		struct homes h = { .home = &point, .n = 1 };

		if (m->class != MOUNT_LOCAL || str_is(m->type, "overlay") ||
		    root_mounted(ro, m))
			continue;
		if (point.n == 1)
			point.n = 0; /* `/' is written before what follows */
		gather_rule(&ro->run, &everything, &h, &ro->view, &n);
	}
}

static void (*const phase[PHASES])(struct root *) = { programs, files, mounts };

static void unread(struct probe_run *r, struct str what, int errnum)
{
	enum probe_state s = run_state_of(errnum);

	run_status(r, "roots", NULL, what,
		   s == PROBE_ABSENT ? PROBE_VANISHED : s, errnum, 0, 0, 0);
}

static void read_root(struct root *ro, struct str what)
{
	struct roots_progress *at = ro->at;
	uint64_t files = at->files, bytes = at->bytes;

	look_from_here(ro);
	ro->same = same_top(ro);
	packages_init(&ro->packages, &ro->arena);
	if (!ro->same)
		owned_read(&ro->run, &ro->arena, &ro->packages);
	if (!ro->shielded)
		run_status(ro->host, "noatime", NULL, what, PROBE_DENIED, EPERM,
			   0, 0, 0);
	for (; at->phase < PHASES; at->phase++, at->item = 0)
		phase[at->phase](ro);
	run_status(ro->host, "roots", NULL, what, PROBE_COLLECTED, 0,
		   at->files - files, at->bytes - bytes, 0);
	map_free(&ro->run.seen);
	map_free(&ro->run.named);
	packages_free(&ro->packages);
}

static void one(struct probe_run *r, const struct ns *ns)
{
	struct roots_progress *at = r->lane->state;
	struct root *ro;
	char what[48];

	if (ns->inode < at->ns)
		return;
	if (ns->inode != at->ns)
		at->phase = at->item = at->of_ns = 0;
	at->ns = ns->inode;
	ro = xmalloc(sizeof(*ro));
	ro->host = r;
	ro->at = at;
	ro->inode = ns->inode;
	arena_init(&ro->arena, 0);
	snprintf(what, sizeof(what), "mnt:[%llu]",
		 (unsigned long long)ns->inode);
	run_touch(r, 0, str_of(what));
	if (root_open(ro, ns))
		read_root(ro, str_of(what));
	else
		unread(r, str_of(what), errno);
	if (ro->fd >= 0)
		close(ro->fd);
	free(ro->chunk);
	buf_free(&ro->mountinfo);
	buf_free(&ro->row);
	arena_free(&ro->arena);
	free(ro);
}

static uint64_t mnt_of(const struct collect_env *env, uint32_t pid)
{
	int dir = live_pid(env->proc, pid);
	uint64_t ino = dir < 0 ? 0 : live_ns(dir, "mnt");

	if (dir >= 0)
		close(dir);
	return ino;
}

static void run_roots(struct probe_run *r)
{
	struct roots_progress *at = r->lane->state;
	/* the collector's, and that of a reader with its own (mounts.h) */
	uint64_t ours = mnt_of(r->env, r->env->self_pid);
	uint64_t mine = mnt_of(r->env, (uint32_t)getpid());
	struct ns_list l;

	if (ns_list_read(r->env, 1u << NS_MNT, &l) < 0) {
		run_status(r, "roots", NULL, STR_NONE, PROBE_DENIED, errno, 0,
			   0, 0);
		return;
	}
	ns_relations(r->env, &l);
	ns_sort(&l);
	for (size_t i = 0; i < l.n; i++)
		if (l.ns[i].type == NS_MNT && l.ns[i].inode != ours &&
		    l.ns[i].inode != mine)
			one(r, &l.ns[i]);
	run_status(r, "roots", NULL, STR_NONE, PROBE_COLLECTED, 0, at->files,
		   at->bytes, sys_boottime_ns() - r->began_ns);
	ns_list_free(&l);
}

static bool resume(const struct lane *from, struct lane *to)
{
	struct roots_progress *p = to->state;

	memcpy(p, from->state, sizeof(*p));
	p->item++; /* the one it was stuck on */
	return true;
}

const struct job job_roots = {
	.name = "roots",
	.run = run_roots,
	.nstate = sizeof(struct roots_progress),
	.resume = resume,
};
