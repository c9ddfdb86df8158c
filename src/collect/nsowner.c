/*
 * nsowner.c - what the kernel itself says of namespaces (ioctl_nsfs(2)): who
 * owns one, what is above it (4.9), by whom it was made (4.11), and all mount
 * namespaces one after the other (6.11).  Older kernels answer ENOTTY.
 */
#include "nslist.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define NSIO 0xb7
#define GET_USERNS _IO(NSIO, 1)
#define GET_PARENT _IO(NSIO, 2)
#define GET_OWNER_UID _IO(NSIO, 4)
struct mnt_info { /* struct mnt_ns_info of linux/nsfs.h */
	uint32_t size, nr_mounts;
	uint64_t mnt_ns_id;
};
#define MNT_GET_NEXT _IOR(NSIO, 11, struct mnt_info)
#define MNT_GET_PREV _IOR(NSIO, 12, struct mnt_info)

#define FOUND_MAX 256 /* that only an ioctl led to: descriptors kept open */
#define MNT_LIST_MAX 65536

/* The namespace of fd, kept open when it is a new one; takes fd. */
static uint64_t learn(struct ns_list *l, enum ns_type t, unsigned how, int fd)
{
	struct stat st;
	struct ns *ns;

	if (fd < 0 || fstat(fd, &st) < 0)
		st.st_ino = 0;
	ns = st.st_ino ? ns_put(l, t, st.st_ino) : NULL;
	if (ns && (ns->kept == 0 || how == NS_BY_OWNED))
		ns->kept |= how;
	if (ns && ns->kept == how && ns->fd < 0 && l->nopen < FOUND_MAX) {
		ns->fd = fd;
		l->nopen++;
	} else if (fd >= 0) {
		close(fd);
	}
	return st.st_ino;
}

static void one(const struct collect_env *env, struct ns_list *l, size_t i)
{
	enum ns_type t = l->ns[i].type;
	int fd = ns_open(env, &l->ns[i]), up;
	uint64_t owner = 0, parent = 0;
	uid_t uid;

	if (fd < 0)
		return;
	if (t == NS_USER && ioctl(fd, GET_OWNER_UID, &uid) == 0) {
		l->ns[i].owner_uid = uid;
		l->ns[i].have_uid = true;
	}
	/* of a user namespace the owner is the one above it */
	up = t == NS_USER ? -1 : ioctl(fd, GET_USERNS);
	if (up >= 0)
		owner = learn(l, NS_USER, NS_BY_OWNED, up);
	up = t == NS_USER || t == NS_PID ? ioctl(fd, GET_PARENT) : -1;
	if (up >= 0)
		parent = learn(l, t, NS_BY_OWNED, up);
	l->ns[i].owner = owner; /* learn may have moved the list */
	l->ns[i].parent = parent;
	close(fd);
}

/* All in one direction, from one that we can open. */
static void kernel_list(const struct collect_env *env, struct ns_list *l,
			unsigned long request)
{
	int fd = -1;

	for (size_t i = 0; fd < 0 && i < l->n; i++)
		if (l->ns[i].type == NS_MNT)
			fd = ns_open(env, &l->ns[i]);
	for (unsigned n = 0; fd >= 0 && n < MNT_LIST_MAX; n++) {
		struct mnt_info info = { .size = sizeof info };
		int next = ioctl(fd, request, &info);

		close(fd);
		fd = next;
		if (fd >= 0)
			(void)learn(l, NS_MNT, NS_BY_KERNEL, dup(fd));
	}
	if (fd >= 0)
		close(fd);
}

void ns_relations(const struct collect_env *env, struct ns_list *l)
{
	kernel_list(env, l, MNT_GET_NEXT);
	kernel_list(env, l, MNT_GET_PREV);
	/* the list grows by owners, whose parents are asked for then */
	for (size_t i = 0; i < l->n && i < 65536; i++)
		one(env, l, i);
}
