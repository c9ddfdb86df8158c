/* dpkg.c - status, lists, digests and diversions into one path table. */
#include "dpkg.h"

#include <stdlib.h>

#include "../util/buf.h"
#include "../util/scan.h"

/* caps: a Debian with everything installed has 60,000 packages */
#define MAX_PACKAGES 262144
#define MAX_PATHS (4u << 20)
#define MAX_DIVERSIONS 65536

void dpkg_init(struct dpkg *d, struct arena *a)
{
	*d = (struct dpkg){ .arena = a };
}

/* `libc6:amd64' or `bash' -> index + 1; 0 past the cap */
static uint32_t intern(struct dpkg *d, struct str name)
{
	uint64_t *slot;
	struct str arch = name;
	bool added;

	if (name.n == 0 || name.n > 256 || d->npackage >= MAX_PACKAGES)
		return 0;
	slot = map_put(&d->byname, name, &added);
	if (added) {
		struct package *p;

		vec_grow(&d->package, &d->cappackage, d->npackage + 1,
			 sizeof(*d->package));
		p = &d->package[d->npackage++];
		p->name = arena_dup(d->arena, str_cut(&arch, ':'));
		if (arch.p)
			p->arch = arena_dup(d->arena, arch);
		*slot = d->npackage;
	}
	return (uint32_t)*slot;
}

static struct path_info *put(struct dpkg *d, struct str path)
{
	if (d->path.n >= MAX_PATHS)
		return pathset_get(&d->path, path);
	return pathset_put(&d->path, path);
}

/* The first package that has a path keeps it. */
static void own(struct path_info *info, uint32_t owner)
{
	if (info && !(info->owner & PATH_OWNER))
		info->owner |= owner;
}

/* --- status ---------------------------------------------------------- */

struct stanza {
	struct str name, arch, version, conffiles;
	bool same; /* Multi-Arch: same: its files are named NAME:ARCH.list */
};

static void conffiles(struct dpkg *d, struct str text, uint32_t owner)
{
	while (text.p) {
		struct str line = str_trim(str_cut(&text, '\n'));
		struct str path = str_cut(&line, ' ');
		struct path_info *info;

		if (path.n == 0 || path.p[0] != '/')
			continue;
		info = put(d, path);
		if (!info)
			continue;
		own(info, owner);
		info->owner |= PATH_CONFFILE;
	}
}

static void stanza_end(struct dpkg *d, const struct stanza *s)
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

void dpkg_status(struct dpkg *d, struct str text)
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
static struct str diverted(const struct dpkg *d, struct str path,
			   struct str package)
{
	const uint64_t *i = map_get(&d->diverted, path);

	if (i && !str_eq(d->divert[*i - 1].package, package))
		return d->divert[*i - 1].to;
	return path;
}

static void list(struct dpkg *d, uint32_t owner, struct str text)
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
		info = put(d, path);
		own(info, owner);
	}
	d->listed = true;
}

static bool hex16(struct str s, unsigned char out[16])
{
	uint64_t hi, lo;

	if (s.n != 32 || !str_hex64(str_head(s, 16), &hi) ||
	    !str_hex64(str_skip(s, 16), &lo))
		return false;
	for (unsigned i = 0; i < 8; i++) {
		out[i] = (unsigned char)(hi >> (56 - 8 * i));
		out[8 + i] = (unsigned char)(lo >> (56 - 8 * i));
	}
	return true;
}

static void digest(struct dpkg *d, struct str path, struct str hex,
		   uint32_t owner)
{
	struct path_info *info = put(d, path);

	/* a file that two packages list (Multi-Arch) has one digest */
	if (!info || info->digest)
		return;
	vec_grow(&d->md5, &d->capmd5, d->nmd5 + 1, sizeof(*d->md5));
	if (!hex16(hex, d->md5[d->nmd5]))
		return;
	info->digest = (uint32_t)++d->nmd5;
	own(info, owner);
}

static void md5sums(struct dpkg *d, uint32_t owner, struct str text)
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
		digest(d, path, str_head(line, 32), owner);
	}
	buf_free(&abs);
}

void dpkg_info(struct dpkg *d, struct str base, struct str text)
{
	const struct str kind_list = STR(".list"), kind_md5 = STR(".md5sums");
	uint32_t owner;

	if (str_ends(base, kind_list)) {
		owner = intern(d, str_head(base, base.n - kind_list.n));
		if (owner)
			list(d, owner, text);
	} else if (str_ends(base, kind_md5)) {
		owner = intern(d, str_head(base, base.n - kind_md5.n));
		if (owner)
			md5sums(d, owner, text);
	}
}

/* --- diversions ------------------------------------------------------ */

void dpkg_diversions(struct dpkg *d, struct str text)
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

void dpkg_finish(struct dpkg *d)
{
	for (size_t i = 0; i < d->ndivert; i++) {
		const struct path_info *from =
			pathset_get(&d->path, d->divert[i].from);
		uint32_t owner = from ? from->owner & PATH_OWNER : 0;

		if (owner)
			own(put(d, d->divert[i].to), owner);
	}
}

void dpkg_free(struct dpkg *d)
{
	free(d->package);
	free(d->md5);
	free(d->divert);
	map_free(&d->byname);
	map_free(&d->diverted);
	pathset_free(&d->path);
	*d = (struct dpkg){ 0 };
}

/* --- answers --------------------------------------------------------- */

const struct package *dpkg_owner(const struct dpkg *d, struct str path)
{
	const struct path_info *info = pathset_get(&d->path, path);
	uint32_t owner = info ? info->owner & PATH_OWNER : 0;

	return owner ? &d->package[owner - 1] : NULL;
}

enum package_state dpkg_state(const struct dpkg *d, struct str path,
			      struct str md5_hex, const struct package **pkg)
{
	const struct path_info *info;
	unsigned char md5[16];

	*pkg = NULL;
	if (!d->listed)
		return PKG_UNKNOWN;
	info = pathset_get(&d->path, path);
	if (!info || !(info->owner & PATH_OWNER))
		return PKG_UNPACKAGED;
	*pkg = &d->package[(info->owner & PATH_OWNER) - 1];
	if (info->owner & PATH_CONFFILE)
		return PKG_CONFFILE;
	if (!info->digest || !hex16(md5_hex, md5))
		return PKG_OWNED;
	return memcmp(md5, d->md5[info->digest - 1], 16) == 0 ? PKG_INTACT
							      : PKG_MODIFIED;
}

const char *package_state_name(enum package_state s)
{
	static const char *const name[] = {
		[PKG_UNKNOWN] = "",
		[PKG_UNPACKAGED] = "unpackaged",
		[PKG_OWNED] = "",
		[PKG_INTACT] = "intact",
		[PKG_MODIFIED] = "modified",
		[PKG_CONFFILE] = "conffile",
	};

	return name[s];
}
