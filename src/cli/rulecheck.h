/*
 * rulecheck.h - can the YARA rules and the indicators that the user named be
 * used?  Asked before the work begins.
 */
#ifndef CLI_RULECHECK_H
#define CLI_RULECHECK_H

#include "rulefiles.h"

/*
 * Compiles, in a sandboxed process, what is not built in, and says each fault
 * on stderr: file, line, reason.  -1 with err when nothing of --ioc, or with
 * yara nothing of --yara, is left to look for.
 */
int rulecheck(const struct cli *, bool yara, const struct rule_file *, size_t n,
	      struct err *);

#endif
