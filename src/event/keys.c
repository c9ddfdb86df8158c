/* keys.c - key table and its look-up by name. */
#include "keys.h"

#define F_0 0
#define F_L KEY_LIST
#define F_N KEY_NAMED
const struct key_info key_table[KEY_COUNT] = {
#define KEY(id, text, t, f)                                                    \
	[KEY_##id] = { { text, sizeof(text) - 1 }, V_##t, F_##f },
#include "keys.def"
#undef KEY
};

/* perfect enough: 1,024 slots filled once at compile-in-order, then read */
#define NSLOT 1024
_Static_assert(KEY_COUNT < NSLOT / 2, "key_find's table is half empty");

static uint32_t fnv(struct str s)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return h;
}

static uint16_t slot[NSLOT];

__attribute__((constructor)) static void fill(void)
{
	for (unsigned k = 1; k < KEY_COUNT; k++) {
		uint32_t i = fnv(key_table[k].name) % NSLOT;

		while (slot[i])
			i = (i + 1) % NSLOT;
		slot[i] = (uint16_t)k;
	}
}

unsigned key_find(struct str name)
{
	uint32_t i = fnv(name) % NSLOT;

	for (; slot[i]; i = (i + 1) % NSLOT)
		if (str_eq(key_table[slot[i]].name, name))
			return slot[i];
	return KEY_NONE;
}

unsigned key_find_named(struct str name, struct str *rest)
{
	for (size_t i = name.n; i > 0; i--) {
		unsigned k;

		if (name.p[i - 1] != '.')
			continue;
		k = key_find(str_head(name, i - 1));
		if (k != KEY_NONE && key_table[k].flags & KEY_NAMED) {
			*rest = str_skip(name, i);
			return k;
		}
	}
	return KEY_NONE;
}
