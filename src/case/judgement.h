/*
 * case/judgement.h - from an analysis to the verdict of the first screen.
 * A sink that watches what passes; the verdict stands after the end.
 */
#ifndef CASE_JUDGEMENT_H
#define CASE_JUDGEMENT_H

#include "../report/verdict.h"
#include "analysis.h"

struct judgement;
struct judgement *judgement_new(const struct analysis *, enum lang);
struct sink *judgement_sink(struct judgement *);
/* After the end of the analysis; lives as long as the judgement. */
const struct verdict *judgement_verdict(struct judgement *);
/* A core source is incomplete, or the run lost something: status 3. */
bool judgement_incomplete(const struct judgement *);
void judgement_free(struct judgement *);

/* One stream to several sinks; sinks are borrowed. */
#define FAN_MAX 4
struct fan {
	struct sink sink;
	struct sink *to[FAN_MAX];
	size_t n;
};
void fan_init(struct fan *);
void fan_add(struct fan *, struct sink *);

#endif
