/* cmd_parsers.c - what can be read. */
#include <stdio.h>

#include "../parse/parser.h"
#include "../util/term.h"
#include "konseki/exit.h"
#include "verb.h"

static int run(struct cli *c)
{
	struct buf b = { 0 };

	for (size_t i = 0; parser_table[i]; i++) {
		const struct parser *p = parser_table[i];

		buf_fmt(&b, "%-16s %s\n", p->name,
			tr(c->lang, p->title, p->title_ja));
		for (const char *const *g = p->paths; c->verbose && g && *g;
		     g++)
			buf_fmt(&b, "%-16s   %s\n", "", *g);
	}
	return cli_out(b.p, b.n) ? KONSEKI_DONE : KONSEKI_FAILED;
}

const struct verb verb_parsers = {
	.name = "parsers",
	.usage = "[-v]",
	.en = "what can be read; with -v on which paths it is expected",
	.ja = "解析できる証拠の一覧（-v で想定パスも表示）",
	.share = SHARE_TALK,
	.run = run,
};
