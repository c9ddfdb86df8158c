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

bool path_cut(struct str pattern, struct str *prefix, struct str *rest)
{
	size_t slash = 0;

	for (size_t i = 0; i < pattern.n; i++) {
		if (pattern.p[i] == '/')
			slash = i;
		if (pattern.p[i] == '*' || pattern.p[i] == '?' ||
		    pattern.p[i] == '[') {
			*prefix = str_head(pattern, slash);
			*rest = str_skip(pattern, slash + 1);
			return true;
		}
	}
	return false;
}
