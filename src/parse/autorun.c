/* autorun.c - the event of an autorun, and which file it runs. */
#include "autorun.h"

#include "../host/program.h"
#include "../util/buf.h"
#include "../util/hash.h"
#include "stream.h"

#define MAX_WORDS 64           /* of a command line, looked at for its target */
#define MAX_DIGEST (16u << 20) /* a definition is a text */

static const char *const bin_dirs[] = { "/usr/local/sbin/", "/usr/local/bin/",
					"/usr/sbin/", "/usr/bin/" };

static bool is_part(char c)
{
	static const char parts[] = " \t\n;|&()<>\"'`{}";

	return memchr(parts, c, sizeof(parts) - 1) != NULL;
}

/*
 * The next word of a shell's line; *op tells that a new command begins with
 * it, *file that it is where output goes or input comes from.
 */
static struct str word_next(struct str *rest, bool *op, bool *file,
			    struct arena *scratch)
{
	struct str word;
	size_t n = 0;

	*op = *file = false;
	while (rest->n && is_part(rest->p[0])) {
		*op |= strchr(";|&()`\n", rest->p[0]) != NULL;
		*file |= rest->p[0] == '<' || rest->p[0] == '>';
		*rest = str_skip(*rest, 1);
	}
	while (n < rest->n && !is_part(rest->p[n]))
		n++;
	word = str_head(*rest, n);
	*rest = str_skip(*rest, n);
	/* "/a b"/c: quotes end no word that goes on behind them */
	while (rest->n > 1 && (rest->p[0] == '"' || rest->p[0] == '\'') &&
	       rest->p[1] == '/' && word.n > 0 && word.p[0] == '/') {
		for (n = 1; n < rest->n && !is_part(rest->p[n]); n++)
			;
		word = arena_fmt(scratch, STR_FMT STR_FMT, STR_ARG(word),
				 STR_ARG(str_head(str_skip(*rest, 1), n - 1)));
		*rest = str_skip(*rest, n);
	}
	return word;
}

static bool is_path(struct str w)
{
	if (w.n < 2 || w.p[0] != '/' || w.p[w.n - 1] == '/' ||
	    str_starts(w, STR("/proc/")) ||
	    (str_starts(w, STR("/dev/")) && !str_starts(w, STR("/dev/shm/"))))
		return false;
	for (size_t i = 0; i < w.n; i++)
		if (strchr("$%*?[]^:\\#=", w.p[i]))
			return false;
	return true;
}

static bool among(const char *const *table, size_t n, struct str w)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(w, table[i]))
			return true;
	return false;
}

/* what may stand before a command, and what runs nothing at all */
static const char *const before[] = {
	"!",      "command", "do",    "elif",   "else", "env",
	"eval",   "exec",    "if",    "ionice", "nice", "nohup",
	"setsid", "source",  "sudo",  "then",   "time", "timeout",
	"unless", "until",   "while", ".",
};
static const char *const inert[] = {
	":",        "[",      "[[",       "alias",    "bind",     "break",
	"case",     "cd",     "complete", "continue", "declare",  "echo",
	"esac",     "exit",   "export",   "false",    "fi",       "for",
	"function", "hash",   "in",       "let",      "local",    "mkdir",
	"popd",     "printf", "pushd",    "read",     "readonly", "return",
	"set",      "shift",  "shopt",    "test",     "true",     "type",
	"typeset",  "ulimit", "umask",    "unalias",  "unset",    "which",
};

/* A bare name, found as a shell finds it; only when the walk is known. */
static struct str by_name(const struct parse *p, struct str name)
{
	if (!(p->ctx->have & CTX_FILES) || name.n == 0 || name.n > 255 ||
	    memchr(name.p, '/', name.n))
		return STR_NONE;
	for (size_t i = 0; i < sizeof(bin_dirs) / sizeof(*bin_dirs); i++) {
		struct str path = arena_fmt(p->scratch, "%s" STR_FMT,
					    bin_dirs[i], STR_ARG(name));

		if (ctx_exists(p->ctx, path))
			return path;
	}
	return STR_NONE;
}

struct words {            /* of one simple command so far */
	bool named;       /* its command is known */
	bool runs;        /* and starts a file */
	bool interpreter; /* that is named by a later word */
};

/* The target, when this word decides it. */
static struct str word_take(const struct parse *p, struct words *c,
			    struct str w, struct str *shell)
{
	bool option = w.p[0] == '-' || (w.p[0] >= '0' && w.p[0] <= '9');

	/* what stands behind a program's bare name is what it works on */
	if (c->named && !c->interpreter)
		return STR_NONE;
	if (is_path(w)) {
		/* a command's own file, or the script of an interpreter */
		if (c->interpreter || !program_is_interpreter(w))
			return w;
		*shell = w;
		*c = (struct words){ true, true, true };
		return STR_NONE;
	}
	if (c->named || option || str_chr(w, '=') != (size_t)-1 ||
	    among(before, sizeof(before) / sizeof(*before), w))
		return STR_NONE;
	c->named = true;
	c->runs = !among(inert, sizeof(inert) / sizeof(*inert), w);
	c->interpreter = program_is_interpreter(w);
	if (c->interpreter)
		*shell = by_name(p, w);
	return c->runs && !c->interpreter ? by_name(p, w) : STR_NONE;
}

struct str autorun_target(const struct parse *p, struct str command)
{
	struct str shell = STR_NONE, target;
	struct words c = { 0 };
	bool op, file, assigned = false;

	for (int i = 0; i < MAX_WORDS; i++) {
		struct str w = word_next(&command, &op, &file, p->scratch);

		if (w.n == 0)
			break;
		if (op && !file)
			c = (struct words){ .interpreter = c.interpreter };
		if (!assigned && !file) {
			target = word_take(p, &c, w, &shell);
			if (target.n)
				return target;
		}
		/* the value of NAME="/a/b" is no command */
		assigned = w.p[w.n - 1] == '=';
	}
	return shell;
}

/* What the package databases compare a file of their own with. */
static void measure(struct parse *p)
{
	const struct source *src = p->src;
	unsigned algos = packages_algos(&p->ctx->packages, src->path);
	unsigned char out[SHA512_LEN];

	p->measured = true;
	if (src->flags & (SRC_STREAM | SRC_UNPACKED) ||
	    src->short_at != UINT64_MAX || src->data.n > MAX_DIGEST)
		return;
	for (unsigned i = 0; i < DIGEST_ALGOS; i++) {
		struct buf hex = { 0 };

		if (!(algos >> i & 1))
			continue;
		buf_hex(&hex, out, digest_of(i, src->data, out));
		p->digests.of[i] = arena_dup(p->keep, buf_view(&hex));
		buf_free(&hex);
	}
}

static void digests(struct parse *p)
{
	static const enum key key[DIGEST_ALGOS] = {
		[DIGEST_MD5] = KEY_FILE_HASH_MD5,
		[DIGEST_SHA1] = KEY_FILE_HASH_SHA1,
		[DIGEST_SHA256] = KEY_FILE_HASH_SHA256,
		[DIGEST_SHA512] = KEY_FILE_HASH_SHA512,
	};

	if (!p->measured && p->ctx->have & CTX_PACKAGES)
		measure(p);
	for (unsigned i = DIGEST_NONE + 1; i < DIGEST_ALGOS; i++)
		ev_str(p->ev, key[i], p->digests.of[i]);
}

void autorun_fill(struct parse *p, const struct autorun *a)
{
	struct event *e = p->ev;
	struct str target = a->target;
	uint8_t enabled = a->enabled;

	if (p->src->flags & SRC_NESTED)
		enabled = ENABLED_NO; /* it lies in an archive */
	if (!target.p)
		target = autorun_target(p, a->command);
	stream_state(p, KIND_AUTORUN, str_of(a->dataset), a->off);
	e->sub = a->sub;
	e->original = str_head(a->original, EV_MAX_ORIGINAL);
	if (!a->path.n)
		digests(p);
	ev_str(e, KEY_PROCESS_COMMAND_LINE, a->command);
	ev_str(e, KEY_USER_NAME, a->user);
	ev_str(e, KEY_K_AUTORUN_COMMENT, a->comment);
	if (enabled != ENABLED_UNKNOWN)
		ev_bool(e, KEY_K_AUTORUN_ENABLED, enabled == ENABLED_YES);
	ev_cstr(e, KEY_K_AUTORUN_MECHANISM, a->mechanism);
	ev_str(e, KEY_K_AUTORUN_NAME, a->name);
	ev_str(e, KEY_K_AUTORUN_OPTIONS, a->options);
	ev_str(e, KEY_K_AUTORUN_PATH, a->path.n ? a->path : p->src->path);
	ev_str(e, KEY_K_AUTORUN_SCHEDULE, a->schedule);
	ev_str(e, KEY_K_AUTORUN_TARGET, target);
}

enum outcome autorun_emit(struct parse *p, const struct autorun *a)
{
	autorun_fill(p, a);
	return parse_emit(p);
}

/* Where a line that is too long is cut: at a blank, if there is one. */
static size_t cut_at(struct str line)
{
	size_t n = AUTORUN_MAX_LINE;

	while (n > AUTORUN_MAX_LINE / 2 && line.p[n - 1] != ' ' &&
	       line.p[n - 1] != '\t')
		n--;
	return n > AUTORUN_MAX_LINE / 2 ? n : AUTORUN_MAX_LINE;
}

bool text_next(struct str text, size_t *at, struct text_line *l)
{
	struct str rest = str_skip(text, *at);

	if (rest.n == 0)
		return false;
	l->off = *at;
	l->line = str_head(rest, str_chr(rest, '\n'));
	if (l->line.n > AUTORUN_MAX_LINE) {
		/* nothing hides behind a long line: it comes in pieces */
		l->line.n = cut_at(l->line);
		*at += l->line.n;
		return true;
	}
	*at += l->line.n + 1;
	if (l->line.n && l->line.p[l->line.n - 1] == '\r')
		l->line.n--;
	return true;
}

static bool continues(struct str line)
{
	return line.n > 0 && line.p[line.n - 1] == '\\';
}

static bool ends_blank(const struct buf *b)
{
	return b->n > 0 && (b->p[b->n - 1] == ' ' || b->p[b->n - 1] == '\t');
}

static void glue_on(struct buf *b, struct str glue, struct str line)
{
	struct scan s = scan_of(line);
	bool blank = scan_blank(&s) > 0;

	if (!ends_blank(b)) {
		if (blank)
			buf_c(b, ' ');
		else
			buf_str(b, glue);
	}
	buf_str(b, s.s);
}

bool text_next_logical(struct str text, size_t *at, struct text_line *l,
		       struct str glue, struct arena *scratch)
{
	struct text_line more;
	struct buf b = { 0 };

	if (!text_next(text, at, l))
		return false;
	if (!continues(l->line))
		return true;
	buf_add(&b, l->line.p, l->line.n - 1);
	while (text_next(text, at, &more)) {
		bool again = continues(more.line);

		glue_on(&b, glue, str_head(more.line, more.line.n - again));
		if (!again || b.n >= AUTORUN_MAX_LINE)
			break;
	}
	l->line = arena_dup(scratch, str_head(buf_view(&b), AUTORUN_MAX_LINE));
	buf_free(&b);
	return true;
}

bool text_looks(struct str data)
{
	return data.n > 0 && !str_starts(data, STR("\177ELF")) &&
	       !str_starts(data, STR("\037\213"));
}
