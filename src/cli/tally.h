/*
 * cli/tally.h - --summary of a collection: what each source and each path rule
 * gave, for scripts.
 */
#ifndef CLI_TALLY_H
#define CLI_TALLY_H

#include "../collect/collect.h"
#include "verb.h"

/* 0, also when no summary is asked for; -1 with err. */
int tally_write(const struct cli *, const struct collect_result *, int status,
		struct err *);

#endif
