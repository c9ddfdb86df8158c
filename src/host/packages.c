/* packages.c - paths, owners, digests: what all databases come down to. */
#include "packages.h"

#include <stdlib.h>

#include "../util/buf.h"
#include "../util/hash.h"

/* caps: a Debian with everything installed has 60,000 packages */
#define MAX_PACKAGES 262144
#define MAX_PATHS (4u << 20)
#define MAX_FILES (4u << 20)
#define MAX_WORDS 65535u
#define MAX_NAME 256
#define MAX_CHAIN                                                              \
	8 /* packages that may share a file; more are not compared             \
	   */

void packages_init(struct packages *s, struct arena *a)
{
	*s = (struct packages){ .arena = a };
}

void packages_free(struct packages *s)
{
	free(s->package);
	free(s->file);
	free(s->word);
	free(s->divert);
	map_free(&s->byname);
	map_free(&s->byword);
	map_free(&s->diverted);
	pathset_free(&s->path);
	*s = (struct packages){ 0 };
}

uint32_t packages_intern(struct packages *s, struct str name)
{
	uint64_t *slot;
	bool added;

	if (name.n == 0 || name.n > MAX_NAME || s->npackage >= MAX_PACKAGES)
		return 0;
	slot = map_put(&s->byname, name, &added);
	if (added) {
		vec_grow(&s->package, &s->cappackage, s->npackage + 1,
			 sizeof(*s->package));
		s->package[s->npackage++].name = arena_dup(s->arena, name);
		*slot = s->npackage;
	}
	return (uint32_t)*slot;
}

struct path_info *packages_put(struct packages *s, struct str path)
{
	if (s->path.n >= MAX_PATHS)
		return pathset_get(&s->path, path);
	return pathset_put(&s->path, path);
}

void packages_own(struct path_info *info, uint32_t owner)
{
	if (info && !(info->owner & PATH_OWNER))
		info->owner |= owner;
}

void packages_file(struct packages *s, struct path_info *info,
		   const struct package_file *f)
{
	struct package_file *to;

	if (!info || s->nfile >= MAX_FILES)
		return;
	vec_grow(&s->file, &s->capfile, s->nfile + 1, sizeof(*s->file));
	to = &s->file[s->nfile++];
	*to = *f;
	to->next = info->file;
	info->file = (uint32_t)s->nfile;
}

uint16_t packages_word(struct packages *s, struct str word)
{
	uint64_t *slot;
	bool added;

	if (word.n == 0 || word.n > MAX_NAME || s->nword >= MAX_WORDS)
		return 0;
	slot = map_put(&s->byword, word, &added);
	if (added) {
		vec_grow(&s->word, &s->capword, s->nword + 1, sizeof(*s->word));
		s->word[s->nword++] = arena_dup(s->arena, word);
		*slot = s->nword;
	}
	return (uint16_t)*slot;
}

struct str packages_word_text(const struct packages *s, uint16_t i)
{
	return i && i <= s->nword ? s->word[i - 1] : STR_NONE;
}

bool packages_wants_link(struct str path)
{
	static const struct str dir[] = { { "/usr/bin/", 9 },
					  { "/usr/sbin/", 10 },
					  { "/bin/", 5 },
					  { "/sbin/", 6 } };

	for (size_t i = 0; i < sizeof(dir) / sizeof(*dir); i++)
		if (str_starts(path, dir[i]))
			return true;
	return false;
}

size_t digest_of(enum digest_algo algo, struct str s, unsigned char *out)
{
	struct sha512 sha512;
	struct md5 md5;

	switch (algo) {
	case DIGEST_MD5:
		md5_init(&md5);
		md5_add(&md5, s.p, s.n);
		md5_end(&md5, out);
		return MD5_LEN;
	case DIGEST_SHA1:
		sha1_of(s.p, s.n, out);
		return SHA1_LEN;
	case DIGEST_SHA256:
		sha256_of(s.p, s.n, out);
		return SHA256_LEN;
	case DIGEST_SHA512:
		sha512_init(&sha512);
		sha512_add(&sha512, s.p, s.n);
		sha512_end(&sha512, out);
		return SHA512_LEN;
	default:
		return 0;
	}
}

bool digest_hex(struct str hex, unsigned char out[PACKAGE_DIGEST])
{
	uint64_t hi, lo;

	if (hex.n < 32 || !str_hex64(str_head(hex, 16), &hi) ||
	    !str_hex64(str_head(str_skip(hex, 16), 16), &lo))
		return false;
	for (unsigned i = 0; i < 8; i++) {
		out[i] = (unsigned char)(hi >> (56 - 8 * i));
		out[8 + i] = (unsigned char)(lo >> (56 - 8 * i));
	}
	return true;
}

/* --- answers --------------------------------------------------------- */

/*
 * Where /usr/sbin is a link to bin (Arch, Fedora 42) or /usr/lib64 one to
 * lib, packages and processes may use the other spelling.
 */
static const struct {
	struct str from, to;
} merged[] = {
	{ { "/usr/sbin/", 10 }, { "/usr/bin/", 9 } },
	{ { "/sbin/", 6 }, { "/usr/bin/", 9 } },
	{ { "/usr/bin/", 9 }, { "/usr/sbin/", 10 } },
	{ { "/bin/", 5 }, { "/usr/sbin/", 10 } },
	{ { "/usr/lib64/", 11 }, { "/usr/lib/", 9 } },
	{ { "/lib64/", 7 }, { "/usr/lib/", 9 } },
};
#define ONE_BIN (1u << PACKAGES_RPM | 1u << PACKAGES_PACMAN)

/* A slot with one of these bits, by the path or its other spelling. */
static const struct path_info *with(const struct packages *s, struct str path,
				    uint32_t bits, unsigned systems)
{
	const struct path_info *i = pathset_get(&s->path, path);
	char other[512];

	if (i && i->owner & bits)
		return i;
	if (!(s->systems & systems))
		return NULL;
	for (size_t k = 0; k < sizeof(merged) / sizeof(*merged); k++) {
		struct str from = merged[k].from, to = merged[k].to;

		if (!str_starts(path, from) ||
		    path.n - from.n > sizeof(other) - to.n)
			continue;
		memcpy(other, to.p, to.n);
		memcpy(other + to.n, path.p + from.n, path.n - from.n);
		i = pathset_get(&s->path,
				str_mem(other, to.n + path.n - from.n));
		return i && i->owner & bits ? i : NULL;
	}
	return NULL;
}

static const struct path_info *find(const struct packages *s, struct str path)
{
	return with(s, path, PATH_OWNER, ONE_BIN);
}

bool packages_seen(const struct packages *s, struct str path)
{
	return with(s, path, PATH_SEEN, UINT32_MAX) != NULL;
}

const struct package *packages_owner(const struct packages *s, struct str path)
{
	const struct path_info *i = find(s, path);

	return i ? &s->package[(i->owner & PATH_OWNER) - 1] : NULL;
}

const struct package_file *packages_says(const struct packages *s,
					 struct str path)
{
	const struct path_info *i = find(s, path);

	return i && i->file ? &s->file[i->file - 1] : NULL;
}

static const struct package_file *next(const struct packages *s,
				       const struct package_file *f)
{
	return f->next ? &s->file[f->next - 1] : NULL;
}

unsigned packages_algos(const struct packages *s, struct str path)
{
	const struct package_file *f = packages_says(s, path);
	unsigned algos = 0;

	for (int n = 0; f && n < MAX_CHAIN; n++, f = next(s, f))
		if (f->algo)
			algos |= 1u << f->algo;
	return algos;
}

/* INTACT when one of its packages has it so. */
static enum package_state compare(const struct packages *s,
				  const struct package_file *f,
				  const struct digests *have)
{
	enum package_state is = PKG_OWNED;
	unsigned char d[PACKAGE_DIGEST];

	for (int n = 0; f && n < MAX_CHAIN; n++, f = next(s, f)) {
		if (f->algo == DIGEST_NONE || f->algo >= DIGEST_ALGOS ||
		    !digest_hex(have->of[f->algo], d))
			continue;
		if (memcmp(d, f->digest, sizeof(d)) == 0)
			return PKG_INTACT;
		is = PKG_MODIFIED;
	}
	return is;
}

enum package_state packages_state(const struct packages *s, struct str path,
				  const struct digests *have,
				  const struct package **pkg)
{
	const struct path_info *i;
	enum package_state is;

	*pkg = NULL;
	if (!s->systems)
		return PKG_UNKNOWN;
	i = find(s, path);
	if (!i)
		return PKG_UNPACKAGED;
	*pkg = &s->package[(i->owner & PATH_OWNER) - 1];
	is = compare(s, i->file ? &s->file[i->file - 1] : NULL, have);
	if (i->owner & PATH_CONFFILE)
		return is == PKG_MODIFIED ? PKG_CONFFILE_CHANGED : PKG_CONFFILE;
	/* what it was before prelink changed it, only prelink can tell */
	return is == PKG_MODIFIED && s->prelinked ? PKG_OWNED : is;
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
		[PKG_CONFFILE_CHANGED] = "conffile",
	};

	return name[s];
}

const char *package_system_name(enum package_system s)
{
	static const char *const name[] = {
		[PACKAGES_DPKG] = "deb",
		[PACKAGES_RPM] = "rpm",
		[PACKAGES_APK] = "apk",
		[PACKAGES_PACMAN] = "alpm",
	};

	return s >= PACKAGES_DPKG && s <= PACKAGES_PACMAN ? name[s] : "";
}
