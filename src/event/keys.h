/*
 * keys.h - the table of keys.def.  Ids are the order of output; they hold
 * within one build only (a case stores names).
 */
#ifndef EVENT_KEYS_H
#define EVENT_KEYS_H

#include "../util/str.h"

enum key {
	KEY_NONE,
#define KEY(id, name, type, flags) KEY_##id,
#include "keys.def"
#undef KEY
	KEY_COUNT
};

enum value_type { V_STR, V_U64, V_I64, V_F64, V_BOOL, V_IP, V_TIME };
enum { KEY_LIST = 1, KEY_NAMED = 2 };

struct key_info {
	struct str name;
	enum value_type type;
	unsigned flags;
};

extern const struct key_info key_table[KEY_COUNT];
/* An unknown key has an empty name. */
static inline const struct key_info *key_info(unsigned key)
{
	return &key_table[key < KEY_COUNT ? key : KEY_NONE];
}
/* KEY_NONE when there is none. */
unsigned key_find(struct str name);
/*
 * Finds a key whose name is a prefix of `name' up to a dot and that takes
 * names of its own (`konseki.journal.X'); *rest is what follows.
 */
unsigned key_find_named(struct str name, struct str *rest);

#endif
