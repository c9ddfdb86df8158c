/*
 * collect/gather.h - the job that copies the files of paths.def, and one rule
 * of such a table for any root.
 */
#ifndef COLLECT_GATHER_H
#define COLLECT_GATHER_H

#include "homes.h"
#include "paths.h"
#include "reader.h"

extern const struct job job_paths;

struct gather_count {
	uint64_t files, bytes;
};

/* Another root than the host's: env.root and scene.mounts are its own. */
struct gather_view {
	struct str prefix;      /* of its members: roots/<mount namespace> */
	const struct map *done; /* members that are in already */
	/* Shall this open file be copied?  False: nothing more is said. */
	bool (*take)(void *arg, const struct path_rule *, struct str path,
		     int fd, const struct meta *);
	void *arg;
};

/* Everything that the rule names; view NULL: the host itself. */
void gather_rule(struct probe_run *, const struct path_rule *,
		 const struct homes *, const struct gather_view *,
		 struct gather_count *);

#endif
