/*
 * verb.h - a verb is a const struct at the end of its cmd_x.c and a line in
 * verbs.def.
 */
#ifndef CLI_VERB_H
#define CLI_VERB_H

#include "opt.h"

#include "../util/err.h"

/* options that several verbs share; a verb says which groups it takes */
enum {
	SHARE_TALK = 1,     /* --lang --color -q -v */
	SHARE_RUN = 2,      /* --progress --summary */
	SHARE_TIME = 4,     /* --tz --from --to */
	SHARE_RULES = 8,    /* --rules --no-builtin-rules */
	SHARE_WORK = 16,    /* --tmp -j */
	SHARE_FAIL = 32,    /* --fail-on */
	SHARE_HOST = 64,    /* --host */
	SHARE_OPEN = 128,   /* --identity */
	SHARE_AMOUNT = 512, /* how much is collected */
	SHARE_IOC = 256,    /* --ioc */
};

struct amount {
	const char *profile, *since;
	struct opt_list path, exclude;
	uint64_t max_time, max_output, max_file, max_content;
	bool fast;
};

struct cli {
	const struct verb *verb;
	/* SHARE_TALK */
	const char *lang_name, *color_name;
	enum lang lang; /* resolved from --lang and the environment */
	bool color;     /* stdout takes colours */
	bool quiet, verbose;
	/* SHARE_RUN */
	const char *progress_name, *summary;
	bool progress; /* stderr is a terminal and nobody said no */
	/* SHARE_TIME */
	const char *tz, *from, *to;
	/* SHARE_RULES */
	struct opt_list rules, ioc;
	bool no_builtin_rules;
	/* SHARE_WORK */
	const char *tmp;
	uint64_t jobs;
	/* SHARE_FAIL */
	struct opt_list fail_on;
	/* SHARE_HOST */
	struct opt_list host;
	/* SHARE_OPEN */
	struct opt_list identity;

	/* SHARE_AMOUNT */
	struct amount amount;

	void *own;        /* the verb's own option struct */
	const char **arg; /* operands */
	size_t narg;
	int argc; /* as started */
	char **argv;
};

struct verb {
	const char *name;
	const char *usage;   /* after `konseki NAME' */
	const char *en, *ja; /* one line */
	unsigned share;      /* SHARE_… */
	const struct opt
		*opt;    /* own options, ended by type OPT_FLAG, en NULL */
	size_t own_size; /* of the option struct */
	size_t min_arg, max_arg;
	int (*run)(struct cli *); /* an exit status of konseki/exit.h */
};

#define OPT_END                                                                \
	{                                                                      \
		NULL, 0, OPT_FLAG, NULL, 0, NULL, NULL                         \
	}

#define VERB(name) extern const struct verb verb_##name;
#include "verbs.def"
#undef VERB

extern const struct verb *const verb_table[]; /* NULL-ended */
const struct verb *verb_find(const char *name);

/* Parses argv, runs the verb; the exit status. */
int cli_main(int argc, char **argv);
/* Prints the usage of a verb (NULL: of konseki) on stdout. */
void cli_help(const struct verb *, enum lang);

#define CLI_WORDS 1024
/*
 * words.c: what the layers below said in English, in the user's language, in
 * `out'; and the same as an error.
 */
const char *cli_words(const struct cli *, const char *english,
		      char out[CLI_WORDS]);
void cli_fault(const struct cli *, const char *english);
/* On stderr: `konseki: …' newline; nothing when quiet for cli_info. */
void cli_error(const struct cli *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void cli_info(const struct cli *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A usage error: message plus where to look; returns KONSEKI_USAGE. */
int cli_usage(const struct cli *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* tr() in the language of the user */
__attribute__((format_arg(2), format_arg(3))) static inline const char *cli_tr(
	const struct cli *c, const char *en, const char *ja)
{
	return tr(c->lang, en, ja);
}
/* Writes to stdout; false when it is gone (EPIPE ends quietly). */
bool cli_out(const void *p, size_t n);
/* Progress line on stderr, redrawn at most ten times a second. */
void cli_progress(const struct cli *, const char *text);
void cli_progress_end(const struct cli *);
/* Is WHAT (respond, watch, note, incomplete) among --fail-on? */
bool cli_fails_on(const struct cli *, const char *what);

#endif
