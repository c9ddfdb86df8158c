/*
 * cli/keyfile.h - files of age keys: identities (AGE-SECRET-KEY-1…) and
 * recipients (age1…), one a line, `#' begins a comment.
 */
#ifndef CLI_KEYFILE_H
#define CLI_KEYFILE_H

#include "../util/age.h"
#include "../util/arena.h"
#include "verb.h"

/* All of --identity; they live in the arena.  -1 with err. */
int keyfile_identities(const struct cli *, struct arena *,
		       const struct age_identity **out, size_t *n,
		       struct err *);
/* Each of list is a key or names a file of keys.  -1 with err. */
int keyfile_recipients(const struct cli *, const struct opt_list *list,
		       struct arena *, const struct age_recipient **out,
		       size_t *n, struct err *);

#endif
