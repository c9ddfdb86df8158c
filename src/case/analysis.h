/*
 * case/analysis.h - inputs -> one ordered stream of events and findings.
 *
 *   parent   opens the inputs, has them unpacked into one spool, forks:
 *   analysis sandboxed; contexts, rules, workers, merge, judge; speaks frames
 *   workers  sandboxed; parse, enrich, match, YARA; into shared run buffers
 */
#ifndef CASE_ANALYSIS_H
#define CASE_ANALYSIS_H

#include "../archive/unpack.h"
#include "../detect/detect.h"
#include "../event/sink.h"
#include "../export/export.h"
#include "../util/sandbox.h"

#define ANALYSIS_MAX_JOBS 64u
#define ANALYSIS_MAX_INPUTS 4096u

struct analysis_options {
	const char *const *input;
	size_t ninput;
	const char *const *host_name; /* per input, or NULL: as found */
	unsigned jobs;
	const char *tmp;
	const struct age_identity *identity; /* open sealed inputs */
	size_t nidentity;
	const struct rule_file *rule; /* none: no matching at all */
	size_t nrule;
	int64_t from_ns, to_ns;    /* INT64_MIN, INT64_MAX: all */
	bool from_local, to_local; /* by the clock of each host */
	bool events;    /* hand events to the sink (not only findings) */
	bool yara;      /* scan contents */
	bool no_digest; /* SHA-256 of plain inputs is not wanted */
	void (*progress)(void *arg, const char *text);
	void *arg;
};

struct analysis_host {
	struct str name, id, os, kernel, zone_name;
	int64_t collected_ns, collected_end_ns; /* INT64_MIN: unknown */
	int32_t offset_s; /* of its zone at the collection */
	unsigned have;    /* CTX_… */
	bool root_run;    /* collected as root, or not a live collection */
};

struct analysis_source {
	struct str parser; /* empty: nothing took it */
	uint8_t outcome;   /* enum outcome of parse/ */
	uint64_t nevent;
	int64_t first_ns, last_ns; /* of its events that are no file times */
	uint64_t size;
};

struct analysis_input {
	struct str path;
	enum input_kind kind;
	enum wholeness whole;
	struct str why;
	unsigned char sha256[32];
	size_t nmember, nrefused;
};

struct analysis_rule {
	struct str id, name, file, why;
	uint8_t kind, level, state;
	uint64_t evaluated;
};

struct analysis {
	struct arena arena;
	struct export_names names;         /* complete before the first event */
	struct export_source *source_name; /* what names points to */
	struct export_host *host_name;
	struct analysis_host *host;
	size_t nhost;
	struct analysis_source *source;
	size_t nsource;
	struct analysis_input *input;
	size_t ninput;
	struct analysis_rule *rule;
	size_t nrule;
	struct sandbox sandbox, worker_sandbox;
	struct str evidence; /* the mapped spool, while the analysis runs */
	uint64_t nevent, nnote, nlost;
	bool interrupted; /* a time-out or a crash cost something */
};

/*
 * 0, or -1 with err.  The sink gets events in order, then findings (by tier
 * and score), then notes, then end.  a is filled before the first event but
 * for the counts; analysis_free frees it.
 */
int analysis_run(const struct analysis_options *, struct sink *,
		 struct analysis *a, struct err *);
void analysis_free(struct analysis *);

#endif
