/*
 * report/text.c - the first screen on a terminal, for somebody tired:
 * verdict and why, active now, activity, evidence windows, findings, steps,
 * integrity and coverage.  In this order.
 */
#include "verdict.h"

#include "../util/term.h"
#include "../util/timefmt.h"

struct out {
	struct buf *b;
	const struct verdict *v;
	const struct verdict_style *s;
};

static const char *say(const struct out *o, const char *en, const char *ja)
{
	return o->s->lang == LANG_JA ? ja : en;
}

static void color(struct out *o, const char *sgr)
{
	if (o->s->color)
		buf_fmt(o->b, "\033[%sm", sgr);
}

static void heading(struct out *o, const char *en, const char *ja)
{
	buf_c(o->b, '\n');
	color(o, "1");
	buf_puts(o->b, say(o, en, ja));
	color(o, "0");
	buf_c(o->b, '\n');
}

static void text(struct out *o, struct str s)
{
	term_text(o->b, s);
}

static int32_t offset(const struct out *o, uint32_t host)
{
	if (o->s->tz_fixed)
		return o->s->offset_s;
	return host < o->v->nhost ? o->v->host[host].offset_s : 0;
}

static void stamp(struct out *o, int64_t ts, uint32_t host)
{
	ts_human(o->b, ts, offset(o, host));
}

static const char *word_color(enum verdict_word w)
{
	static const char *const sgr[] = { "1;32", "1;35", "1;33", "1;31" };

	return sgr[w];
}

/* ---- verdict and why ---- */

static void why_findings(struct out *o)
{
	const struct verdict *v = o->v;
	unsigned tier = v->word == VERDICT_RESPOND ? TIER_RESPOND : TIER_WATCH;

	for (size_t i = 0; i < v->ntop[tier] && i < 3; i++) {
		const struct finding *f = &v->top[tier][i];

		buf_puts(o->b, "  ");
		text(o, o->s->lang == LANG_JA && f->rule_name_ja.n
				? f->rule_name_ja
				: f->rule_name);
		buf_puts(o->b, say(o, ": ", "："));
		verdict_subject(o->b, f->subject, o->s->lang);
		buf_c(o->b, '\n');
	}
}

static void why_nothing(struct out *o)
{
	const struct verdict *v = o->v;

	buf_puts(o->b, "  ");
	if (v->word == VERDICT_INCONCLUSIVE) {
		buf_puts(o->b, say(o,
				   "no rule asks for action, but what was "
				   "looked at is not complete:",
				   "対応が必要な検出はありませんが、確認範囲が"
				   "不完全です："));
		for (size_t i = 0; i < v->ngap && i < 2; i++) {
			buf_puts(o->b, "\n  - ");
			text(o, v->gap[i].group);
			buf_puts(o->b, say(o, ": ", "："));
			text(o, v->gap[i].why);
		}
	} else {
		buf_fmt(o->b,
			say(o,
			    "%llu rules over %llu events asked for nothing; "
			    "all core sources were read",
			    "ルール %llu 件をイベント %llu "
			    "件に適用し、対応が必要なものはありませんでした。主"
			    "要な証拠源はすべて読めています"),
			(unsigned long long)v->nrule[0],
			(unsigned long long)v->nevent);
	}
	buf_c(o->b, '\n');
}

static void part_verdict(struct out *o)
{
	const struct verdict *v = o->v;

	color(o, word_color(v->word));
	buf_fmt(o->b, "%s%s", say(o, "VERDICT: ", "判定："),
		verdict_word(v->word, o->s->lang));
	color(o, "0");
	for (size_t i = 0; i < v->nhost && i < 4; i++) {
		buf_puts(o->b, i ? ", " : say(o, "   host ", "　ホスト "));
		text(o, v->host[i].name.n
				? v->host[i].name
				: str_of(say(o, "(unnamed)", "（名前不明）")));
		if (v->host[i].os.n) {
			buf_puts(o->b, " (");
			text(o, v->host[i].os);
			buf_c(o->b, ')');
		}
	}
	buf_c(o->b, '\n');
	if (v->word == VERDICT_RESPOND || v->word == VERDICT_WATCH)
		why_findings(o);
	else
		why_nothing(o);
}

/* ---- active now ---- */

static void part_active(struct out *o)
{
	static const char *const ja[] = { "",           "直近", "永続化",
					  "アカウント", "通信", "プロセス",
					  "カーネル" };
	const struct verdict *v = o->v;

	heading(o, "Active now", "現在活動中");
	if (v->nactive == 0) {
		buf_puts(o->b, say(o, "  nothing known to be active\n",
				   "  活動中と分かっているものはありません\n"));
		return;
	}
	for (size_t i = 0; i < v->nactive; i++) {
		const struct finding *f = &v->active[i];

		buf_fmt(o->b, "  [%s] ",
			o->s->lang == LANG_JA ? ja[f->active]
					      : active_name(f->active));
		verdict_subject(o->b, f->subject, o->s->lang);
		buf_c(o->b, '\n');
	}
	if (v->nactive_all > v->nactive)
		buf_fmt(o->b, say(o, "  … and %zu more\n", "  … 他 %zu 件\n"),
			v->nactive_all - v->nactive);
}

/* ---- first and last activity, evidence windows ---- */

static void part_activity(struct out *o)
{
	const struct verdict *v = o->v;

	heading(o, "First and last activity of what was found",
		"検出された活動の最初と最後");
	if (v->first_ns > v->last_ns) {
		buf_puts(o->b, say(o, "  no dated activity\n",
				   "  日時の分かる活動はありません\n"));
		return;
	}
	buf_puts(o->b, "  ");
	stamp(o, v->first_ns, 0);
	buf_puts(o->b, say(o, "  to  ", " ～ "));
	stamp(o, v->last_ns, 0);
	buf_c(o->b, '\n');
}

static void part_windows(struct out *o)
{
	const struct verdict *v = o->v;

	heading(o, "Evidence window of each source (earlier is unknown)",
		"証拠源ごとの記録期間（これより前は不明）");
	if (v->nwindow == 0)
		buf_puts(o->b, say(o, "  no dated logs\n",
				   "  日時のあるログはありません\n"));
	for (size_t i = 0; i < v->nwindow; i++) {
		const struct verdict_window *w = &v->window[i];

		buf_puts(o->b, "  ");
		text(o, w->name);
		buf_puts(o->b, say(o, ": from ", "："));
		stamp(o, w->first_ns, 0);
		buf_puts(o->b, say(o, " to ", " ～ "));
		stamp(o, w->last_ns, 0);
		buf_fmt(o->b, say(o, ", %llu events\n", "、%llu 件\n"),
			(unsigned long long)w->count);
	}
}

/* ---- findings ---- */

static void one_finding(struct out *o, const struct finding *f)
{
	bool ja = o->s->lang == LANG_JA && f->rule_name_ja.n;

	buf_fmt(o->b, "  %3u ", f->score);
	text(o, ja ? f->rule_name_ja : f->rule_name);
	if (f->attack.n) {
		buf_puts(o->b, " [");
		text(o, f->attack);
		buf_c(o->b, ']');
	}
	if (f->count > 1)
		buf_fmt(o->b, " ×%llu", (unsigned long long)f->count);
	buf_puts(o->b, "\n      ");
	verdict_subject(o->b, f->subject, o->s->lang);
	if (f->last_ns != INT64_MIN) {
		buf_puts(o->b, "  ");
		stamp(o, f->last_ns, f->host);
	}
	buf_puts(o->b, "  #");
	text(o, str_head(f->id, 8));
	buf_c(o->b, '\n');
	if (verdict_vague(f->subject)) {
		buf_puts(o->b, "      ");
		text(o, str_head(f->message, 160));
		buf_c(o->b, '\n');
	}
	for (size_t i = 0; i < f->nwhy; i++) {
		buf_puts(o->b, "      ");
		verdict_why(o->b, str_head(f->why[i], 160), o->s->lang);
		buf_c(o->b, '\n');
	}
}

static void part_findings(struct out *o)
{
	static const char *const en[] = { "note", "watch", "respond" };
	static const char *const ja[] = { "参考", "経過観察", "即時対応" };
	const struct verdict *v = o->v;

	heading(o, "Findings", "検出");
	buf_fmt(o->b,
		say(o, "  respond %llu, watch %llu, note %llu, silenced %llu\n",
		    "  即時対応 %llu 件、経過観察 %llu 件、参考 %llu 件、抑止 "
		    "%llu 件\n"),
		(unsigned long long)v->nfinding[TIER_RESPOND],
		(unsigned long long)v->nfinding[TIER_WATCH],
		(unsigned long long)v->nfinding[TIER_NOTE],
		(unsigned long long)v->nsilenced);
	for (unsigned t = TIER_COUNT; t-- > 0;) {
		if (v->ntop[t] == 0)
			continue;
		buf_fmt(o->b, " %s\n", o->s->lang == LANG_JA ? ja[t] : en[t]);
		for (size_t i = 0; i < v->ntop[t]; i++)
			one_finding(o, &v->top[t][i]);
		if (v->nfinding[t] > v->ntop[t])
			buf_fmt(o->b,
				say(o,
				    "      … and %llu more (`konseki "
				    "findings')\n",
				    "      … 他 %llu 件（konseki findings "
				    "で表示）\n"),
				(unsigned long long)(v->nfinding[t] -
						     v->ntop[t]));
	}
}

static void part_steps(struct out *o)
{
	heading(o, "Next steps", "次の手順");
	for (size_t i = 0; i < o->v->nstep; i++) {
		buf_fmt(o->b, "  %zu. ", i + 1);
		text(o, o->v->step[i]);
		buf_c(o->b, '\n');
	}
}

/* ---- integrity and coverage ---- */

static void inputs(struct out *o)
{
	for (size_t i = 0; i < o->v->ninput && i < 8; i++) {
		const struct verdict_input *in = &o->v->input[i];

		buf_puts(o->b, "  ");
		text(o, in->path);
		buf_puts(o->b, say(o, ": ", "："));
		if (in->bad)
			color(o, "1;31");
		text(o, in->state);
		if (in->bad)
			color(o, "0");
		if (in->why.n) {
			buf_puts(o->b, say(o, " (", "（"));
			text(o, in->why);
			buf_puts(o->b, say(o, ")", "）"));
		}
		if (in->has_sha256) {
			buf_puts(o->b, "\n    SHA-256 ");
			buf_hex(o->b, in->sha256, 32);
		}
		buf_c(o->b, '\n');
	}
}

static void unchecked(struct out *o)
{
	const struct verdict *v = o->v;

	for (size_t i = 0; i < v->nunchecked; i++) {
		buf_puts(o->b, say(o, "  not checked: ", "  未確認："));
		text(o, v->unchecked[i].group);
		if (v->unchecked[i].why.n) {
			buf_puts(o->b, say(o, " (", "（"));
			text(o, v->unchecked[i].why);
			buf_puts(o->b, say(o, ")", "）"));
		}
		buf_c(o->b, '\n');
	}
}

static void part_coverage(struct out *o)
{
	const struct verdict *v = o->v;

	heading(o, "Integrity and coverage", "完全性と確認範囲");
	inputs(o);
	buf_fmt(o->b,
		say(o,
		    "  %llu events from %llu of %llu sources; %llu not "
		    "understood, %llu notes on damage or limits\n",
		    "  イベント %llu 件（証拠 %llu / %llu 件を解析、解析不能 "
		    "%llu 件、破損・上限の注記 %llu 件）\n"),
		(unsigned long long)v->nevent, (unsigned long long)v->nparsed,
		(unsigned long long)v->nsource, (unsigned long long)v->nrefused,
		(unsigned long long)v->nnote);
	buf_fmt(o->b,
		say(o,
		    "  rules: %llu active, %llu partial, %llu without a "
		    "source, %llu invalid\n",
		    "  ルール：有効 %llu、一部有効 %llu、対象の証拠なし "
		    "%llu、不正 %llu\n"),
		(unsigned long long)v->nrule[0],
		(unsigned long long)v->nrule[1],
		(unsigned long long)v->nrule[3],
		(unsigned long long)v->nrule[4]);
	if (v->ngap == 0)
		buf_puts(o->b, say(o, "  core sources: complete\n",
				   "  主要な証拠源：すべて確認済み\n"));
	for (size_t i = 0; i < v->ngap; i++) {
		buf_puts(o->b, say(o, "  core source incomplete: ",
				   "  主要な証拠源が不完全："));
		text(o, v->gap[i].group);
		buf_puts(o->b, say(o, " (", "（"));
		text(o, v->gap[i].why);
		buf_puts(o->b, say(o, ")\n", "）\n"));
	}
	unchecked(o);
	if (v->nlost)
		buf_fmt(o->b,
			say(o, "  %llu records were lost in processing\n",
			    "  処理中に失われたレコード：%llu 件\n"),
			(unsigned long long)v->nlost);
	if (v->sandbox_off.n) {
		buf_puts(o->b, say(o, "  sandbox rungs not in force: ",
				   "  有効にできなかった隔離機能："));
		text(o, v->sandbox_off);
		buf_c(o->b, '\n');
	}
}

void verdict_text(struct buf *b, const struct verdict *v,
		  const struct verdict_style *style)
{
	struct out o = { b, v, style };

	part_verdict(&o);
	part_active(&o);
	part_activity(&o);
	part_windows(&o);
	part_findings(&o);
	part_steps(&o);
	part_coverage(&o);
}
