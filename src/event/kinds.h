/* kinds.h - the table of kinds.def. */
#ifndef EVENT_KINDS_H
#define EVENT_KINDS_H

enum kind {
#define KIND(id, action, category, type, en, ja) KIND_##id,
#include "kinds.def"
#undef KIND
	KIND_COUNT
};

struct kind_info {
	const char *name; /* the id, for cases */
	const char *action, *category, *type, *en, *ja;
};

const struct kind_info *kind_info(unsigned kind); /* kind < KIND_COUNT */

#endif
