/*
 * systemd_unit - units and their drop-ins (systemd.unit(5)): one autorun for
 * every Exec line, one for a timer.  `name.service.d/x.conf' belongs to
 * name.service.
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
	bool timer, installs;
	uint64_t timer_off;
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
	/* `ExecStart=' alone takes back what stood before */
	if (value.n == 0 || u->nexec == MAX_EXEC)
		return;
	u->exec[u->nexec++] = (struct exec_line){
		.key = key, .command = value, .original = l->line, .off = l->off
	};
}

static void timer_key(struct unit *u, struct str key, struct str value,
		      const struct text_line *l)
{
	u->timer_off = l->off;
	if (str_starts(key, STR("On")))
		join(&u->schedule, str_is(key, "OnCalendar") ? STR_NONE : key,
		     value);
	else if (str_is(key, "Unit") || str_is(key, "Persistent"))
		join(&u->options, key, value);
}

static void key_value(struct unit *u, struct str section, struct str key,
		      struct str value, const struct text_line *l)
{
	if (str_starts(key, STR("Exec"))) {
		exec_add(u, key, value, l);
	} else if (str_is(section, "[Timer]")) {
		timer_key(u, key, value, l);
	} else if (str_is(key, "Description")) {
		u->description = value;
	} else if (str_is(key, "User")) {
		u->user = value;
	} else if (str_is(key, "WantedBy") || str_is(key, "RequiredBy")) {
		u->installs |= value.n > 0;
		join(&u->options, key, value);
	} else if (str_is(key, "Alias") || str_is(key, "Environment") ||
		   str_is(key, "EnvironmentFile") || str_is(key, "OnFailure") ||
		   str_starts(key, STR("Listen")) ||
		   str_starts(key, STR("Path"))) {
		join(&u->options, key, value);
	}
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
			u->timer |= str_is(section, "[Timer]");
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
	struct str user = u->user;

	/* system units run as root unless they say otherwise */
	if (!user.n && (str_has(p->src->path, STR("/system/")) ||
			str_has(p->src->path, STR("/system."))))
		user = STR("root");
	return (struct autorun){
		.dataset = "systemd_unit",
		.mechanism = "systemd",
		.name = u->name,
		.comment = u->description,
		.options = buf_view(&u->options),
		.user = user,
		.enabled = (uint8_t)ctx_unit_enabled(
			p->ctx, p->src->path, u->name, u->installs, p->scratch),
	};
}

/* The modifiers @ - : + ! | stand before the path. */
static struct str unmodified(struct str command)
{
	while (command.n > 1 && strchr("@-:+!|", command.p[0]))
		command = str_skip(command, 1);
	return command;
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
	if (has_end(p->src->path, ".conf"))
		a.mechanism = "systemd_dropin";
	got = autorun_emit(p, &a);
	arena_rewind(p->scratch, mark);
	return got;
}

static enum outcome timer_emit(struct parse *p, const struct unit *u)
{
	struct autorun a = common(p, u);

	a.mechanism = "systemd_timer";
	a.schedule = buf_view(&u->schedule);
	a.off = u->timer_off;
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
	if (u->timer && got != STOP)
		got = timer_emit(p, u);
	if (u->nexec == MAX_EXEC)
		parse_note(p, NOTE_LIMIT, "Exec lines of a unit", 0, 0,
			   MAX_EXEC);
	buf_free(&u->schedule);
	buf_free(&u->options);
	return got;
}

static const char *const paths[] = {
	"/etc/systemd/system/**",
	"/etc/systemd/user/**",
	"/run/systemd/system/**",
	"/run/systemd/user/**",
	"/run/systemd/transient/**",
	"/run/systemd/generator/**",
	"/run/systemd/generator.*/**",
	"/run/user/*/systemd/**",
	"/usr/lib/systemd/system/**",
	"/usr/lib/systemd/user/**",
	"/lib/systemd/system/**",
	"/lib/systemd/user/**",
	"/usr/local/lib/systemd/**",
	"/usr/share/systemd/user/**",
	"/**/.config/systemd/user/**",
	"/**/.local/share/systemd/user/**",
	NULL,
};

const struct parser parser_systemd_unit = {
	.name = "systemd_unit",
	.title = "systemd units, timers and drop-ins",
	.title_ja = "systemd のユニット、タイマー、ドロップイン",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
