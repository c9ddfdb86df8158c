/*
 * autorun.h - what the parsers of configuration that starts programs share.
 */
#ifndef PARSE_AUTORUN_H
#define PARSE_AUTORUN_H

#include "parser.h"

/*
 * Configuration is one by its path: content alone earns fewer bits than
 * parser_pick asks for, so that a copy or an example is not taken for it.
 */
#define AUTORUN_BITS 6

enum { ENABLED_UNKNOWN, ENABLED_NO, ENABLED_YES };

struct autorun {
	const char *dataset, *mechanism;
	struct str name, schedule, comment, options;
	struct str command; /* as it stands */
	struct str target;  /* NULL: found in the command; "": there is none */
	struct str path;    /* of the definition; empty: the source's */
	struct str user;
	uint8_t enabled;
	uint64_t off; /* of the line */
	uint32_t sub;
	struct str original;
};

/* Makes p->ev a KIND_AUTORUN state. */
void autorun_fill(struct parse *, const struct autorun *);
/* The same, and emits it. */
enum outcome autorun_emit(struct parse *, const struct autorun *);
/*
 * The file a command line runs: its first absolute path; behind a shell or
 * interpreter the script; a bare name by the usual directories.  May be
 * empty.
 */
struct str autorun_target(const struct parse *, struct str command);

/* One line of a text and where it stands; longer ones come in pieces. */
#define AUTORUN_MAX_LINE (32u << 10)
struct text_line {
	struct str line; /* without its end */
	uint64_t off;
};
/* False at the end.  *at starts at 0. */
bool text_next(struct str text, size_t *at, struct text_line *);
/*
 * The same with lines that end in `\' joined by `glue' (into scratch), the
 * blanks before a line's text as one; its offset is that of the first.  A
 * shell glues with nothing, systemd with a blank.
 */
bool text_next_logical(struct str text, size_t *at, struct text_line *,
		       struct str glue, struct arena *scratch);
/*
 * Not empty, and not a program or packed.  A NUL more or less decides nothing:
 * cron and shells read on behind one.
 */
bool text_looks(struct str data);

#endif
