/* container.c - whose container a process, a socket or a namespace is. */
#include "../host/cgroup.h"
#include "../host/layers.h"
#include "join.h"

/* Its name and image, and whether it lives. */
static void describe(struct join *j)
{
	const struct context *host = j->ctx->host ? j->ctx->host : j->ctx;
	struct str id = ev_get_str(j->ev, KEY_CONTAINER_ID);
	const struct container_disk *d = ctx_container(host, id);

	if (id.n == 0)
		return;
	if (d && !ev_get(j->ev, KEY_CONTAINER_NAME))
		ev_str(j->ev, KEY_CONTAINER_NAME, d->name);
	if (d && !ev_get(j->ev, KEY_CONTAINER_IMAGE_NAME))
		ev_str(j->ev, KEY_CONTAINER_IMAGE_NAME, d->image);
	if (d && !ev_get(j->ev, KEY_CONTAINER_RUNTIME))
		ev_str(j->ev, KEY_CONTAINER_RUNTIME, d->runtime);
	if (j->ev->kind == KIND_CONTAINER && host->have & CTX_PROCESSES)
		ev_bool(j->ev, KEY_K_CONTAINER_RUNNING,
			ctx_container_lives(host, id));
}

static void tell(struct join *j, const struct container_of *c)
{
	if (!c || !c->id.n || ev_get(j->ev, KEY_CONTAINER_ID))
		return;
	ev_str(j->ev, KEY_CONTAINER_ID, c->id);
	ev_cstr(j->ev, KEY_CONTAINER_RUNTIME, c->runtime);
	ev_str(j->ev, KEY_K_CONTAINER_POD, c->pod);
}

void join_container(struct join *j)
{
	struct cgroup_container c;

	if (cgroup_container(ev_get_str(j->ev, KEY_K_PROCESS_CGROUP), &c))
		tell(j, &(struct container_of){ c.id, c.pod, c.runtime });
}

/*
 * What a process runs that the host does not have: of a container, when its
 * image has not got it either; else, when only its mount namespace shows it.
 */
void join_private(struct join *j)
{
	struct str exe = ev_get_str(j->ev, KEY_PROCESS_EXECUTABLE);
	struct str id = ev_get_str(j->ev, KEY_CONTAINER_ID);
	const struct context *root;
	const struct path_info *info;

	if (!j->self || exe.n == 0)
		return;
	if (id.n) {
		if (ctx_upper(j->ctx, id, exe))
			ev_bool(j->ev, KEY_K_PROCESS_EXE_UPPER, true);
		return;
	}
	root = ctx_root(j->ctx, j->self->mnt_ns);
	info = root != j->ctx ? pathset_get(&root->packages.path, exe) : NULL;
	if (info && info->owner & PATH_SEEN)
		ev_bool(j->ev, KEY_K_PROCESS_EXE_PRIVATE, true);
}

/* The process that was joined; of a socket nobody holds, its namespace. */
void join_socket_container(struct join *j)
{
	const struct proc *p = NULL;
	uint64_t pid, ns;

	if (join_u64(j->ev, KEY_PROCESS_PID, &pid) && pid <= UINT32_MAX)
		p = ctx_pid(j->ctx, (uint32_t)pid);
	else if (join_u64(j->ev, KEY_K_SOCKET_NETNS, &ns))
		p = ctx_netns(j->ctx, ns);
	if (p)
		tell(j, &p->container);
	if (p && ev_get(j->ev, KEY_PROCESS_PID) && p->net_ns &&
	    join_u64(j->ev, KEY_K_SOCKET_NETNS, &ns) && ns != p->net_ns)
		ev_bool(j->ev, KEY_K_SOCKET_FOREIGN_NETNS, true);
}

/* Interfaces, routes, namespaces …: rows that name a namespace. */
void join_state_container(struct join *j)
{
	struct str type = ev_get_str(j->ev, KEY_K_NAMESPACE_TYPE);
	const struct proc *p = NULL;
	uint64_t id;

	if (join_u64(j->ev, KEY_K_NETNS, &id))
		p = ctx_netns(j->ctx, id);
	else if (join_u64(j->ev, KEY_K_MOUNT_NAMESPACE, &id))
		p = ctx_mntns(j->ctx, id);
	else if (type.n && join_u64(j->ev, KEY_PROCESS_PID, &id) &&
		 id <= UINT32_MAX)
		p = ctx_pid(j->ctx, (uint32_t)id);
	if (!p)
		return;
	tell(j, &p->container);
	if (!type.n)
		return;
	ev_str(j->ev, KEY_PROCESS_EXECUTABLE, p->exe);
	ev_str(j->ev, KEY_PROCESS_NAME, p->name);
	if (p->start_ns != INT64_MIN)
		ev_time(j->ev, KEY_PROCESS_START, p->start_ns);
}

/*
 * What was read below another root, and what names one: the container of
 * that root.  Then its name and image, as the runtime keeps them on disk.
 */
void join_root(struct join *j)
{
	const struct context *host = j->ctx->host ? j->ctx->host : j->ctx;
	const struct proc *p;
	uint64_t root;

	if (j->src->root && !ev_get(j->ev, KEY_K_ROOT))
		ev_u64(j->ev, KEY_K_ROOT, j->src->root);
	if (join_u64(j->ev, KEY_K_ROOT, &root)) {
		p = ctx_mntns(host, root);
		if (p)
			tell(j, &p->container);
	}
	describe(j);
}
