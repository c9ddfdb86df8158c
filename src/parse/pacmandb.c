/*
 * pacmandb - /var/lib/pacman/local/NAME-VERSION/desc: the state of one
 * package of Arch, and when it was installed.
 * Spec: host/pacman.h; times are seconds.
 */
#include "../host/pacman.h"
#include "lines.h"
#include "pkgstate.h"

#define NAME "pacmandb"

static void field(struct pkgstate *s, struct str name, struct str value)
{
	if (str_is(name, "NAME"))
		s->name = value;
	else if (str_is(name, "VERSION"))
		s->version = value;
	else if (str_is(name, "ARCH"))
		s->arch = value;
	else if (str_is(name, "PACKAGER"))
		s->maintainer = value;
	else if (str_is(name, "INSTALLDATE"))
		(void)str_u64(value, &s->installed_s); /* else unknown */
	else if (str_is(name, "VALIDATION"))
		s->is_signed = str_is(value, "pgp") ? SIGNED_YES : SIGNED_NO;
}

static enum outcome parse(struct parse *p)
{
	struct str text = lines_data(p->src), name, lines;
	struct pkgstate s = { .system = PACKAGES_PACMAN, .record = text };

	while (pacman_field(&text, &name, &lines)) {
		struct str first = str_cut(&lines, '\n');

		field(&s, name, first);
	}
	return s.name.n ? pkgstate_emit(p, NAME, &s) : REFUSED;
}

static unsigned probe(const struct source *src)
{
	struct str head = lines_sample(src, 1024);

	if (!lines_text(src) || !str_starts(head, STR("%NAME%\n")) ||
	    !str_has(head, STR("\n%VERSION%\n")))
		return CANNOT;
	return 96;
}

static const char *const paths[] = { "/var/lib/pacman/local/*/desc", NULL };

const struct parser parser_pacmandb = {
	.name = NAME,
	.title = "pacman's database: installed packages",
	.title_ja = "pacman のデータベース：導入済みパッケージ",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
