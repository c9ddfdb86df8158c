/*
 * collect/mounts.h - a private view of the mounts in which reading changes
 * no access time.  Three ways, the first that works:
 *   clone      open_tree + mount_setattr (Linux 5.12): a detached copy
 *   namespace  each reader unshares its mounts and remounts them noatime
 *   o_noatime  O_NOATIME on every open; links and directories may change
 */
#ifndef COLLECT_MOUNTS_H
#define COLLECT_MOUNTS_H

#include "scene.h"

enum shield { SHIELD_CLONE, SHIELD_NAMESPACE, SHIELD_NOATIME };

/*
 * Opens scene->root_path behind the best shield, reads mountinfo and fills
 * env.root, env.proc, mounts.  -1 with err when the root cannot be opened.
 */
int mounts_shield(struct scene *, enum shield *, struct err *);
/* In a reader: its own namespace; env.root is opened again there. */
int mounts_enter_namespace(struct scene *);
const char *shield_name(enum shield);

#endif
