/* dpkg.c - status, lists, digests and diversions into one path table. */
#include "dpkg.h"

#include <stdlib.h>

#include "../util/buf.h"
#include "../util/scan.h"

#define MAX_DIVERSIONS 65536

/* `libc6:amd64' or `bash' -> index + 1; 0 past the cap */
static uint32_t intern(struct packages *d, struct str full)
{
	uint32_t index = packages_intern(d, full);
	struct package *p = index ? &d->package[index - 1] : NULL;

	if (p && !p->system) {
		struct str arch = full;

		p->system = PACKAGES_DPKG;
		p->name = arena_dup(d->arena, str_cut(&arch, ':'));
		if (arch.p)
			p->arch = arena_dup(d->arena, arch);
	}
	return index;
}

/* --- status ---------------------------------------------------------- */

struct stanza {
	struct str name, arch, version, conffiles;
	bool same; /* Multi-Arch: same: its files are named NAME:ARCH.list */
};

static void digest(struct packages *d, struct path_info *info, struct str hex,
		   uint32_t owner)
{
	struct package_file f = { .algo = DIGEST_MD5 };

	if (!info || hex.n != 32 || !digest_hex(hex, f.digest))
		return;
	packages_own(info, owner);
	/* a file that two packages list (Multi-Arch) has one digest */
	if (!info->file || memcmp(d->file[info->file - 1].digest, f.digest,
				  sizeof(f.digest)) != 0)
		packages_file(d, info, &f);
}

static void conffiles(struct packages *d, struct str text, uint32_t owner)
{
	while (text.p) {
		struct str line = str_trim(str_cut(&text, '\n'));
		struct str path = str_cut(&line, ' ');
		struct path_info *info;

		if (path.n == 0 || path.p[0] != '/')
			continue;
		info = packages_put(d, path);
		if (!info)
			continue;
		packages_own(info, owner);
		info->owner |= PATH_CONFFILE;
		digest(d, info, str_cut(&line, ' '), owner);
	}
}

static void stanza_end(struct packages *d, const struct stanza *s)
{
	char full[256];
	struct str name = s->name;
	uint32_t index;

	if (s->same && s->name.n + 1 + s->arch.n <= sizeof(full)) {
		memcpy(full, s->name.p, s->name.n);
		full[s->name.n] = ':';
		memcpy(full + s->name.n + 1, s->arch.p, s->arch.n);
		name = str_mem(full, s->name.n + 1 + s->arch.n);
	}
	index = intern(d, name);
	if (!index)
		return;
	d->package[index - 1].version = arena_dup(d->arena, s->version);
	d->package[index - 1].arch = arena_dup(d->arena, s->arch);
	conffiles(d, s->conffiles, index);
}

static void field(struct stanza *s, struct str key, struct str value)
{
	if (str_is(key, "Package"))
		s->name = value;
	else if (str_is(key, "Architecture"))
		s->arch = value;
	else if (str_is(key, "Version"))
		s->version = value;
	else if (str_is(key, "Multi-Arch"))
		s->same = str_is(value, "same");
}

void dpkg_status(struct packages *d, struct str text)
{
	struct stanza s = { 0 };
	bool in_conffiles = false;

	while (text.p) {
		struct str line = str_cut(&text, '\n'), key;

		if (line.n == 0) {
			stanza_end(d, &s);
			s = (struct stanza){ 0 };
			continue;
		}
		if (line.p[0] == ' ') {
			/* the continuation lines stand together */
			if (in_conffiles && !s.conffiles.p)
				s.conffiles = line;
			else if (in_conffiles)
				s.conffiles.n = (size_t)(line.p + line.n -
							 s.conffiles.p);
			continue;
		}
		key = str_cut(&line, ':');
		in_conffiles = str_is(key, "Conffiles");
		if (line.p)
			field(&s, key, str_trim(line));
	}
	stanza_end(d, &s);
}

/* --- info ------------------------------------------------------------ */

/* Where the package's file really is, when another one diverts it. */
static struct str diverted(const struct packages *d, struct str path,
			   struct str package)
{
	const uint64_t *i = map_get(&d->diverted, path);

	if (i && !str_eq(d->divert[*i - 1].package, package))
		return d->divert[*i - 1].to;
	return path;
}

static void list(struct packages *d, uint32_t owner, struct str text)
{
	struct str package = d->package[owner - 1].name;

	while (text.p) {
		struct str path = str_cut(&text, '\n');
		struct path_info *info;

		/* the first line is `/.' */
		if (path.n < 2 || path.p[0] != '/' || str_is(path, "/."))
			continue;
		if (d->ndivert)
			path = diverted(d, path, package);
		info = packages_put(d, path);
		packages_own(info, owner);
	}
	d->systems |= 1u << PACKAGES_DPKG;
}

static void md5sums(struct packages *d, uint32_t owner, struct str text)
{
	struct str package = d->package[owner - 1].name;
	struct buf abs = { 0 };

	while (text.p) {
		struct str line = str_cut(&text, '\n'), path;

		path = str_skip(line, 34);
		if (path.n == 0 || line.p[32] != ' ')
			continue;
		buf_clear(&abs);
		buf_c(&abs, '/');
		buf_str(&abs, path);
		path = buf_view(&abs);
		if (d->ndivert)
			path = diverted(d, path, package);
		digest(d, packages_put(d, path), str_head(line, 32), owner);
	}
	buf_free(&abs);
}

/* The scripts and lists of a package are its own, where there are such. */
static void own_info(struct packages *d, struct str name, uint32_t owner)
{
	static const char *const kind[] = {
		"conffiles", "config",  "list",      "md5sums",
		"postinst",  "postrm",  "preinst",   "prerm",
		"shlibs",    "symbols", "templates", "triggers",
	};
	struct buf path = { 0 };

	for (size_t i = 0; i < sizeof(kind) / sizeof(*kind); i++) {
		buf_clear(&path);
		buf_fmt(&path, "/var/lib/dpkg/info/" STR_FMT ".%s",
			STR_ARG(name), kind[i]);
		packages_own(packages_put(d, buf_view(&path)), owner);
	}
	buf_free(&path);
}

void dpkg_info(struct packages *d, struct str base, struct str text)
{
	const struct str kind_list = STR(".list"), kind_md5 = STR(".md5sums");
	uint32_t owner;

	if (str_ends(base, kind_list)) {
		owner = intern(d, str_head(base, base.n - kind_list.n));
		if (owner) {
			list(d, owner, text);
			own_info(d, str_head(base, base.n - kind_list.n),
				 owner);
		}
	} else if (str_ends(base, kind_md5)) {
		owner = intern(d, str_head(base, base.n - kind_md5.n));
		if (owner)
			md5sums(d, owner, text);
	}
}

/* --- diversions ------------------------------------------------------ */

void dpkg_diversions(struct packages *d, struct str text)
{
	while (text.p && d->ndivert < MAX_DIVERSIONS) {
		struct str from = str_cut(&text, '\n');
		struct str to = str_cut(&text, '\n');
		struct str package = str_cut(&text, '\n');
		struct divert *v;

		if (from.n == 0 || to.n == 0 || from.p[0] != '/' ||
		    to.p[0] != '/')
			continue;
		vec_grow(&d->divert, &d->capdivert, d->ndivert + 1,
			 sizeof(*d->divert));
		v = &d->divert[d->ndivert++];
		v->from = arena_dup(d->arena, from);
		v->to = arena_dup(d->arena, to);
		v->package = arena_dup(d->arena, package);
		*map_put(&d->diverted, v->from, NULL) = d->ndivert;
	}
}

void dpkg_finish(struct packages *d)
{
	for (size_t i = 0; i < d->ndivert; i++) {
		const struct path_info *from =
			pathset_get(&d->path, d->divert[i].from);
		uint32_t owner = from ? from->owner & PATH_OWNER : 0;

		if (owner)
			packages_own(packages_put(d, d->divert[i].to), owner);
	}
}
