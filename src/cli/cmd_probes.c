/*
 * cmd_probes.c - what is collected: live sources in the order of volatility,
 * then paths; `core' marks what a verdict of `nothing found' needs.
 */
#include <stdio.h>

#include "../collect/paths.h"
#include "../collect/probe.h"
#include "../collect/profile.h"
#include "../util/buf.h"
#include "konseki/exit.h"
#include "verb.h"

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

		buf_fmt(b, "%-12s %s (%s)", p->name,
			tr(lang, p->title, p->title_ja), p->reads);
		core(b, p->core);
	}
}

static void paths(struct buf *b)
{
	for (size_t i = 0; i < path_count; i++) {
		enum profile from = profile_of(&path_table[i]);

		buf_fmt(b, "%-12s %s", path_table[i].group, path_table[i].glob);
		if (from != PROFILE_QUICK)
			buf_fmt(b, " [%s]", profile_name(from));
		core(b, path_table[i].core);
	}
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
