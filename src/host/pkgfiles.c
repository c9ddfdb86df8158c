/* pkgfiles.c - a table of the databases' files. */
#include "pkgfiles.h"

#include "../util/glob.h"
#include "apk.h"
#include "pacman.h"
#include "rpm.h"

static void status(struct packages *s, struct str path, struct str data)
{
	(void)path;
	dpkg_status(s, data);
}

static void diversions(struct packages *s, struct str path, struct str data)
{
	(void)path;
	dpkg_diversions(s, data);
}

static void info(struct packages *s, struct str path, struct str data)
{
	dpkg_info(s, str_base(path), data);
}

/* An image without dpkg: NAME and NAME.md5sums are all there is. */
static void distroless(struct packages *s, struct str path, struct str data)
{
	if (!str_ends(path, STR(".md5sums"))) {
		dpkg_status(s, data);
		return;
	}
	dpkg_info(s, str_base(path), data);
	s->systems |= 1u << PACKAGES_DPKG;
}

static void installed(struct packages *s, struct str path, struct str data)
{
	(void)path;
	apk_installed(s, data);
}

static const struct file {
	const char *path; /* a glob */
	/* NULL: of rpm, read at the end */
	void (*take)(struct packages *, struct str path, struct str data);
} table[] = {
	{ "/var/lib/dpkg/diversions", diversions },
	{ "/var/lib/dpkg/info/*.list", info },
	{ "/var/lib/dpkg/info/*.md5sums", info },
	{ "/var/lib/dpkg/status", status },
	{ "/var/lib/dpkg/status.d/*", distroless },
	{ "/lib/apk/db/installed", installed },
	{ "/usr/lib/apk/db/installed", installed },
	{ "/var/lib/pacman/local/*/desc", pacman_take },
	{ "/var/lib/pacman/local/*/files", pacman_take },
	{ "/var/lib/pacman/local/*/mtree", pacman_take },
	{ "/var/lib/rpm/Packages", NULL },
	{ "/var/lib/rpm/Packages.db", NULL },
	{ "/var/lib/rpm/rpmdb.sqlite*", NULL },
	{ "/usr/lib/sysimage/rpm/Packages", NULL },
	{ "/usr/lib/sysimage/rpm/Packages.db", NULL },
	{ "/usr/lib/sysimage/rpm/rpmdb.sqlite*", NULL },
	{ "/usr/share/rpm/rpmdb.sqlite*", NULL }, /* ostree */
};

static const struct file *find(struct str path)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (glob_match(str_of(table[i].path), path))
			return &table[i];
	return NULL;
}

bool pkgfiles_wants(struct str path)
{
	return find(path) != NULL;
}

void pkgfiles_take(struct pkgfiles *f, struct packages *s, struct str path,
		   struct str data)
{
	const struct file *is = find(path);

	if (is && is->take) {
		is->take(s, path, data);
	} else if (is && f->nrpm < PKGFILES_MAX_RPM) {
		f->rpm[f->nrpm].path = arena_dup(s->arena, path);
		f->rpm[f->nrpm++].data = data;
	}
}

/* rpmdb.sqlite-wal beside this one. */
static struct str log_of(const struct pkgfiles *f, struct str path)
{
	for (size_t i = 0; i < f->nrpm; i++)
		if (str_starts(f->rpm[i].path, path) &&
		    str_is(str_skip(f->rpm[i].path, path.n), "-wal"))
			return f->rpm[i].data;
	return STR_NONE;
}

bool pkgfiles_finish(struct pkgfiles *f, struct packages *s)
{
	bool whole = true;

	for (size_t i = 0; i < f->nrpm; i++) {
		struct rpmdb db;

		if (!rpm_is_db(f->rpm[i].path))
			continue;
		rpm_take(s, f->rpm[i].data, log_of(f, f->rpm[i].path), &db);
		whole &= db.damages == 0;
	}
	dpkg_finish(s);
	*f = (struct pkgfiles){ .nrpm = 0 };
	return whole;
}
