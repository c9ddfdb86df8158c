/*
 * collect/owned.h - which files packages own, read on the host only to
 * choose whose content is copied; analysis reads the databases again.
 */
#ifndef COLLECT_OWNED_H
#define COLLECT_OWNED_H

#include "run.h"

#include "../host/dpkg.h"

/* dpkg's lists and digests below the root; dpkg.listed tells. */
void owned_read(struct probe_run *, struct arena *, struct dpkg *);

#endif
