/*
 * archive/initrd.h - images of the early boot: archives one behind the other,
 * each as it is or compressed.
 */
#ifndef ARCHIVE_INITRD_H
#define ARCHIVE_INITRD_H

#include "nest.h"

/* Is it one, by its name and first bytes? */
bool initrd_looks(struct str head, struct str name);
/*
 * Its scripts, settings and programs become members `IMAGE!/PATH'; false when
 * nothing came of it.
 */
bool initrd_expand(struct work *, int fd, uint64_t off, const struct meta *);

/*
 * A large image is collected in parts: the member at `off' of the spool may be
 * one of them.  They stay members; what is inside the whole follows later.
 */
void initrd_part(struct work *, uint64_t off, const struct meta *);
/* No part follows any more. */
void initrd_release(struct work *);

#endif
