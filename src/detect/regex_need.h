/*
 * regex_need.h - literals of which one must stand in whatever a regular
 * expression matches: looked for by the automaton before the engine runs.
 */
#ifndef DETECT_REGEX_NEED_H
#define DETECT_REGEX_NEED_H

#include "../util/arena.h"

#define NEED_MAX 24     /* literals of one expression */
#define NEED_MIN_LEN 2u /* shorter ones stand in everything */

struct need {
	struct str lit[NEED_MAX]; /* folded */
	size_t n;                 /* 0: nothing is known */
};

/* Pattern as PCRE2 reads it; literals in the arena. */
void regex_need(struct str pattern, struct arena *, struct need *);

#endif
