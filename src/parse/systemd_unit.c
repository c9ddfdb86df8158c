/*
 * systemd_unit - units of all types, their drop-ins and podman's quadlets
 * (systemd.unit(5)): one autorun for every Exec line, one for what starts
 * another unit (timer, socket, path, mount, automount), one for a library
 * that an Environment preloads.  `name.service.d/x.conf' belongs to
 * name.service, `service.d/x.conf' to every service.
 */
#include "../host/kept.h"
#include "../util/buf.h"
#include "autorun.h"

#define MAX_EXEC 64
#define MAX_JOINED 1024

struct exec_line {
	struct str key, command, original;
	uint64_t off;
};

struct unit {
	struct str name, description, user;
	struct buf schedule, options;
	struct exec_line exec[MAX_EXEC];
	size_t nexec;
	const struct type *type; /* NULL: its Exec lines are all there is */
	uint64_t type_off;
	struct str type_line;
};

/* Units that run nothing themselves: what of them is told as a schedule. */
static const struct type {
	const char *section, *mechanism;
	const char *when[5]; /* beginnings of keys */
} types[] = {
	{ "[Timer]", "systemd_timer", { "On" } },
	{ "[Socket]", "systemd_socket", { "Listen" } },
	{ "[Path]", "systemd_path", { "Path", "DirectoryNotEmpty" } },
	{ "[Mount]", "systemd_mount", { "What", "Where" } },
	{ "[Automount]", "systemd_automount", { "Where" } },
};

static unsigned probe(const struct source *src)
{
	return text_looks(src->data) ? AUTORUN_BITS : CANNOT;
}

static bool has_end(struct str s, const char *end)
{
	return str_ends(s, str_of(end));
}

/* /etc/…/ssh.service -> ssh.service; …/ssh.service.d/x.conf too */
static struct str unit_name(struct str path)
{
	struct str base = str_base(path), dir;

	if (!has_end(base, ".conf"))
		return base;
	dir = str_base(str_dir(path));
	return has_end(dir, ".d") ? str_head(dir, dir.n - 2) : base;
}

static void join(struct buf *b, struct str key, struct str value)
{
	if (value.n == 0 || b->n + key.n + value.n > MAX_JOINED)
		return;
	if (b->n)
		buf_c(b, ' ');
	buf_str(b, key);
	if (key.n)
		buf_c(b, '=');
	buf_str(b, value);
}

static void exec_add(struct unit *u, struct str key, struct str value,
		     const struct text_line *l)
{
	size_t kept = 0;

	/* `ExecStart=' alone takes back what stood before */
	for (size_t i = 0; value.n == 0 && i < u->nexec; i++)
		if (!str_eq(u->exec[i].key, key))
			u->exec[kept++] = u->exec[i];
	if (value.n == 0)
		u->nexec = kept;
	if (value.n == 0 || u->nexec == MAX_EXEC)
		return;
	u->exec[u->nexec++] = (struct exec_line){
		.key = key, .command = value, .original = l->line, .off = l->off
	};
}

static bool starts_one_of(struct str key, const char *const *begin, size_t n)
{
	for (size_t i = 0; i < n && begin[i]; i++)
		if (str_starts(key, str_of(begin[i])))
			return true;
	return false;
}

static void type_key(struct unit *u, struct str key, struct str value,
		     const struct text_line *l)
{
	if (!u->type_line.n) {
		u->type_line = l->line;
		u->type_off = l->off;
	}
	if (starts_one_of(key, u->type->when, 5))
		join(&u->schedule, str_is(key, "OnCalendar") ? STR_NONE : key,
		     value);
	else
		join(&u->options, key, value);
}

/* LD_PRELOAD=/x in an Environment line: it is loaded into what the unit runs */
static bool preloads(struct str value)
{
	return str_has(value, STR("LD_PRELOAD=")) ||
	       str_has(value, STR("LD_AUDIT=")) ||
	       str_has(value, STR("LD_LIBRARY_PATH="));
}

static bool is_environment(struct str key)
{
	return str_is(key, "Environment") ||
	       str_is(key, "DefaultEnvironment") ||
	       str_is(key, "ManagerEnvironment");
}

static void key_value(struct unit *u, struct str section, struct str key,
		      struct str value, const struct text_line *l)
{
	static const char *const told[] = { "Alias",       "Also",
					    "Environment", "OnFailure",
					    "OnSuccess",   "BusName",
					    "Image",       "Volume" };

	if (str_starts(key, STR("Exec")) ||
	    (is_environment(key) && preloads(value))) {
		exec_add(u, key, value, l);
	} else if (u->type && str_is(section, u->type->section)) {
		type_key(u, key, value, l);
	} else if (str_is(key, "Description")) {
		u->description = value;
	} else if (str_is(key, "User")) {
		u->user = value;
	} else if (str_is(key, "WantedBy") || str_is(key, "RequiredBy") ||
		   str_is(key, "UpheldBy")) {
		join(&u->options, key, value);
	} else if (starts_one_of(key, told, sizeof(told) / sizeof(*told))) {
		join(&u->options, key, value);
	}
}

static void section_take(struct unit *u, struct str section)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (str_is(section, types[i].section))
			u->type = &types[i];
}

static void unit_read(struct parse *p, struct unit *u)
{
	struct str section = STR_NONE;
	struct text_line l;
	size_t at = 0;

	/* joined lines must live until the unit is told: keep, not scratch */
	while (text_next_logical(p->src->data, &at, &l, STR(" "), p->keep)) {
		struct str line = str_trim(l.line), key;

		if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';')
			continue;
		if (line.p[0] == '[') {
			section = line;
			section_take(u, section);
			continue;
		}
		key = str_cut(&line, '=');
		if (line.p)
			key_value(u, section, str_trim(key), str_trim(line),
				  &l);
	}
}

static struct autorun common(const struct parse *p, const struct unit *u)
{
	const struct start *st = start_of(p->src->path);
	struct str user = u->user;

	/* system units run as root unless they say otherwise */
	if (!user.n && st)
		user = start_user(st, p->ctx, p->src->path);
	return (struct autorun){
		.dataset = "systemd_unit",
		.mechanism = st && strcmp(st->mechanism, "quadlet") == 0
				     ? "quadlet"
				     : "systemd",
		.name = u->name,
		.comment = u->description,
		.options = buf_view(&u->options),
		.user = user,
	};
}

/* The modifiers @ - : + ! | stand before the path. */
static struct str unmodified(struct str command)
{
	while (command.n > 1 && strchr("@-:+!|", command.p[0]))
		command = str_skip(command, 1);
	return command;
}

/* "LD_PRELOAD=/a.so:/b.so": the first of them */
static struct str preloaded(struct str value)
{
	size_t at = str_find(value, STR("LD_PRELOAD="));
	size_t n = 0;

	if (at == (size_t)-1)
		return STR_NONE;
	value = str_skip(value, at + 11);
	while (value.n && (value.p[0] == '"' || value.p[0] == '\''))
		value = str_skip(value, 1);
	while (n < value.n && !strchr(" \t:\"'", value.p[n]))
		n++;
	return str_head(value, n);
}

static enum outcome exec_emit(struct parse *p, const struct unit *u, size_t i)
{
	const struct exec_line *x = &u->exec[i];
	struct arena_mark mark = arena_mark(p->scratch);
	struct autorun a = common(p, u);
	enum outcome got;

	a.command = unmodified(x->command);
	/* ExecStart, ExecStopPost …: which of them it is */
	a.options = arena_fmt(p->scratch, STR_FMT "%s" STR_FMT, STR_ARG(x->key),
			      a.options.n ? " " : "", STR_ARG(a.options));
	a.original = x->original;
	a.off = x->off;
	if (is_environment(x->key)) {
		a.mechanism = "systemd_environment";
		a.target = preloaded(x->command);
	}
	if (!is_environment(x->key) && has_end(p->src->path, ".conf"))
		a.mechanism = "systemd_dropin";
	got = autorun_emit(p, &a);
	arena_rewind(p->scratch, mark);
	return got;
}

static enum outcome type_emit(struct parse *p, const struct unit *u)
{
	struct autorun a = common(p, u);

	a.mechanism = u->type->mechanism;
	a.schedule = buf_view(&u->schedule);
	a.original = u->type_line;
	a.off = u->type_off;
	a.sub = 1;
	return autorun_emit(p, &a);
}

static enum outcome parse(struct parse *p)
{
	struct unit *u = ARENA_NEW(p->keep, struct unit);
	enum outcome got = WHOLE;

	u->name = unit_name(p->src->path);
	unit_read(p, u);
	for (size_t i = 0; i < u->nexec && got != STOP; i++)
		got = exec_emit(p, u, i);
	if (u->type && got != STOP)
		got = type_emit(p, u);
	if (u->nexec == MAX_EXEC)
		parse_note(p, NOTE_LIMIT, "Exec lines of a unit", 0, 0,
			   MAX_EXEC);
	buf_free(&u->schedule);
	buf_free(&u->options);
	return got;
}

#define PICK_UNIT(glob) glob,
#include "../host/starts_pick.h"
static const char *const paths[] = {
#include "../host/starts.def"
	NULL,
};

const struct parser parser_systemd_unit = {
	.name = "systemd_unit",
	.title = "systemd units of all types, drop-ins, podman's quadlets",
	.title_ja = "systemd の全種のユニット、ドロップイン、podman の quadlet",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
