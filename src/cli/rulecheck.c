/*
 * rulecheck.c - faults of YARA and indicator files, from a process that
 * compiles them once, tells, and ends: a line each, then what is usable.
 */
#define _GNU_SOURCE
#include "rulecheck.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../event/finding.h"
#include "../util/buf.h"
#include "../util/child.h"
#include "../util/io.h"
#include "../util/sandbox.h"
#include "../util/term.h"

#define MAX_TOLD 20u /* faults; `rules check' has them all */
#define MAX_TEXT (1u << 20)

struct counts {
	uint64_t yara, ioc, fault;
};

struct job {
	const struct rule_file *file;
	size_t n;
	int fd;
};

static void look(const struct ruleset *rs, struct counts *c, struct buf *lines)
{
	for (size_t i = 0; i < ruleset_count(rs); i++) {
		const struct rule_info *r = ruleset_info(rs, i);

		if (r->state != RULE_INVALID) {
			c->yara += r->kind == RULE_YARA;
			c->ioc += r->kind == RULE_IOC;
		}
		/* the rules of one file of indicators share what is wrong */
		if (r->state == RULE_ACTIVE || r->why.n == 0 ||
		    (i && str_eq(r->why, ruleset_info(rs, i - 1)->why)) ||
		    ++c->fault > MAX_TOLD)
			continue;
		if (r->state != RULE_INVALID) {
			term_text(lines, r->file);
			buf_puts(lines, ": ");
		}
		term_text(lines, r->why);
		buf_c(lines, '\n');
	}
}

static int compile(void *arg)
{
	static const struct sandbox_options box = { .may_exec_pages = true };
	const struct job *j = arg;
	struct counts c = { 0 };
	struct buf out = { 0 };
	struct sandbox sb;

	child_keep_fds(&j->fd, 1);
	sandbox_enter(&box, &sb);
	look(ruleset_compile(j->file, j->n), &c, &out);
	return io_write(j->fd, &c, sizeof(c)) < 0 ||
	       io_write(j->fd, out.p, out.n) < 0;
}

/* What the compiling process says. */
static int ask(const struct job *job, struct buf *out, struct err *err)
{
	struct job j = *job;
	struct child child;
	int fd[2], rc, status = 0;

	if (pipe2(fd, O_CLOEXEC) < 0)
		return err_sys(err, "pipe", NULL);
	j.fd = fd[1];
	rc = child_start(&child, compile, &j, err);
	(void)close(fd[1]);
	if (rc == 0) {
		rc = io_slurp(fd[0], MAX_TEXT, out, err);
		if (rc < 0)
			child_kill(&child);
		else
			(void)child_wait(&child, -1, &status);
	}
	(void)close(fd[0]);
	if (rc == 0 && (status != 0 || out->n < sizeof(struct counts)))
		return err_set(err, "the rules could not be compiled");
	return rc;
}

static void say(const struct cli *c, uint64_t nfault, struct str lines)
{
	while (lines.n) {
		struct str line = str_cut(&lines, '\n');

		cli_error(c, STR_FMT, STR_ARG(line));
	}
	if (nfault > MAX_TOLD)
		cli_error(c,
			  cli_tr(c,
				 "… %llu more; `konseki rules check' lists "
				 "them",
				 "…ほか %llu 件（konseki rules check "
				 "で確認できます）"),
			  (unsigned long long)(nfault - MAX_TOLD));
}

static int nothing_left(const struct cli *c, const struct counts *n, bool yara,
			struct err *err)
{
	if (yara && n->yara == 0)
		return err_set(
			err, "%s",
			cli_tr(c,
			       "--yara: no usable rule (*.yar, *.yara); "
			       "correct the files (`konseki rules check "
			       "DIR' checks them) or leave --yara out",
			       "--yara：使えるルール（*.yar、*.yara）が"
			       "ありません。ファイルを修正するか（konseki "
			       "rules check ディレクトリ で確認）、--yara "
			       "を外してください"));
	if (c->ioc.n && n->ioc == 0)
		return err_set(
			err, "%s",
			cli_tr(c,
			       "--ioc: no usable indicator; a line is "
			       "`type,value,comment' such as "
			       "`ip,192.0.2.10,c2' (konseki-rules(7)); "
			       "correct the file or leave --ioc out",
			       "--ioc：使える侵害指標がありません。"
			       "「ip,192.0.2.10,C2」のような「種類,値,"
			       "コメント」の行に修正するか、--ioc を"
			       "外してください（konseki-rules(7) 参照）"));
	return 0;
}

static bool is_asked(const struct rule_file *f)
{
	return !f->builtin && (f->ioc || str_ends(f->path, STR(".yar")) ||
			       str_ends(f->path, STR(".yara")));
}

int rulecheck(const struct cli *c, bool yara, const struct rule_file *file,
	      size_t n, struct err *err)
{
	struct rule_file *own = xmalloc((n + 1) * sizeof(*own));
	struct job j = { .file = own };
	struct counts counts = { 0 };
	struct buf out = { 0 };
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		if (is_asked(&file[i]))
			own[j.n++] = file[i];
	if (j.n)
		rc = ask(&j, &out, err);
	if (j.n && rc == 0) {
		memcpy(&counts, out.p, sizeof(counts));
		say(c, counts.fault, str_skip(buf_view(&out), sizeof(counts)));
	}
	if (rc == 0)
		rc = nothing_left(c, &counts, yara, err);
	buf_free(&out);
	free(own);
	return rc;
}
