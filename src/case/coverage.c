/* case/coverage.c - from status rows to gaps. */
#include "coverage.h"

#include <stdlib.h>

#include "../parse/parser.h"
#include "analysis.h"

#define MAX_GROUPS 256

static struct coverage_group *group(struct coverage *c, struct str name,
				    struct arena *a)
{
	for (size_t i = 0; i < c->ngroup; i++)
		if (str_eq(c->group[i].name, name))
			return &c->group[i];
	if (c->ngroup == MAX_GROUPS)
		return NULL;
	vec_grow(&c->group, &c->cap, c->ngroup + 1, sizeof(*c->group));
	c->group[c->ngroup].name = arena_dup(a, str_head(name, 64));
	return &c->group[c->ngroup++];
}

static bool is_bad(struct str state)
{
	static const char *const bad[] = { "denied", "timeout", "truncated",
					   "failed" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (str_is(state, bad[i]))
			return true;
	return false;
}

static void status(struct coverage *c, const struct event *e, struct arena *a)
{
	struct str core = ev_get_str(e, KEY_K_STATUS_CORE);
	struct str state = ev_get_str(e, KEY_K_STATUS_STATE);
	struct str item = ev_get_str(e, KEY_K_STATUS_ITEM);
	struct coverage_group *g;

	c->any = true;
	if (core.n == 0 || !(g = group(c, core, a)))
		return;
	if (str_is(state, "collected"))
		g->collected = true;
	if (is_bad(state) && g->bad.n == 0) {
		if (item.n == 0)
			item = ev_get_str(e, KEY_K_STATUS_PROBE);
		g->bad = arena_fmt(a, STR_FMT ": " STR_FMT, STR_ARG(state),
				   STR_ARG(str_head(item, 200)));
	}
}

void coverage_event(struct coverage *c, const struct event *e, struct arena *a)
{
	if (e->kind == KIND_SOURCE_STATUS)
		status(c, e, a);
	if (e->kind == KIND_COLLECTED && ev_get(e, KEY_PROCESS_PID) &&
	    !str_is(ev_get_str(e, KEY_USER_ID), "0"))
		c->not_root = true;
}

static void gap(struct verdict *v, struct str name, struct str why)
{
	if (v->ngap == VERDICT_MAX_GAPS)
		return;
	v->gap[v->ngap++] = (struct verdict_gap){ name, why };
}

static void input_gaps(const struct analysis *an, struct verdict *v)
{
	for (size_t i = 0; i < an->ninput; i++)
		if (an->input[i].whole != ARCHIVE_WHOLE)
			gap(v, an->input[i].path, an->input[i].why);
}

void coverage_gaps(const struct coverage *c, const struct analysis *an,
		   struct verdict *v)
{
	v->not_root = c->not_root;
	if (!c->any)
		gap(v, STR("collection"),
		    STR("no account of how this was collected; only what was "
			"given was read"));
	if (c->not_root)
		gap(v, STR("privilege"), STR("not collected as root"));
	for (size_t i = 0; i < c->ngroup; i++) {
		const struct coverage_group *g = &c->group[i];

		if (g->bad.n)
			gap(v, g->name, g->bad);
		else if (!g->collected)
			gap(v, g->name, STR("absent, without a substitute"));
	}
	input_gaps(an, v);
	for (size_t i = 0; i < an->nsource; i++)
		if (an->source[i].outcome == STOP)
			gap(v, an->names.source[i].path,
			    STR("its parser ended early"));
}

void coverage_free(struct coverage *c)
{
	free(c->group);
	*c = (struct coverage){ 0 };
}
