/*
 * startconf - tables of a line each that start or prepare something:
 *   modprobe.d      install MODULE COMMAND, remove …, softdep MODULE pre: …
 *   modules-load.d  MODULE
 *   binfmt.d        :name:type:offset:magic:mask:interpreter:flags
 *   tmpfiles.d      TYPE PATH MODE USER GROUP AGE ARGUMENT
 *   sysusers.d      u NAME ID "GECOS" HOME SHELL, m USER GROUP
 *   acpi/events     event=…, action=COMMAND
 *   *-preset        enable|disable UNIT
 *   default, sysconfig, environment.d   NAME=VALUE: only what preloads
 */
#include "../host/kept.h"
#include "autorun.h"

#define NOT_A_FILE STR("") /* what the line makes or names is no program */

static unsigned probe(const struct source *src)
{
	return text_looks(src->data) ? AUTORUN_BITS : CANNOT;
}

static struct str word_take(struct str *rest)
{
	struct scan s = scan_of(*rest);
	struct str w;

	(void)scan_blank(&s);
	if (s.s.n && s.s.p[0] == '"' && scan_quoted(&s, &w)) {
		*rest = s.s;
		return w;
	}
	w = scan_word(&s);
	*rest = s.s;
	return w;
}

/* False: the line starts nothing. */
static bool modprobe(struct parse *p, struct str line, struct autorun *a)
{
	struct str word = word_take(&line);

	(void)p;
	if (!str_is(word, "install") && !str_is(word, "remove") &&
	    !str_is(word, "softdep"))
		return false;
	a->name = word_take(&line);
	line = str_trim(line);
	a->options = word;
	if (str_is(word, "softdep")) {
		a->options = a->original;
		a->target = NOT_A_FILE;
	} else {
		a->command = line;
	}
	return a->name.n > 0 && line.n > 0;
}

static bool modules_load(struct parse *p, struct str line, struct autorun *a)
{
	(void)p;
	a->name = word_take(&line);
	a->options = str_trim(line);
	a->target = NOT_A_FILE;
	return a->name.n > 0;
}

static bool binfmt(struct parse *p, struct str line, struct autorun *a)
{
	struct str part[8] = { { 0 } }, rest;
	char by = line.p[0];
	size_t n = 0;

	rest = str_skip(line, 1);
	while (rest.p && n < 8)
		part[n++] = str_cut(&rest, by);
	if (n < 6)
		return false;
	a->name = part[0];
	a->command = a->target = part[5];
	a->options = arena_fmt(
		p->scratch, "type=" STR_FMT " magic=" STR_FMT " flags=" STR_FMT,
		STR_ARG(part[1]), STR_ARG(part[3]), STR_ARG(part[6]));
	return part[5].n > 0;
}

/* 4755, ~2755: what it would run as; 0: as whoever runs it */
static unsigned sets_id(struct str mode)
{
	unsigned v = 0;

	while (mode.n && strchr("~:", mode.p[0]))
		mode = str_skip(mode, 1);
	for (size_t i = 0; i < mode.n; i++) {
		if (mode.p[i] < '0' || mode.p[i] > '7' || i > 4)
			return 0;
		v = v << 3 | (unsigned)(mode.p[i] - '0');
	}
	return v & 06000;
}

/* Links, copies and contents, and files that would run as another. */
static bool tmpfiles(struct parse *p, struct str line, struct autorun *a)
{
	struct str rest = line, type = word_take(&rest), mode, user, group;

	if (type.n == 0)
		return false;
	a->name = word_take(&rest);
	mode = word_take(&rest);
	user = word_take(&rest);
	group = word_take(&rest);
	(void)word_take(&rest); /* age */
	rest = str_trim(rest);
	if (str_is(rest, "-"))
		rest = STR_NONE;
	a->target = NOT_A_FILE;
	a->command = rest;
	a->options = arena_fmt(
		p->scratch,
		STR_FMT " mode=" STR_FMT " owner=" STR_FMT ":" STR_FMT,
		STR_ARG(type), STR_ARG(mode), STR_ARG(user), STR_ARG(group));
	switch (type.p[0]) {
	case 'L':
	case 'C':
		return true;
	case 'f':
	case 'F':
	case 'w':
		return rest.n > 0 || sets_id(mode);
	case 'm':
	case 'z':
	case 'Z':
		/* 2755 hands the group of a directory down, no more */
		return sets_id(mode) & 04000;
	default:
		return false;
	}
}

static bool sysusers(struct parse *p, struct str line, struct autorun *a)
{
	struct str type = word_take(&line), id, home, shell;

	if (type.n == 0 || (type.p[0] != 'u' && type.p[0] != 'm'))
		return false;
	a->name = word_take(&line);
	a->target = NOT_A_FILE;
	id = word_take(&line);
	if (type.p[0] == 'm') {
		a->options =
			arena_fmt(p->scratch, "group=" STR_FMT, STR_ARG(id));
		return a->name.n > 0;
	}
	a->comment = word_take(&line);
	home = word_take(&line);
	shell = word_take(&line);
	a->options = arena_fmt(p->scratch,
			       "id=" STR_FMT " home=" STR_FMT " shell=" STR_FMT,
			       STR_ARG(id), STR_ARG(home), STR_ARG(shell));
	return a->name.n > 0;
}

static bool acpi(struct parse *p, struct str line, struct autorun *a)
{
	struct str key = str_trim(str_cut(&line, '='));

	(void)p;
	if (!line.p || !str_is(key, "action"))
		return false;
	a->name = str_base(p->src->path);
	a->command = str_trim(line);
	return a->command.n > 0;
}

static bool preset(struct parse *p, struct str line, struct autorun *a)
{
	(void)p;
	a->options = word_take(&line);
	a->name = word_take(&line);
	a->target = NOT_A_FILE;
	a->enabled = str_is(a->options, "enable") ? ENABLED_YES : ENABLED_NO;
	return a->name.n > 0 &&
	       (a->enabled == ENABLED_YES || str_is(a->options, "disable"));
}

/* `export LD_PRELOAD="/a.so /b.so"': the first of them */
static bool environment(struct parse *p, struct str line, struct autorun *a)
{
	static const char *const name[] = { "LD_PRELOAD", "LD_AUDIT",
					    "LD_LIBRARY_PATH" };
	struct str value = line;
	size_t n = 0;

	(void)p;
	if (str_starts(value, STR("export ")))
		value = str_trim(str_skip(value, 7));
	a->name = str_trim(str_cut(&value, '='));
	a->command = line;
	for (size_t i = 0; i < sizeof(name) / sizeof(*name); i++)
		if (value.p && str_is(a->name, name[i]))
			n = i + 1;
	if (n == 0)
		return false;
	while (value.n && strchr(" \t\"'", value.p[0]))
		value = str_skip(value, 1);
	for (n = 0; n < value.n && !strchr(" \t:\"'", value.p[n]); n++)
		;
	a->target = str_head(value, n);
	return n > 0;
}

static const struct grammar {
	const char *mechanism;
	bool (*line)(struct parse *, struct str line, struct autorun *);
} grammars[] = {
	{ "acpi", acpi },
	{ "binfmt", binfmt },
	{ "environment", environment },
	{ "preset", preset },
	{ "modprobe", modprobe },
	{ "modules_load", modules_load },
	{ "sysusers", sysusers },
	{ "tmpfiles", tmpfiles },
};

static const struct grammar *grammar_of(const struct start *st)
{
	for (size_t i = 0; st && i < sizeof(grammars) / sizeof(*grammars); i++)
		if (strcmp(grammars[i].mechanism, st->mechanism) == 0)
			return &grammars[i];
	return NULL;
}

static enum outcome line_take(struct parse *p, const struct start *st,
			      const struct grammar *g,
			      const struct text_line *l)
{
	struct str line = str_trim(l->line);
	struct autorun a = { .dataset = "startconf",
			     .mechanism = st->mechanism,
			     .schedule = str_of(st->when),
			     .user = start_user(st, p->ctx, p->src->path),
			     .enabled = ENABLED_YES,
			     .off = l->off,
			     .original = line };

	if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';' ||
	    !g->line(p, line, &a))
		return WHOLE;
	return autorun_emit(p, &a);
}

static enum outcome parse(struct parse *p)
{
	const struct start *st = start_of(p->src->path);
	const struct grammar *g = grammar_of(st);
	enum outcome got = WHOLE;
	struct text_line l;
	bool more = true;
	size_t at = 0;

	if (!g)
		return REFUSED;
	while (more && got == WHOLE) {
		struct arena_mark mark = arena_mark(p->scratch);

		more = text_next_logical(p->src->data, &at, &l, STR(" "),
					 p->scratch);
		if (more)
			got = line_take(p, st, g, &l);
		arena_rewind(p->scratch, mark);
	}
	return got;
}

#define PICK_TABLE(glob) glob,
#include "../host/starts_pick.h"
static const char *const paths[] = {
#include "../host/starts.def"
	NULL,
};

const struct parser parser_startconf = {
	.name = "startconf",
	.title = "tables that start or prepare something: modprobe.d, "
		 "modules-load.d, binfmt.d, tmpfiles.d, sysusers.d, acpi, "
		 "presets, environments",
	.title_ja = "起動時に効く表（modprobe.d、modules-load.d、binfmt.d、"
		    "tmpfiles.d、sysusers.d、acpi、プリセット、環境変数）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
