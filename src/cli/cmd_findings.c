/* cmd_findings.c - findings only. */
#include "run.h"

#include <errno.h>
#include <stdlib.h>

#include "../detect/response.h"
#include "../util/term.h"
#include "konseki/exit.h"
#include "rulefiles.h"

#define MAX_STEPS 16

struct own {
	const char *format;
};

static const struct opt opts[] = { { "format", 0, OPT_CHOICE, "text|jsonl|csv",
				     offsetof(struct own, format),
				     "how findings are written",
				     "検出結果の出力形式" },
				   OPT_END };

struct printer {
	struct sink sink;
	const struct export *format; /* NULL: text */
	const struct analysis *a;
	struct buf b;
	enum lang lang;
	uint64_t n;
};

static int take_event(struct sink *s, struct event *e)
{
	(void)s;
	(void)e;
	return 0;
}

/* of one width on a terminal */
static const char *const tier_ja[] = { "参考    ", "経過観察", "即時対応" };

static void text(struct printer *p, const struct finding *f)
{
	bool ja = p->lang == LANG_JA && f->rule_name_ja.n;

	if (p->lang == LANG_JA)
		buf_fmt(&p->b, "%s %3u  ", tier_ja[f->tier], f->score);
	else
		buf_fmt(&p->b, "%-8s %3u  ", tier_name(f->tier), f->score);
	term_text(&p->b, ja ? f->rule_name_ja : f->rule_name);
	buf_puts(&p->b, "\n    ");
	verdict_subject(&p->b, f->subject, p->lang);
	if (f->count > 1)
		buf_fmt(&p->b, "  ×%llu", (unsigned long long)f->count);
	buf_puts(&p->b, "  #");
	term_text(&p->b, f->id);
	buf_puts(&p->b, "\n    ");
	term_text(&p->b, f->score_terms);
	buf_c(&p->b, '\n');
	if (verdict_vague(f->subject)) {
		buf_puts(&p->b, "    ");
		term_text(&p->b, f->message);
		buf_c(&p->b, '\n');
	}
	for (size_t i = 0; i < f->nwhy; i++) {
		buf_puts(&p->b, "    ");
		verdict_why(&p->b, f->why[i], p->lang);
		buf_c(&p->b, '\n');
	}
	if (f->suppressed_by.n) {
		buf_puts(&p->b, tr(p->lang, "    silenced by ", "    抑止："));
		term_text(&p->b, f->suppressed_by);
		buf_c(&p->b, '\n');
	}
}

/* Machine formats have the steps, not only their name. */
static void formatted(struct printer *p, struct finding f)
{
	struct str step[MAX_STEPS];
	struct buf steps = { 0 };
	struct arena a;
	size_t n;

	arena_init(&a, 0);
	n = response_steps(f.response, LANG_EN, &a, step, MAX_STEPS);
	for (size_t i = 0; i < n; i++) {
		buf_puts(&steps, i ? "\n" : "");
		buf_str(&steps, step[i]);
	}
	f.response = buf_view(&steps);
	p->format->finding(&p->b, &f, &p->a->names);
	buf_free(&steps);
	arena_free(&a);
}

static int take_finding(struct sink *s, const struct finding *f)
{
	struct printer *p = (struct printer *)(void *)s;

	if (p->format)
		formatted(p, *f);
	else
		text(p, f);
	p->n++;
	return 0;
}

static const struct sink_ops ops = { .event = take_event,
				     .finding = take_finding };

static int run(struct cli *c)
{
	struct own *own = c->own;
	struct analysis_options o = { .yara = true };
	struct printer p = { .sink = { &ops }, .lang = c->lang };
	struct verdict_style style;
	struct rule_file *rule;
	struct judgement *j;
	struct analysis a;
	struct arena arena;
	struct fan fan;
	struct err err;
	int status = KONSEKI_FAILED;

	if (run_style(c, &style) < 0 || run_window(c, &style, &o) < 0)
		return KONSEKI_USAGE;
	arena_init(&arena, 0);
	if (own->format && strcmp(own->format, "text") != 0)
		p.format = export_named(own->format);
	if (p.format && p.format->finding_head)
		p.format->finding_head(&p.b);
	p.a = &a;
	j = judgement_new(&a, c->lang);
	fan_init(&fan);
	fan_add(&fan, judgement_sink(j));
	fan_add(&fan, &p.sink);
	if (rulefiles_read(c, &arena, &rule, &o.nrule, &err) < 0)
		goto failed;
	o.rule = rule;
	if (run_inputs(c, &o, &fan.sink, &a, &err) < 0)
		goto failed;
	status = run_exit(c, j);
	if (!cli_out(p.b.p, p.b.n) && errno != EPIPE) {
		(void)err_sys(&err, "standard output", NULL);
		goto failed;
	}
	if (p.n == 0 && !p.format)
		cli_info(c, "%s", cli_tr(c, "no findings", "検出はありません"));
	run_say_gaps(c, judgement_verdict(j));
	if (run_summary(c, &a, judgement_verdict(j), status, &err) < 0)
		goto failed;
	judgement_free(j);
	analysis_free(&a);
	arena_free(&arena);
	return status;
failed:
	if (!err.msg[0])
		return KONSEKI_USAGE;
	cli_fault(c, err.msg);
	return KONSEKI_FAILED;
}

const struct verb verb_findings = {
	.name = "findings",
	.usage = "[OPTION...] INPUT...|CASE",
	.en = "findings only",
	.ja = "検出結果だけを表示",
	.share = SHARE_TALK | SHARE_RUN | SHARE_TIME | SHARE_RULES | SHARE_IOC |
		 SHARE_WORK | SHARE_FAIL | SHARE_HOST | SHARE_OPEN,
	.opt = opts,
	.own_size = sizeof(struct own),
	.min_arg = 1,
	.max_arg = ANALYSIS_MAX_INPUTS,
	.run = run,
};
