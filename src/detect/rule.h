/*
 * rule.h - compiled rules: arrays and offsets, no pointers between them.
 *
 * A rule is a tree of nodes over atoms.  An atom asks one question of one
 * field ("does process.executable end in one of these?"); equal atoms of
 * different rules are one, answered once per event.  All string patterns of a
 * field form one automaton (ac.h) that is run once per value.
 */
#ifndef DETECT_RULE_H
#define DETECT_RULE_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "../event/finding.h"
#include "../util/buf.h"
#include "../util/map.h"
#include "ac.h"
#include "detect.h"

struct span { /* bytes in image.pool */
	uint32_t off, len;
};

/* what a field of a rule reads from an event */
enum ref_type {
	REF_KEY,
	REF_NAMED,
	REF_DATASET,
	REF_ACTION,
	REF_EVENT_KIND,
	REF_CATEGORY,
	REF_TYPE,
	REF_RECORD, /* keywords */
	REF_SOURCE  /* path of the evidence */
};
struct ref {
	uint8_t type;
	uint16_t key;
	struct span name; /* of REF_NAMED */
};
struct rule_field {
	uint32_t ref, nref; /* none: nothing fills it */
	struct span name;   /* as the rules say it */
	uint32_t npat;      /* patterns in its automaton */
	struct ac ac;
};

enum pat_type {
	PAT_EXACT,
	PAT_PREFIX,
	PAT_SUFFIX,
	PAT_CONTAINS,
	PAT_GLOB,
	PAT_ANY
};
/*
 * A string pattern.  text: its literal (of a glob: the longest run), folded
 * unless cased.  glob: 16-bit units, GLOB_MANY and GLOB_ONE beside bytes.
 */
#define GLOB_MANY 256
#define GLOB_ONE 257
struct pat {
	uint32_t atom;
	uint8_t type;
	bool cased, slow; /* slow: not in the automaton */
	struct span text, glob, shown;
};

enum atom_op {
	ATOM_STRING,
	ATOM_NULL,
	ATOM_EXISTS,
	ATOM_REGEX,
	ATOM_CIDR,
	ATOM_GT,
	ATOM_GTE,
	ATOM_LT,
	ATOM_LTE,
	ATOM_FIELDREF
};
struct atom {
	uint8_t op;
	uint32_t field;
	uint32_t first, n; /* STRING: pats, CIDR: cidrs, REGEX: regexes, */
			   /* numbers: first in num, FIELDREF: other field */
	uint32_t nslow;    /* slow patterns; they stand first */
};
struct cidr {
	unsigned char ip[16];
	uint8_t bits;
	struct span shown;
};
struct regex {
	pcre2_code *code; /* the one thing made anew in every process */
	uint32_t gate;    /* hidden atom + 1: without it there is no match */
	struct span shown;
};

enum node_op { NODE_FALSE, NODE_TRUE, NODE_ATOM, NODE_NOT, NODE_AND, NODE_OR };
struct node {
	uint8_t op;
	uint32_t arg;       /* atom */
	uint32_t kid, nkid; /* in kids */
};

/* which events a rule is about */
struct where {
	uint64_t kinds[2];   /* bit per enum kind; all zero: any */
	uint32_t set, nset;  /* datasets, in image.sets; none: any */
	uint8_t event_kinds; /* bit per enum event_kind; 0: any */
	bool text, none;     /* text: has a record; none: nothing feeds it */
};

enum fact { FACT_NAME, FACT_STRUCTURAL, FACT_OBSERVED };
enum subject {
	SUBJECT_AUTO,
	SUBJECT_PROCESS,
	SUBJECT_FILE,
	SUBJECT_USER,
	SUBJECT_ADDRESS,
	SUBJECT_AUTORUN,
	SUBJECT_HOST,
	SUBJECT_PROGRAM,
	SUBJECT_OBJECT, /* of the kernel: a module, an interface … */
	SUBJECT_CONTAINER
};

struct rule {
	struct str response;
	uint32_t root; /* node */
	struct where where;
	uint8_t kind, level;
	bool judged; /* has a konseki block */
	bool memory; /* tag konseki.memory: such a process is dumped */
	bool base;   /* only feeds correlations: makes no finding */
	uint8_t fact, ceiling, active, subject;
	uint16_t severity;   /* 0..100 */
	uint16_t confidence; /* hundredths */
	uint32_t corr;       /* index + 1 in image.corr */
	bool triggered;      /* only asked when an atom of trigger[] is hit */
};

enum corr_type {
	CORR_EVENT_COUNT,
	CORR_VALUE_COUNT,
	CORR_TEMPORAL,
	CORR_ORDERED
};
#define CORR_MAX_RULES 16
#define CORR_MAX_GROUP 8
#define CORR_MAX_COUNT 65536u
struct corr {
	uint32_t rule; /* its own index */
	uint8_t type, nrule, ngroup;
	uint32_t of[CORR_MAX_RULES];
	/* field of group-by name g in events of rule r */
	uint32_t group[CORR_MAX_RULES][CORR_MAX_GROUP];
	uint32_t value[CORR_MAX_RULES]; /* field of value_count */
	int64_t span_ns;
	uint64_t min, max; /* fires when min <= count <= max */
	uint64_t keep;     /* newest entries that decide: <= CORR_MAX_COUNT */
};

#define IMAGE_ARRAY(type, name)                                                \
	type *name;                                                            \
	size_t n_##name, cap_##name

struct image {
	struct buf pool;
	IMAGE_ARRAY(struct rule_field, field);
	IMAGE_ARRAY(struct ref, ref);
	IMAGE_ARRAY(struct atom, atom);
	IMAGE_ARRAY(struct pat, pat);
	IMAGE_ARRAY(struct cidr, cidr);
	IMAGE_ARRAY(struct regex, regex);
	IMAGE_ARRAY(double, num);
	IMAGE_ARRAY(struct node, node);
	IMAGE_ARRAY(uint32_t, kid);
	IMAGE_ARRAY(struct span, set);
	IMAGE_ARRAY(struct corr, corr);
	/* per atom: the rules it can make true (index.c) */
	struct span *trigger; /* off, len in triggered */
	uint32_t *triggered;
};

/* Adds a zeroed item to one of the image's arrays; its index. */
#define IMAGE_ADD(im, name)                                                    \
	(vec_grow(&(im)->name, &(im)->cap_##name, (im)->n_##name + 1,          \
		  sizeof(*(im)->name)),                                        \
	 (uint32_t)(im)->n_##name++)

struct ruleset {
	struct arena arena;
	struct image im;
	struct rule *rule;
	struct rule_info *info; /* beside rule, same index */
	size_t nrule, caprule, capinfo;
	struct map by_name; /* id and name -> index + 1 */
	struct map atoms, fields;
	struct yara_set *yara; /* NULL: none */
	struct ioc_set *ioc;   /* NULL: none */
};

static inline struct str pool_str(const struct image *im, struct span s)
{
	return (struct str){ im->pool.p + s.off, s.len };
}
struct span pool_add(struct image *, struct str);

#endif
