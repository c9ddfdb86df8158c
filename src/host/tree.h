/*
 * host/tree.h - documents of configuration, leaf by leaf with the keys that
 * lead there: JSON, and the block form of YAML that manifests are written in.
 * Hostile input: depth, keys and steps are capped; anything else is passed
 * over.
 */
#ifndef HOST_TREE_H
#define HOST_TREE_H

#include "../util/arena.h"

#define TREE_DEPTH 32

enum tree_type { TREE_TEXT, TREE_NUMBER, TREE_TRUE, TREE_FALSE, TREE_END };

struct tree_at { /* "Config", "Env", "[]" */
	struct str key[TREE_DEPTH];
	unsigned depth;
};

/* TREE_END: an object ended whose keys are these; text is empty. */
typedef void tree_visit(void *arg, const struct tree_at *, enum tree_type,
			struct str text);

/* False when it is no such document from some place on. */
bool tree_json(struct str text, struct arena *, tree_visit *, void *arg);
bool tree_yaml(struct str text, struct arena *, tree_visit *, void *arg);
/* "Config/Env/[]": a `*' is any key. */
bool tree_is(const struct tree_at *, const char *pattern);

#endif
