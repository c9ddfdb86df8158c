/* profile.c - the table of groups and the profiles they begin at. */
#include "profile.h"

#include "../util/glob.h"

#include <string.h>

static const char *const names[] = { "standard", "quick", "full" };

/* depth of a profile, as more includes less */
static const uint8_t depth[] = {
	[PROFILE_QUICK] = 0, [PROFILE_STANDARD] = 1, [PROFILE_FULL] = 2
};

/* groups that are not of `quick'; core sources always are */
static const struct {
	const char *group;
	enum profile from;
} later[] = {
	{ "applications", PROFILE_FULL },   { "browser", PROFILE_FULL },
	{ "mail", PROFILE_FULL },           { "recent", PROFILE_FULL },
	{ "remote", PROFILE_FULL },         { "config", PROFILE_STANDARD },
	{ "initramfs", PROFILE_STANDARD },  { "services", PROFILE_STANDARD },
	{ "containers", PROFILE_STANDARD }, { "logs", PROFILE_STANDARD },
	{ "printing", PROFILE_STANDARD },   { "spool", PROFILE_STANDARD },
	{ "temporary", PROFILE_STANDARD },
};

const char *profile_name(enum profile p)
{
	return names[p];
}

enum profile profile_of(const struct path_rule *r)
{
	if (r->core)
		return PROFILE_QUICK;
	for (size_t i = 0; i < sizeof(later) / sizeof(*later); i++)
		if (strcmp(later[i].group, r->group) == 0)
			return later[i].from;
	return PROFILE_QUICK;
}

static void add(struct scene *sc, const struct path_rule *r)
{
	sc->rule[sc->nrule++] = *r;
}

static bool beyond(const struct scene *sc, const struct path_rule *r)
{
	return depth[profile_of(r)] > depth[sc->opt->profile];
}

void profile_rules(struct scene *sc)
{
	const struct collect_options *o = sc->opt;

	sc->rule = arena_array(&sc->arena, path_count + o->npath + 1,
			       sizeof(*sc->rule));
	for (size_t i = 0; i < path_count; i++)
		if (!beyond(sc, &path_table[i]))
			add(sc, &path_table[i]);
	for (size_t i = 0; i < o->npath; i++)
		add(sc,
		    &(struct path_rule){ .glob = o->path[i], .group = "user" });
}

void profile_left(const struct scene *sc,
		  void (*left)(void *, const char *, size_t), void *arg)
{
	for (size_t k = 0; k < sizeof(later) / sizeof(*later); k++) {
		size_t n = 0;

		for (size_t i = 0; i < path_count; i++)
			n += beyond(sc, &path_table[i]) &&
			     strcmp(later[k].group, path_table[i].group) == 0;
		if (n)
			left(arg, later[k].group, n);
	}
}

bool profile_log(const struct path_rule *r)
{
	static const char *const group[] = { "audit", "journal", "logins",
					     "logs" };

	for (size_t i = 0; i < sizeof(group) / sizeof(*group); i++)
		if (strcmp(group[i], r->group) == 0)
			return true;
	return false;
}

static bool excluded(const struct collect_options *o, struct str path)
{
	for (size_t i = 0; i < o->nexclude; i++)
		if (glob_match(str_of(o->exclude[i]), path))
			return true;
	return false;
}

bool profile_excludes(const struct scene *sc, struct str path)
{
	if (sc->opt->nexclude == 0)
		return false;
	for (size_t i = 1; i < path.n; i++)
		if (path.p[i] == '/' && excluded(sc->opt, str_head(path, i)))
			return true;
	return excluded(sc->opt, path);
}
