/* paths.c - the table of paths.def. */
#include "paths.h"

#define KIB UINT64_C(1024)
#define PATH(glob, group, core, max_kib, flags)                                \
	{ glob, group, core, (max_kib)*KIB, flags },
const struct path_rule path_table[] = {
#include "paths.def"
};
#undef PATH

const size_t path_count = sizeof(path_table) / sizeof(path_table[0]);
