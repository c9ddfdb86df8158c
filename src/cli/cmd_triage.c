/*
 * cmd_triage.c - collect + analyze on this host, in one go: for the one
 * person who is the IT department.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../collect/collect.h"
#include "../util/timefmt.h"
#include "amount.h"
#include "cmd_analyze.h"
#include "konseki/exit.h"
#include "rulecheck.h"

struct own {
	const char *output;
	bool here;
};

static const struct opt opts[] = {
	{ "output", 'o', OPT_STR, "DIR", offsetof(struct own, output),
	  "where archive and case go (default: ./konseki-TIME)",
	  "アーカイブとケースの保存先（既定：./konseki-日時）" },
	{ "here", 0, OPT_FLAG, NULL, offsetof(struct own, here),
	  "as with collect; triage writes to DIR with or without it",
	  "collect と同じ指定（triage では省略しても DIR に書き込む）" },
	OPT_END
};

/* 2026-11-24T06-26-15Z: sorts, and every file system takes it */
static void default_dir(char *out, size_t n)
{
	char t[TS_TEXT + 1];

	(void)ts_text((int64_t)time(NULL) * NS_PER_S, t);
	t[13] = t[16] = '-';
	(void)snprintf(out, n, "konseki-%.19sZ", t);
}

static int collect(struct cli *c, const char *path, struct collect_result *r)
{
	struct collect_options o = { .output = path,
				     .here = true,
				     .argc = c->argc,
				     .argv = c->argv,
				     .version = KONSEKI_VERSION,
				     .progress = c->progress ? amount_progress
							     : NULL,
				     .arg = c };
	char t[CLI_WORDS];
	struct err err;
	int rc;

	if (amount_options(c, &o) < 0)
		return -1;
	rc = collect_run(&o, r, &err);

	if (rc != 0)
		cli_fault(c, err.msg);
	if (rc < 0)
		return -1;
	r->interrupted |= rc > 0; /* cut: what is there can be judged */
	cli_progress_end(c);
	for (size_t i = 0; i < r->ngap; i++)
		cli_info(c,
			 cli_tr(c, "core source incomplete: %s (%s)",
				"主要な証拠源が不完全：%s（%s）"),
			 r->gap[i].group, cli_words(c, r->gap[i].why, t));
	return 0;
}

/* Before anything is collected: can what was asked for be looked for? */
static int check_rules(const struct cli *c)
{
	struct rule_file *rule = NULL;
	struct arena a;
	struct err err;
	size_t n;
	int rc;

	arena_init(&a, 0);
	rc = rulefiles_read(c, &a, &rule, &n, &err);
	if (rc == 0)
		rc = rulecheck(c, false, rule, n, &err);
	if (rc < 0)
		cli_fault(c, err.msg);
	free(rule);
	arena_free(&a);
	return rc;
}

static int run(struct cli *c)
{
	struct own *own = c->own;
	struct collect_result *r = xmalloc(sizeof(*r));
	struct analyze_job job = { .checked = true };
	char dir[512], archive[640], casefile[640];
	const char *inputs[1] = { archive };
	int status = KONSEKI_FAILED;

	if (!own->output) {
		default_dir(dir, sizeof(dir));
	} else if (snprintf(dir, sizeof(dir), "%s", own->output) >=
		   (int)sizeof(dir)) {
		free(r);
		return cli_usage(
			c,
			cli_tr(c, "%s: path too long", "%s：パスが長すぎます"),
			"-o");
	}
	if (check_rules(c) < 0) {
		free(r);
		return KONSEKI_FAILED;
	}
	if (mkdir(dir, 0700) < 0 && errno != EEXIST) {
		cli_error(c,
			  cli_tr(c, "cannot make %s: %s",
				 "%s を作成できません：%s"),
			  dir, strerror(errno));
		free(r);
		return KONSEKI_FAILED;
	}
	(void)snprintf(archive, sizeof(archive), "%s/collection.tar.zst", dir);
	(void)snprintf(casefile, sizeof(casefile), "%s/triage.case", dir);
	if (access(archive, F_OK) == 0 || access(casefile, F_OK) == 0) {
		free(r);
		return cli_usage(
			c,
			cli_tr(c, "%s holds results already; choose another -o",
			       "%s には既に結果があります。別の -o "
			       "を指定してください"),
			dir);
	}
	if (geteuid() != 0)
		cli_info(c, "%s",
			 cli_tr(c,
				"not root: much will be missing, and the "
				"verdict says so",
				"root "
				"ではないため収集できないものが多く、判定にもそ"
				"の旨が表示されます"));
	if (collect(c, archive, r) == 0) {
		inputs[0] = r->path; /* a cut one has not its final name */
		c->arg = inputs;
		c->narg = 1;
		job.case_path = casefile;
		status = analyze_run(c, &job);
		if (status == KONSEKI_USAGE || status == KONSEKI_FAILED)
			cli_info(c,
				 cli_tr(c, "only the archive was written: %s",
					"保存できたのはアーカイブだけです：%s"),
				 archive);
		else
			(void)printf(
				cli_tr(c,
				       "\nResults: %s (archive), %s (case)\n",
				       "\n結果：%s（アーカイブ）、%s（ケース）"
				       "\n"),
				archive, casefile);
		if (status == KONSEKI_DONE && (r->ngap || r->interrupted))
			status = KONSEKI_INCOMPLETE;
	}
	collect_result_free(r);
	free(r);
	return status;
}

const struct verb verb_triage = {
	.name = "triage",
	.usage = "[-o DIR]",
	.en = "collects this host, analyzes it and prints the verdict",
	.ja = "このホストを収集・解析し、判定を表示",
	.share = SHARE_TALK | SHARE_RUN | SHARE_AMOUNT | SHARE_TIME |
		 SHARE_RULES | SHARE_IOC | SHARE_WORK | SHARE_FAIL,
	.opt = opts,
	.own_size = sizeof(struct own),
	.run = run,
};
