/*
 * score.h - from what was found to a score and a tier.
 *
 * score = S * C * P * R * T, at most 100; the factors are printed with it:
 *   S  severity of the meaning            konseki.severity, else the level
 *   C  confidence of the observation      1 observed, 0.85 structure, 0.65 name
 *   P  provenance of the object           0.15 when its package vouches for it
 *   R  rarity                             1: no baseline
 *   T  time                               1.15 a living object with a
 *                                         connection outwards, 0.85 older
 *                                         than 180 days
 * Tiers: `respond' needs a hard fact (observed or structural, S >= 75,
 * C >= 0.85) and something active, and a rule that may say so.
 */
#ifndef DETECT_SCORE_H
#define DETECT_SCORE_H

#include "rule.h"

#define RECENT_NS (INT64_C(72) * 3600 * 1000000000)
#define OLD_NS (INT64_C(180) * 86400 * 1000000000)

struct score_facts {
	uint16_t severity;    /* 0: the rule's */
	bool vouched;         /* its package's digest matches */
	bool outward;         /* alive, with a connection outwards */
	bool typed;           /* all it rests on was typed, not seen to run */
	uint8_t active;       /* enum active, without recency */
	int64_t last_ns;      /* newest dated event; INT64_MIN: none */
	int64_t collected_ns; /* INT64_MIN: unknown */
};

/* Sets score, score_terms (in the arena), active and tier. */
void score_finding(struct finding *, const struct rule *,
		   const struct score_facts *, struct arena *);

#endif
