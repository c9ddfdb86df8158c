/*
 * ruleset.h - the set while it is built.  Internal to detect/.
 */
#ifndef DETECT_RULESET_H
#define DETECT_RULESET_H

#include "rule.h"

/* Adds an empty rule of that file; its index. */
uint32_t ruleset_add(struct ruleset *, struct str file, unsigned kind);
void ruleset_invalid(struct ruleset *, uint32_t rule, uint32_t line,
		     struct str why);
/* Compiles the .yar files among f and adds their rules. */
void yara_compile(struct ruleset *, const struct rule_file *f, size_t n);
void yara_free(struct ruleset *);

#endif
