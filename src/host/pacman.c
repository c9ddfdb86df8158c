/* pacman.c - the local database of Arch. */
#include "pacman.h"

#include "../util/gunzip.h"

#define MAX_PATH 4096
#define MAX_MTREE (64u << 20)

bool pacman_field(struct str *text, struct str *name, struct str *lines)
{
	while (text->p) {
		struct str l = str_cut(text, '\n');

		if (l.n < 3 || l.p[0] != '%' || l.p[l.n - 1] != '%')
			continue;
		*name = str_head(str_skip(l, 1), l.n - 2);
		*lines = *text;
		lines->n = 0;
		while (text->p && text->n && text->p[0] != '\n') {
			struct str v = str_cut(text, '\n');

			lines->n = (size_t)(v.p + v.n - lines->p);
		}
		return true;
	}
	return false;
}

static void desc(struct packages *s, uint32_t owner, struct str text)
{
	struct str name, lines;

	while (pacman_field(&text, &name, &lines)) {
		struct package *p = &s->package[owner - 1];
		struct str v = str_cut(&lines, '\n');

		if (str_is(name, "NAME"))
			p->name = arena_dup(s->arena, v);
		else if (str_is(name, "VERSION"))
			p->version = arena_dup(s->arena, v);
		else if (str_is(name, "ARCH"))
			p->arch = arena_dup(s->arena, v);
	}
}

static struct path_info *put(struct packages *s, uint32_t owner,
			     struct str path)
{
	char abs[MAX_PATH];
	struct path_info *info;

	if (path.n == 0 || path.n >= MAX_PATH)
		return NULL;
	abs[0] = '/';
	memcpy(abs + 1, path.p, path.n);
	info = packages_put(s, str_mem(abs, path.n + 1));
	packages_own(info, owner);
	return info;
}

static void files(struct packages *s, uint32_t owner, struct str text)
{
	struct str name, lines;

	while (pacman_field(&text, &name, &lines)) {
		bool backup = str_is(name, "BACKUP");

		if (!backup && !str_is(name, "FILES"))
			continue;
		while (lines.p) {
			struct str l = str_cut(&lines, '\n');
			struct path_info *info =
				put(s, owner, str_cut(&l, '\t'));

			if (info && backup)
				info->owner |= PATH_CONFFILE;
		}
		s->systems |= 1u << PACKAGES_PACMAN;
	}
}

/* \040 is a blank; in place, out no longer than in */
static struct str unescape(struct str in, char out[MAX_PATH])
{
	size_t n = 0;

	for (size_t i = 0; i < in.n && n < MAX_PATH; i++) {
		unsigned v = 0, k;

		for (k = 1; in.p[i] == '\\' && k <= 3 && k < in.n - i &&
			    in.p[i + k] >= '0' && in.p[i + k] <= '7';
		     k++)
			v = v << 3 | (unsigned)(in.p[i + k] - '0');
		if (k == 4) {
			out[n++] = (char)v;
			i += 3;
		} else {
			out[n++] = in.p[i];
		}
	}
	return str_mem(out, n);
}

struct entry { /* of a tree, and what /set says of all */
	struct package_file file;
	struct str sha256, md5, type;
};

static void keyword(struct packages *s, struct entry *e, struct str word)
{
	struct str key = str_cut(&word, '=');
	uint32_t mode = 0;

	if (!word.p)
		return;
	if (str_is(key, "mode")) {
		for (size_t i = 0;
		     i < word.n && word.p[i] >= '0' && word.p[i] <= '7'; i++)
			mode = (mode << 3 | (uint32_t)(word.p[i] - '0')) &
			       07777;
		e->file.mode = (uint16_t)mode;
		e->file.has_mode = true;
	} else if (str_is(key, "uid")) {
		e->file.user = packages_word(s, word);
	} else if (str_is(key, "gid")) {
		e->file.group = packages_word(s, word);
	} else if (str_is(key, "type")) {
		e->type = word;
	} else if (str_is(key, "sha256digest")) {
		e->sha256 = word;
	} else if (str_is(key, "md5digest")) {
		e->md5 = word;
	}
}

static void object(struct packages *s, uint32_t owner, const struct entry *set,
		   struct str path, struct str words)
{
	struct entry e = *set;
	struct path_info *info;
	char plain[MAX_PATH];

	/* ./.PKGINFO and the like are the package's own */
	if (!str_starts(path, STR("./")) || str_starts(path, STR("./.")))
		return;
	info = put(s, owner, unescape(str_skip(path, 2), plain));
	while (words.p)
		keyword(s, &e, str_cut(&words, ' '));
	if (e.type.n && !str_is(e.type, "file"))
		return;
	if (digest_hex(e.sha256, e.file.digest))
		e.file.algo = DIGEST_SHA256;
	else if (digest_hex(e.md5, e.file.digest))
		e.file.algo = DIGEST_MD5;
	packages_file(s, info, &e.file);
}

static void mtree(struct packages *s, uint32_t owner, struct str text)
{
	struct entry set = { .file = { .algo = DIGEST_NONE } };

	while (text.p) {
		struct str l = str_trim(str_cut(&text, '\n'));
		struct str first = str_cut(&l, ' ');

		if (str_is(first, "/set")) {
			while (l.p)
				keyword(s, &set, str_cut(&l, ' '));
		} else if (str_is(first, "/unset")) {
			set = (struct entry){ .file = { .algo = DIGEST_NONE } };
		} else {
			object(s, owner, &set, first, l);
		}
	}
	s->systems |= 1u << PACKAGES_PACMAN;
}

void pacman_take(struct packages *s, struct str path, struct str data)
{
	struct str base = str_base(path);
	uint32_t owner = packages_intern(s, str_base(str_dir(path)));
	struct buf text = { 0 };

	if (!owner)
		return;
	s->package[owner - 1].system = PACKAGES_PACMAN;
	if (str_is(base, "desc")) {
		desc(s, owner, data);
	} else if (str_is(base, "files")) {
		files(s, owner, data);
	} else if (str_is(base, "mtree")) {
		/* what was cut keeps what it has */
		if (is_gzip(data))
			(void)gunzip(data, MAX_MTREE, &text);
		else
			buf_str(&text, data);
		mtree(s, owner, buf_view(&text));
	}
	buf_free(&text);
}
