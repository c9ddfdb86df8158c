/*
 * ldpreload - /etc/ld.so.preload: libraries that every dynamic program loads
 * (ld.so(8)): paths parted by blanks, newlines or colons; `#' to the end of
 * the line.
 */
#include "autorun.h"

#define MAX_LIBRARIES 64

static unsigned probe(const struct source *src)
{
	return text_looks(src->data) ? AUTORUN_BITS : CANNOT;
}

static enum outcome line_take(struct parse *p, const struct text_line *l,
			      uint32_t *n)
{
	struct str line = str_head(l->line, str_chr(l->line, '#'));
	struct autorun a = { .dataset = "ldpreload",
			     .mechanism = "ld_preload",
			     .enabled = ENABLED_YES,
			     .off = l->off,
			     .original = l->line };
	enum outcome got = WHOLE;

	while (line.n && got != STOP) {
		size_t k = 0;

		while (k < line.n && !strchr(" \t:", line.p[k]))
			k++;
		a.target = str_head(line, k);
		line = str_skip(line, k + 1);
		if (a.target.n == 0)
			continue;
		if (*n == MAX_LIBRARIES) {
			parse_note(p, NOTE_LIMIT, "preloaded libraries", l->off,
				   0, *n);
			return PARTLY;
		}
		a.name = str_base(a.target);
		a.sub = (*n)++;
		got = autorun_emit(p, &a);
	}
	return got;
}

static enum outcome parse(struct parse *p)
{
	enum outcome got = WHOLE;
	struct text_line l;
	uint32_t n = 0;
	size_t at = 0;

	while (got == WHOLE && text_next(p->src->data, &at, &l))
		got = line_take(p, &l, &n);
	return got;
}

static const char *const paths[] = { "/etc/ld.so.preload", NULL };

const struct parser parser_ldpreload = {
	.name = "ldpreload",
	.title = "libraries preloaded into every program (ld.so.preload)",
	.title_ja = "全プログラムに読み込まれるライブラリ（ld.so.preload）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
