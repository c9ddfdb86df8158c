/*
 * host/filecaps.h - the xattr security.capability (capabilities(7)).
 */
#ifndef HOST_FILECAPS_H
#define HOST_FILECAPS_H

#include "../util/arena.h"

/* `cap_net_raw,cap_setuid=ep'; empty when it is none. */
struct str filecaps_text(struct str xattr, struct arena *);

#endif
