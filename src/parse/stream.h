/*
 * stream.h - what the parsers of the collector's own members share: rows of
 * JSON, one object a line (include/konseki/archive.h).
 */
#ifndef PARSE_STREAM_H
#define PARSE_STREAM_H

#include "../host/jsonrow.h"
#include "parser.h"

/* Bits of a probe whose member begins with `prefix' and holds rows. */
unsigned stream_probe(const struct source *, struct str prefix);
/* `live/processes.0000.jsonl' -> `processes' */
struct str stream_name(const struct source *);

struct stream_row {
	struct str line;
	uint64_t off; /* of the line, in the member */
};
/* The next line that is not empty; *at starts at 0. */
bool stream_next(const struct source *, size_t *at, struct stream_row *);

/* The state that was seen at the collection's start (or the file's time). */
struct when stream_observed(const struct parse *);
/* Starts p->ev as such a state. */
void stream_state(struct parse *, unsigned kind, struct str dataset,
		  uint64_t off);

#define STREAM_MAX_PAIRS 192
struct stream_pair {
	struct str key;
	struct jsonrow_value v;
};
/*
 * Calls `row' for every line with its pairs; scratch is rewound after each.
 * The worst outcome is the result.
 */
enum outcome stream_rows(struct parse *,
			 enum outcome (*row)(struct parse *,
					     struct stream_pair *pair, size_t n,
					     const struct stream_row *));
/*
 * All of a row's pairs; `<key>_b64' gives its exact bytes to the pair before
 * it and vanishes.  False, with a note, when the row is damaged.
 */
bool stream_pairs(struct parse *, const struct stream_row *,
		  struct stream_pair pair[STREAM_MAX_PAIRS], size_t *n);
/* Adds a pair under its own key, or konseki.field.<name>. */
void stream_field(struct parse *, const struct stream_pair *, size_t max_items);

#endif
