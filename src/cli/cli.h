/*
 * cli.h - inside cli/ only: the option machine behind verb.h.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "verb.h"

/* Fills c from argv[i..]; -1 after a usage message. */
int opt_parse(struct cli *, int argc, char **argv, int i);
/* The i-th shared option and the group it belongs to; NULL past the last. */
const struct opt *opt_shared(size_t i, unsigned *group);
/* Keeps in *best the candidate with the smallest edit distance to name. */
void opt_nearer(const char *name, size_t n, const char *cand, const char **best,
		unsigned *at);

#endif
