/*
 * report/verdict.h - what the first screen says, as data: filled by case/,
 * shown by a renderer.  Views live in the arena of whoever filled it.
 */
#ifndef REPORT_VERDICT_H
#define REPORT_VERDICT_H

#include "../event/finding.h"
#include "../util/buf.h"
#include "../util/lang.h"

enum verdict_word {
	VERDICT_NOTHING,
	VERDICT_INCONCLUSIVE,
	VERDICT_WATCH,
	VERDICT_RESPOND
};

#define VERDICT_MAX_TOP 8 /* findings kept per tier */
#define VERDICT_MAX_ACTIVE 12
#define VERDICT_MAX_GAPS 24
#define VERDICT_MAX_UNCHECKED 16
#define VERDICT_MAX_WINDOWS 24
#define VERDICT_MAX_STEPS 3

struct verdict_window {  /* what one kind of log can know */
	struct str name; /* /var/log/auth.log */
	struct str parser;
	int64_t first_ns, last_ns;
	uint64_t count;
};
struct verdict_gap { /* a core group that is not complete */
	struct str group, why;
};
struct verdict_input {
	struct str path, state, why; /* state: intact, cut … */
	unsigned char sha256[32];
	bool has_sha256, bad;
};
struct verdict_host {
	struct str name, os;
	int64_t collected_ns; /* INT64_MIN: unknown */
	int32_t offset_s;
};

struct verdict {
	enum verdict_word word;
	struct verdict_host *host;
	size_t nhost;
	uint64_t nfinding[TIER_COUNT]; /* silenced ones apart */
	uint64_t nsilenced;
	struct finding top[TIER_COUNT][VERDICT_MAX_TOP];
	size_t ntop[TIER_COUNT];
	struct finding active[VERDICT_MAX_ACTIVE];
	size_t nactive, nactive_all;
	int64_t first_ns, last_ns; /* of respond and watch findings */
	struct verdict_window *window;
	size_t nwindow;
	struct verdict_gap gap[VERDICT_MAX_GAPS];
	size_t ngap;
	/* comparisons that could not be made: their silence says nothing */
	struct verdict_gap unchecked[VERDICT_MAX_UNCHECKED];
	size_t nunchecked;
	struct str step[VERDICT_MAX_STEPS]; /* in the language of the reader */
	size_t nstep;
	struct verdict_input *input;
	size_t ninput;
	uint64_t nevent, nnote, nlost, nsource, nparsed, nrefused;
	uint64_t nrule[8]; /* by rule state: active first */
	uint64_t rules_evaluated;
	struct str
		sandbox_off; /* rungs that are not in force; empty: all are */
	bool not_root;
};

struct verdict_style {
	enum lang lang;
	bool color;
	int tz_fixed;     /* 0: each host's own zone */
	int32_t offset_s; /* when tz_fixed */
};

const char *verdict_word(enum verdict_word, enum lang);
/* A finding's subject, its first word in the reader's language. */
void verdict_subject(struct buf *, struct str subject, enum lang);
/* Does it not say what was found, so that the message has to? */
bool verdict_vague(struct str subject);
/* Why a rule matched, likewise. */
void verdict_why(struct buf *, struct str why, enum lang);
/* The first screen (konseki-analyze(1)). */
void verdict_text(struct buf *, const struct verdict *,
		  const struct verdict_style *);

#endif
