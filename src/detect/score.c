/* score.c - the formula and the tiers of score.h. */
#include "score.h"

#define WATCH_SCORE 50 /* below it a finding is a note */
#define HARD_SEVERITY 75
#define HARD_CONFIDENCE 85

static int64_t age(const struct score_facts *f)
{
	int64_t v;

	if (f->last_ns == INT64_MIN || f->collected_ns == INT64_MIN ||
	    __builtin_sub_overflow(f->collected_ns, f->last_ns, &v))
		return INT64_MAX;
	return v < 0 ? 0 : v;
}

static unsigned hundredths_of_time(const struct score_facts *f)
{
	if (f->outward)
		return 115;
	if (f->active == ACTIVE_NO && f->last_ns != INT64_MIN &&
	    f->collected_ns != INT64_MIN && age(f) > OLD_NS)
		return 85;
	return 100;
}

static uint8_t tier_of(const struct rule *r, const struct score_facts *facts,
		       const struct finding *f, unsigned severity)
{
	bool hard = r->judged && r->fact != FACT_NAME &&
		    severity >= HARD_SEVERITY &&
		    r->confidence >= HARD_CONFIDENCE;
	uint8_t tier;

	if (!r->judged)
		tier = r->ceiling;
	else if (hard && f->active != ACTIVE_NO && r->ceiling == TIER_RESPOND)
		tier = TIER_RESPOND;
	else if (f->score >= WATCH_SCORE && r->ceiling >= TIER_WATCH)
		tier = TIER_WATCH;
	else
		tier = TIER_NOTE;
	/* what was only typed is never enough alone */
	if (facts->typed && tier > TIER_WATCH)
		tier = TIER_WATCH;
	return tier;
}

void score_finding(struct finding *f, const struct rule *r,
		   const struct score_facts *facts, struct arena *a)
{
	unsigned s = facts->severity ? facts->severity : r->severity;
	unsigned c = r->confidence, p = facts->vouched ? 15 : 100;
	unsigned t = hundredths_of_time(facts);
	uint64_t score = (uint64_t)s * c * p * t / 1000000;

	f->score = score > 100 ? 100 : (uint32_t)score;
	f->score_terms =
		arena_fmt(a, "S%u C%u.%02u P%u.%02u R1.00 T%u.%02u", s, c / 100,
			  c % 100, p / 100, p % 100, t / 100, t % 100);
	f->active = facts->active;
	/* evidence under 72 h old, unless the rule says it ends by itself */
	if (f->active == ACTIVE_NO && r->active != ACTIVE_NO &&
	    age(facts) < RECENT_NS)
		f->active = ACTIVE_RECENT;
	f->tier = tier_of(r, facts, f, s);
}
