/*
 * parser.h - one const struct per artifact, one line in parsers.def.
 */
#ifndef PARSE_PARSER_H
#define PARSE_PARSER_H

#include "../event/sink.h"
#include "../event/source.h"
#include "../host/context.h"
#include "../util/arena.h"
#include "../util/rd.h"
#include "../util/scan.h"

/* how much of a source was understood; the worst is kept */
enum outcome { WHOLE, PARTLY, REFUSED, STOP };

#define CANNOT 0u /* probe: not mine */

struct parse {
	const struct source *src;
	const struct context *ctx; /* this host */
	struct arena *keep;        /* the source's life, capped */
	struct arena *scratch;     /* rewound per record by the parser */
	struct sink *out;
	struct event *ev; /* for use by the parser: too large for stacks */
	size_t head; /* of a text record: bytes that its time stamp takes */
	void *state; /* the parser's own, from keep */
	/* of the source, once autorun.c has measured them */
	struct digests digests;
	bool measured;
};

struct parser {
	const char *name;  /* also testdata/<name>/, event.dataset */
	const char *title; /* for `konseki parsers' and the manual */
	const char *title_ja;
	const char *const *paths; /* NULL-ended globs: add bits, never decide */
	/* bits of evidence verified in the content; CANNOT: not mine */
	unsigned (*probe)(const struct source *);
	enum outcome (*parse)(struct parse *); /* binary artifacts */
	/*
	 * Text logs: one framed line with its time; lines.c owns framing,
	 * dialect, year, zone and rotation.  Fills p->ev and emits.
	 */
	enum outcome (*line)(struct parse *, struct str line, struct when *,
			     uint64_t off);
	/*
	 * Optional: the next place at or after off where the artifact can be
	 * cut, so that one big file uses all cores.  Its parser then gets
	 * slices and adds src->base to its offsets.
	 */
	uint64_t (*split)(const struct source *, uint64_t off);
};

#define PARSER(name) extern const struct parser parser_##name;
#include "parsers.def"
#undef PARSER

/* All parsers, alphabetical, NULL-ended. */
extern const struct parser *const parser_table[];
/* The best bidder for src (its data is mapped), or NULL; see pick.c. */
const struct parser *parser_pick(const struct source *);
const struct parser *parser_named(struct str name);
/* Does a path promise an artifact?  (Refusal of such a file is noted.) */
bool parser_expects(const struct parser *, struct str path);

/* Runs it over p->src: its parse, or lines.c over its line. */
enum outcome parser_run(const struct parser *, struct parse *);

/* Emits p->ev; STOP when the sink cannot go on. */
enum outcome parse_emit(struct parse *);
/* A note on damage at `off': what, bytes needed and there. */
void parse_note(struct parse *, enum note_kind, const char *what, uint64_t off,
		uint64_t need, uint64_t have);
/* The sticky reader's own loss as a note. */
void parse_lost(struct parse *, const struct rd *, uint64_t base);
/*
 * What groups the records that several sources keep of one execution:
 * konseki.exec_group out of its second and its command line, blanks folded.
 * Adds it to p->ev with the grade ("observed", "logged", "typed"); the text
 * lives in scratch.
 */
void parse_exec(struct parse *, const char *grade, struct str command);

#endif
