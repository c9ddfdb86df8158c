/*
 * passwd_file - accounts of passwd(5) and shadow(5): a state each, and the
 * day a password was last changed.
 */
#include "../host/passwd.h"
#include "../util/timefmt.h"
#include "accounts.h"
#include "autorun.h"
#include "stream.h"

#define DAY_S 86400
#define MAX_DAY 3000000 /* the year 10183 */

static bool is_shadow(struct str path)
{
	return str_starts(str_base(path), STR("shadow"));
}

static unsigned probe(const struct source *src)
{
	return text_looks(src->data) ? AUTORUN_BITS : CANNOT;
}

static enum outcome passwd_take(struct parse *p, const struct text_line *l)
{
	struct event *e = p->ev;
	struct passwd a;

	if (!passwd_line(l->line, &a))
		return l->line.n && !strchr("#+-", l->line.p[0]) ? PARTLY
								 : WHOLE;
	stream_state(p, KIND_ACCOUNT, STR("passwd_file"), l->off);
	e->original = l->line;
	ev_str(e, KEY_FILE_PATH, p->src->path);
	ev_str(e, KEY_GROUP_ID, arena_fmt(p->scratch, "%u", a.gid));
	ev_str(e, KEY_GROUP_NAME, ctx_group(p->ctx, a.gid));
	ev_str(e, KEY_USER_ID, arena_fmt(p->scratch, "%u", a.uid));
	ev_str(e, KEY_USER_NAME, a.name);
	ev_str(e, KEY_K_ACCOUNT_HOME, a.home);
	ev_cstr(e, KEY_K_ACCOUNT_PASSWORD, password_state(a.password));
	ev_bool(e, KEY_K_ACCOUNT_SERVICE, account_is_service(a.uid));
	ev_str(e, KEY_K_ACCOUNT_SHELL, a.shell);
	return parse_emit(p);
}

static enum outcome changed(struct parse *p, const struct shadow *s,
			    const struct text_line *l)
{
	struct when w =
		when_stated(ts_of(s->changed_day * DAY_S, 0, NULL), UNIT_DAY);

	ev_begin(p->ev, KIND_PASSWORD_CHANGED, "passwd_file", &w, l->off);
	p->ev->sub = 1;
	p->ev->record = s->name;
	ev_str(p->ev, KEY_FILE_PATH, p->src->path);
	ev_str(p->ev, KEY_USER_TARGET_NAME, s->name);
	return parse_emit(p);
}

/* The hash itself stays where it is: the line is no event.original. */
static enum outcome shadow_take(struct parse *p, const struct text_line *l)
{
	const char *algorithm;
	struct shadow s;

	if (!shadow_line(l->line, &s))
		return l->line.n && !strchr("#+-", l->line.p[0]) ? PARTLY
								 : WHOLE;
	stream_state(p, KIND_ACCOUNT, STR("passwd_file"), l->off);
	p->ev->record = s.name;
	ev_str(p->ev, KEY_FILE_PATH, p->src->path);
	account_fields(p, s.name);
	ev_cstr(p->ev, KEY_K_ACCOUNT_PASSWORD, password_state(s.password));
	algorithm = password_algorithm(s.password);
	if (algorithm)
		ev_named(p->ev, KEY_K_FIELD, STR("algorithm"),
			 str_of(algorithm));
	if (parse_emit(p) == STOP)
		return STOP;
	if (s.changed_day > 0 && s.changed_day < MAX_DAY)
		return changed(p, &s, l);
	return WHOLE;
}

static enum outcome parse(struct parse *p)
{
	bool shadow = is_shadow(p->src->path);
	enum outcome worst = WHOLE;
	struct text_line l;
	size_t at = 0;

	while (text_next(p->src->data, &at, &l)) {
		struct arena_mark mark = arena_mark(p->scratch);
		enum outcome got =
			shadow ? shadow_take(p, &l) : passwd_take(p, &l);

		if (got == PARTLY)
			parse_note(p, NOTE_DAMAGED, "account line", l.off, 0,
				   l.line.n);
		arena_rewind(p->scratch, mark);
		if (got == STOP)
			return STOP;
		if (got > worst)
			worst = got;
	}
	return worst;
}

static const char *const paths[] = { "/etc/passwd", "/etc/shadow", NULL };

const struct parser parser_passwd_file = {
	.name = "passwd_file",
	.title = "accounts (passwd, shadow)",
	.title_ja = "アカウント（passwd、shadow）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
