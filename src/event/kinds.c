/* kinds.c - the table itself. */
#include "kinds.h"

static const struct kind_info info[KIND_COUNT] = {
#define KIND(id, action, category, type, en, ja)                               \
	[KIND_##id] = { #id, action, category, type, en, ja },
#include "kinds.def"
#undef KIND
};

const struct kind_info *kind_info(unsigned kind)
{
	return &info[kind < KIND_COUNT ? kind : KIND_GENERIC];
}
