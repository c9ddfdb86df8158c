/*
 * dpkglist - /var/lib/dpkg/info/NAME.list: the files of a package, one a line.
 * Only programs are told that are known to be gone.
 */
#include "lines.h"
#include "pkgstate.h"

#define NAME "dpkglist"
#define LIST_BITS 6 /* a list of paths is any list: its own path decides */

/* A diversion moves a file of another package, or of nobody. */
static bool diverted(const struct context *c, struct str path)
{
	return map_get(&c->packages.diverted, path) != NULL;
}

static enum outcome parse(struct parse *p)
{
	struct str data = lines_data(p->src), text = data;
	struct str base = str_base(p->src->path);
	struct str package = str_head(base, str_chr(base, ':'));
	uint32_t said = 0;

	if (str_ends(package, STR(".list")))
		package.n -= 5;
	while (text.p) {
		struct pkgfile f = { .package = package };

		f.off = (uint64_t)(text.p - data.p);
		f.path = str_cut(&text, '\n');
		if (!diverted(p->ctx, f.path) &&
		    pkgmissing_emit(p, NAME, &f, &said) == STOP)
			return STOP;
	}
	return WHOLE;
}

static unsigned probe(const struct source *src)
{
	return str_starts(lines_data(src), STR("/.\n")) ? LIST_BITS : CANNOT;
}

static const char *const paths[] = { "/var/lib/dpkg/info/*.list", NULL };

const struct parser parser_dpkglist = {
	.name = NAME,
	.title = "dpkg's lists of files: programs that are gone",
	.title_ja = "dpkg のファイル一覧：失われたプログラム",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
