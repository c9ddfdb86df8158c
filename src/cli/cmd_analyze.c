/* cmd_analyze.c - inputs -> one case, and the verdict. */
#include "cmd_analyze.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../case/casefile.h"
#include "konseki/exit.h"
#include "rulecheck.h"

struct own {
	const char *output;
	bool force;
};

static const struct opt opts[] = {
	{ "output", 'o', OPT_STR, "CASE", offsetof(struct own, output),
	  "the case file to write (default: beside the first input)",
	  "作成するケースファイル（既定：最初の入力と同じ場所）" },
	{ "force", 0, OPT_FLAG, NULL, offsetof(struct own, force),
	  "replace an existing case", "既存のケースを置き換える" },
	OPT_END
};

static int save(struct casefile *cf, const struct verdict *v, struct err *err)
{
	if (casefile_meta(cf, "verdict", str_of(verdict_word(v->word, LANG_EN)),
			  err) < 0 ||
	    casefile_meta(cf, "tool", STR("konseki " KONSEKI_VERSION), err) < 0)
		return -1;
	return casefile_finish(cf, err);
}

static int judge(struct cli *c, struct analyze_job *job,
		 const struct verdict_style *style, struct analysis_options *o,
		 struct err *err)
{
	struct rule_file *rule;
	struct judgement *j;
	struct casefile *cf;
	struct analysis a;
	struct arena arena;
	struct fan fan;
	int status = -1;

	arena_init(&arena, 0);
	if (rulefiles_read(c, &arena, &rule, &o->nrule, err) < 0)
		return -1;
	o->rule = rule;
	if (!job->checked && rulecheck(c, false, rule, o->nrule, err) < 0)
		return -1;
	cf = casefile_new(job->case_path, &a, err);
	if (!cf)
		return -1;
	j = judgement_new(&a, c->lang);
	fan_init(&fan);
	fan_add(&fan, judgement_sink(j));
	fan_add(&fan, casefile_sink(cf));
	if (run_inputs(c, o, &fan.sink, &a, err) < 0) {
		casefile_why(cf, err);
	} else if (save(cf, judgement_verdict(j), err) == 0) {
		status = run_exit(c, j);
		if (!run_print(c, judgement_verdict(j), style) &&
		    errno != EPIPE)
			status = err_sys(err, "standard output", NULL);
		else if (run_summary(c, &a, judgement_verdict(j), status, err) <
			 0)
			status = -1;
		job->word = judgement_verdict(j)->word;
	}
	casefile_free(cf);
	judgement_free(j);
	analysis_free(&a);
	arena_free(&arena);
	free(rule);
	return status;
}

/* An input of this run, under whatever name? */
static bool is_input(const struct cli *c, const struct stat *st)
{
	struct stat in;

	for (size_t i = 0; i < c->narg; i++)
		if (stat(c->arg[i], &in) == 0 && in.st_dev == st->st_dev &&
		    in.st_ino == st->st_ino)
			return true;
	return false;
}

/* --force replaces files; never evidence, a device or a directory. */
static int check_output(const struct cli *c, const struct analyze_job *job)
{
	struct stat st;

	if (stat(job->case_path, &st) == 0) {
		if (!S_ISREG(st.st_mode) || is_input(c, &st))
			return cli_usage(
				c,
				cli_tr(c, "%s is no file to write a case to",
				       "%s にはケースを書き込めません"),
				job->case_path);
		if (!job->force)
			return cli_usage(
				c,
				cli_tr(c, "%s exists; --force replaces it",
				       "%s は既に存在します（--force "
				       "で置き換え）"),
				job->case_path);
	}
	return 0;
}

int analyze_run(struct cli *c, struct analyze_job *job)
{
	struct analysis_options o = { .events = true, .yara = true };
	struct verdict_style style;
	struct err err = { .errnum = 0 };
	int status;

	if (run_style(c, &style) < 0 || run_window(c, &style, &o) < 0)
		return KONSEKI_USAGE;
	status = check_output(c, job);
	if (status)
		return status;
	status = judge(c, job, &style, &o, &err);
	if (status < 0) {
		if (!err.msg[0])
			return KONSEKI_USAGE;
		cli_fault(c, err.msg);
		return KONSEKI_FAILED;
	}
	return status;
}

static int run(struct cli *c)
{
	struct own *own = c->own;
	struct analyze_job job = { .case_path = own->output,
				   .force = own->force };
	char path[4096];
	int status;

	if (c->narg == 1 && casefile_is(c->arg[0]))
		return cli_usage(c,
				 cli_tr(c,
					"%s is a case already; use `konseki "
					"findings' or `konseki timeline'",
					"%s は既にケースです。konseki findings "
					"/ timeline を使ってください"),
				 c->arg[0]);
	if (!job.case_path) {
		size_t n = strlen(c->arg[0]);

		while (n > 1 && c->arg[0][n - 1] == '/')
			n--;
		if (snprintf(path, sizeof(path), "%.*s.case", (int)n,
			     c->arg[0]) >= (int)sizeof(path))
			return cli_usage(c,
					 cli_tr(c, "%s: path too long",
						"%s：パスが長すぎます"),
					 "-o");
		job.case_path = path;
	}
	status = analyze_run(c, &job);
	if (status == KONSEKI_DONE || status == KONSEKI_INCOMPLETE ||
	    status == KONSEKI_FOUND)
		cli_info(c, cli_tr(c, "the case is %s", "ケース：%s"),
			 job.case_path);
	return status;
}

const struct verb verb_analyze = {
	.name = "analyze",
	.usage = "[OPTION...] INPUT... [-o CASE]",
	.en = "parses inputs into one case: timeline, findings; prints the "
	      "verdict",
	.ja = "入力を解析して 1 つのケース（時系列・検出）にまとめ、判定を表示",
	.share = SHARE_TALK | SHARE_RUN | SHARE_TIME | SHARE_RULES | SHARE_IOC |
		 SHARE_WORK | SHARE_FAIL | SHARE_HOST | SHARE_OPEN,
	.opt = opts,
	.own_size = sizeof(struct own),
	.min_arg = 1,
	.max_arg = ANALYSIS_MAX_INPUTS,
	.run = run,
};
