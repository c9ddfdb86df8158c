/* modtab.c - the modules that were loaded when the host was collected. */
#include "build.h"
#include "jsonrow.h"

#define MAX_MODULES 65536u
#define MAX_NAME 64 /* MODULE_NAME_LEN of the kernel */

void modtab_take(struct context *c, struct str path, struct str jsonl)
{
	struct arena scratch = { 0 };

	(void)path;
	while (jsonl.p && c->module.nitem < MAX_MODULES) {
		struct str line = str_cut(&jsonl, '\n'), key, name = STR_NONE;
		struct arena_mark mark = arena_mark(&scratch);
		struct jsonrow_value v;
		struct jsonrow r;
		bool listed = false;

		if (!jsonrow_open(&r, line, &scratch))
			continue;
		while (jsonrow_next(&r, &key, &v))
			if (str_is(key, "file.name") && v.type == ROW_STR)
				name = v.text;
			else if (str_is(key, "konseki.module.listed"))
				listed = v.type == ROW_BOOL && v.yes;
		if (listed && name.n && name.n <= MAX_NAME) {
			(void)map_put(&c->module, name, NULL);
			c->have |= CTX_MODULES;
		}
		arena_rewind(&scratch, mark);
	}
	arena_free(&scratch);
}

bool ctx_module(const struct context *c, struct str name)
{
	char plain[MAX_NAME];

	if (name.n > sizeof plain)
		return false;
	for (size_t i = 0; i < name.n; i++)
		plain[i] = name.p[i] == '-' ? '_' : name.p[i];
	return map_get(&c->module, str_mem(plain, name.n)) != NULL;
}
