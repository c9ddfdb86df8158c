/*
 * host/jsonrow.h - rows of the collector's own members: one flat JSON object
 * a line.  Strings without escapes are views into the line.
 */
#ifndef HOST_JSONROW_H
#define HOST_JSONROW_H

#include "../util/arena.h"

enum jsonrow_type { ROW_STR, ROW_NUM, ROW_BOOL, ROW_NULL, ROW_LIST, ROW_OBJ };

struct jsonrow_value {
	enum jsonrow_type type;
	bool yes;        /* of ROW_BOOL */
	struct str text; /* STR: unescaped; NUM, LIST, OBJ: as written */
};

struct jsonrow {
	struct str line;
	size_t at;
	bool bad;            /* it is not JSON from `at' on */
	struct arena *arena; /* unescaped strings */
};

/* False: the line is no object (and bad is set). */
bool jsonrow_open(struct jsonrow *, struct str line, struct arena *);
/* The next key and its value; false at the end, or when bad. */
bool jsonrow_next(struct jsonrow *, struct str *key, struct jsonrow_value *);
/* Whole numbers, also when they were written as a string. */
bool jsonrow_i64(const struct jsonrow_value *, int64_t *);
bool jsonrow_u64(const struct jsonrow_value *, uint64_t *);
/*
 * The items of a ROW_LIST: numbers and strings, as text.  *at starts at 0.
 */
bool jsonrow_item(const struct jsonrow_value *, size_t *at, struct arena *,
		  struct str *item);

#endif
