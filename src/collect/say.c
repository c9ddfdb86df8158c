/* say.c - lines of the collector's own. */
#include "say.h"
#include "profile.h"

#include <errno.h>

void say_shield(struct intake *in, enum shield shield)
{
	if (shield == SHIELD_NOATIME)
		intake_status(in, "noatime", NULL,
			      STR("access times of links and directories, and "
				  "of other owners' files, may change"),
			      PROBE_DENIED, EPERM, 0, 0, 0);
	else
		intake_status(in, "noatime", NULL, str_of(shield_name(shield)),
			      PROBE_COLLECTED, 0, 1, 0, 0);
}

void say_mounts(struct intake *in)
{
	const struct mounts *ms = &in->scene->mounts;

	if (ms->cut)
		intake_status(in, "mounts", "files", STR("table of mounts"),
			      PROBE_TRUNCATED, E2BIG, ms->nmount, 0, 0);
	for (size_t i = 0; i < ms->nmount; i++) {
		const struct mount *m = &ms->mount[i];
		struct buf b = { 0 };

		if (m->class <= MOUNT_LISTED || m->class == MOUNT_PSEUDO)
			continue;
		buf_str(&b, m->point);
		buf_fmt(&b, " (%s, " STR_FMT ")", mount_class_name(m->class),
			STR_ARG(m->type));
		intake_status(in, "mounts", NULL, buf_view(&b), PROBE_SKIPPED,
			      0, 0, 0, 0);
		buf_free(&b);
	}
}

static void left_out(void *arg, const char *group, size_t nrule)
{
	struct intake *in = arg;
	struct buf b = { 0 };

	buf_fmt(&b, "not of the profile %s",
		profile_name(in->scene->opt->profile));
	intake_status(in, group, NULL, buf_view(&b), PROBE_SKIPPED, ECANCELED,
		      nrule, 0, 0);
	buf_free(&b);
}

void say_choice(struct intake *in)
{
	const struct collect_options *o = in->scene->opt;

	profile_left(in->scene, left_out, in);
	for (size_t i = 0; i < o->nexclude; i++)
		intake_status(in, "exclude", NULL, str_of(o->exclude[i]),
			      PROBE_SKIPPED, ECANCELED, 0, 0, 0);
}
