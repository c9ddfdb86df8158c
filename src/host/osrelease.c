/* osrelease.c - one key of an os-release file. */
#include "osrelease.h"

#define MAX_VALUE 1024

static struct str unquote(struct str v, struct arena *a)
{
	char quote = 0, *out;
	size_t n = 0;

	v = str_head(str_trim(v), MAX_VALUE);
	if (v.n > 0 && (v.p[0] == '"' || v.p[0] == '\'')) {
		quote = v.p[0];
		v = str_skip(v, 1);
	}
	out = arena_alloc(a, v.n + 1);
	for (size_t i = 0; i < v.n; i++) {
		if (quote && v.p[i] == quote)
			break;
		if (v.p[i] == '\\' && quote != '\'' && i + 1 < v.n)
			i++;
		out[n++] = v.p[i];
	}
	return (struct str){ out, n };
}

struct str osrelease_get(struct str text, const char *key, struct arena *a)
{
	struct str k = str_of(key), found = STR_NONE;

	while (text.p) {
		struct str line = str_trim(str_cut(&text, '\n'));

		if (str_starts(line, k) && line.n > k.n && line.p[k.n] == '=')
			found = str_skip(line, k.n + 1);
	}
	return found.p ? unquote(found, a) : STR_NONE;
}
