/* context.c - look-ups in what is known of a host. */
#include "cgroup.h"
#include "context.h"

#define MAX_DIRS 256     /* above a file */
#define MAX_LINKS 8      /* followed, one behind the other */
#define MAX_ANCESTORS 64 /* of a process, on the way to the collector */

const struct account *ctx_uid(const struct context *c, uint32_t uid)
{
	/* the first of several names, as the system itself answers */
	for (size_t i = 0; i < c->naccount; i++)
		if (c->account[i].uid == uid)
			return &c->account[i];
	return NULL;
}

const struct account *ctx_user(const struct context *c, struct str name)
{
	for (size_t i = 0; i < c->naccount; i++)
		if (str_eq(c->account[i].name, name))
			return &c->account[i];
	return NULL;
}

const struct account *ctx_home(const struct context *c, struct str path)
{
	const struct account *best = NULL;

	for (size_t i = 0; i < c->naccount; i++) {
		struct str home = c->account[i].home;

		while (home.n > 1 && home.p[home.n - 1] == '/')
			home.n--;
		/* "/" is the home of nobody in particular */
		if (home.n < 2 || !str_starts(path, home) ||
		    (path.n > home.n && path.p[home.n] != '/'))
			continue;
		if (!best || home.n > best->home.n)
			best = &c->account[i];
	}
	return best;
}

struct str ctx_group(const struct context *c, uint32_t gid)
{
	for (size_t i = 0; i < c->ngroup; i++)
		if (c->group[i].gid == gid)
			return c->group[i].name;
	return STR_NONE;
}

const struct proc *ctx_pid(const struct context *c, uint32_t pid)
{
	size_t lo = 0, hi = c->nproc;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->proc[mid].pid <= pid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 && c->proc[lo - 1].pid == pid ? &c->proc[lo - 1] : NULL;
}

const struct proc_socket *ctx_socket(const struct context *c, uint64_t inode)
{
	size_t lo = 0, hi = c->nsock;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->sock[mid].inode < inode)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < c->nsock && c->sock[lo].inode == inode ? &c->sock[lo]
							   : NULL;
}

const struct proc *ctx_socket_proc(const struct context *c, uint64_t inode)
{
	size_t lo = 0, hi = c->nowner;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->owner[mid].inode < inode)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == c->nowner || c->owner[lo].inode != inode)
		return NULL;
	return &c->proc[c->owner[lo].proc];
}

const struct context *ctx_root(const struct context *c, uint64_t mnt_ns)
{
	static const struct context nothing = { .collected_ns = INT64_MIN,
						.collected_end_ns = INT64_MIN };

	if (mnt_ns == 0)
		return c;
	for (size_t i = 0; i < c->nroot; i++)
		if (c->root[i]->root_ns == mnt_ns)
			return c->root[i];
	return &nothing;
}

const struct context *ctx_packages(const struct context *c, uint64_t mnt_ns,
				   struct str cgroup)
{
	const struct context *r = ctx_root(c, mnt_ns);
	struct cgroup_container cc;

	if (r != c && r->have & CTX_PACKAGES)
		return r;
	return cgroup_container(cgroup, &cc) ? ctx_root(c, UINT64_MAX) : c;
}

static const struct proc *of_ns(const struct context *c, const struct map *m,
				uint64_t inode)
{
	const uint64_t *i = map_get(m, str_mem(&inode, sizeof(inode)));

	return i ? &c->proc[*i] : NULL;
}

const struct proc *ctx_mntns(const struct context *c, uint64_t inode)
{
	return of_ns(c, &c->mnt_ns, inode);
}

const struct proc *ctx_netns(const struct context *c, uint64_t inode)
{
	return of_ns(c, &c->net_ns, inode);
}

const struct package *ctx_owner(const struct context *c, struct str path)
{
	return packages_owner(&c->packages, path);
}

bool ctx_exists(const struct context *c, struct str path)
{
	const struct path_info *info;

	if (!(c->have & CTX_FILES))
		return true;
	info = pathset_get(&c->packages.path, path);
	return info && info->owner & PATH_SEEN;
}

bool ctx_missing(const struct context *c, struct str path)
{
	const unsigned whole = CTX_FILES | CTX_WALKED;
	struct str dir = str_dir(path);

	if ((c->have & whole) != whole || packages_seen(&c->packages, path))
		return false;
	for (int depth = 0; depth < MAX_DIRS && dir.n > 1; depth++) {
		const struct path_info *i = pathset_get(&c->packages.path, dir);

		if (!i || !(i->owner & PATH_SEEN) || i->owner & PATH_SKIPPED)
			return false;
		dir = str_dir(dir);
	}
	return true;
}

/* Where the link at `path' points, made absolute; empty: it is none. */
static struct str link_at(const struct context *c, struct str path,
			  struct arena *scratch)
{
	const uint64_t *i = map_get(&c->link, path);
	struct str to;

	if (!i)
		return STR_NONE;
	to = c->link_to[*i - 1];
	if (to.n && to.p[0] == '/')
		return to;
	return arena_fmt(scratch, STR_FMT "/" STR_FMT, STR_ARG(str_dir(path)),
			 STR_ARG(to));
}

struct str ctx_resolve(const struct context *c, struct str path,
		       struct arena *scratch)
{
	for (int depth = 0; depth < MAX_LINKS; depth++) {
		struct str to = link_at(c, path, scratch);

		if (!to.n && path.n && path.p[0] == '/')
			to = link_at(c,
				     arena_fmt(scratch, "/usr" STR_FMT,
					       STR_ARG(path)),
				     scratch);
		if (!to.n)
			break;
		path = to;
	}
	return path;
}

bool ctx_responder(const struct context *c, uint32_t pid)
{
	const struct proc *p;

	for (size_t i = 0; i < c->nresponder; i++)
		if (c->responder[i] == pid)
			return true;
	/* its reader processes: the collector is above them */
	for (int depth = 0; depth < MAX_ANCESTORS && c->responder_pid;
	     depth++) {
		p = ctx_pid(c, pid);
		if (!p || p->ppid == 0 || p->ppid == pid)
			return false;
		if (p->ppid == c->responder_pid)
			return true;
		pid = p->ppid;
	}
	return false;
}
