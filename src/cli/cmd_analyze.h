/*
 * cmd_analyze.h - inside cli/: the analysis that triage runs too.
 */
#ifndef CLI_CMD_ANALYZE_H
#define CLI_CMD_ANALYZE_H

#include "run.h"

struct analyze_job {
	const char *case_path;
	bool force;
	bool checked;           /* rulecheck() has been said */
	enum verdict_word word; /* out */
};

/* Analyzes c's operands into the case, prints the verdict; exit status. */
int analyze_run(struct cli *, struct analyze_job *);

#endif
