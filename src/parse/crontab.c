/*
 * crontab - cron's tables (vixie cron, cronie, anacron, busybox).
 *   m h dom mon dow [user] command     user in /etc/crontab and cron.d
 *   @reboot|@daily|… [user] command
 *   NAME = value                       an environment for what follows
 *   period delay id command            anacrontab
 */
#include "autorun.h"

#define MAX_ENV 512

enum table { OF_USER, OF_SYSTEM, OF_ANACRON };

static enum table table_of(struct str path)
{
	if (str_is(path, "/etc/anacrontab"))
		return OF_ANACRON;
	if (str_is(path, "/etc/crontab") ||
	    str_starts(path, STR("/etc/cron.d/")))
		return OF_SYSTEM;
	return OF_USER;
}

static unsigned probe(const struct source *src)
{
	return text_looks(src->data) ? AUTORUN_BITS : CANNOT;
}

static bool name_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
	       (c >= '0' && c <= '9');
}

/* `PATH=/bin', `A = "b"' */
static bool is_env(struct str line)
{
	size_t n = 0;

	while (n < line.n && name_char(line.p[n]))
		n++;
	if (n == 0)
		return false;
	line = str_trim(str_skip(line, n));
	return line.n > 0 && line.p[0] == '=';
}

/* `mon-fri', `jan,jul': three letters each */
static bool is_names(struct str w)
{
	for (size_t i = 0; i < w.n; i++) {
		bool part = i % 4 == 3;

		if (part != (w.p[i] == '-' || w.p[i] == ','))
			return false;
	}
	return w.n % 4 == 3;
}

static bool is_field(struct str w)
{
	bool some = false;

	for (size_t i = 0; i < w.n; i++) {
		char c = w.p[i];

		if (!name_char(c) && !strchr("*/,-~?", c))
			return false;
		some = some || c == '*' || (c >= '0' && c <= '9');
	}
	return some || is_names(w);
}

/* The schedule as it stands; the scanner is left behind it. */
static bool schedule(struct scan *s, enum table t, struct str *out)
{
	const char *from = s->s.p;
	struct str w = STR_NONE;
	int n = t == OF_ANACRON ? 2 : 5;

	if (s->s.n && s->s.p[0] == '@' && t != OF_ANACRON) {
		*out = scan_word(s);
		return out->n > 1;
	}
	for (int i = 0; i < n; i++) {
		(void)scan_blank(s);
		w = scan_word(s);
		if (w.n == 0 || (!is_field(w) && w.p[0] != '@'))
			return false;
	}
	*out = (struct str){ from, (size_t)(w.p + w.n - from) };
	return true;
}

/* cron.d: only names of letters, digits, `_' and `-' are surely read */
static uint8_t enabled(struct str path, enum table t)
{
	struct str base = str_base(path);

	if (t != OF_SYSTEM || !str_starts(path, STR("/etc/cron.d/")))
		return ENABLED_YES;
	for (size_t i = 0; i < base.n; i++)
		if (!name_char(base.p[i]) && base.p[i] != '-')
			return ENABLED_UNKNOWN;
	return ENABLED_YES;
}

static enum outcome entry(struct parse *p, const struct text_line *l,
			  struct str line, struct str env)
{
	enum table t = table_of(p->src->path);
	struct scan s = scan_of(line);
	struct autorun a = { .dataset = "crontab",
			     .mechanism = "cron",
			     .off = l->off,
			     .original = l->line,
			     .options = env };

	if (!schedule(&s, t, &a.schedule)) {
		parse_note(p, NOTE_DAMAGED, "line of a crontab", l->off, 0,
			   line.n);
		return PARTLY;
	}
	(void)scan_blank(&s);
	if (t == OF_SYSTEM)
		a.user = scan_word(&s);
	else if (t == OF_ANACRON)
		a.name = scan_word(&s);
	else
		a.user = str_base(p->src->path);
	if (t == OF_ANACRON) {
		a.mechanism = "anacron";
		a.user = STR("root");
	}
	(void)scan_blank(&s);
	a.command = str_trim(s.s);
	a.enabled = enabled(p->src->path, t);
	if (a.command.n == 0) {
		parse_note(p, NOTE_DAMAGED, "command of a crontab", l->off, 0,
			   line.n);
		return PARTLY;
	}
	return autorun_emit(p, &a);
}

static struct str env_add(struct parse *p, struct str env, struct str line)
{
	line = str_head(line, MAX_ENV);
	if (env.n + line.n > MAX_ENV)
		return env;
	return arena_fmt(p->keep, STR_FMT "%s" STR_FMT, STR_ARG(env),
			 env.n ? " " : "", STR_ARG(line));
}

static enum outcome parse(struct parse *p)
{
	enum outcome worst = WHOLE;
	struct str env = STR_NONE;
	struct text_line l;
	size_t at = 0;

	while (text_next(p->src->data, &at, &l)) {
		struct arena_mark mark = arena_mark(p->scratch);
		struct str line = str_trim(l.line);
		enum outcome got = WHOLE;

		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (is_env(line))
			env = env_add(p, env, line);
		else
			got = entry(p, &l, line, env);
		arena_rewind(p->scratch, mark);
		if (got == STOP)
			return STOP;
		if (got > worst)
			worst = got;
	}
	return worst;
}

static const char *const paths[] = {
	"/etc/crontab",
	"/etc/anacrontab",
	"/etc/cron.d/*",
	"/var/spool/cron/*",
	"/var/spool/cron/crontabs/*",
	"/var/spool/cron/tabs/*",
	"/etc/crontabs/*",
	NULL,
};

const struct parser parser_crontab = {
	.name = "crontab",
	.title = "cron's tables: system, cron.d, users, anacron",
	.title_ja = "cron の表（システム、cron.d、ユーザー、anacron）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
