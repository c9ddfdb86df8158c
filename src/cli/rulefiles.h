/*
 * rulefiles.h - the rules of a run: built-in ones and --rules directories,
 * read as bytes; compiling happens in the sandbox.
 */
#ifndef CLI_RULEFILES_H
#define CLI_RULEFILES_H

#include "../detect/detect.h"
#include "verb.h"

/* -1 with err when a directory cannot be read. */
int rulefiles_read(const struct cli *, struct arena *, struct rule_file **out,
		   size_t *n, struct err *);

/*
 * What is judged while collecting: the built-in Sigma rules when `builtin',
 * the YARA rules in the given directories, the files of --ioc.
 */
int hookfiles_read(const struct cli *, bool builtin,
		   const struct opt_list *yara, struct arena *,
		   struct rule_file **out, size_t *n, struct err *);
/* The files of --ioc alone. */
int iocfiles_read(const struct cli *, struct arena *, struct rule_file **out,
		  size_t *n, struct err *);

#endif
