/* starts.c - looking places up. */
#include "starts.h"
#include "kept.h"

#include "../util/glob.h"

#define START(glob, mechanism, user, when, rule)                               \
	{ { glob, sizeof(glob) - 1 }, mechanism, user, when, START_##rule },
static const struct start table[] = {
#include "starts.def"
};
#undef START

#define NTABLE (sizeof(table) / sizeof(*table))
static const struct str usr_lib = { "/usr/lib/", 9 };

/* As a shell has it, and all that list such directories: no `.x' by `*'. */
static bool hidden_from(struct str glob, struct str path)
{
	struct str base = str_base(path), last = str_base(glob);

	return base.n && base.p[0] == '.' && last.n && last.p[0] == '*' &&
	       !str_starts(path, STR("/etc/skel/"));
}

static bool matches(struct str glob, struct str path)
{
	if (hidden_from(glob, path))
		return false;
	if (glob_match(glob, path))
		return true;
	/* not usr-merged */
	return str_starts(path, STR("/lib/")) && str_starts(glob, usr_lib) &&
	       glob_match(str_skip(glob, 4), path);
}

const struct start *start_of(struct str path)
{
	/* all below homes have a hidden part, or one that ends in .git */
	bool dot = str_has(path, STR("/.")) || str_has(path, STR(".git/"));

	for (size_t i = 0; i < NTABLE; i++) {
		struct str glob = table[i].glob;

		if (glob.p[1] == '*' && !dot)
			continue;
		if (glob.p[1] != '*' && path.n > 1 && path.p[1] != glob.p[1] &&
		    path.p[1] != 'l')
			continue;
		if (matches(glob, path))
			return table[i].rule == START_NOTHING ? NULL
							      : &table[i];
	}
	return NULL;
}

static bool may_hold(struct str glob, struct str dir)
{
	if (dir.n > 1 && dir.p[1] != glob.p[1] && dir.p[1] != 'l')
		return false;
	return glob_may_below(glob, dir) ||
	       (str_starts(dir, STR("/lib/")) && str_starts(glob, usr_lib) &&
		glob_may_below(str_skip(glob, 4), dir));
}

/* Could a file of this directory be one?  Dot files may be anywhere. */
static bool dir_may(struct str dir)
{
	bool dot = str_has(dir, STR("/.")) || str_has(dir, STR(".git/"));

	for (size_t i = 0; i < NTABLE; i++) {
		struct str glob = table[i].glob;

		if (glob.p[1] == '*' ? dot : may_hold(glob, dir))
			return true;
	}
	return false;
}

const struct start *start_next(struct start_walk *w, struct str path)
{
	struct str dir = str_dir(path), base = str_base(path);

	if (!w->known || !str_eq(str_mem(w->dir, w->ndir), dir)) {
		w->may = dir_may(dir);
		w->known = dir.n <= sizeof(w->dir);
		w->ndir = w->known ? dir.n : 0;
		memcpy(w->dir, dir.p, w->ndir);
	}
	return w->may || (base.n && base.p[0] == '.') ? start_of(path) : NULL;
}

/* A glob of homes has two stars in their place: is it this one's? */
static bool is_home_of(struct str home, struct str glob, struct str path)
{
	while (home.n > 1 && home.p[home.n - 1] == '/')
		home.n--;
	return home.n > 1 && str_starts(path, home) && path.n > home.n &&
	       path.p[home.n] == '/' &&
	       glob_match(str_skip(glob, 4), str_skip(path, home.n + 1));
}

bool start_applies(const struct start *s, const struct context *c,
		   struct str path)
{
	struct str rest = path;

	if (s->user[0] != '~' || !(c->have & CTX_ACCOUNTS))
		return true;
	for (size_t i = 0; i < c->naccount; i++)
		if (is_home_of(c->account[i].home, s->glob, path))
			return true;
	/* accounts that are gone, or of a directory service */
	if (!str_starts(path, STR("/home/")))
		return is_home_of(STR("/root"), s->glob, path);
	rest = str_skip(path, 6);
	return is_home_of(str_head(path, 6 + str_cut(&rest, '/').n), s->glob,
			  path);
}

struct str start_user(const struct start *s, const struct context *c,
		      struct str path)
{
	const struct account *a;
	const struct kept *k;

	if (s->user[0] == '=') { /* whose file it is */
		k = ctx_kept(c, path);
		a = k ? ctx_uid(c, k->uid) : NULL;
		return a ? a->name : STR_NONE;
	}
	if (s->user[0] != '~' && s->user[0] != '?')
		return str_of(s->user);
	a = ctx_home(c, path);
	return a ? a->name : STR_NONE;
}

static bool alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

/* A name that run-parts takes (debianutils; dots only by LSB's rules). */
static bool parts_name(struct str base, bool dots)
{
	for (size_t i = 0; i < base.n; i++)
		if (!alnum(base.p[i]) && base.p[i] != '_' && base.p[i] != '-' &&
		    !(dots && base.p[i] == '.'))
			return false;
	return base.n > 0;
}

/* What run-parts of other families passes over, too. */
static bool backup_name(struct str base)
{
	static const struct str end[] = {
		{ "~", 1 },        { ",", 1 },         { ".rpmsave", 8 },
		{ ".rpmorig", 8 }, { ".rpmnew", 7 },   { ".swp", 4 },
		{ ".bak", 4 },     { ".dpkg-old", 9 }, { ".dpkg-dist", 10 },
		{ ".dpkg-new", 9 }
	};

	for (size_t i = 0; i < sizeof(end) / sizeof(*end); i++)
		if (str_ends(base, end[i]))
			return true;
	return false;
}

static enum start_state by_name(const struct context *c, struct str path,
				bool dots)
{
	struct str base = str_base(path);

	if (parts_name(base, dots))
		return START_YES;
	/* a dot: Debian's run-parts passes it over, cronie's does not */
	if (backup_name(base) || c->packages.systems & 1u << PACKAGES_DPKG)
		return START_NO;
	return START_UNKNOWN;
}

static enum start_state by_mode(uint32_t mode)
{
	if (mode == 0)
		return START_UNKNOWN;
	return mode & 0111 ? START_YES : START_NO;
}

static enum start_state both(enum start_state a, enum start_state b)
{
	if (a == START_NO || b == START_NO)
		return START_NO;
	return a == START_UNKNOWN ? a : b;
}

enum start_state start_enabled(const struct start *s, const struct context *c,
			       struct str path, uint32_t mode)
{
	switch (s->rule) {
	case START_ALWAYS:
	case START_FLAG:
		return START_YES;
	case START_MODE:
		return by_mode(mode);
	case START_ASKED:
		return by_mode(mode) == START_NO ? START_NO : START_UNKNOWN;
	case START_PARTS:
		return both(by_mode(mode), by_name(c, path, false));
	case START_LISTED:
		return by_name(c, path, false);
	case START_LSB:
		return both(by_mode(mode), by_name(c, path, true));
	case START_INIT:
		return by_mode(mode) == START_NO ? START_NO
						 : ctx_rc_link(c, path);
	case START_RCLINK:
		return START_YES;
	case START_NEVER:
		return START_NO;
	case START_NOTHING:
	case START_DEFINES:
		break;
	}
	return START_UNKNOWN;
}
