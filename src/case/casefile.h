/*
 * case/casefile.h - a case: one SQLite file (konseki-case(5)).  Written as
 * FILE.partial; read in a sandbox, since a case may be hostile too.
 */
#ifndef CASE_CASEFILE_H
#define CASE_CASEFILE_H

#include "../event/sink.h"
#include "analysis.h"

#define CASE_FORMAT 1

struct casefile;
/* A sink that builds the case; `a' must be the analysis that feeds it. */
struct casefile *casefile_new(const char *path, const struct analysis *a,
			      struct err *);
struct sink *casefile_sink(struct casefile *);
/* A value of the meta table, e.g. `verdict'. */
int casefile_meta(struct casefile *, const char *key, struct str value,
		  struct err *);
/* Indexes, sync, the final name.  err also when an earlier row failed. */
int casefile_finish(struct casefile *, struct err *);
/* What the disk said, when it was the sink that stopped the analysis. */
void casefile_why(const struct casefile *, struct err *);
/* Leaves nothing behind when it was not finished. */
void casefile_free(struct casefile *);

/* Does the file at path begin like a SQLite database? */
bool casefile_is(const char *path);
/* Like analysis_run, out of a case. */
int casefile_run(const char *path, const struct analysis_options *,
		 struct sink *, struct analysis *, struct err *);

/* The schema, for the writer, the reader's check and the manual. */
extern const char casefile_schema[];
/* Differs when keys.def, kinds.def or their flags differ. */
uint64_t casefile_fingerprint(void);

#endif
