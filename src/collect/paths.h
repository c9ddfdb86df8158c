/*
 * collect/paths.h - which files are copied: paths.def as a table.
 */
#ifndef COLLECT_PATHS_H
#define COLLECT_PATHS_H

#include <stddef.h>
#include <stdint.h>

#include "../util/str.h"

enum {
	PATH_FOLLOW = 1, /* a final link: its target's bytes, its own name */
	PATH_SHADOW = 2, /* password hashes: facts only by default */
	PATH_RUNS = 4,   /* names programs: those are looked at too */
	PATH_PROGRAMS = 256, /* only what its content or name calls a program */
};

struct path_rule {
	const char *glob;  /* util/glob.h; `~/' stands for every home */
	const char *group; /* what it belongs to: logs, cron, ssh … */
	const char *core;  /* group of core sources, or NULL */
	uint64_t max;      /* data bytes of one file, 0: --max-file */
	unsigned flags;
};

/* In the order in which they are read. */
extern const struct path_rule path_table[];
extern const size_t path_count;

/*
 * "/etc/cron.d/" + "*": cut before the component with the first wildcard;
 * false: there is none.
 */
bool path_cut(struct str pattern, struct str *prefix, struct str *rest);

#endif
