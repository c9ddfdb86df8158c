/*
 * cli.c - from argv to a verb; messages and help.
 */
#include "verb.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../util/buf.h"
#include "../util/io.h"
#include "../util/term.h"
#include "cli.h"
#include "konseki/exit.h"

const struct verb *const verb_table[] = {
#define VERB(name) &verb_##name,
#include "verbs.def"
#undef VERB
	NULL
};

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; verb_table[i]; i++)
		if (strcmp(verb_table[i]->name, name) == 0)
			return verb_table[i];
	return NULL;
}

static void say(const char *fmt, va_list ap)
{
	struct buf b = { 0 };
	char t[1024];

	(void)vsnprintf(t, sizeof(t), fmt, ap);
	buf_puts(&b, "konseki: ");
	term_text(&b, str_of(t)); /* names come from evidence */
	buf_c(&b, '\n');
	(void)io_write(2, b.p, b.n); /* there is nobody else to tell */
	buf_free(&b);
}

void cli_error(const struct cli *c, const char *fmt, ...)
{
	va_list ap;

	cli_progress_end(c);
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void cli_info(const struct cli *c, const char *fmt, ...)
{
	va_list ap;

	if (c->quiet)
		return;
	cli_progress_end(c);
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

int cli_usage(const struct cli *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	cli_error(c,
		  cli_tr(c, "see `konseki help%s%s'",
			 "「konseki help%s%s」を参照してください"),
		  c->verb ? " " : "", c->verb ? c->verb->name : "");
	return KONSEKI_USAGE;
}

bool cli_out(const void *p, size_t n)
{
	return io_write(1, p, n) == 0;
}

static bool drawn;

void cli_progress(const struct cli *c, const char *text)
{
	static struct timespec last;
	struct timespec now;

	if (!c->progress)
		return;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (drawn && (now.tv_sec - last.tv_sec) * 10 +
				     (now.tv_nsec - last.tv_nsec) / 100000000 <
			     1)
		return;
	last = now;
	drawn = true;
	(void)fprintf(stderr, "\r\033[K%.200s", text);
	(void)fflush(stderr);
}

void cli_progress_end(const struct cli *c)
{
	(void)c;
	if (drawn)
		(void)fputs("\r\033[K", stderr);
	drawn = false;
}

bool cli_fails_on(const struct cli *c, const char *what)
{
	for (size_t i = 0; i < c->fail_on.n; i++)
		if (strcmp(c->fail_on.v[i], what) == 0)
			return true;
	return false;
}

static enum lang env_lang(void)
{
	static const char *const name[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < 3; i++) {
		const char *v = getenv(name[i]);

		if (v && *v)
			return strncmp(v, "ja", 2) == 0 ? LANG_JA : LANG_EN;
	}
	return LANG_EN;
}

/* --lang, before the options are read: their errors are told in it too. */
static enum lang asked_lang(int argc, char **argv)
{
	enum lang lang = env_lang();

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		const char *v = NULL;

		if (strncmp(argv[i], "--lang=", 7) == 0)
			v = argv[i] + 7;
		else if (strcmp(argv[i], "--lang") == 0)
			v = argv[i + 1]; /* NULL ends argv */
		if (v && strcmp(v, "ja") == 0)
			lang = LANG_JA;
		if (v && strcmp(v, "en") == 0)
			lang = LANG_EN;
	}
	return lang;
}

static void resolve(struct cli *c)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	if (c->lang_name)
		c->lang = strcmp(c->lang_name, "ja") == 0 ? LANG_JA : LANG_EN;
	if (!c->color_name || strcmp(c->color_name, "auto") == 0)
		c->color = isatty(1) && !getenv("NO_COLOR");
	else
		c->color = strcmp(c->color_name, "always") == 0;
	c->progress =
		!c->quiet && isatty(2) &&
		!(c->progress_name && strcmp(c->progress_name, "never") == 0);
	if (!c->tmp)
		c->tmp = getenv("TMPDIR");
	if (!c->tmp || !*c->tmp)
		c->tmp = "/tmp";
	if (c->jobs == 0)
		c->jobs = n < 1 ? 1 : n > 8 ? 8 : (uint64_t)n;
	if (c->jobs > 64)
		c->jobs = 64;
}

static int no_such_verb(struct cli *c, const char *name)
{
	const char *best = NULL;
	unsigned at = 64;

	for (size_t i = 0; verb_table[i]; i++)
		opt_nearer(name, strlen(name), verb_table[i]->name, &best, &at);
	return cli_usage(
		c,
		cli_tr(c, "there is no verb `%s'; the nearest is `%s'",
		       "「%s」というコマンドはありません。近いものは「%"
		       "s」です"),
		name, best ? best : "help");
}

int cli_main(int argc, char **argv)
{
	struct cli c = { .argc = argc,
			 .argv = argv,
			 .lang = asked_lang(argc, argv) };
	int status;

	if (io_standard() < 0)
		return KONSEKI_FAILED;
	if (argc < 2) {
		cli_help(NULL, c.lang);
		return KONSEKI_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		(void)puts("konseki " KONSEKI_VERSION);
		return KONSEKI_DONE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		cli_help(NULL, c.lang);
		return KONSEKI_DONE;
	}
	c.verb = verb_find(argv[1]);
	if (!c.verb)
		return no_such_verb(&c, argv[1]);
	for (int i = 2; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0) {
			cli_help(c.verb, c.lang);
			return KONSEKI_DONE;
		}
	c.own = xmalloc(c.verb->own_size);
	if (opt_parse(&c, argc, argv, 2) < 0)
		return KONSEKI_USAGE;
	resolve(&c);
	status = c.verb->run(&c);
	cli_progress_end(&c);
	return status;
}

#define HELP_LEFT 35  /* columns of option names */
#define HELP_WIDTH 96 /* of a line: terminals of people are not wide */

/* Bytes and columns of the character at p; Japanese ones take two. */
static size_t character(const char *p, unsigned *columns)
{
	unsigned char c = (unsigned char)*p;
	size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

	*columns = n >= 3 && c >= 0xe3 ? 2 : 1;
	return n;
}

/* May a line end before what is at p + at? */
static bool may_break(const char *p, size_t at)
{
	static const char *const together[] = { "、", "。", "）", "」", "・" };

	if (p[at] == ' ')
		return true;
	if ((unsigned char)p[at] < 0xe3 || at < 3 ||
	    (unsigned char)p[at - 1] < 0x80 ||
	    strncmp(p + at - 3, "（", 3) == 0)
		return false;
	for (size_t i = 0; i < sizeof(together) / sizeof(*together); i++)
		if (strncmp(p + at, together[i], strlen(together[i])) == 0)
			return false;
	return true;
}

/* As much of text as fits in a line. */
static size_t line_of(const char *text)
{
	unsigned used = HELP_LEFT + 3, columns = 0;
	size_t at = 0, cut = 0;

	while (text[at]) {
		size_t n = character(text + at, &columns);

		if (used + columns > HELP_WIDTH)
			return cut ? cut : at;
		used += columns;
		at += n;
		if (text[at] && may_break(text, at))
			cut = at;
	}
	return at;
}

static void help_opt(const struct opt *o, enum lang lang)
{
	const char *text = tr(lang, o->en, o->ja);
	char t[128];
	int n;

	n = snprintf(t, sizeof(t), "  %c%c%s%s%s%s%s", o->letter ? '-' : ' ',
		     o->letter ? o->letter : ' ',
		     o->letter && o->name ? ", " : "  ", o->name ? "--" : "",
		     o->name ? o->name : "", o->arg ? " " : "",
		     o->arg ? o->arg : "");
	(void)printf("%s", t);
	if (n > HELP_LEFT) /* its own line */
		n = -1;
	while (*text) {
		size_t k = line_of(text);

		if (n < 0)
			(void)putchar('\n');
		(void)printf("%*s   %.*s", n < 0 ? HELP_LEFT : HELP_LEFT - n,
			     "", (int)k, text);
		text += k;
		text += strspn(text, " ");
		n = -1;
	}
	(void)putchar('\n');
}

void cli_help(const struct verb *v, enum lang lang)
{
	const struct opt *o;
	unsigned group;

	if (!v) {
		(void)printf("%s\n\n",
			     tr(lang,
				"konseki VERB [OPTION...] [INPUT...]: fast "
				"forensics from one file",
				"konseki コマンド [オプション...] [入力...]："
				"ファイル 1 つで動くファスト・フォレンジック"));
		for (size_t i = 0; verb_table[i]; i++)
			(void)printf(
				"  %-10s %s\n", verb_table[i]->name,
				tr(lang, verb_table[i]->en, verb_table[i]->ja));
		(void)printf("\n%s\n",
			     tr(lang, "`konseki help VERB' tells more.",
				"詳しくは「konseki help コマンド」。"));
		return;
	}
	(void)printf("konseki %s %s\n\n%s\n\n", v->name, v->usage,
		     tr(lang, v->en, v->ja));
	for (o = v->opt; o && o->en; o++)
		help_opt(o, lang);
	for (size_t i = 0; (o = opt_shared(i, &group)) != NULL; i++)
		if (group & v->share)
			help_opt(o, lang);
}

static int run_help(struct cli *c)
{
	const struct verb *v = c->narg ? verb_find(c->arg[0]) : NULL;

	if (c->narg && !v)
		return no_such_verb(c, c->arg[0]);
	cli_help(v, c->lang);
	return KONSEKI_DONE;
}

const struct verb verb_help = {
	.name = "help",
	.usage = "[VERB]",
	.en = "what each verb does, and its options",
	.ja = "各コマンドの説明とオプション",
	.share = SHARE_TALK,
	.max_arg = 1,
	.run = run_help,
};
