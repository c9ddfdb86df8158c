/*
 * collect/profile.h - how much of a host a run takes: which path rules, and
 * what of the files it looks into.
 *
 *   quick     volatile state, persistence, core logs, accounts, metadata of
 *             every file; programs only where they are run from or dropped
 *   standard  + every log, temporary files, all of /etc, every program by
 *             content, programs of no package
 *   full      + what people keep: browsers, mail, chat, remote tools; every
 *             file is hashed
 *
 * What a profile leaves out is the user's choice: skipped, and no gap.
 */
#ifndef COLLECT_PROFILE_H
#define COLLECT_PROFILE_H

#include "paths.h"
#include "scene.h"

/* quick, standard, full */
const char *profile_name(enum profile);
/* The lowest profile that takes what a rule names. */
enum profile profile_of(const struct path_rule *);
/* scene->rule: the table as far as the profile goes, then --path. */
void profile_rules(struct scene *);
/* Each group that has rules beyond the profile, and how many. */
void profile_left(const struct scene *,
		  void (*left)(void *arg, const char *group, size_t nrule),
		  void *arg);
/* Logs: newest first, whole or as an excerpt, those since --since. */
bool profile_log(const struct path_rule *);
/* Did the user exclude this path, or a directory that it lies in? */
bool profile_excludes(const struct scene *, struct str path);

#endif
