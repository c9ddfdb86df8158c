/*
 * match.h - the matcher from inside: values of fields, and why a rule hit.
 */
#ifndef DETECT_MATCH_H
#define DETECT_MATCH_H

#include "rule.h"

struct value {                 /* of a field in the current event */
	struct str s;          /* p NULL: not yet made, see value_text */
	const struct field *f; /* NULL: of no field (dataset, action, …) */
};

struct field_cache {
	uint32_t gen; /* of the event that first, n and scanned are about */
	uint32_t first, n;
	bool scanned;
};
struct bucket;

struct matcher {
	const struct ruleset *rs;
	const struct image *im;
	const struct event *ev;
	const struct source *src; /* NULL: unknown */
	bool counted;             /* evaluated[] is up to date */
	uint32_t gen;
	uint32_t *hit_gen; /* per atom: gen in which the automaton hit it */
	uint32_t *hit;     /* those atoms, in the order of their hits */
	size_t nhit;
	uint32_t *rule_gen; /* per rule: gen in which it was asked */
	uint32_t *seen_gen; /* per atom: gen in which answer is valid */
	bool *answer;
	struct field_cache *field;
	struct value *value; /* of all cached fields */
	size_t nvalue, capvalue;
	uint64_t nscan;    /* values the automata have read */
	uint64_t *glob_at; /* per pattern: the value a glob was tried on */
	struct arena text; /* of values that are no strings */
	struct buf made;
	struct bucket *bucket; /* by kind, dataset …: candidate rules */
	size_t nbucket;
	uint32_t *cand;
	size_t ncand, capcand;
	uint64_t *evaluated;
	struct ioc_match *ioc; /* NULL: no indicators */
	pcre2_match_data *md;
	pcre2_match_context *mc;
};

/* Makes ev the current event; values of the one before are gone. */
void match_begin(struct matcher *, const struct event *ev);
/* All values of a field, some still without their text; *n may be 0. */
const struct value *match_raw(struct matcher *, uint32_t field, size_t *n);
/* Runs the field's automaton over its values, once per event. */
void match_scan(struct matcher *, uint32_t field);
/* All values of a field; *n may be 0. */
const struct value *match_values(struct matcher *, uint32_t field, size_t *n);
bool match_rule(struct matcher *, uint32_t rule);
bool match_node(struct matcher *, uint32_t node);
/* Would rule be asked about this event at all? */
bool match_where(const struct image *, const struct where *,
		 const struct event *);
/*
 * After match_rule was true: which fields matched what, at most max
 * sentences in the arena.
 */
size_t match_why(struct matcher *, uint32_t rule, struct arena *,
		 struct str *why, size_t max);
/* One pattern, regex or number against one value (match_atom.c). */
bool pat_matches(const struct image *, const struct pat *, struct str);
bool atom_answer(struct matcher *, uint32_t atom);
bool cidr_matches(const struct cidr *, const struct value *);
bool regex_matches(struct matcher *, const struct regex *, struct str);

#endif
