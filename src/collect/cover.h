/*
 * collect/cover.h - mounts over a process's directory in procfs, by the table
 * of mounts.
 */
#ifndef COLLECT_COVER_H
#define COLLECT_COVER_H

#include "../util/arena.h"
#include "probe.h"

struct cover {
	uint32_t pid; /* as the procfs there has it */
	uint32_t id;  /* of the mount */
	struct str point, root, type;
};
struct covers {
	struct cover *v;
	size_t n, cap;
};
/* In a mountinfo text; what they point at lives in the arena. */
void covers_read(struct str mountinfo, struct arena *, struct covers *);
/* Those of this process' mount namespace. */
void covers_here(const struct collect_env *, struct arena *, struct covers *);
bool covers_have(const struct covers *, uint32_t pid);

#endif
