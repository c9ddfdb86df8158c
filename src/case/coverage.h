/*
 * case/coverage.h - inside case/: are the core sources complete?  Groups
 * (auth: auth.log or secure or journal) are complete when one of their
 * members was collected and none was denied, cut or timed out.
 */
#ifndef CASE_COVERAGE_H
#define CASE_COVERAGE_H

#include "../event/event.h"
#include "../report/verdict.h"
#include "../util/arena.h"

struct analysis;
struct coverage_group {
	struct str name;
	struct str bad,
		item; /* the first thing that was wrong, and with what */
	bool collected;
	bool not_begun; /* the collection ended before */
};
struct coverage_item { /* a path rule of a core source that was collected */
	struct str glob;
	size_t group;
};
struct coverage_view { /* a look, compared or for rules, not made or in part */
	struct str name, state, error;
};
struct coverage {
	struct coverage_group *group;
	size_t ngroup, cap;
	struct coverage_item *item;
	size_t nitem, capitem;
	struct coverage_view *view;
	size_t nview, capview;
	bool any;      /* some input says how it was collected */
	bool not_root; /* and it was not collected as root */
};

/* Looks at KIND_SOURCE_STATUS and KIND_COLLECTED events; others pass. */
void coverage_event(struct coverage *, const struct event *, struct arena *);
/* Fills v->gap from the groups, the inputs and what nothing could parse. */
void coverage_gaps(const struct coverage *, const struct analysis *, enum lang,
		   struct arena *, struct verdict *);
/* What is wrong with an input, in the reader's language. */
struct analysis_input;
struct str coverage_input_why(const struct analysis_input *, enum lang);
void coverage_free(struct coverage *);

#endif
