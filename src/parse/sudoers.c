/*
 * sudoers - who may run what as whom (sudoers(5)): one state a rule.
 *   WHO HOST = (RUNAS) TAGS: COMMANDS      Defaults, aliases: as they stand
 */
#include "autorun.h"
#include "stream.h"

static unsigned probe(const struct source *src)
{
	return text_looks(src->data) ? AUTORUN_BITS : CANNOT;
}

/* `%wheel' is a group, `#1000' an id, the rest a name or an alias. */
static void who(struct event *e, struct str w)
{
	if (w.n > 1 && w.p[0] == '%')
		ev_str(e, KEY_GROUP_NAME, str_skip(w, 1));
	else if (w.n > 1 && w.p[0] == '#')
		ev_str(e, KEY_USER_ID, str_skip(w, 1));
	else
		ev_str(e, KEY_USER_NAME, w);
}

static void rule(struct parse *p, struct str line)
{
	struct scan s = scan_of(line);
	struct str spec, runas = STR_NONE;
	struct event *e = p->ev;

	who(e, scan_word(&s));
	spec = s.s;
	(void)str_cut(&spec, '='); /* hosts */
	spec = str_trim(spec);
	if (spec.n && spec.p[0] == '(') {
		runas = str_skip(str_cut(&spec, ')'), 1);
		spec = str_trim(spec);
	}
	ev_str(e, KEY_K_SUDO_RUNAS, runas);
	ev_named(e, KEY_K_FIELD, STR("commands"), spec);
	ev_named(e, KEY_K_FIELD, STR("nopasswd"),
		 str_has(spec, STR("NOPASSWD:")) ? STR("true") : STR("false"));
}

static bool is_rule(struct str line)
{
	static const char *const other[] = {
		"Defaults",   "User_Alias", "Runas_Alias", "Host_Alias",
		"Cmnd_Alias", "Cmd_Alias",  "@include",    "#include",
	};

	for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++)
		if (str_starts(line, str_of(other[i])))
			return false;
	return str_has(line, STR("="));
}

/* `#1000 ALL=…' and `#includedir' are no comments. */
static bool is_comment(struct str line)
{
	return line.n == 0 ||
	       (line.p[0] == '#' && !str_starts(line, STR("#include")) &&
		!(line.n > 1 && line.p[1] >= '0' && line.p[1] <= '9'));
}

static enum outcome line_take(struct parse *p, const struct text_line *l)
{
	struct str line = str_trim(l->line);

	if (is_comment(line))
		return WHOLE;
	stream_state(p, KIND_STATE, STR("sudoers"), l->off);
	p->ev->original = l->line;
	ev_str(p->ev, KEY_FILE_PATH, p->src->path);
	if (is_rule(line))
		rule(p, line);
	ev_str(p->ev, KEY_K_MESSAGE, line);
	return parse_emit(p);
}

static enum outcome parse(struct parse *p)
{
	enum outcome got = WHOLE;
	struct text_line l;
	size_t at = 0;
	bool more = true;

	while (more && got != STOP) {
		struct arena_mark mark = arena_mark(p->scratch);

		more = text_next_logical(p->src->data, &at, &l, STR_NONE,
					 p->scratch);
		if (more)
			got = line_take(p, &l);
		arena_rewind(p->scratch, mark);
	}
	return got;
}

static const char *const paths[] = { "/etc/sudoers", "/etc/sudoers.d/*", NULL };

const struct parser parser_sudoers = {
	.name = "sudoers",
	.title = "who may run what with sudo (sudoers)",
	.title_ja = "sudo の許可設定（sudoers）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
