/*
 * collect/scene.h - what every job of a run may know, set by the collector
 * and inherited by readers when they are forked.
 */
#ifndef COLLECT_SCENE_H
#define COLLECT_SCENE_H

#include "../host/mountinfo.h"
#include "../util/map.h"
#include "collect.h"
#include "forecast.h"
#include "paths.h"
#include "sys.h"

#define SCENE_MAX_DEAD 64

struct program { /* to be collected after the walk */
	struct str path;
	int64_t ctime_ns;
	uint64_t size;
	bool web, pointed; /* whatever its bytes are */
	bool hit;          /* a rule names it: first, whatever it costs */
};

struct scene {
	const struct collect_options *opt;
	struct path_rule *rule; /* those of this run */
	size_t nrule;
	enum hash_mode hash; /* never HASH_DEFAULT */
	struct forecast forecast;
	struct collect_env env;
	struct arena arena;
	struct mounts mounts;
	struct map done; /* paths whose content is in, or got a reader stuck */
	struct map pointed;            /* paths that autoruns name, canonical */
	uint64_t dead[SCENE_MAX_DEAD]; /* file systems that were given up */
	size_t ndead;
	struct program *program;
	size_t nprogram, capprogram;
	bool open_noatime;     /* no shield: O_NOATIME on every open */
	bool namespaced;       /* readers must make their own mount namespace */
	const char *root_path; /* "/" or the absolute DIR */
};

bool scene_dead(const struct scene *, uint64_t dev);
static inline uint64_t scene_dev(uint32_t major, uint32_t minor)
{
	return (uint64_t)major << 32 | minor;
}

#endif
