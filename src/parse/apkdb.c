/*
 * apkdb - /lib/apk/db/installed: a state for each package of Alpine, and
 * members of /lib/apk/db/scripts.tar: what runs when one is handled.
 * Spec: host/apk.h; members are named NAME-VERSION.Q1DIGEST.post-install.
 */
#include "autorun.h"
#include "lines.h"
#include "pkgstate.h"

#define NAME "apkdb"

static void field(struct pkgstate *s, struct str key, struct str value)
{
	if (str_is(key, "P"))
		s->name = value;
	else if (str_is(key, "V"))
		s->version = value;
	else if (str_is(key, "A"))
		s->arch = value;
	else if (str_is(key, "m"))
		s->maintainer = value;
}

/* name-1.2-r3.Q1….post-install -> the package, and what it is */
static struct str package_of(struct str member, const char **when)
{
	static const char *const kind[] = {
		"pre-install",    "post-install", "pre-deinstall",
		"post-deinstall", "pre-upgrade",  "post-upgrade",
		"trigger",
	};
	size_t dot = str_rchr(member, '.');
	struct str last = str_skip(member, dot + 1), name;

	*when = "script";
	for (size_t i = 0; i < sizeof(kind) / sizeof(*kind); i++)
		if (str_is(last, kind[i]))
			*when = kind[i];
	if (dot == (size_t)-1)
		return member;
	name = str_head(member, dot);
	dot = str_find(name, STR(".Q"));
	name = str_head(name, dot);
	for (int i = 0; i < 2; i++) { /* release, version */
		size_t dash = str_rchr(name, '-');

		name = dash == (size_t)-1 ? name : str_head(name, dash);
	}
	return name;
}

static enum outcome script(struct parse *p, struct str text)
{
	struct pkgscript s = { .text = text };

	s.package = package_of(str_base(p->src->path), &s.when);
	return pkgscript_emit(p, NAME, &s);
}

static bool is_script(const struct source *src)
{
	return str_starts(lines_data(src), STR("#!"));
}

static enum outcome parse(struct parse *p)
{
	return is_script(p->src)
		       ? script(p, lines_data(p->src))
		       : pkgstate_stanzas(p, NAME, PACKAGES_APK, field);
}

static unsigned probe(const struct source *src)
{
	struct str head = lines_sample(src, 256);

	if (is_script(src))
		return AUTORUN_BITS;
	if (!lines_text(src) ||
	    !(str_starts(head, STR("C:Q")) || str_starts(head, STR("P:"))) ||
	    !str_has(head, STR("\nV:")))
		return CANNOT;
	return 48;
}

static const char *const paths[] = { "/**/apk/db/installed",
				     "/**/apk/db/scripts.tar*/*", NULL };

const struct parser parser_apkdb = {
	.name = NAME,
	.title = "apk's database: installed packages, their scripts",
	.title_ja = "apk のデータベース：導入済みパッケージとそのスクリプト",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
