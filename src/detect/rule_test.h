/*
 * rule_test.h - for tests: a set from text, an event from words.
 */
#ifndef DETECT_RULE_TEST_H
#define DETECT_RULE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "correlate.h"

static struct event test_event; /* too large for a stack */

/* A rule whose detection is `body' (indented by four), on EXEC events. */
static inline struct ruleset *rules_of(const char *body)
{
	struct buf b = { 0 };
	struct ruleset *rs;
	struct rule_file f = { .path = STR("test.yml") };

	buf_puts(&b, "title: test\nlogsource:\n    product: linux\n"
		     "    category: process_creation\ndetection:\n");
	buf_puts(&b, body);
	f.text = buf_view(&b);
	rs = ruleset_compile(&f, 1);
	buf_free(&b);
	return rs;
}

/* Begins test_event; the caller adds fields. */
static inline struct event *event_of(unsigned kind, const char *dataset,
				     int64_t ts)
{
	struct when w = when_stated(ts, UNIT_NS);

	ev_begin(&test_event, kind, dataset, &w, 0);
	return &test_event;
}

static inline size_t hits_in(const struct ruleset *rs, struct event *e)
{
	struct matcher *m = matcher_new(rs);
	size_t n = 0;

	matcher_event(m, e);
	for (size_t i = 0; i < e->nfield; i++)
		n += e->field[i].key == KEY_K_HITS;
	matcher_free(m);
	return n;
}

/* Does the rule with that detection hit a process of that command line? */
static inline bool hits_command(const char *body, const char *command)
{
	struct ruleset *rs = rules_of(body);
	struct event *e = event_of(KIND_EXEC, "sudo", 0);
	size_t n;

	if (ruleset_info(rs, 0)->state == RULE_INVALID)
		fail_msg("%.*s", STR_ARG(ruleset_info(rs, 0)->why));
	ev_cstr(e, KEY_PROCESS_COMMAND_LINE, command);
	n = hits_in(rs, e);
	ruleset_free(rs);
	return n == 1;
}

/* Why the set's first rule is invalid; the caller frees. */
static inline bool invalid(const char *body, const char *because, unsigned line)
{
	struct ruleset *rs = rules_of(body);
	const struct rule_info *info = ruleset_info(rs, 0);
	bool ok = info->state == RULE_INVALID && info->line == line &&
		  str_has(info->why, str_of(because));

	if (!ok)
		print_error("%s line %u: %.*s\n", rule_state_name(info->state),
			    info->line, STR_ARG(info->why));
	ruleset_free(rs);
	return ok;
}

#endif
