/*
 * history - what was typed into a shell.
 *   bash, sh, ash   one command a line; with HISTTIMEFORMAT set `#<seconds>'
 *                   stands before each (a command may then be several lines);
 *                   csh and tcsh write `#+<seconds>'
 *   zsh             `: <seconds>:<elapsed>;command' or plain; a newline in a
 *                   command is backslash-newline, odd bytes are metafied
 *   fish            `- cmd: command', `  when: <seconds>', `  paths:'
 * A command without a time lies between its dated neighbours, the last ones
 * before the file's own time.
 */
#include "parser.h"

#include "../util/timefmt.h"
#include "lines.h"

#define SAMPLE_BYTES (16u << 10)
#define MAX_COMMAND (64u << 10)
/* a history's stamp is a number of nine to eleven digits: 1973 to 5138 */
#define MIN_STAMP 9
#define MAX_STAMP 11

enum shell { BASH, ZSH, FISH };
static const char *const shell_name[] = { "bash", "zsh", "fish" };

struct command {
	uint64_t off;
	struct str text, original;
	bool dated;
	int64_t s, elapsed_s;
};

struct reader {
	struct parse *p;
	const char *base;
	struct str rest, user;
	enum shell shell;
	int64_t before_s; /* the last time seen; INT64_MIN */
	bool timed;       /* bash: stamps stand in this file */
};

static bool stamp(struct str digits, int64_t *s)
{
	return digits.n >= MIN_STAMP && digits.n <= MAX_STAMP &&
	       str_i64(digits, s) && *s > 0;
}

/* "#1457771210"; csh and tcsh write "#+1457771210" */
static bool bash_stamp(struct str line, int64_t *s)
{
	if (line.n < 2 || line.p[0] != '#')
		return false;
	return stamp(str_skip(line, line.p[1] == '+' ? 2 : 1), s);
}

/* ": 1457771210:0;command" */
static bool zsh_stamp(struct str line, struct command *c, struct str *text)
{
	struct scan s = scan_of(line);
	struct str when, elapsed;

	if (!scan_lit(&s, STR(": ")) || !scan_until(&s, ':', &when) ||
	    !scan_until(&s, ';', &elapsed) || !stamp(str_trim(when), &c->s) ||
	    !str_i64(elapsed, &c->elapsed_s))
		return false;
	*text = s.s;
	return true;
}

/* The user whose home the file is in. */
static struct str owner(const struct parse *p)
{
	struct str dir = str_dir(p->src->path), rest;

	for (size_t i = 0; i < p->ctx->naccount; i++)
		if (p->ctx->account[i].home.n > 1 &&
		    str_eq(p->ctx->account[i].home, dir))
			return p->ctx->account[i].name;
	if (str_starts(dir, STR("/root")))
		return STR("root");
	if (!str_starts(dir, STR("/home/")))
		return STR_NONE;
	rest = str_skip(dir, 6);
	return str_head(rest, str_chr(rest, '/'));
}

static enum outcome emit(struct reader *r, const struct command *c,
			 int64_t after_s)
{
	struct parse *p = r->p;
	struct arena_mark mark = arena_mark(p->scratch);
	struct when w;
	enum outcome o;

	if (c->dated)
		w = when_stated(ts_of(c->s, 0, NULL), UNIT_S);
	else
		lines_bounded(p,
			      r->before_s == INT64_MIN
				      ? INT64_MIN
				      : ts_of(r->before_s, 0, NULL),
			      after_s == INT64_MAX ? INT64_MAX
						   : ts_of(after_s, 0, NULL),
			      &w);
	ev_begin(p->ev, KIND_EXEC, "history", &w, c->off);
	p->ev->original = str_head(c->original, EV_MAX_ORIGINAL);
	if (c->elapsed_s > 0 && c->elapsed_s < INT32_MAX)
		ev_u64(p->ev, KEY_EVENT_DURATION,
		       (uint64_t)c->elapsed_s * (uint64_t)NS_PER_S);
	ev_cstr(p->ev, KEY_EVENT_PROVIDER, shell_name[r->shell]);
	ev_str(p->ev, KEY_PROCESS_COMMAND_LINE, c->text);
	ev_str(p->ev, KEY_USER_NAME, r->user);
	parse_exec(p, "typed", c->text);
	o = parse_emit(p);
	arena_rewind(p->scratch, mark);
	return o;
}

static struct str span(const char *from, struct str last)
{
	return (struct str){ from, (size_t)(last.p + last.n - from) };
}

/* zsh writes a byte that is special to it as 0x83 and the byte ^ 32; and a
 * newline in a command as backslash-newline. */
static struct str unmetafy(struct arena *a, struct str s)
{
	char *out;
	size_t n = 0;

	if (str_chr(s, '\x83') == (size_t)-1 && str_chr(s, '\n') == (size_t)-1)
		return s;
	out = arena_alloc(a, s.n);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\x83' && i + 1 < s.n)
			out[n++] = (char)(s.p[++i] ^ 32);
		else if (s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] == '\n')
			continue;
		else
			out[n++] = s.p[i];
	}
	return (struct str){ out, n };
}

static bool next_zsh(struct reader *r, struct command *c)
{
	struct str line, text;

	do {
		if (!r->rest.p || !r->rest.n)
			return false;
		c->off = (uint64_t)(r->rest.p - r->base);
		line = lines_next(&r->rest);
	} while (line.n == 0);
	c->original = line;
	while (c->original.n < MAX_COMMAND && line.n &&
	       line.p[line.n - 1] == '\\' && r->rest.p) {
		line = lines_next(&r->rest);
		c->original = span(c->original.p, line);
	}
	c->text = c->original;
	c->dated = zsh_stamp(c->original, c, &text);
	if (c->dated)
		c->text = text;
	c->text = unmetafy(r->p->scratch, c->text);
	return true;
}

static bool next_bash(struct reader *r, struct command *c)
{
	struct str line;
	int64_t s;

	do {
		if (!r->rest.p || !r->rest.n)
			return false;
		c->off = (uint64_t)(r->rest.p - r->base);
		line = lines_next(&r->rest);
	} while (line.n == 0);
	c->original = c->text = line;
	if (!r->timed || !bash_stamp(line, &c->s))
		return true;
	c->dated = true;
	c->text = STR_NONE;
	while (r->rest.p && r->rest.n) {
		struct str was = r->rest;

		line = lines_next(&r->rest);
		if (bash_stamp(line, &s) || c->original.n > MAX_COMMAND) {
			r->rest = was;
			break;
		}
		c->text = span(c->text.p ? c->text.p : line.p, line);
		c->original = span(c->original.p, line);
	}
	return true;
}

/* fish: \n is a newline and \\ a backslash */
static struct str unescape_fish(struct arena *a, struct str s)
{
	char *out;
	size_t n = 0;

	if (str_chr(s, '\\') == (size_t)-1)
		return s;
	out = arena_alloc(a, s.n);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n &&
		    (s.p[i + 1] == 'n' || s.p[i + 1] == '\\'))
			out[n++] = s.p[++i] == 'n' ? '\n' : '\\';
		else
			out[n++] = s.p[i];
	}
	return (struct str){ out, n };
}

static bool next_fish(struct reader *r, struct command *c)
{
	struct str line;

	do {
		if (!r->rest.p || !r->rest.n)
			return false;
		c->off = (uint64_t)(r->rest.p - r->base);
		line = lines_next(&r->rest);
	} while (!str_starts(line, STR("- cmd: ")));
	c->original = line;
	c->text = unescape_fish(r->p->scratch, str_skip(line, 7));
	while (r->rest.p && r->rest.n) {
		struct str was = r->rest;

		line = lines_next(&r->rest);
		if (str_starts(line, STR("- cmd: "))) {
			r->rest = was;
			break;
		}
		if (str_starts(line, STR("  when: ")))
			c->dated = stamp(str_trim(str_skip(line, 8)), &c->s);
		c->original = span(c->original.p, line);
	}
	return true;
}

static bool next(struct reader *r, struct command *c)
{
	*c = (struct command){ 0 };
	return r->shell == FISH  ? next_fish(r, c)
	       : r->shell == ZSH ? next_zsh(r, c)
				 : next_bash(r, c);
}

/* The next dated command from here on; INT64_MAX. */
static int64_t look_ahead(const struct reader *r, int64_t known)
{
	struct reader t = *r;
	struct arena_mark mark = arena_mark(r->p->scratch);
	struct command c;

	while (known == INT64_MAX && next(&t, &c)) {
		if (c.dated)
			known = c.s;
		arena_rewind(r->p->scratch, mark);
	}
	return known;
}

/* How the stamps stand tells the shell. */
static enum shell shell_of(const struct source *src, bool *timed)
{
	struct str rest = lines_sample(src, SAMPLE_BYTES), text;
	struct command c;
	int64_t s;

	*timed = false;
	while (rest.p && rest.n) {
		struct str line = lines_next(&rest);

		if (str_starts(line, STR("- cmd: "))) {
			*timed = true;
			return FISH;
		}
		if (zsh_stamp(line, &c, &text)) {
			*timed = true;
			return ZSH;
		}
		if (bash_stamp(line, &s)) {
			*timed = true;
			return BASH;
		}
	}
	if (str_ends(src->path, STR("fish_history")))
		return FISH;
	return str_has(str_base(src->path), STR("zsh")) ||
			       str_has(str_base(src->path), STR("zhist"))
		       ? ZSH
		       : BASH;
}

/* Without any stamp the sample may still have missed them. */
static bool stamped_later(const struct source *src)
{
	struct str rest = lines_data(src);
	int64_t s;

	while (rest.p && rest.n)
		if (bash_stamp(lines_next(&rest), &s))
			return true;
	return false;
}

static enum outcome parse(struct parse *p)
{
	struct reader r = { .p = p,
			    .rest = lines_data(p->src),
			    .user = owner(p),
			    .before_s = INT64_MIN };
	struct command c;
	int64_t after_s = INT64_MIN; /* not looked for yet */

	r.base = r.rest.p;
	r.shell = shell_of(p->src, &r.timed);
	if (r.shell == BASH && !r.timed)
		r.timed = stamped_later(p->src);
	for (;;) {
		struct arena_mark mark = arena_mark(p->scratch);

		if (!next(&r, &c))
			return WHOLE;
		if (c.dated) {
			r.before_s = c.s;
			after_s = INT64_MIN;
		} else if (after_s == INT64_MIN) {
			after_s = look_ahead(&r, INT64_MAX);
		}
		if (c.text.n && emit(&r, &c, after_s) == STOP)
			return STOP;
		arena_rewind(p->scratch, mark);
	}
}

/* A plain history has no form of its own: only its path makes it one. */
static unsigned probe(const struct source *src)
{
	bool timed;
	enum shell shell;

	if (!lines_text(src))
		return CANNOT;
	shell = shell_of(src, &timed);
	if (!timed)
		return 1;
	return shell == FISH ? 16 : 32;
}

static const char *const paths[] = { "**/*bash_history*", "**/*zsh_history*",
				     "**/fish_history",   "**/.ash_history",
				     "**/.sh_history",    "**/.ksh_history",
				     "**/.mksh_history",  "**/.dash_history",
				     "**/.history",       "**/.zhistory",
				     "**/.histfile",      NULL };

const struct parser parser_history = {
	.name = "history",
	.title = "Shell histories: bash, sh, zsh, fish (dated or bounded)",
	.title_ja = "シェル履歴：bash、sh、zsh、fish（時刻なしは範囲で推定）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
