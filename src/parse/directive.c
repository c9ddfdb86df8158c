/*
 * directive - settings that name a command, a library or a key, in files of
 * `key value' lines (sshd_config, apt.conf, logrotate, php.ini, snmpd.conf …).
 * directive.def says in which file which key does; nothing else of them is
 * looked at.
 */
#include "../host/kept.h"
#include "../util/glob.h"
#include "autorun.h"

#define NOT_A_FILE STR("")
#define KEY_LEN 64u
#define BLOCK_LINES 256u /* of one script within a file */

enum shape {
	SHAPE_COMMAND,
	SHAPE_LAST,
	SHAPE_BEHIND,
	SHAPE_QUOTED,
	SHAPE_PIPE,
	SHAPE_BLOCK,
	SHAPE_LOADS,
	SHAPE_STATES,
	SHAPE_EXEC,
	SHAPE_BINARY,
};

static const struct directive {
	const char *glob, *comment, *mechanism, *key;
	uint8_t shape;
	const char *user;
} directives[] = {
#define DIRECTIVE(glob, comment, mechanism, key, shape, user)                  \
	{ glob, comment, mechanism, key, SHAPE_##shape, user },
#include "directive.def"
#undef DIRECTIVE
};
#define NDIRECTIVE (sizeof(directives) / sizeof(*directives))

static unsigned probe(const struct source *src)
{
	return text_looks(src->data) ? AUTORUN_BITS : CANNOT;
}

struct setting {           /* one line, taken apart */
	char key[KEY_LEN]; /* folded */
	struct str value;
	struct str line;
	uint64_t off;
};

/*
 * The first word, or what stands before `=', `:' and a blank, `{', `(' or a
 * quote; the value is what follows, without its own quotes.
 */
static bool take_apart(struct str line, struct setting *s)
{
	size_t n = 0;

	while (n < line.n && !strchr(" \t=({\"'", line.p[n]))
		n++;
	s->line = line;
	s->value = str_trim(str_skip(line, n));
	while (n > 0 && line.p[n - 1] == ':' && (n < 2 || line.p[n - 2] != ':'))
		n--;
	if (n >= sizeof(s->key))
		n = sizeof(s->key) - 1;
	for (size_t i = 0; i < n; i++)
		s->key[i] = line.p[i] >= 'A' && line.p[i] <= 'Z'
				    ? (char)(line.p[i] + 32)
				    : line.p[i];
	s->key[n] = '\0';
	while (s->value.n && strchr("= \t", s->value.p[0]))
		s->value = str_skip(s->value, 1);
	return n > 0 || s->value.n > 0;
}

static struct str unquoted(struct str v)
{
	while (v.n && strchr(";, \t", v.p[v.n - 1]))
		v.n--;
	if (v.n >= 2 && (v.p[0] == '"' || v.p[0] == '\'') &&
	    v.p[v.n - 1] == v.p[0])
		return str_mem(v.p + 1, v.n - 2);
	return v;
}

static struct str behind_word(struct str v)
{
	size_t n = 0;

	while (n < v.n && !strchr(" \t", v.p[n]))
		n++;
	return str_trim(str_skip(v, n));
}

/* `exec CMD' or `exec "CMD"' as a word of the line; keyscript=CMD too. */
static struct str behind_exec(struct str line)
{
	static const char *const word[] = { "exec", "keyscript=", "shell" };

	for (size_t i = 0; i < sizeof(word) / sizeof(*word); i++) {
		struct str w = str_of(word[i]);

		for (size_t k = 0; k + w.n < line.n; k++) {
			struct str at = str_skip(line, k);

			if (!str_ieq(str_head(at, w.n), w) ||
			    (k > 0 && !strchr(" \t,\"'(-", line.p[k - 1])))
				continue;
			at = str_skip(at, w.n);
			if (w.p[w.n - 1] == '=' || strchr(" \t", at.p[0]))
				return unquoted(str_trim(at));
		}
	}
	return STR_NONE;
}

/* binary="CMD" as a parameter among others, program("CMD") as a call */
static struct str behind_binary(struct str line)
{
	static const char *const word[] = { "binary=\"", "program(\"" };

	for (size_t i = 0; i < sizeof(word) / sizeof(*word); i++) {
		struct str w = str_of(word[i]);
		size_t at = str_find(line, w);

		if (at == (size_t)-1)
			continue;
		line = str_skip(line, at + w.n);
		return str_head(line, str_chr(line, '"'));
	}
	return STR_NONE;
}

static struct autorun start(const struct parse *p, const struct directive *d,
			    const struct setting *s)
{
	const struct account *home = NULL;
	struct autorun a = { .dataset = "directive",
			     .mechanism = d->mechanism,
			     .name = arena_dup(p->scratch, str_of(s->key)),
			     .enabled = ENABLED_YES,
			     .off = s->off,
			     .original = s->line };

	a.user = str_of(d->user);
	if (d->user[0] == '~') {
		home = ctx_home(p->ctx, p->src->path);
		a.user = home ? home->name : STR_NONE;
	}
	return a;
}

static enum outcome each_quoted(struct parse *p, const struct directive *d,
				const struct setting *s)
{
	struct autorun a = start(p, d, s);
	struct str rest = s->value;
	enum outcome got = WHOLE;

	for (uint32_t n = 0; rest.n && got == WHOLE; n++) {
		size_t q = 0, e;

		while (q < rest.n && rest.p[q] != '"' && rest.p[q] != '\'')
			q++;
		for (e = q + 1; e < rest.n && rest.p[e] != rest.p[q]; e++)
			e += rest.p[e] == '\\';
		if (q >= rest.n || e >= rest.n)
			break;
		a.sub = n;
		a.command = str_mem(rest.p + q + 1, e - q - 1);
		rest = str_skip(rest, e + 1);
		if (a.command.n > 1 && !str_is(a.command, "omprog"))
			got = autorun_emit(p, &a);
	}
	return got;
}

/* What it says, as a command, a file or a setting; false: nothing. */
static bool fill(const struct directive *d, const struct setting *s,
		 struct autorun *a)
{
	struct str v = unquoted(s->value);

	switch (d->shape) {
	case SHAPE_COMMAND:
		a->command = v;
		break;
	case SHAPE_LAST:
		a->command = unquoted(behind_word(v));
		a->options = str_head(v, str_chr(v, ' '));
		break;
	case SHAPE_BEHIND:
		a->command = str_skip(v, str_chr(v, ',') + 1);
		break;
	case SHAPE_PIPE:
		v = str_skip(s->line, str_chr(s->line, '|'));
		v = str_trim(str_skip(v, 1));
		if (v.n && v.p[v.n - 1] == '"' && str_chr(v, '"') == v.n - 1)
			v.n--; /* name: "|command" */
		a->command = unquoted(v);
		break;
	case SHAPE_LOADS:
		a->command = v;
		a->target = v.n && v.p[0] == '/' ? str_head(v, str_chr(v, ' '))
						 : NOT_A_FILE;
		break;
	case SHAPE_BINARY:
		a->command = behind_binary(s->line);
		break;
	case SHAPE_EXEC:
		a->command = behind_exec(s->line);
		break;
	default:
		a->options = s->line;
		a->target = NOT_A_FILE;
		return v.n > 0 || strcmp(d->key, "*") == 0;
	}
	return a->command.n > 0 && !str_ieq(a->command, STR("none"));
}

/* The lines of a script up to `endscript', each a command. */
static enum outcome block(struct parse *p, const struct directive *d,
			  const struct setting *s, size_t *at)
{
	struct autorun a = start(p, d, s);
	enum outcome got = WHOLE;
	struct text_line l;

	for (unsigned n = 0; got == WHOLE && n < BLOCK_LINES; n++) {
		if (!text_next_logical(p->src->data, at, &l, STR(" "),
				       p->scratch))
			break;
		a.command = str_trim(l.line);
		if (str_is(a.command, "endscript"))
			break;
		if (a.command.n == 0 || a.command.p[0] == '#')
			continue;
		a.off = l.off;
		a.original = a.command;
		got = autorun_emit(p, &a);
	}
	return got;
}

static enum outcome apply(struct parse *p, const struct directive *d,
			  const struct setting *s, size_t *at)
{
	struct autorun a = start(p, d, s);

	if (d->shape == SHAPE_QUOTED)
		return each_quoted(p, d, s);
	if (d->shape == SHAPE_BLOCK)
		return block(p, d, s, at);
	return fill(d, s, &a) ? autorun_emit(p, &a) : WHOLE;
}

/* apt.conf and the like open `KEY {' and go on with values alone. */
struct open_key {
	const struct directive *d;
	char key[KEY_LEN];
};

/* A lone `*' is any line, whatever its first word. */
static bool has_key(const struct directive *d, const struct setting *s)
{
	return strcmp(d->key, "*") == 0 ||
	       glob_match(str_of(d->key), str_of(s->key));
}

static enum outcome line_take(struct parse *p, const struct directive *const *d,
			      size_t n, struct open_key *open,
			      const struct text_line *l, size_t *at)
{
	struct setting s = { .off = l->off };
	struct str line = str_trim(l->line);

	if (line.n == 0 || !take_apart(line, &s))
		return WHOLE;
	for (size_t i = 0; i < n; i++) {
		if (strchr(d[i]->comment, line.p[0]))
			continue;
		if (!has_key(d[i], &s))
			continue;
		if (d[i]->shape == SHAPE_QUOTED &&
		    str_chr(s.value, '{') != (size_t)-1 &&
		    str_chr(s.value, '}') == (size_t)-1) {
			open->d = d[i];
			memcpy(open->key, s.key, sizeof(s.key));
		}
		return apply(p, d[i], &s, at);
	}
	if (open->d && line.p[0] == '"') {
		memcpy(s.key, open->key, sizeof(s.key));
		s.value = line;
		return each_quoted(p, open->d, &s);
	}
	if (line.p[0] == '}')
		open->d = NULL;
	return WHOLE;
}

static enum outcome parse(struct parse *p)
{
	const struct directive *d[NDIRECTIVE];
	struct open_key open = { .d = NULL };
	enum outcome got = WHOLE;
	struct text_line l;
	size_t n = 0, at = 0;
	bool more = true;

	for (size_t i = 0; i < NDIRECTIVE; i++)
		if (glob_match(str_of(directives[i].glob), p->src->path))
			d[n++] = &directives[i];
	while (more && got == WHOLE) {
		struct arena_mark mark = arena_mark(p->scratch);

		more = text_next_logical(p->src->data, &at, &l, STR(" "),
					 p->scratch);
		if (more)
			got = line_take(p, d, n, &open, &l, &at);
		arena_rewind(p->scratch, mark);
	}
	return got;
}

static const char *const paths[] = {
#define DIRECTIVE(glob, comment, mechanism, key, shape, user) glob,
#include "directive.def"
#undef DIRECTIVE
	NULL,
};

const struct parser parser_directive = {
	.name = "directive",
	.title = "settings that name a command, a library or a key (sshd, apt, "
		 "logrotate, PHP, snmpd …)",
	.title_ja = "コマンド・ライブラリ・鍵を指定する設定（sshd、apt、"
		    "logrotate、PHP、snmpd など）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
