/* cmd_timeline.c - the sorted timeline on stdout, without building a case. */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "konseki/exit.h"
#include "rulefiles.h"

#define BATCH (1u << 20)

struct own {
	const char *format;
};

static const struct opt opts[] = {
	{ "format", 0, OPT_CHOICE, "jsonl|csv|bodyfile",
	  offsetof(struct own, format), "how events are written",
	  "イベントの出力形式" },
	OPT_END
};

struct printer {
	struct sink sink;
	const struct export *format;
	const struct analysis *a;
	struct messages *messages;
	struct buf b;
	bool begun, gone; /* gone: the reader has seen enough */
};

static int flush(struct printer *p)
{
	bool ok = cli_out(p->b.p, p->b.n);

	p->gone = !ok && errno == EPIPE;
	buf_clear(&p->b);
	return ok ? 0 : -1;
}

static void begin(struct printer *p)
{
	if (!p->begun && p->format->head)
		p->format->head(&p->b);
	p->begun = true;
}

static int take_event(struct sink *s, struct event *e)
{
	struct printer *p = (struct printer *)(void *)s;

	begin(p);
	p->format->event(&p->b, e, &p->a->names, p->messages, 0);
	return p->b.n >= BATCH ? flush(p) : 0;
}

static int take_end(struct sink *s)
{
	struct printer *p = (struct printer *)(void *)s;

	begin(p);
	return flush(p);
}

static const struct sink_ops ops = { .event = take_event, .end = take_end };

static int status_of(const struct cli *c, const struct analysis *a)
{
	bool part = a->interrupted || a->nlost;

	if (a->interrupted)
		cli_error(c, "%s",
			  cli_tr(c,
				 "a part could not be read to its end (a crash "
				 "or a time-out)",
				 "最後まで読めなかった証拠があります（異常終了"
				 "または時間切れ）"));
	if (a->nlost)
		cli_error(c,
			  cli_tr(c, "%llu records were lost",
				 "失われたレコード：%llu 件"),
			  (unsigned long long)a->nlost);
	for (size_t i = 0; i < a->ninput; i++) {
		if (a->input[i].whole == ARCHIVE_WHOLE)
			continue;
		part = true;
		cli_error(c, STR_FMT ": " STR_FMT, STR_ARG(a->input[i].path),
			  STR_ARG(a->input[i].why));
	}
	return part ? KONSEKI_INCOMPLETE : KONSEKI_DONE;
}

static int run(struct cli *c)
{
	struct own *own = c->own;
	struct analysis_options o = { .events = true, .no_digest = true };
	struct printer p = { .sink = { &ops } };
	struct verdict_style style;
	struct rule_file *rule;
	struct analysis a;
	struct arena arena;
	struct err err;
	int status;

	if (run_style(c, &style) < 0 || run_window(c, &style, &o) < 0)
		return KONSEKI_USAGE;
	/* fewer turns between us and who reads; fails where it is no pipe */
	(void)fcntl(1, F_SETPIPE_SZ, (int)BATCH);
	p.format = export_named(own->format ? own->format : "jsonl");
	p.messages = messages_new(LANG_EN);
	p.a = &a;
	arena_init(&arena, 0);
	if (iocfiles_read(c, &arena, &rule, &o.nrule, &err) < 0) {
		cli_fault(c, err.msg);
		return KONSEKI_FAILED;
	}
	o.rule = rule;
	if (run_inputs(c, &o, &p.sink, &a, &err) < 0) {
		if (p.gone)
			return KONSEKI_DONE;
		if (!err.msg[0])
			return KONSEKI_USAGE;
		cli_fault(c, err.msg);
		return KONSEKI_FAILED;
	}
	status = status_of(c, &a);
	if (run_summary(c, &a, NULL, status, &err) < 0) {
		cli_fault(c, err.msg);
		status = KONSEKI_FAILED;
	}
	messages_free(p.messages);
	buf_free(&p.b);
	analysis_free(&a);
	arena_free(&arena);
	free(rule);
	return status;
}

const struct verb verb_timeline = {
	.name = "timeline",
	.usage = "[OPTION...] INPUT...|CASE",
	.en = "the sorted timeline on stdout, without building a case",
	.ja = "ケースを作らず、時系列を標準出力に書き出す",
	.share = SHARE_TALK | SHARE_RUN | SHARE_TIME | SHARE_WORK | SHARE_HOST |
		 SHARE_OPEN | SHARE_IOC,
	.opt = opts,
	.own_size = sizeof(struct own),
	.min_arg = 1,
	.max_arg = ANALYSIS_MAX_INPUTS,
	.run = run,
};
