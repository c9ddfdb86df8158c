/*
 * polkit - who may do what without a password: functions of *.rules, which are
 * JavaScript, and sections of *.pkla.  Of a function is stated what it can
 * answer and what it asks about before, not what it would answer.
 */
#include "autorun.h"

#include "../util/buf.h"

#define MAX_RULES 256u
#define MAX_RULE (64u << 10)
#define NOT_A_FILE STR("")

static unsigned probe(const struct source *src)
{
	return text_looks(src->data) ? AUTORUN_BITS : CANNOT;
}

/* The bytes of a string with its quotes, or of a comment; 0: neither. */
static size_t quoted(struct str s)
{
	size_t n = 1;

	if (str_starts(s, STR("//")))
		return str_chr(s, '\n') < s.n ? str_chr(s, '\n') : s.n;
	if (str_starts(s, STR("/*"))) {
		n = str_find(s, STR("*/"));
		return n == (size_t)-1 ? s.n : n + 2;
	}
	if (s.n == 0 || !strchr("\"'`", s.p[0]))
		return 0;
	while (n < s.n && s.p[n] != s.p[0] && s.p[n] != '\n')
		n += s.p[n] == '\\' && n + 1 < s.n ? 2 : 1;
	return n < s.n ? n + 1 : s.n;
}

/*
 * What stands in the parentheses that s begins with, without comments, blanks
 * as one; n: how long it is in s.
 */
static struct str call(struct str s, struct buf *b, size_t *n)
{
	unsigned depth = 0;

	buf_clear(b);
	for (*n = 0; *n < s.n && b->n < MAX_RULE;) {
		size_t q = quoted(str_skip(s, *n));
		char c = s.p[*n];

		if (q > 0 && c == '/') {
			*n += q;
			continue;
		}
		if (q > 0) {
			buf_add(b, s.p + *n, q);
			*n += q;
			continue;
		}
		++*n;
		if (strchr(" \t\r\n", c)) {
			if (b->n && b->p[b->n - 1] != ' ')
				buf_c(b, ' ');
			continue;
		}
		buf_c(b, c);
		depth += c == '(';
		if (c == ')' && --depth == 0)
			break;
	}
	return buf_view(b);
}

/* The command of polkit.spawn(["/bin/x", "y"]), words with blanks between. */
static struct str spawned(struct parse *p, struct str rule)
{
	size_t at = str_find(rule, STR(".spawn("));
	struct buf b = { 0 };
	struct str s, out;

	if (at == (size_t)-1)
		return STR_NONE;
	s = str_skip(rule, at + 7);
	s = str_head(s, str_chr(s, ')'));
	for (size_t i = 0; i < s.n;) {
		size_t n = quoted(str_skip(s, i));

		if (n > 2) {
			if (b.n)
				buf_c(&b, ' ');
			buf_add(&b, s.p + i + 1, n - 2);
		}
		i += n ? n : 1;
	}
	out = arena_dup(p->scratch, buf_view(&b));
	buf_free(&b);
	return out;
}

/* Is the argument number n of the function looked at? */
static bool asks(const struct parse *p, struct str text, unsigned n)
{
	size_t at = str_find(text, STR("function"));
	struct str args, name = STR_NONE;

	if (at == (size_t)-1)
		return true; /* named elsewhere, or written otherwise */
	text = str_skip(text, at);
	text = str_skip(text, str_chr(text, '(') + 1);
	args = str_head(text, str_chr(text, ')'));
	text = str_skip(text, args.n);
	for (unsigned i = 0; i <= n; i++)
		name = str_trim(str_cut(&args, ','));
	return name.n > 0 && (str_has(text, arena_fmt(p->scratch, STR_FMT ".",
						      STR_ARG(name))) ||
			      str_has(text, arena_fmt(p->scratch, STR_FMT "[",
						      STR_ARG(name))));
}

static enum outcome rule(struct parse *p, struct str text, bool admin,
			 uint64_t off)
{
	struct autorun a = { .dataset = "polkit",
			     .mechanism = "polkit",
			     .name = str_base(p->src->path),
			     .enabled = ENABLED_YES,
			     .off = off,
			     .original = text };
	bool yes = str_has(text, STR("Result.YES")) ||
		   str_has(text, STR("\"yes\"")) || str_has(text, STR("'yes'"));
	bool action = asks(p, text, 0), subject = asks(p, text, 1);

	a.command = spawned(p, text);
	if (a.command.n == 0)
		a.target = NOT_A_FILE;
	a.options = arena_fmt(
		p->scratch, "%s result=%s asks=%s", admin ? "admins" : "rule",
		admin ? "administrators" : (yes ? "yes" : "other"),
		action && subject ? "action,subject"
		: action          ? "action"
		: subject         ? "subject"
				  : "nothing");
	return autorun_emit(p, &a);
}

static enum outcome rules(struct parse *p)
{
	static const struct {
		struct str word;
		bool admin;
	} kind[] = { { { ".addRule", 8 }, false },
		     { { ".addAdminRule", 13 }, true } };
	struct str text = p->src->data;
	enum outcome got = WHOLE;
	struct buf b = { 0 };
	unsigned n = 0;

	for (size_t at = 0; at < text.n && got == WHOLE && n < MAX_RULES;) {
		size_t skip = quoted(str_skip(text, at)), len = 0;

		for (unsigned k = 0; k < 2 && skip == 0; k++) {
			struct arena_mark mark = arena_mark(p->scratch);
			struct str s = str_skip(text, at);

			if (!str_starts(s, kind[k].word))
				continue;
			s = str_skip(s, kind[k].word.n);
			got = rule(p, call(s, &b, &len), kind[k].admin, at);
			skip = kind[k].word.n + len;
			n++;
			arena_rewind(p->scratch, mark);
		}
		at += skip ? skip : 1;
	}
	if (n == MAX_RULES)
		parse_note(p, NOTE_LIMIT, "rules of a file", 0, n + 1, n);
	buf_free(&b);
	return got;
}

/* Lines of a section as they stand, the section as its name. */
static enum outcome section(struct parse *p, struct str name, struct buf *lines,
			    uint64_t off)
{
	struct autorun a = { .dataset = "polkit",
			     .mechanism = "polkit",
			     .name = name,
			     .enabled = ENABLED_YES,
			     .target = NOT_A_FILE,
			     .off = off,
			     .options = buf_view(lines),
			     .original = buf_view(lines) };
	enum outcome got = lines->n ? autorun_emit(p, &a) : WHOLE;

	buf_clear(lines);
	return got;
}

static enum outcome pkla(struct parse *p)
{
	struct str name = STR_NONE;
	enum outcome got = WHOLE;
	struct buf lines = { 0 };
	struct text_line l;
	uint64_t off = 0;
	size_t at = 0;

	while (got == WHOLE && text_next(p->src->data, &at, &l)) {
		struct str line = str_trim(l.line);

		if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';')
			continue;
		if (line.p[0] == '[') {
			got = section(p, name, &lines, off);
			name = str_skip(line, 1);
			name = str_head(name, str_chr(name, ']'));
			off = l.off;
		} else if (lines.n + line.n < MAX_RULE) {
			if (lines.n)
				buf_c(&lines, ' ');
			buf_str(&lines, line);
		}
	}
	if (got == WHOLE)
		got = section(p, name, &lines, off);
	buf_free(&lines);
	return got;
}

static enum outcome parse(struct parse *p)
{
	return str_ends(p->src->path, STR(".pkla")) ? pkla(p) : rules(p);
}

static const char *const paths[] = {
	"/etc/polkit-1/rules.d/*.rules",
	"/run/polkit-1/rules.d/*.rules",
	"/usr/share/polkit-1/rules.d/*.rules",
	"/usr/local/share/polkit-1/rules.d/*.rules",
	"/etc/polkit-1/localauthority/*/*.pkla",
	"/var/lib/polkit-1/localauthority/*/*.pkla",
	NULL,
};

const struct parser parser_polkit = {
	.name = "polkit",
	.title = "who may do what without a password (polkit)",
	.title_ja = "パスワードなしで許される操作（polkit）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
