/* cmd_rules.c - what rules are loaded, which are not, and why. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../event/finding.h"
#include "../util/io.h"
#include "../util/json_out.h"
#include "../util/sandbox.h"
#include "../util/term.h"
#include "konseki/exit.h"
#include "rulefiles.h"

struct own {
	int summary_fd; /* open before the sandbox closes behind us */
};

/* the states in two languages; machine formats say rule_state_name() */
static const struct {
	const char *en, *ja;
} state_text[RULE_STATES] = {
	[RULE_ACTIVE] = { "in force", "有効" },
	[RULE_PARTIAL] = { "partly in force", "一部有効" },
	[RULE_NEEDS_LIST] = { "needs a list", "リストが必要" },
	[RULE_NO_SOURCE] = { "nothing feeds it", "対応する証拠なし" },
	[RULE_INVALID] = { "faulty", "不正なルール" },
};

static size_t count(const struct ruleset *rs, unsigned state)
{
	size_t n = 0;

	for (size_t i = 0; i < ruleset_count(rs); i++)
		n += ruleset_info(rs, i)->state == state;
	return n;
}

static struct str name_of(const struct cli *c, const struct rule_info *r)
{
	return c->lang == LANG_JA && r->name_ja.n ? r->name_ja : r->name;
}

static int list(const struct cli *c, const struct ruleset *rs)
{
	struct buf b = { 0 };
	bool ok;

	for (size_t i = 0; i < ruleset_count(rs); i++) {
		const struct rule_info *r = ruleset_info(rs, i);

		buf_fmt(&b, "%-10s  %-13s  %-11s  ", rule_state_name(r->state),
			rule_level_name(r->level), rule_kind_name(r->kind));
		term_text(&b, name_of(c, r));
		if (c->verbose) {
			buf_puts(&b, "  ");
			term_text(&b, r->file);
		}
		buf_c(&b, '\n');
	}
	ok = cli_out(b.p, b.n);
	buf_free(&b);
	return ok ? KONSEKI_DONE : KONSEKI_FAILED;
}

static void pair(struct buf *b, const char *key, struct str v)
{
	if (v.n == 0)
		return;
	buf_fmt(b, ",\"%s\":", key);
	(void)json_str(b, v);
}

/* One array per state that is not fully in force. */
static void summary_list(struct buf *b, const struct ruleset *rs,
			 unsigned state)
{
	bool first = true;

	buf_fmt(b, ",\n \"%s_rules\":[", rule_state_name(state));
	for (size_t i = 0; i < ruleset_count(rs); i++) {
		const struct rule_info *r = ruleset_info(rs, i);

		if (r->state != state)
			continue;
		buf_puts(b, first ? "\n  {\"id\":" : ",\n  {\"id\":");
		(void)json_str(b, r->id);
		pair(b, "name", r->name);
		pair(b, "file", r->file);
		if (r->line)
			buf_fmt(b, ",\"line\":%u", r->line);
		pair(b, "why", r->why);
		buf_c(b, '}');
		first = false;
	}
	buf_c(b, ']');
}

static int summary(const struct cli *c, const struct ruleset *rs,
		   struct err *err)
{
	int fd = ((struct own *)c->own)->summary_fd;
	struct buf b = { 0 };
	int r;

	buf_fmt(&b, "{\"rules\":%zu", ruleset_count(rs));
	for (unsigned s = 0; s < RULE_STATES; s++)
		buf_fmt(&b, ",\"%s\":%zu", rule_state_name(s), count(rs, s));
	for (unsigned s = RULE_PARTIAL; s < RULE_STATES; s++)
		summary_list(&b, rs, s);
	buf_puts(&b, "}\n");
	r = io_write(fd, b.p, b.n);
	buf_free(&b);
	if (close(fd) < 0 || r < 0)
		return err_sys(err, "cannot write", c->summary);
	return 0;
}

static int check(const struct cli *c, const struct ruleset *rs)
{
	struct buf b = { 0 };
	bool ok;

	for (size_t i = 0; i < ruleset_count(rs); i++) {
		const struct rule_info *r = ruleset_info(rs, i);

		/* what has no source is usual in sets for all products */
		if (r->state == RULE_ACTIVE ||
		    (r->state == RULE_NO_SOURCE && !c->verbose))
			continue;
		buf_fmt(&b, "%-10s  ", rule_state_name(r->state));
		if (r->state != RULE_INVALID) {
			term_text(&b, r->file);
			buf_puts(&b, ": ");
		}
		term_text(&b, r->why);
		buf_c(&b, '\n');
	}
	for (unsigned s = 0; s < RULE_STATES; s++)
		buf_fmt(&b, "%6zu %-10s  %s\n", count(rs, s),
			rule_state_name(s),
			tr(c->lang, state_text[s].en, state_text[s].ja));
	ok = cli_out(b.p, b.n);
	buf_free(&b);
	if (!ok)
		return KONSEKI_FAILED;
	return count(rs, RULE_INVALID) ? KONSEKI_FOUND : KONSEKI_DONE;
}

static bool asked_for(const struct rule_info *r, struct str what)
{
	struct str base = str_base(r->file);
	size_t dot = str_rchr(base, '.');

	return str_eq(r->id, what) || str_ieq(r->name, what) ||
	       str_eq(r->name_ja, what) || str_eq(r->file, what) ||
	       str_eq(base, what) || str_eq(str_head(base, dot), what);
}

/* Columns on a terminal: kana and kanji take two. */
static size_t columns(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		if (((unsigned char)*s & 0xc0) != 0x80)
			n += (unsigned char)*s >= 0xe0 ? 2 : 1;
	return n;
}

static void line(struct buf *b, const char *label, struct str v)
{
	if (v.n == 0)
		return;
	buf_puts(b, label);
	for (size_t n = columns(label); n < 10; n++)
		buf_c(b, ' ');
	term_text(b, v);
	buf_c(b, '\n');
}

/* The rule as it was written, each line as it stood. */
static void text(struct buf *b, struct str t)
{
	buf_c(b, '\n');
	while (t.n) {
		buf_puts(b, "    ");
		term_text(b, str_cut(&t, '\n'));
		buf_c(b, '\n');
	}
}

static void explain_one(const struct cli *c, struct buf *b,
			const struct rule_info *r)
{
	line(b, cli_tr(c, "name", "名前"), name_of(c, r));
	line(b, "id", r->id);
	line(b, cli_tr(c, "file", "ファイル"), r->file);
	line(b, cli_tr(c, "kind", "種類"), str_of(rule_kind_name(r->kind)));
	line(b, cli_tr(c, "level", "レベル"),
	     str_of(rule_level_name(r->level)));
	line(b, cli_tr(c, "state", "状態"), str_of(rule_state_name(r->state)));
	line(b, cli_tr(c, "why", "理由"), r->why);
	line(b, cli_tr(c, "source", "証拠"), r->logsource);
	line(b, "ATT&CK", r->attack);
	line(b, cli_tr(c, "about", "説明"), r->description);
	text(b, r->text);
	buf_c(b, '\n');
}

static int explain(const struct cli *c, const struct ruleset *rs)
{
	struct buf b = { 0 };
	bool ok;

	for (size_t k = 1; k < c->narg; k++) {
		size_t before = b.n;

		for (size_t i = 0; i < ruleset_count(rs); i++)
			if (asked_for(ruleset_info(rs, i), str_of(c->arg[k])))
				explain_one(c, &b, ruleset_info(rs, i));
		if (b.n == before) {
			buf_free(&b);
			return cli_usage(
				c,
				cli_tr(c,
				       "there is no rule `%s'; `konseki rules "
				       "list -v' has all of them",
				       "ルール「%s」はありません（一覧は "
				       "konseki "
				       "rules list -v）"),
				c->arg[k]);
		}
	}
	ok = cli_out(b.p, b.n);
	buf_free(&b);
	return ok ? KONSEKI_DONE : KONSEKI_FAILED;
}

/*
 * Rules may be hostile: all files are open or read, the rest runs shut in.
 * libyara's scanner echoes what it does not know to stdout.
 */
static int compile(const struct cli *c, const struct rule_file *file, size_t n,
		   struct ruleset **out, struct err *err)
{
	static const struct sandbox_options box = { .may_exec_pages = true };
	struct own *own = c->own;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC), keep;
	struct sandbox sb;

	if (c->summary)
		own->summary_fd =
			open(c->summary,
			     O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (own->summary_fd < 0)
		return err_sys(err, "cannot write", c->summary);
	sandbox_enter(&box, &sb);
	keep = dup(1);
	if (null >= 0)
		(void)dup2(null, 1); /* else the echo is what is left */
	*out = ruleset_compile(file, n);
	if (keep >= 0) {
		(void)dup2(keep, 1);
		(void)close(keep);
	}
	return 0;
}

/* The set an operand or --rules names; directories stand alone. */
static int load(const struct cli *c, struct arena *a, struct ruleset **out,
		bool dirs, struct err *err)
{
	struct cli of = *c;
	struct rule_file *file;
	size_t n;

	if (dirs && c->narg > 1) {
		of.rules.v = c->arg + 1;
		of.rules.n = c->narg - 1;
		of.no_builtin_rules = true;
	}
	if (rulefiles_read(&of, a, &file, &n, err) < 0)
		return -1;
	return compile(c, file, n, out, err);
}

static const struct {
	const char *name;
	int (*run)(const struct cli *, const struct ruleset *);
	bool dirs; /* operands are directories */
} ways[] = {
	{ "list", list, true },
	{ "check", check, true },
	{ "explain", explain, false },
};

static int run(struct cli *c)
{
	struct arena a = { 0 };
	struct ruleset *rs = NULL;
	struct err err;
	int status;
	size_t w = 0;

	while (w < sizeof(ways) / sizeof(*ways) &&
	       strcmp(c->arg[0], ways[w].name) != 0)
		w++;
	if (w == sizeof(ways) / sizeof(*ways))
		return cli_usage(c,
				 cli_tr(c,
					"`%s' is none of list, check, explain",
					"「%s」ではなく list、check、explain の"
					"いずれかを指定してください"),
				 c->arg[0]);
	if (!ways[w].dirs && c->narg < 2)
		return cli_usage(c, cli_tr(c,
					   "explain takes the id, title or "
					   "file of a rule",
					   "explain にはルールの id、名前、"
					   "ファイル名を指定してください"));
	if (load(c, &a, &rs, ways[w].dirs, &err) < 0) {
		cli_fault(c, err.msg);
		arena_free(&a);
		return KONSEKI_FAILED;
	}
	status = ways[w].run(c, rs);
	if (c->summary && summary(c, rs, &err) < 0) {
		cli_fault(c, err.msg);
		status = KONSEKI_FAILED;
	}
	ruleset_free(rs);
	arena_free(&a);
	return status;
}

const struct verb verb_rules = {
	.name = "rules",
	.usage = "list|check|explain [DIR|RULE...]",
	.en = "what rules are loaded, which are not, and why",
	.ja = "読み込まれるルールと、使われないルールとその理由",
	.share = SHARE_TALK | SHARE_RUN | SHARE_RULES | SHARE_IOC,
	.own_size = sizeof(struct own),
	.min_arg = 1,
	.max_arg = SIZE_MAX,
	.run = run,
};
