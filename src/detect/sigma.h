/*
 * sigma.h - one Sigma rule being compiled: values, selections, conditions.
 * Internal to detect/.
 */
#ifndef DETECT_SIGMA_H
#define DETECT_SIGMA_H

#include "fieldmap.h"

#define SIGMA_MAX_VALUES 65536u
#define SIGMA_MAX_VALUE (16u << 10) /* units of one pattern */
#define SIGMA_MAX_SELECTIONS 4096u  /* named in one condition */
#define SIGMA_MAX_NEST 64           /* of a condition */

struct sigma {
	struct ruleset *rs;
	struct arena *tmp; /* until the set is compiled */
	const struct fieldmap *fm;
	const struct yaml *source; /* of fields.yml; NULL: nothing feeds it */
	const struct yaml *detection;
	const struct yaml **sources; /* per rule; for correlations */
	size_t nselection;           /* compiled for its condition */
	/* the fault: set once */
	uint32_t line;
	struct str why;
	/* a %name% without its list */
	struct str wants_list;
};

/* Sets the fault (the first one stays); always false. */
bool sigma_fail(struct sigma *, uint32_t line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The modifiers of one field|a|b key. */
enum value_op {
	OP_EQUALS,
	OP_CONTAINS,
	OP_STARTS,
	OP_ENDS,
	OP_REGEX,
	OP_CIDR,
	OP_EXISTS,
	OP_FIELDREF,
	OP_GT,
	OP_GTE,
	OP_LT,
	OP_LTE
};
struct modifiers {
	uint8_t op;
	bool all, cased, windash, base64, offset, wide, utf16be, utf16bom;
	bool expand, neq;
	uint32_t regex; /* PCRE2 options */
};
bool modifiers_parse(struct sigma *, struct str text, uint32_t line,
		     struct modifiers *);
/* The patterns of one string atom, before it is known to be new. */
struct atom_draft {
	struct sigma *s;
	const struct modifiers *m;
	uint32_t field;
	struct buf key; /* identity of the atom */
	struct pat *pat;
	size_t npat, cappat;
};
/* Adds the patterns of one value (sigma_draft.c). */
bool draft_string(struct atom_draft *, const struct yaml *value);
/* Adds text as it is, without wildcards and escapes. */
void draft_literal(struct atom_draft *, struct str text);
/* One value or list for a field: a node; false after sigma_fail. */
bool sigma_value(struct sigma *, struct str field, const struct modifiers *,
		 const struct yaml *value, uint32_t *node);
/* A selection (map, list, list of maps, keywords). */
bool sigma_selection(struct sigma *, const struct yaml *sel, uint32_t *node);
/* The condition of s->detection, one or a list. */
bool sigma_condition(struct sigma *, const struct yaml *cond, uint32_t *node);
/* As sigma_condition, with names resolved by the caller. */
struct cond_names {
	bool (*name)(void *ctx, struct str name, uint32_t line, uint32_t *node);
	/* nodes of all names that match pattern; `them': every one */
	size_t (*match)(void *ctx, struct str pattern, uint32_t line,
			uint32_t *node, size_t max);
	void *ctx;
};
bool condition_parse(struct sigma *, struct str text, uint32_t line,
		     const struct cond_names *, uint32_t *node);

uint32_t node_add(struct image *, unsigned op, uint32_t arg,
		  const uint32_t *kid, size_t nkid);
/* Simplifies: one kid is itself, none is true (AND) or false (OR). */
uint32_t node_join(struct image *, unsigned op, const uint32_t *kid, size_t n);

/*
 * Can the node be true when fields that nothing fills are taken as absent and
 * everything else as open?  Names such fields in *missing, blanks between.
 */
bool node_possible(const struct image *, uint32_t node, struct buf *missing);

/* Automata per field, and which atoms can make which rules true (index.c). */
void index_build(struct ruleset *);

/* The konseki block and what every rule says of itself (sigma_meta.c). */
void meta_rule(struct arena *, const struct yaml *doc, struct rule *,
	       struct rule_info *);
/* A correlation document; false after sigma_fail. */
bool correlation_compile(struct sigma *, const struct yaml *doc, uint32_t rule);

/* patterns (sigma_pattern.c): raw text with escapes to units */
struct units {
	uint16_t *u;
	size_t n, cap;
};
bool units_parse(struct units *, struct str raw);
void units_plain(struct units *, struct str raw);
/* Classifies and stores; folded unless cased. */
struct pat pattern_make(struct image *, const struct units *, bool cased,
			struct str shown);

#endif
