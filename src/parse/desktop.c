/*
 * desktop - desktop entries that a session starts or a menu offers
 * (autostart; .local/share/applications before the system's), and D-Bus
 * services, whose files have the same grammar: one autorun for every Exec.
 */
#include "../host/kept.h"
#include "autorun.h"

#define MAX_OPTIONS 1024
#define VENDOR "/usr/share/applications/"

struct entry {
	struct str name, user, comment, options;
	uint8_t enabled; /* what it says of itself */
};

static unsigned probe(const struct source *src)
{
	return text_looks(src->data) ? AUTORUN_BITS : CANNOT;
}

static bool is_yes(struct str value)
{
	return str_ieq(value, STR("true")) || str_is(value, "1");
}

static void option_add(struct parse *p, struct entry *e, struct str key,
		       struct str value)
{
	if (value.n == 0 || e->options.n + key.n + value.n + 2 > MAX_OPTIONS)
		return;
	e->options = arena_fmt(p->keep, STR_FMT "%s" STR_FMT "=" STR_FMT,
			       STR_ARG(e->options), e->options.n ? " " : "",
			       STR_ARG(key), STR_ARG(value));
}

static void key_value(struct parse *p, struct entry *e, struct str key,
		      struct str value)
{
	static const char *const told[] = {
		"OnlyShowIn",
		"NotShowIn",
		"TryExec",
		"Terminal",
		"NoDisplay",
		"SystemdService",
		"MimeType",
		"X-GNOME-Autostart-Phase",
		"AssumedAppArmorLabel",
	};

	if (str_is(key, "Name") && !e->name.n)
		e->name = value;
	else if (str_is(key, "User"))
		e->user = value;
	else if (str_is(key, "Comment"))
		e->comment = value;
	else if (str_is(key, "Hidden") && is_yes(value))
		e->enabled = ENABLED_NO;
	else if (str_is(key, "X-GNOME-Autostart-enabled") && !is_yes(value))
		e->enabled = ENABLED_NO;
	for (size_t i = 0; i < sizeof(told) / sizeof(*told); i++)
		if (str_is(key, told[i]))
			option_add(p, e, key, value);
}

/* The next `key=value'; sections and comments are passed over. */
static bool next(struct parse *p, size_t *at, struct text_line *l,
		 struct str *key, struct str *value)
{
	while (text_next(p->src->data, at, l)) {
		struct str line = str_trim(l->line);

		if (line.n == 0 || line.p[0] == '#' || line.p[0] == '[')
			continue;
		*key = str_trim(str_cut(&line, '='));
		if (!line.p)
			continue;
		*value = str_trim(line);
		return true;
	}
	return false;
}

static void entry_read(struct parse *p, struct entry *e)
{
	struct str key, value;
	struct text_line l;
	size_t at = 0;

	while (next(p, &at, &l, &key, &value))
		key_value(p, e, key, value);
}

/* A menu entry of the user's own stands before the vendor's of that name. */
static void overrides(struct parse *p, struct entry *e)
{
	struct str base = str_base(p->src->path);
	struct str vendor;

	if (!(p->ctx->have & CTX_FILES) || base.n > 255)
		return;
	vendor = arena_fmt(p->keep, VENDOR STR_FMT, STR_ARG(base));
	if (ctx_exists(p->ctx, vendor))
		option_add(p, e, STR("overrides"), vendor);
}

static enum outcome exec_emit(struct parse *p, const struct start *st,
			      const struct entry *e, const struct text_line *l,
			      struct str command)
{
	struct autorun a = {
		.dataset = "desktop",
		.mechanism = st->mechanism,
		.name = e->name,
		.schedule = str_of(st->when),
		.comment = e->comment,
		.options = e->options,
		.command = command,
		.user = e->user,
		.enabled = e->enabled,
		.off = l->off,
		.original = l->line,
	};

	if (!a.user.n)
		a.user = start_user(st, p->ctx, p->src->path);
	return autorun_emit(p, &a);
}

static enum outcome parse(struct parse *p)
{
	const struct start *st = start_of(p->src->path);
	struct entry e = { .enabled = ENABLED_YES };
	enum outcome got = WHOLE;
	struct str key, value;
	struct text_line l;
	size_t at = 0;

	if (!st)
		return REFUSED;
	if (!start_applies(st, p->ctx, p->src->path))
		return WHOLE; /* a copy in nobody's home */
	entry_read(p, &e);
	if (strcmp(st->mechanism, "desktop_entry") == 0)
		overrides(p, &e);
	while (got == WHOLE && next(p, &at, &l, &key, &value)) {
		struct arena_mark mark = arena_mark(p->scratch);

		if (str_is(key, "Exec") && value.n)
			got = exec_emit(p, st, &e, &l, value);
		arena_rewind(p->scratch, mark);
	}
	return got;
}

#define PICK_DESKTOP(glob) glob,
#include "../host/starts_pick.h"
static const char *const paths[] = {
#include "../host/starts.def"
	NULL,
};

const struct parser parser_desktop = {
	.name = "desktop",
	.title = "desktop entries of sessions and menus, D-Bus services",
	.title_ja =
		"デスクトップエントリー（自動起動・メニュー）、D-Bus サービス",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
