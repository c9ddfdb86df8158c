/*
 * collect/pseudo.h - file systems of the kernel that show its state, whether
 * they are mounted or not (tracefs, debugfs, …).
 */
#ifndef COLLECT_PSEUDO_H
#define COLLECT_PSEUDO_H

#include "probe.h"

/*
 * A directory of this file system: where it is mounted, else an instance
 * that is mounted nowhere, which no other process sees (Linux 5.2).  Nothing
 * is loaded for it.  -1 with errno: ENOENT this kernel does not know it,
 * ENOSYS and EPERM it is not mounted and cannot be reached without mounting.
 */
int pseudo_open(const struct collect_env *, const char *type);

#endif
