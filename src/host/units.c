/* units.c - the few lines of a unit that another one is told with. */
#include "units.h"

#include <stdlib.h>

#include "../util/buf.h"

#define MAX_UNITS 65536
#define MAX_VALUE 4096
#define MAX_LINES 4096 /* of one unit */

static bool ends_in(struct str name, const char *const *end)
{
	for (; *end; end++)
		if (str_ends(name, str_of(*end)))
			return true;
	return false;
}

static const char *const triggers[] = { ".timer", ".socket", ".path",
					".automount", NULL };

bool unit_wanted(struct str path)
{
	static const char *const end[] = { ".service", ".timer",     ".socket",
					   ".path",    ".automount", NULL };

	return ends_in(path, end) && str_has(path, STR("/systemd/"));
}

static void add(struct context *c, struct str *to, struct str key,
		struct str value)
{
	if (to->n + key.n + value.n + 2 > MAX_VALUE)
		return;
	*to = arena_fmt(&c->arena, STR_FMT "%s" STR_FMT "%s" STR_FMT,
			STR_ARG(*to), to->n ? " " : "", STR_ARG(key),
			key.n ? "=" : "", STR_ARG(value));
}

static void line_take(struct context *c, struct unit_info *u, struct str key,
		      struct str value)
{
	value = str_head(value, MAX_VALUE);
	if (str_is(key, "ExecStart") && !u->exec.n)
		u->exec = arena_dup(&c->arena, value);
	else if (str_is(key, "User"))
		u->user = arena_dup(&c->arena, value);
	else if (str_is(key, "Unit") || str_is(key, "Service"))
		u->starts = arena_dup(&c->arena, value);
	else if (str_is(key, "WantedBy") || str_is(key, "RequiredBy"))
		u->installs = true;
	else if (str_is(key, "OnCalendar"))
		add(c, &u->when, STR_NONE, value);
	else if (str_starts(key, STR("On")) && str_ends(key, STR("Sec")))
		add(c, &u->when, key, value);
}

/* a.timer starts a.service, when it does not say otherwise */
static void by_name(struct context *c, struct unit_info *u)
{
	bool instance = str_ends(u->name, STR("@.socket"));
	struct str stem = str_head(u->name, str_rchr(u->name, '.'));

	if (!u->starts.n && !instance)
		u->starts =
			arena_fmt(&c->arena, STR_FMT ".service", STR_ARG(stem));
}

void unit_take(struct context *c, struct str path, struct str text)
{
	struct unit_info *u;

	if (c->nunit >= MAX_UNITS)
		return;
	vec_grow(&c->unit, &c->capunit, c->nunit + 1, sizeof(*c->unit));
	u = &c->unit[c->nunit++];
	*u = (struct unit_info){ .path = arena_dup(&c->arena, path),
				 .rank = unit_rank(path) };
	u->name = str_base(u->path);
	for (int i = 0; text.p && i < MAX_LINES; i++) {
		struct str line = str_trim(str_cut(&text, '\n')), key;

		key = str_cut(&line, '=');
		if (line.p)
			line_take(c, u, str_trim(key), str_trim(line));
	}
	if (ends_in(u->name, triggers))
		by_name(c, u);
}

static struct str key_of(const struct context *c, struct str path,
			 struct str name, struct arena *a)
{
	return arena_fmt(a, STR_FMT "\n" STR_FMT, STR_ARG(unit_scope(c, path)),
			 STR_ARG(name));
}

static void index_one(struct context *c, struct map *m, struct str name,
		      size_t i, struct arena *scratch)
{
	uint64_t *v;

	if (!name.n)
		return;
	v = map_put(m, key_of(c, c->unit[i].path, name, scratch), NULL);
	if (*v == 0 || c->unit[*v - 1].rank > c->unit[i].rank)
		*v = i + 1;
}

void unit_finish(struct context *c)
{
	struct arena scratch = { 0 };

	for (size_t i = 0; i < c->nunit; i++) {
		struct arena_mark mark = arena_mark(&scratch);

		index_one(c, &c->unit_name, c->unit[i].name, i, &scratch);
		if (ends_in(c->unit[i].name, triggers))
			index_one(c, &c->unit_trigger, c->unit[i].starts, i,
				  &scratch);
		arena_rewind(&scratch, mark);
	}
	arena_free(&scratch);
}

static const struct unit_info *get(const struct context *c, const struct map *m,
				   struct str path, struct str name,
				   struct arena *scratch)
{
	const uint64_t *i;

	if (!c->nunit || name.n == 0 || name.n > 255)
		return NULL;
	i = map_get(m, key_of(c, path, name, scratch));
	return i ? &c->unit[*i - 1] : NULL;
}

const struct unit_info *ctx_unit(const struct context *c, struct str path,
				 struct str name, struct arena *scratch)
{
	return get(c, &c->unit_name, path, name, scratch);
}

const struct unit_info *ctx_unit_trigger(const struct context *c,
					 struct str path, struct str name,
					 struct arena *scratch)
{
	return get(c, &c->unit_trigger, path, name, scratch);
}
