/*
 * collect/mntns.h - a reader visits another mount namespace and comes home.
 * Nothing there is changed; what is opened meanwhile stays open.
 */
#ifndef COLLECT_MNTNS_H
#define COLLECT_MNTNS_H

#include "nslist.h"

struct mntns_home {
	int ns, root, cwd; /* descriptors; -1 */
};

/* False with errno when there would be no way back. */
bool mntns_home(const struct collect_env *, struct mntns_home *);
/* 0, or -1 with errno; root and working directory are then those there. */
int mntns_enter(const struct collect_env *, const struct ns *);
/* False with errno: paths must not be used any more. */
bool mntns_leave(const struct mntns_home *);
void mntns_home_free(struct mntns_home *);

#endif
