/*
 * dpkgdb - /var/lib/dpkg/status: a state for each package that dpkg knows.
 * Spec: deb-control(5): stanzas of `Field: value', continued by a blank.
 */
#include "lines.h"
#include "pkgstate.h"

#define NAME "dpkgdb"
#define SAMPLE 4096
#define PATH_BITS 6

static void field(struct pkgstate *s, struct str key, struct str value)
{
	if (str_is(key, "Package"))
		s->name = value;
	else if (str_is(key, "Architecture"))
		s->arch = value;
	else if (str_is(key, "Version"))
		s->version = value;
	else if (str_is(key, "Maintainer"))
		s->maintainer = value;
	else if (str_is(key, "Origin"))
		s->vendor = value;
	else if (str_is(key, "Status")) /* wanted, flag, state */
		s->state = str_skip(value, str_rchr(value, ' ') + 1);
}

static enum outcome parse(struct parse *p)
{
	return pkgstate_stanzas(p, NAME, PACKAGES_DPKG, field);
}

static unsigned probe(const struct source *src)
{
	struct str head = lines_sample(src, SAMPLE);

	if (!lines_text(src) || !str_starts(head, STR("Package: ")) ||
	    !str_has(head, STR("\nVersion: ")))
		return CANNOT;
	/* a repository's list has no states, nor have images without dpkg:
	 * there the path decides */
	return str_has(head, STR("\nStatus: ")) ? 96 : PATH_BITS;
}

static const char *const paths[] = { "/var/lib/dpkg/status",
				     "/var/lib/dpkg/status.d/*", NULL };

const struct parser parser_dpkgdb = {
	.name = NAME,
	.title = "dpkg's database: installed packages",
	.title_ja = "dpkg のデータベース：導入済みパッケージ",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
