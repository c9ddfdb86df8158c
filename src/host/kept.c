/* kept.c - rows of places whose content starts by itself. */
#include "kept.h"

#include <stdlib.h>

#include "../util/buf.h"
#include "../util/json_in.h"
#include "jsonrow.h"

#define MAX_KEPT 262144
#define MAX_LINK 4096

static struct kept *put(struct context *c, struct str path)
{
	bool added;
	uint64_t *i;

	if (c->nkept >= MAX_KEPT)
		return NULL;
	i = map_put(&c->kept, path, &added);
	if (added) {
		vec_grow(&c->keep, &c->capkept, c->nkept + 1, sizeof(*c->keep));
		*i = c->nkept++;
	}
	c->keep[*i] = (struct kept){ .mtime_ns = INT64_MIN,
				     .ctime_ns = INT64_MIN,
				     .btime_ns = INT64_MIN };
	return &c->keep[*i];
}

static uint32_t u32_of(const struct jsonrow_value *v)
{
	uint64_t n;

	return jsonrow_u64(v, &n) && n <= UINT32_MAX ? (uint32_t)n : 0;
}

static void time_of(const struct jsonrow_value *v, int64_t *out)
{
	if (!jsonrow_i64(v, out))
		*out = INT64_MIN;
}

static void value(struct kept *k, struct str key, const struct jsonrow_value *v,
		  struct arena *scratch)
{
	if (str_is(key, "l_b64"))
		(void)b64_decode(scratch, v->text, &k->link);
	if (key.n != 1)
		return;
	switch (key.p[0]) {
	case 'M':
		time_of(v, &k->mtime_ns);
		break;
	case 'C':
		time_of(v, &k->ctime_ns);
		break;
	case 'B':
		time_of(v, &k->btime_ns);
		if (k->btime_ns == 0) /* was not stored */
			k->btime_ns = INT64_MIN;
		break;
	case 'm':
		k->mode = u32_of(v) & 07777;
		break;
	case 'u':
		k->uid = u32_of(v);
		break;
	case 'g':
		k->gid = u32_of(v);
		break;
	case 't':
		k->type = v->text.n ? v->text.p[0] : '?';
		break;
	case 'l':
		k->link = v->text;
		break;
	default:
		break;
	}
}

void kept_row(struct context *c, struct start_walk *w, struct str path,
	      struct str line, struct arena *scratch)
{
	struct jsonrow_value v;
	struct jsonrow r;
	struct kept *k;
	struct str key;

	if (!start_next(w, path) || !jsonrow_open(&r, line, scratch))
		return;
	k = put(c, path);
	if (!k)
		return;
	while (jsonrow_next(&r, &key, &v))
		value(k, key, &v, scratch);
	k->link = arena_dup(&c->arena, str_head(k->link, MAX_LINK));
}

void kept_link(struct context *c, struct str path, struct str to)
{
	struct kept *k = start_of(path) ? put(c, path) : NULL;

	if (!k)
		return;
	k->type = 'l';
	k->link = arena_dup(&c->arena, str_head(to, MAX_LINK));
}

void kept_collected(struct context *c, struct str path)
{
	const uint64_t *i = map_get(&c->kept, path);

	if (i)
		c->keep[*i].collected = true;
}

struct str link_target(struct arena *a, struct str path, struct str link)
{
	struct str rest = link;
	char *out;
	size_t n = 0;

	if (link.n == 0 || link.n > MAX_LINK || path.n > MAX_LINK)
		return STR_NONE;
	out = arena_alloc(a, path.n + link.n + 2);
	if (link.p[0] != '/') {
		n = str_dir(path).n;
		n -= n == 1; /* of the root: what follows brings a slash */
		memcpy(out, path.p, n);
	}
	while (rest.p) {
		struct str part = str_cut(&rest, '/');

		if (part.n == 0 || str_is(part, "."))
			continue;
		if (str_is(part, "..")) {
			while (n > 0 && out[--n] != '/')
				;
			continue;
		}
		out[n++] = '/';
		memcpy(out + n, part.p, part.n);
		n += part.n;
	}
	return str_mem(out, n);
}

const struct kept *ctx_kept(const struct context *c, struct str path)
{
	const uint64_t *i = map_get(&c->kept, path);

	if (!i && str_starts(path, STR("/lib/"))) {
		char usr[MAX_LINK];

		if (path.n + 4 > sizeof(usr))
			return NULL;
		memcpy(usr, "/usr", 4);
		memcpy(usr + 4, path.p, path.n);
		i = map_get(&c->kept, str_mem(usr, path.n + 4));
	}
	return i ? &c->keep[*i] : NULL;
}

bool ctx_links(const struct context *c)
{
	return c->have & CTX_FILES || c->started.nitem > 0;
}

/* --- whose manager a unit belongs to -------------------------------- */

struct str unit_scope(const struct context *c, struct str path)
{
	static const struct str part[] = { { "/.config/systemd/", 17 },
					   { "/.local/share/systemd/", 22 } };
	const struct str run = STR("/run/user/");
	size_t at = str_find(path, STR("/systemd/"));
	uint64_t uid;

	for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++) {
		size_t home = str_find(path, part[i]);

		if (home != (size_t)-1)
			return str_head(path, home);
	}
	if (str_starts(path, run)) {
		struct str rest = str_skip(path, run.n);
		const struct account *a = NULL;

		if (str_u64(str_cut(&rest, '/'), &uid) && uid <= UINT32_MAX)
			a = ctx_uid(c, (uint32_t)uid);
		return a ? a->home : STR("u");
	}
	if (at != (size_t)-1 && str_starts(str_skip(path, at + 9), STR("user")))
		return STR("u");
	return STR("s");
}

static struct str key_of(struct arena *a, struct str scope, struct str name)
{
	return arena_fmt(a, STR_FMT "\n" STR_FMT, STR_ARG(scope),
			 STR_ARG(name));
}

static bool started(const struct context *c, struct str scope, struct str name,
		    struct arena *scratch)
{
	return map_get(&c->started, key_of(scratch, scope, name)) != NULL;
}

/* --- the index of links ---------------------------------------------- */

/* S20ssh, 04: what stands behind the number */
static struct str rc_name(struct str base)
{
	if (base.n < 4 || base.p[0] != 'S' || base.p[1] < '0' ||
	    base.p[1] > '9' || base.p[2] < '0' || base.p[2] > '9')
		return STR_NONE;
	return str_skip(base, 3);
}

static bool wants_dir(struct str dir)
{
	return str_ends(dir, STR(".wants")) ||
	       str_ends(dir, STR(".requires")) ||
	       str_ends(dir, STR(".upholds"));
}

static void index_one(struct context *c, struct str path, struct kept *k,
		      struct arena *scratch)
{
	struct str dir = str_dir(path), base = str_base(path), name, scope;
	size_t at;

	if (str_starts(path, STR("/etc/runlevels/"))) {
		(void)map_put(&c->started, key_of(scratch, STR("rc"), base),
			      NULL);
		return;
	}
	if (str_starts(path, STR("/etc/rc"))) {
		name = rc_name(base);
		if (name.n)
			(void)map_put(&c->started,
				      key_of(scratch, STR("rc"), name), NULL);
		return;
	}
	if (k->type != 'l' || !wants_dir(dir))
		return;
	scope = unit_scope(c, path);
	(void)map_put(&c->started, key_of(scratch, scope, base), NULL);
	at = str_chr(base, '@');
	if (at == (size_t)-1)
		return;
	/* an instance starts its template */
	name = str_skip(base, str_rchr(base, '.'));
	(void)map_put(&c->started,
		      key_of(scratch, scope,
			     arena_fmt(scratch, STR_FMT STR_FMT,
				       STR_ARG(str_head(base, at + 1)),
				       STR_ARG(name))),
		      NULL);
}

void kept_finish(struct context *c)
{
	struct arena scratch = { 0 };

	for (size_t i = 0; i < c->kept.nitem; i++) {
		struct arena_mark mark = arena_mark(&scratch);

		index_one(c, c->kept.item[i].key,
			  &c->keep[c->kept.item[i].value], &scratch);
		arena_rewind(&scratch, mark);
	}
	arena_free(&scratch);
}

void kept_free(struct context *c)
{
	map_free(&c->kept);
	map_free(&c->started);
	free(c->keep);
	c->keep = NULL;
}

enum start_state ctx_rc_link(const struct context *c, struct str path)
{
	char key[300];
	struct str base = str_base(path);

	if (!ctx_links(c) || base.n > 255)
		return START_UNKNOWN;
	memcpy(key, "rc\n", 3);
	memcpy(key + 3, base.p, base.n);
	return map_get(&c->started, str_mem(key, base.n + 3)) ? START_YES
							      : START_NO;
}

/* --- units ------------------------------------------------------------ */

/* systemd.unit(5): the first one that has a unit of that name is read. */
static const char *const system_dir[] = {
	"/etc/systemd/system.control/", "/run/systemd/system.control/",
	"/run/systemd/transient/",      "/run/systemd/generator.early/",
	"/etc/systemd/system/",         "/etc/systemd/system.attached/",
	"/run/systemd/system/",         "/run/systemd/system.attached/",
	"/run/systemd/generator/",      "/usr/local/lib/systemd/system/",
	"/usr/lib/systemd/system/",     "/run/systemd/generator.late/",
};
static const char *const user_dir[] = {
	"/etc/systemd/user/",
	"/run/systemd/user/",
	"/usr/local/share/systemd/user/",
	"/usr/share/systemd/user/",
	"/usr/local/lib/systemd/user/",
	"/usr/lib/systemd/user/",
};

static bool below(struct str path, struct str dir)
{
	return str_starts(path, dir) || (str_starts(path, STR("/lib/")) &&
					 str_starts(path, str_skip(dir, 4)));
}

/* Is another unit of that name read in its place, or none at all? */
static bool displaced(const struct context *c, struct str path, struct str name,
		      const char *const *dir, size_t ndir,
		      struct arena *scratch)
{
	for (size_t i = 0; i < ndir; i++) {
		struct str in = str_of(dir[i]), there;
		const struct kept *k;

		if (str_starts(path, in) || (str_starts(path, STR("/lib/")) &&
					     str_starts(path, str_skip(in, 4))))
			return false;
		there = arena_fmt(scratch, STR_FMT STR_FMT, STR_ARG(in),
				  STR_ARG(name));
		k = ctx_kept(c, there);
		if (k && (k->type == 'f' || str_is(k->link, "/dev/null")))
			return true;
	}
	return false;
}

unsigned unit_rank(struct str path)
{
	unsigned n = sizeof(system_dir) / sizeof(*system_dir);

	for (unsigned i = 0; i < n; i++)
		if (below(path, str_of(system_dir[i])))
			return i;
	for (unsigned i = 0; i < sizeof(user_dir) / sizeof(*user_dir); i++)
		if (below(path, str_of(user_dir[i])))
			return n + i;
	/* a home's own come first for its user */
	return 0;
}

static bool type_level(struct str name)
{
	return str_chr(name, '.') == (size_t)-1;
}

enum start_state ctx_unit_enabled(const struct context *c, struct str path,
				  struct str name, bool installs,
				  struct arena *scratch)
{
	struct str scope = unit_scope(c, path);
	bool system = str_is(scope, "s");
	bool dropin = !str_eq(str_base(path), name);

	/* service.d/x.conf speaks of every service */
	if (dropin && type_level(name))
		return START_YES;
	if (!ctx_links(c) || name.n > 255)
		return START_UNKNOWN;
	if (!dropin &&
	    displaced(c, path, name, system ? system_dir : user_dir,
		      system ? sizeof(system_dir) / sizeof(*system_dir)
			     : sizeof(user_dir) / sizeof(*user_dir),
		      scratch))
		return START_NO;
	if (started(c, scope, name, scratch) ||
	    (!system && started(c, STR("u"), name, scratch)))
		return START_YES;
	/* without [Install] it is started by what names it */
	return installs ? START_NO : START_UNKNOWN;
}
