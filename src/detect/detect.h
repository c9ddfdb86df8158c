/*
 * detect/detect.h - the judging side: Sigma over events, YARA over content,
 * correlations, findings with score and tier.  Knows rules; no formats.
 */
#ifndef DETECT_DETECT_H
#define DETECT_DETECT_H

#include "../event/sink.h"
#include "../event/source.h"
#include "../host/context.h"
#include "../util/arena.h"
#include "../util/err.h"

/* One rule file, read by the caller (the path is for messages only). */
struct rule_file {
	struct str path, text;
	bool builtin;
	bool ioc; /* known indicators, no rules (ioc.h) */
};

enum rule_state {
	RULE_ACTIVE,
	RULE_PARTIAL,
	RULE_NEEDS_LIST,
	RULE_NO_SOURCE,
	RULE_INVALID,
	RULE_STATES
};
const char *rule_state_name(unsigned state);

struct rule_info { /* what `rules list|check|explain' shows */
	struct str id, name, name_ja, file, why; /* why: of the state */
	struct str attack, description, logsource, text;
	uint8_t kind, level, state; /* rule_kind, rule_level, rule_state */
	uint32_t line;              /* of an invalid rule's fault, 0: none */
};

/* The built-in files (rules, fields.yml, responses), views in the arena. */
size_t builtin_rules(struct arena *, struct rule_file **out);
/* One of them, such as "signatures/fields.yml"; empty when absent. */
struct str builtin_file(struct arena *, struct str path);

struct ruleset;
/*
 * Compiles all; a file that is wrong is RULE_INVALID, never fatal.  A
 * fields.yml among them replaces the built-in map.
 */
struct ruleset *ruleset_compile(const struct rule_file *, size_t n);
size_t ruleset_count(const struct ruleset *);
const struct rule_info *ruleset_info(const struct ruleset *, size_t i);
/* Does the rule carry the tag konseki.memory? */
bool ruleset_memory(const struct ruleset *, uint64_t i);
size_t ruleset_bytes(const struct ruleset *); /* memory of the image */
void ruleset_free(struct ruleset *);

/*
 * Per worker: matches rules that need only the event's own fields and adds
 * KEY_K_HITS (rule index) for each.  Not thread-safe; one per process.
 */
struct matcher;
struct matcher *matcher_new(const struct ruleset *);
void matcher_event(struct matcher *, struct event *);
/* The source of the events that follow (konseki.source); NULL: unknown. */
void matcher_source(struct matcher *, const struct source *);
/* how often rule i was evaluated, for the case */
const uint64_t *matcher_evaluated(struct matcher *);
void matcher_free(struct matcher *);

/*
 * Per worker: YARA on one source's bytes; emits KIND_YARA alert events into
 * out (ev is scratch).  Limits: size, time, matches; notes when cut.
 */
struct scanner;
struct scanner *scanner_new(const struct ruleset *);
bool scanner_wants(const struct scanner *, const struct source *);
int scanner_source(struct scanner *, const struct source *,
		   const struct context *, struct event *, struct sink *out);
void scanner_free(struct scanner *);

/*
 * In the ordered pass: takes events with KEY_K_HITS in time order, runs
 * correlations, groups into findings, scores them at the end.
 */
struct judge;
struct judge *judge_new(const struct ruleset *,
			const struct context *const *ctx, size_t nctx);
void judge_event(struct judge *, const struct event *, const struct source *);
/* Findings by tier, score, id; each borrowed for the call. */
int judge_end(struct judge *, struct sink *out);
void judge_free(struct judge *);

#endif
