/*
 * run.h - inside cli/: what analyze, timeline, findings and triage share.
 */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "../case/analysis.h"
#include "../case/judgement.h"
#include "verb.h"

/* The zone that --tz asks for; -1 after a usage message. */
int run_style(const struct cli *, struct verdict_style *);
/* --from and --to in that zone, or the host's; -1 after a usage message. */
int run_window(const struct cli *, const struct verdict_style *,
	       struct analysis_options *);
/*
 * An analysis of c's operands (a single case is read, else inputs).  -1 with
 * an empty err->msg after a usage message.
 */
int run_inputs(const struct cli *, struct analysis_options *, struct sink *,
	       struct analysis *, struct err *);
/* Prints the verdict on stdout. */
bool run_print(const struct cli *, const struct verdict *,
	       const struct verdict_style *);
/* --summary FILE, about an analysis (no verdict: NULL); -1 with err. */
int run_summary(const struct cli *, const struct analysis *,
		const struct verdict *, int status, struct err *);
/* The exit status: --fail-on, incompleteness, or done. */
int run_exit(const struct cli *, struct judgement *);
/* Says on stderr what core sources are not complete. */
void run_say_gaps(const struct cli *, const struct verdict *);
void run_progress(void *cli, const char *text);

#endif
