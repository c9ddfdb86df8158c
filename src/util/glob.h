/*
 * glob.h - path patterns: `*' and `?' within one path component, `**' across
 * components, `[…]' classes, `{a,b}' not supported.  Bytewise.  Linear in
 * pattern × path at worst (two backtrack points, no recursion).
 */
#ifndef UTIL_GLOB_H
#define UTIL_GLOB_H

#include "str.h"

bool glob_match(struct str pattern, struct str path);
/* Could a path below directory `dir' match?  (To prune walks.) */
bool glob_may_below(struct str pattern, struct str dir);

#endif
