/*
 * cmd_probes.c - what is collected: live sources in the order of volatility,
 * then paths; `core' marks what a verdict of `nothing found' needs.
 */
#include <stdio.h>
#include <string.h>

#include "../collect/paths.h"
#include "../collect/probe.h"
#include "../collect/profile.h"
#include "../util/buf.h"
#include "../util/str.h"
#include "konseki/exit.h"
#include "verb.h"

#define INDENT 6
#define LINE 96 /* columns: terminals of people are not wide */

/* Words of text, apart by sep, on lines of a terminal's width. */
static void wrapped(struct buf *b, struct str text, char sep)
{
	size_t used = 0;

	while (text.p && text.n > 0) {
		struct str word = str_cut(&text, sep);

		if (used && used + 1 + word.n > LINE) {
			buf_c(b, '\n');
			used = 0;
		}
		buf_fmt(b, "%*s", used ? 1 : INDENT, "");
		used += (used ? 1 : INDENT) + word.n;
		buf_str(b, word);
	}
	buf_c(b, '\n');
}

static void core(struct buf *b, const char *group)
{
	if (group)
		buf_fmt(b, " [core: %s]", group);
	buf_c(b, '\n');
}

static void probes(struct buf *b, enum lang lang)
{
	for (size_t i = 0; probe_table[i]; i++) {
		const struct probe *p = probe_table[i];

		buf_fmt(b, "%-12s %s", p->name,
			tr(lang, p->title, p->title_ja));
		core(b, p->core);
		wrapped(b, str_of(p->reads), ' ');
	}
}

static bool alike(const struct path_rule *a, const struct path_rule *b)
{
	return strcmp(a->group, b->group) == 0 &&
	       profile_of(a) == profile_of(b) && !a->core == !b->core &&
	       (!a->core || strcmp(a->core, b->core) == 0);
}

/* Neighbours of one kind share a heading; the order is that of the reading. */
static void paths(struct buf *b)
{
	struct buf globs = { 0 };

	for (size_t i = 0; i < path_count; i++) {
		const struct path_rule *r = &path_table[i];
		enum profile from = profile_of(r);

		if (i == 0 || !alike(r, r - 1)) {
			buf_puts(b, r->group);
			if (from != PROFILE_QUICK)
				buf_fmt(b, " [%s]", profile_name(from));
			core(b, r->core);
			buf_clear(&globs);
		}
		buf_fmt(&globs, "%s%s", globs.n ? "\n" : "", r->glob);
		if (i + 1 == path_count || !alike(r, r + 1))
			wrapped(b, buf_view(&globs), '\n');
	}
	buf_free(&globs);
}

static int run(struct cli *c)
{
	struct buf b = { 0 };
	bool ok;

	buf_puts(&b, cli_tr(c, "Live sources, in the order of volatility:\n",
			    "稼働中の情報（揮発性の高い順）：\n"));
	probes(&b, c->lang);
	buf_puts(&b, cli_tr(c, "\nFiles (`~' is every account's home):\n",
			    "\nファイル（「~」は全アカウントのホーム）：\n"));
	paths(&b);
	ok = cli_out(b.p, b.n);
	buf_free(&b);
	return ok ? KONSEKI_DONE : KONSEKI_FAILED;
}

const struct verb verb_probes = {
	.name = "probes",
	.usage = "",
	.en = "what is collected, on what paths, which sources are core",
	.ja = "収集対象とパス、主要な証拠源の一覧",
	.share = SHARE_TALK,
	.run = run,
};
