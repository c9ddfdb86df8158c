/*
 * rpmdb - the database of rpm (SQLite, ndb or Berkeley DB: host/rpmdb.h): a
 * state for each installed package, its installation, its scripts.
 * Spec: rpm's include/rpm/rpmtag.h.
 */
#include "../host/rpm.h"
#include "lines.h"
#include "pkgstate.h"

#define MAX_TRIGGERS 256 /* of one package */
#define NAME "rpmdb"

/* the scripts of a header and the programs that run them */
static const struct {
	enum rpm_tag text, program;
	const char *when;
} scripts[] = {
	{ RPM_PREIN, RPM_PREINPROG, "prein" },
	{ RPM_POSTIN, RPM_POSTINPROG, "postin" },
	{ RPM_PREUN, RPM_PREUNPROG, "preun" },
	{ RPM_POSTUN, RPM_POSTUNPROG, "postun" },
	{ RPM_PRETRANS, RPM_PRETRANSPROG, "pretrans" },
	{ RPM_POSTTRANS, RPM_POSTTRANSPROG, "posttrans" },
	{ RPM_VERIFYSCRIPT, RPM_VERIFYSCRIPTPROG, "verify" },
	{ RPM_TRIGGERSCRIPTS, RPM_TRIGGERSCRIPTPROG, "trigger" },
	{ RPM_FILETRIGGERSCRIPTS, RPM_FILETRIGGERSCRIPTPROG, "filetrigger" },
	{ RPM_TRANSFILETRIGGERSCRIPTS, RPM_TRANSFILETRIGGERSCRIPTPROG,
	  "transfiletrigger" },
};

struct reading {
	struct parse *p;
	enum outcome worst;
	uint64_t bad;
	uint64_t off; /* several headers may begin in one page */
	uint32_t sub;
	uint32_t missing;
	struct rpm_file file;
};

static bool is_signed(const struct rpm_head *h)
{
	static const enum rpm_tag tag[] = { RPM_RSAHEADER, RPM_DSAHEADER,
					    RPM_SIGPGP, RPM_SIGGPG,
					    RPM_OPENPGP };

	for (size_t i = 0; i < sizeof(tag) / sizeof(*tag); i++)
		if (rpm_has(h, tag[i]))
			return true;
	return false;
}

static enum outcome run_scripts(struct reading *g, const struct rpm_head *h,
				struct str package)
{
	struct pkgscript s = { .package = package, .off = g->off };

	for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++) {
		struct rpm_array text = rpm_array(h, scripts[i].text);
		struct rpm_array program = rpm_array(h, scripts[i].program);

		s.when = scripts[i].when;
		for (int n = 0;
		     n < MAX_TRIGGERS && rpm_next_str(&text, &s.text); n++) {
			s.program = STR_NONE;
			(void)rpm_next_str(&program, &s.program);
			s.sub = g->sub++;
			if (pkgscript_emit(g->p, NAME, &s) == STOP)
				return STOP;
		}
	}
	return WHOLE;
}

/* Programs that were deleted. */
static enum outcome missing(struct reading *g, const struct rpm_head *h,
			    struct str package)
{
	struct rpm_files f;

	rpm_files_open(h, g->p->scratch, &f);
	while (rpm_files_next(&f, &g->file)) {
		const struct rpm_file *x = &g->file;
		struct pkgfile m = { .package = package,
				     .path = x->path,
				     .mode = x->mode,
				     .off = g->off,
				     .sub = g->sub };
		uint32_t before = g->missing;

		if (x->state || x->flags & (RPM_FILE_GHOST | RPM_FILE_CONFIG) ||
		    !x->has_mode || !x->mode)
			continue;
		if (pkgmissing_emit(g->p, NAME, &m, &g->missing) == STOP)
			return STOP;
		g->sub += g->missing != before;
	}
	return WHOLE;
}

static bool one(void *arg, struct str blob, uint64_t off)
{
	struct reading *g = arg;
	struct parse *p = g->p;
	struct arena_mark mark = arena_mark(p->scratch);
	struct pkgstate s = { .system = PACKAGES_RPM, .off = off };
	struct rpm_head h;
	enum outcome got;

	if (!rpm_head_open(blob, &h)) {
		if (g->bad++ == 0)
			parse_note(p, NOTE_DAMAGED, "header of a package", off,
				   0, blob.n);
		g->worst = PARTLY;
		return true;
	}
	if (off != g->off)
		g->sub = 0;
	g->off = off;
	s.sub = g->sub;
	g->sub += 2;
	s.name = rpm_str(&h, RPM_NAME);
	s.version = rpm_evr(&h, p->scratch);
	s.arch = rpm_str(&h, RPM_ARCH);
	s.vendor = rpm_str(&h, RPM_VENDOR);
	s.maintainer = rpm_str(&h, RPM_PACKAGER);
	s.build_host = rpm_str(&h, RPM_BUILDHOST);
	s.installed_s = rpm_u32(&h, RPM_INSTALLTIME);
	s.is_signed = is_signed(&h) ? SIGNED_YES : SIGNED_NO;
	s.record = blob;
	/* a vendor's key is kept as a package of this name */
	if (str_is(s.name, "gpg-pubkey"))
		s.is_signed = SIGNED_UNKNOWN;
	got = pkgstate_emit(p, NAME, &s);
	if (got == WHOLE)
		got = run_scripts(g, &h, s.name);
	if (got == WHOLE)
		got = missing(g, &h, s.name);
	arena_rewind(p->scratch, mark);
	if (got > g->worst)
		g->worst = got;
	return got != STOP;
}

static enum outcome parse(struct parse *p)
{
	struct reading *g = ARENA_NEW(p->keep, struct reading);
	struct rpmdb d;

	g->p = p;
	g->worst = WHOLE;
	rpmdb_read(&d, lines_data(p->src), STR_NONE, one, g);
	if (d.damages && g->worst != STOP) {
		parse_note(p, NOTE_DAMAGED, d.damage, d.damage_off, 0,
			   d.damages);
		g->worst = d.headers ? PARTLY : REFUSED;
	}
	return g->worst;
}

static bool first(void *arg, struct str blob, uint64_t off)
{
	bool *found = arg;
	struct rpm_head h;

	(void)off;
	*found = rpm_head_open(blob, &h) && rpm_str(&h, RPM_NAME).n > 0;
	return !*found;
}

/* A database of that kind, and a header of a package in it. */
static unsigned probe(const struct source *src)
{
	struct str data = lines_data(src);
	bool found = false;
	struct rpmdb d;

	if (rpmdb_kind(data) == RPMDB_NONE)
		return CANNOT;
	rpmdb_read(&d, data, STR_NONE, first, &found);
	return found ? 96 : CANNOT;
}

static const char *const paths[] = { "/**/rpm/Packages", "/**/rpm/Packages.db",
				     "/**/rpm/rpmdb.sqlite", NULL };

const struct parser parser_rpmdb = {
	.name = NAME,
	.title = "rpm database: installed packages, their scripts",
	.title_ja = "rpm データベース：導入済みパッケージとそのスクリプト",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
