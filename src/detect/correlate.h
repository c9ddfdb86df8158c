/*
 * correlate.h - correlations at work: hits of rules in time order, groups,
 * sliding windows.  A window holds what happened at most its timespan before
 * the newest event, both edges included.
 */
#ifndef DETECT_CORRELATE_H
#define DETECT_CORRELATE_H

#include "match.h"

#define CORR_MAX_GROUPS 100000u    /* a correlation */
#define CORR_MAX_BYTES (64u << 20) /* of groups, a correlation */
#define CORR_MAX_ALL (128u << 20)  /* of all, in equal parts */
#define CORR_EVIDENCE 4            /* events a group remembers */

/* what a correlation found, with the newest events behind it, oldest first */
struct corr_hit {
	uint32_t rule;
	const struct finding_event *event;
	size_t nevent;
};

struct correlator;
struct correlator *correlator_new(const struct ruleset *);
/*
 * Rule hit in ev (m's current event) of that host; fire is called for each
 * correlation that is true now, and these hits are taken in themselves.
 */
void correlator_hit(struct correlator *, struct matcher *m, uint32_t rule,
		    uint32_t host,
		    void (*fire)(void *ctx, const struct corr_hit *),
		    void *ctx);
/* How many groups were closed early for want of room. */
uint64_t correlator_dropped(const struct correlator *);
void correlator_free(struct correlator *);

#endif
