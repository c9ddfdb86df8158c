/*
 * udev_rules - rules of udev(7) that start something: one autorun for every
 * RUN, PROGRAM, IMPORT{program} and ENV{SYSTEMD_WANTS} of a rule; what the
 * rule asks of the device stands in its options.
 *   KEY=="match", KEY{attribute}+="value", …
 */
#include "../host/kept.h"
#include "autorun.h"

#define MAX_PAIRS 64 /* of one rule */
#define MAX_OPTIONS 1024

struct pair {
	struct str key, op, value;
};

static unsigned probe(const struct source *src)
{
	return text_looks(src->data) ? AUTORUN_BITS : CANNOT;
}

static bool key_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

/* KEY or KEY{anything} */
static struct str key_take(struct str *s)
{
	const char *from = s->p;
	size_t n = 0;

	while (n < s->n && key_char(s->p[n]))
		n++;
	if (n < s->n && s->p[n] == '{') {
		size_t end = str_chr(str_skip(*s, n), '}');

		n = end == (size_t)-1 ? s->n : n + end + 1;
	}
	*s = str_skip(*s, n);
	return (struct str){ from, n };
}

/* "value"; \" within it does not end it */
static struct str value_take(struct str *s)
{
	struct str value;
	size_t n = 1;

	while (n < s->n && s->p[n] != '"')
		n += s->p[n] == '\\' && n + 1 < s->n ? 2 : 1;
	value = str_head(str_skip(*s, 1), n - 1);
	*s = str_skip(*s, n + 1);
	return value;
}

/* The next pair of a rule; false at its end, or where it is none. */
static bool pair_next(struct str *s, struct pair *out)
{
	static const char ops[] = "=!+-:";
	size_t n = 0;

	while (s->n && strchr(" \t,", s->p[0]))
		*s = str_skip(*s, 1);
	out->key = key_take(s);
	*s = str_trim(*s);
	while (n < s->n && n < 2 && strchr(ops, s->p[n]))
		n++;
	out->op = str_head(*s, n);
	*s = str_trim(str_skip(*s, n));
	if (out->key.n == 0 || n == 0 || s->n == 0)
		return false;
	if (s->p[0] == 'e' || s->p[0] == 'i') /* e"…", i"…" */
		*s = str_skip(*s, 1);
	if (s->n == 0 || s->p[0] != '"')
		return false;
	out->value = value_take(s);
	return true;
}

static bool starts_something(const struct pair *q)
{
	if (str_is(q->op, "==") || str_is(q->op, "!="))
		return str_is(q->key, "PROGRAM");
	return str_is(q->key, "RUN") || str_is(q->key, "RUN{program}") ||
	       str_is(q->key, "PROGRAM") || str_is(q->key, "IMPORT{program}") ||
	       str_is(q->key, "ENV{SYSTEMD_WANTS}") ||
	       str_is(q->key, "ENV{SYSTEMD_USER_WANTS}");
}

/* `IMPORT{program}=="x"' is written with either sign */
static bool is_import(const struct pair *q)
{
	return str_is(q->key, "IMPORT{program}");
}

/* A bare name is looked for beside the rules' own helpers. */
static struct str target_of(const struct parse *p, struct str command)
{
	struct str word = str_head(command, str_chr(command, ' '));
	struct str path;

	if (word.n == 0 || word.n > 255 || str_chr(word, '/') != (size_t)-1 ||
	    !(p->ctx->have & CTX_FILES))
		return STR_NONE;
	path = arena_fmt(p->scratch, "/usr/lib/udev/" STR_FMT, STR_ARG(word));
	return ctx_exists(p->ctx, path) ? path : STR_NONE;
}

/* What it asks for, without what it does. */
static struct str matches(struct parse *p, const struct pair *q, size_t n,
			  struct str first)
{
	struct str out = first;

	for (size_t i = 0; i < n; i++) {
		if (!str_is(q[i].op, "==") && !str_is(q[i].op, "!="))
			continue;
		if (out.n + q[i].key.n + q[i].value.n + 6 > MAX_OPTIONS)
			break;
		out = arena_fmt(p->scratch,
				STR_FMT " " STR_FMT STR_FMT "\"" STR_FMT "\"",
				STR_ARG(out), STR_ARG(q[i].key),
				STR_ARG(q[i].op), STR_ARG(q[i].value));
	}
	return out;
}

static enum outcome rule(struct parse *p, const struct text_line *l,
			 struct str line)
{
	struct pair q[MAX_PAIRS];
	enum outcome got = WHOLE;
	size_t n = 0;

	while (n < MAX_PAIRS && pair_next(&line, &q[n]))
		n++;
	for (size_t i = 0; i < n && got == WHOLE; i++) {
		struct autorun a = { .dataset = "udev_rules",
				     .mechanism = "udev",
				     .schedule = STR("device events"),
				     .user = STR("root"),
				     .enabled = ENABLED_YES,
				     .off = l->off,
				     .original = l->line };

		if ((!starts_something(&q[i]) && !is_import(&q[i])) ||
		    q[i].value.n == 0)
			continue;
		a.name = q[i].key;
		a.command = q[i].value;
		a.target = target_of(p, a.command);
		a.options = matches(p, q, n, q[i].key);
		a.sub = (uint32_t)i;
		got = autorun_emit(p, &a);
	}
	return got;
}

static enum outcome parse(struct parse *p)
{
	enum outcome got = WHOLE;
	struct text_line l;
	size_t at = 0;
	bool more = true;

	while (more && got == WHOLE) {
		struct arena_mark mark = arena_mark(p->scratch);
		struct str line;

		more = text_next_logical(p->src->data, &at, &l, STR_NONE,
					 p->scratch);
		line = str_trim(l.line);
		if (more && line.n && line.p[0] != '#')
			got = rule(p, &l, line);
		arena_rewind(p->scratch, mark);
	}
	return got;
}

#define PICK_UDEV(glob) glob,
#include "../host/starts_pick.h"
static const char *const paths[] = {
#include "../host/starts.def"
	NULL,
};

const struct parser parser_udev_rules = {
	.name = "udev_rules",
	.title = "rules of udev that start programs or units",
	.title_ja = "プログラムやユニットを起動する udev ルール",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
