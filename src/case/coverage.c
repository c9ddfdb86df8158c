/* case/coverage.c - from status rows to gaps. */
#include "coverage.h"
#include "../collect/collect.h"
#include "../collect/cross.h"

#include <stdlib.h>

#include "../parse/parser.h"
#include "../util/glob.h"
#include "analysis.h"

#define MAX_GROUPS 256
#define MAX_ITEM 200

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

static const struct {
	const char *state, *ja;
} bad[] = {
	{ "denied", "アクセス拒否" }, { "failed", "取得失敗" },
	{ "timeout", "時間切れ" },    { "truncated", "途中まで" },
	{ "skipped", "実施できず" },
};
#define NBAD 4 /* what is bad of a core source */
#define NNAME (sizeof(bad) / sizeof(bad[0]))

static bool is_bad(struct str state)
{
	for (size_t i = 0; i < NBAD; i++)
		if (str_is(state, bad[i].state))
			return true;
	return false;
}

static struct str bad_name(struct str state, enum lang lang)
{
	for (size_t i = 0; i < NNAME; i++)
		if (lang == LANG_JA && str_is(state, bad[i].state))
			return str_of(bad[i].ja);
	return state;
}

static void add_item(struct coverage *c, struct str glob, size_t group_at,
		     struct arena *a)
{
	if (glob.n == 0 || glob.p[0] != '/' || glob.n > MAX_ITEM ||
	    c->nitem == MAX_GROUPS)
		return;
	vec_grow(&c->item, &c->capitem, c->nitem + 1, sizeof(*c->item));
	c->item[c->nitem++] =
		(struct coverage_item){ arena_dup(a, glob), group_at };
}

/* Of --yara and --ioc: what a rule in force would have found is not known. */
static void scan(struct coverage *c, const struct event *e, struct arena *a)
{
	struct str state = ev_get_str(e, KEY_K_STATUS_STATE);

	if (!str_is(ev_get_str(e, KEY_K_STATUS_PROBE), "scan") ||
	    !is_bad(state) || c->nview == VERDICT_MAX_UNCHECKED)
		return;
	vec_grow(&c->view, &c->capview, c->nview + 1, sizeof(*c->view));
	c->view[c->nview++] = (struct coverage_view){
		.name = STR("scan"),
		.state = arena_dup(a, state),
		.error = arena_dup(
			a, str_head(ev_get_str(e, KEY_K_STATUS_ITEM), 120)),
	};
}

static void view(struct coverage *c, const struct event *e, struct arena *a)
{
	struct str name = ev_get_str(e, KEY_K_STATUS_NOT_CHECKED);

	if (name.n == 0 || c->nview == VERDICT_MAX_UNCHECKED)
		return;
	vec_grow(&c->view, &c->capview, c->nview + 1, sizeof(*c->view));
	c->view[c->nview++] = (struct coverage_view){
		.name = arena_dup(a, str_head(name, MAX_ITEM)),
		.state = arena_dup(a, ev_get_str(e, KEY_K_STATUS_STATE)),
		.error = arena_dup(
			a, str_head(ev_get_str(e, KEY_K_STATUS_ERROR), 120)),
	};
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
	if (str_is(state, "collected")) {
		g->collected = true;
		add_item(c, item, (size_t)(g - c->group), a);
	}
	if (str_is(state, "skipped") && str_is(item, NOT_BEGUN))
		g->not_begun = true;
	if (is_bad(state) && g->bad.n == 0) {
		g->bad = arena_dup(a, state);
		if (item.n == 0)
			item = ev_get_str(e, KEY_K_STATUS_PROBE);
		g->item = arena_dup(a, str_head(item, MAX_ITEM));
	}
}

void coverage_event(struct coverage *c, const struct event *e, struct arena *a)
{
	if (e->kind == KIND_SOURCE_STATUS) {
		status(c, e, a);
		view(c, e, a);
		scan(c, e, a);
	}
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

static void group_gap(const struct coverage_group *g, enum lang lang,
		      struct arena *a, struct verdict *v)
{
	if (g->bad.n)
		gap(v, g->name,
		    arena_fmt(a, STR_FMT ": " STR_FMT,
			      STR_ARG(bad_name(g->bad, lang)),
			      STR_ARG(g->item)));
	else if (!g->collected && g->not_begun)
		gap(v, g->name, str_of(tr(lang, NOT_BEGUN, "未着手")));
	else if (!g->collected)
		gap(v, g->name,
		    str_of(tr(lang, "absent, without a substitute",
			      "存在せず、代わりの証拠源もない")));
}

struct str coverage_input_why(const struct analysis_input *in, enum lang lang)
{
	static const char *const ja[] = {
		[ARCHIVE_WHOLE] = "",
		[ARCHIVE_MISMATCH] =
			"封印と一致しない箇所がある。konseki verify で確認",
		[ARCHIVE_CUT] = "末尾が欠けている",
		[ARCHIVE_UNSEALED] = "改変の有無を確認できない",
		[ARCHIVE_INTERRUPTED] = "収集が途中で中断された",
	};

	if (lang == LANG_JA && in->kind == INPUT_ARCHIVE)
		return str_of(ja[in->whole]);
	return in->why;
}

static void input_gap(const struct analysis_input *in, enum lang lang,
		      struct arena *a, struct verdict *v)
{
	if (in->whole != ARCHIVE_WHOLE)
		gap(v, in->path, coverage_input_why(in, lang));
	if (in->nrefused)
		gap(v, in->path,
		    arena_fmt(a,
			      tr(lang, "%zu members could not be taken",
				 "取り出せないメンバーが %zu 件"),
			      in->nrefused));
}

/* Collected, but nothing could read it: a gap when it is of a core source. */
static void unread_gap(const struct coverage *c, struct str path,
		       enum lang lang, struct arena *a, struct verdict *v)
{
	for (size_t i = 0; i < c->nitem; i++)
		if (glob_match(c->item[i].glob, path)) {
			gap(v, c->group[c->item[i].group].name,
			    arena_fmt(a,
				      tr(lang,
					 "collected, but not understood: "
					 "%.*s",
					 "収集されたが解析できない：%.*s"),
				      STR_ARG(str_head(path, MAX_ITEM))));
			return;
		}
}

static const struct {
	const char *name, *en, *ja;
	unsigned flags;
} views[] = {
#define VIEW(id, by, against, how, title, title_ja)                            \
	{ .name = #id, .en = title, .ja = title_ja, .flags = how },
#include "../collect/cross.def"
#undef VIEW
	{ .name = "scan",
	  .en = "YARA rules and indicators while collecting",
	  .ja = "収集時の YARA・侵害指標の検査" },
};

static void unchecked(const struct coverage *c, enum lang lang, struct arena *a,
		      struct verdict *v)
{
	for (size_t i = 0; i < c->nview; i++) {
		const struct coverage_view *w = &c->view[i];
		struct verdict_gap g = { .group = w->name };
		bool chosen = false;

		for (size_t k = 0; k < sizeof(views) / sizeof(views[0]); k++) {
			if (!str_is(w->name, views[k].name))
				continue;
			g.group = str_of(tr(lang, views[k].en, views[k].ja));
			chosen = views[k].flags & CROSS_TAKES && !w->error.n &&
				 str_is(w->state, "skipped");
		}
		if (chosen)
			continue; /* --intrusive was not asked for */
		g.why = bad_name(w->state, lang);
		if (w->error.n)
			g.why = arena_fmt(a, STR_FMT ": " STR_FMT,
					  STR_ARG(g.why), STR_ARG(w->error));
		v->unchecked[v->nunchecked++] = g;
	}
}

void coverage_gaps(const struct coverage *c, const struct analysis *an,
		   enum lang lang, struct arena *a, struct verdict *v)
{
	v->not_root = c->not_root;
	v->nunchecked = 0;
	unchecked(c, lang, a, v);
	if (!c->any)
		gap(v, str_of(tr(lang, "collection", "収集状況")),
		    str_of(tr(lang,
			      "no account of how this was collected; only what "
			      "was given was read",
			      "収集の記録がなく、渡されたファイルだけを確認しま"
			      "した")));
	if (c->not_root)
		gap(v, str_of(tr(lang, "privilege", "権限")),
		    str_of(tr(lang, "not collected as root",
			      "root 権限なしで収集されています")));
	for (size_t i = 0; i < c->ngroup; i++)
		group_gap(&c->group[i], lang, a, v);
	for (size_t i = 0; i < an->ninput; i++)
		input_gap(&an->input[i], lang, a, v);
	for (size_t i = 0; i < an->nsource; i++)
		if (an->source[i].outcome == REFUSED)
			unread_gap(c, an->names.source[i].path, lang, a, v);
		else if (an->source[i].outcome == STOP)
			gap(v, an->names.source[i].path,
			    str_of(tr(lang, "its parser ended early",
				      "解析処理が途中で終了")));
}

void coverage_free(struct coverage *c)
{
	free(c->group);
	free(c->item);
	free(c->view);
	*c = (struct coverage){ 0 };
}
