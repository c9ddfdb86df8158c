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
/* collect_options.progress; arg is the cli. */
void amount_progress(void *arg, const struct collect_progress *);

/* Why a core source is incomplete, in the language of the user. */
const char *amount_gap(const struct cli *, const struct collect_gap *);

#endif
