/*
 * judge_test.h - for tests: a judge over one host, and what it found.
 */
#ifndef DETECT_JUDGE_TEST_H
#define DETECT_JUDGE_TEST_H

#include "rule_test.h"

#define S INT64_C(1000000000)
#define HOUR (3600 * S)
#define COLLECTED (INT64_C(1700000000) * S)

struct got {
	struct sink sink;
	struct finding f[16];
	size_t n;
};
static struct got got;

static inline int take(struct sink *s, const struct finding *f)
{
	(void)s;
	assert_true(got.n < 16);
	got.f[got.n++] = *f;
	return 0;
}

struct bed {
	struct ruleset *rs;
	struct matcher *m;
	struct judge *j;
	struct context ctx;
	const struct context *list[1];
	struct source src;
};
static struct bed bed;

static inline void begin_with(struct ruleset *rs)
{
	static const struct sink_ops ops = { .finding = take };

	bed = (struct bed){ .rs = rs };
	bed.ctx.collected_ns = COLLECTED;
	bed.ctx.id = STR("0123");
	bed.list[0] = &bed.ctx;
	bed.m = matcher_new(rs);
	bed.j = judge_new(rs, bed.list, 1);
	got = (struct got){ .sink = { &ops } };
}

static inline int end(void **state)
{
	(void)state;
	judge_free(bed.j);
	matcher_free(bed.m);
	ruleset_free(bed.rs);
	return 0;
}

static inline void feed(struct event *e)
{
	matcher_event(bed.m, e);
	judge_event(bed.j, e, &bed.src);
}

static inline void finish(void)
{
	assert_int_equal(judge_end(bed.j, &got.sink), 0);
}

#endif
