/*
 * cli/amount.h - how much is collected: options that collect and triage share
 * (SHARE_AMOUNT).
 */
#ifndef CLI_AMOUNT_H
#define CLI_AMOUNT_H

#include "../collect/collect.h"
#include "verb.h"

/* Fills what they say; -1 after a usage message. */
int amount_options(const struct cli *, struct collect_options *);
/* 7d (ago), a day, or ISO 8601, as nanoseconds of UTC. */
bool amount_time(const char *v, int64_t *ts_ns);
/* collect_options.progress; arg is the cli. */
void amount_progress(void *arg, const struct collect_progress *);

#endif
