/*
 * yaml_tree.h - a YAML stream as small trees in an arena.  Rules are hostile
 * too: depth, nodes and text are capped, aliases are refused.
 */
#ifndef DETECT_YAML_TREE_H
#define DETECT_YAML_TREE_H

#include "../util/arena.h"

#define YAML_MAX_DEPTH 32
#define YAML_MAX_NODES (1u << 20)
#define YAML_MAX_TEXT (16u << 20)

enum yaml_type { YAML_SCALAR, YAML_SEQ, YAML_MAP };

struct yaml {
	uint8_t type;
	bool quoted;   /* a scalar in quotes: always a string */
	uint32_t line; /* from 1 */
	uint32_t nkid;
	struct str key; /* of a map's entry */
	struct str s;   /* of a scalar */
	struct yaml *kid, *next;
};

struct yaml_error {
	uint32_t line;
	struct str why;
};

/*
 * The documents of text, linked by next; NULL and *err filled when it is not
 * YAML (or when there is no document: why is then empty).
 */
struct yaml *yaml_load(struct arena *, struct str text, struct yaml_error *err);

/* The entry of a map, NULL when n is no map or has none. */
const struct yaml *yaml_get(const struct yaml *n, const char *key);
/* The text of a map's scalar entry, empty when there is none. */
struct str yaml_str(const struct yaml *n, const char *key);
bool yaml_is_null(const struct yaml *n);
bool yaml_is_bool(const struct yaml *n, bool *out);
/* Entry key is a scalar that says true. */
bool yaml_true(const struct yaml *n, const char *key);

#endif
