/*
 * pick.c - which parser reads a source: the highest bid wins.
 * A bid is the bits that a probe verified in the content; a path that the
 * artifact is known to have adds PATH_BITS.  Below MIN_BITS nobody is sure
 * enough; equal bids go to the first name of the alphabet.
 */
#include "parser.h"

#include "../util/glob.h"
#include "lines.h"

#define PATH_BITS 8
#define MIN_BITS 8

const struct parser *const parser_table[] = {
#define PARSER(name) &parser_##name,
#include "parsers.def"
#undef PARSER
	NULL
};

/* `/usr/lib/…' is also meant where /lib is a directory of its own. */
static bool expects_one(struct str glob, struct str path)
{
	return glob_match(glob, path) || (str_starts(path, STR("/lib/")) &&
					  str_starts(glob, STR("/usr/lib/")) &&
					  glob_match(str_skip(glob, 4), path));
}

bool parser_expects(const struct parser *ps, struct str path)
{
	if (!ps->paths)
		return false;
	for (const char *const *g = ps->paths; *g; g++)
		if (expects_one(str_of(*g), path))
			return true;
	return false;
}

const struct parser *parser_pick(const struct source *src)
{
	const struct parser *best = NULL;
	unsigned most = MIN_BITS - 1;

	for (size_t i = 0; parser_table[i]; i++) {
		const struct parser *ps = parser_table[i];
		unsigned bits = ps->probe(src);

		if (bits == CANNOT)
			continue;
		if (parser_expects(ps, src->path))
			bits += PATH_BITS;
		if (bits > most) {
			most = bits;
			best = ps;
		}
	}
	return best;
}

const struct parser *parser_named(struct str name)
{
	for (size_t i = 0; parser_table[i]; i++)
		if (str_is(name, parser_table[i]->name))
			return parser_table[i];
	return NULL;
}

enum outcome parser_run(const struct parser *ps, struct parse *p)
{
	return ps->parse ? ps->parse(p) : lines_parse(p, ps->line);
}
