/* apk.c - the list of installed files of Alpine. */
#include "apk.h"

#include "../util/scan.h"

#define MAX_PATH 4096

struct walk { /* through the text */
	uint32_t owner;
	struct str name, version, arch, dir;
	char path[MAX_PATH];
	struct path_info *info; /* of the last file */
	struct package_file file;
};

static void file_end(struct packages *s, struct walk *w)
{
	if (w->info)
		packages_file(s, w->info, &w->file);
	w->info = NULL;
}

/* Name, version and architecture come before the first file. */
static void package(struct packages *s, struct walk *w)
{
	struct package *p;

	if (w->owner || !w->name.n)
		return;
	w->owner = packages_intern(s, w->name);
	if (!w->owner)
		return;
	p = &s->package[w->owner - 1];
	p->system = PACKAGES_APK;
	p->version = arena_dup(s->arena, w->version);
	p->arch = arena_dup(s->arena, w->arch);
}

static bool is_config(struct str path)
{
	/* apk's own list (protected_paths): +etc @etc/init.d !etc/apk */
	return str_starts(path, STR("/etc/")) &&
	       !str_starts(path, STR("/etc/init.d/")) &&
	       !str_starts(path, STR("/etc/apk/"));
}

static void file(struct packages *s, struct walk *w, struct str name)
{
	struct str dir = w->dir, path;
	size_t n = 0;

	package(s, w);
	file_end(s, w);
	if (!w->owner || dir.n + 2 > MAX_PATH || name.n > MAX_PATH - dir.n - 2)
		return;
	w->path[n++] = '/';
	if (dir.n) {
		memcpy(w->path + n, dir.p, dir.n);
		n += dir.n;
		w->path[n++] = '/';
	}
	if (name.n)
		memcpy(w->path + n, name.p, name.n);
	path = str_mem(w->path, n + name.n);
	w->info = packages_put(s, path);
	w->file = (struct package_file){ .has_mode = true, .mode = 0644 };
	w->file.user = w->file.group = packages_word(s, STR("root"));
	packages_own(w->info, w->owner);
	if (w->info && is_config(path))
		w->info->owner |= PATH_CONFFILE;
	s->systems |= 1u << PACKAGES_APK;
}

/* 0:0:755 */
static void owner_and_mode(struct packages *s, struct walk *w, struct str v)
{
	struct str user = str_cut(&v, ':'), group = str_cut(&v, ':');
	uint32_t mode = 0;

	for (size_t i = 0; i < v.n && v.p[i] >= '0' && v.p[i] <= '7'; i++)
		mode = (mode << 3 | (uint32_t)(v.p[i] - '0')) & 07777;
	w->file.user = packages_word(s, user);
	w->file.group = packages_word(s, group);
	w->file.mode = (uint16_t)mode;
}

static int sextet(char c)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn"
				    "opqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digit, c) : NULL;

	return at ? (int)(at - digit) : -1;
}

/* The first bytes of base64; false when there are fewer. */
static bool base64(struct str s, unsigned char out[PACKAGE_DIGEST])
{
	uint32_t bits = 0;
	unsigned nbit = 0;
	size_t n = 0;

	for (size_t i = 0; i < s.n && n < PACKAGE_DIGEST; i++) {
		int v = sextet(s.p[i]);

		if (v < 0)
			return false;
		bits = bits << 6 | (uint32_t)v;
		nbit += 6;
		if (nbit >= 8) {
			nbit -= 8;
			out[n++] = (unsigned char)(bits >> nbit);
		}
	}
	return n == PACKAGE_DIGEST;
}

static void digest(struct walk *w, struct str v)
{
	enum digest_algo algo = DIGEST_NONE;

	if (str_starts(v, STR("Q1")))
		algo = DIGEST_SHA1;
	else if (str_starts(v, STR("Q2")))
		algo = DIGEST_SHA256;
	if (algo && base64(str_skip(v, 2), w->file.digest))
		w->file.algo = (uint8_t)algo;
}

static void line(struct packages *s, struct walk *w, char key, struct str v)
{
	switch (key) {
	case 'P':
		w->name = v;
		break;
	case 'V':
		w->version = v;
		break;
	case 'A':
		w->arch = v;
		break;
	case 'F':
		file_end(s, w);
		w->dir = v;
		break;
	case 'R':
		file(s, w, v);
		break;
	case 'a':
		owner_and_mode(s, w, v);
		break;
	case 'Z':
		digest(w, v);
		break;
	default:
		break;
	}
}

void apk_installed(struct packages *s, struct str text)
{
	struct walk w = { .owner = 0 };

	while (text.p) {
		struct str l = str_cut(&text, '\n');

		if (l.n == 0) {
			package(s, &w);
			file_end(s, &w);
			w.owner = 0;
			w.name = w.version = w.arch = w.dir = STR_NONE;
		} else if (l.n >= 2 && l.p[1] == ':') {
			line(s, &w, l.p[0], str_skip(l, 2));
		}
	}
	package(s, &w);
	file_end(s, &w);
}
