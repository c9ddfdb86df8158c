/*
 * json_in.h - a small pull reader for one JSON document in memory (the
 * collector's own lines; not a general library: jansson does configuration).
 * Hostile input: depth is capped, every step makes progress.
 */
#ifndef UTIL_JSON_IN_H
#define UTIL_JSON_IN_H

#include "arena.h"

#define JSON_MAX_DEPTH 32

enum json_type {
	JSON_END, /* the document is over */
	JSON_BAD, /* not JSON; `at' tells where */
	JSON_OBJ,
	JSON_OBJ_END,
	JSON_ARR,
	JSON_ARR_END,
	JSON_KEY,
	JSON_STR,
	JSON_NUM,
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL,
};

struct json {
	struct str in;
	size_t at;
	unsigned depth;
	unsigned char stack[JSON_MAX_DEPTH]; /* '{' or '[' */
	bool want_key, have_key, bad, began;
	struct arena *arena; /* unescaped strings go here */
	struct str text;     /* of KEY, STR (unescaped) and NUM (as written) */
};

void json_init(struct json *, struct str in, struct arena *);
enum json_type json_next(struct json *);
/* After JSON_OBJ or JSON_ARR: passes over everything up to its end. */
bool json_pass(struct json *);
/* Decodes base64 (RFC 4648, with padding); false when it is none. */
bool b64_decode(struct arena *, struct str in, struct str *out);

#endif
