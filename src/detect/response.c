/*
 * response.c - reads the built-in responses:
 *   steps:
 *     - en: …
 *       ja: …
 */
#include "response.h"

#include "detect.h"
#include "yaml_tree.h"

size_t response_steps(struct str id, enum lang lang, struct arena *a,
		      struct str *out, size_t max)
{
	struct str path = arena_fmt(a, "signatures/responses/" STR_FMT ".yml",
				    STR_ARG(id));
	struct yaml_error err;
	const struct yaml *doc, *steps, *s;
	struct str text;
	size_t n = 0;

	if (id.n == 0)
		return 0;
	text = builtin_file(a, path);
	doc = text.n ? yaml_load(a, text, &err) : NULL;
	steps = doc ? yaml_get(doc, "steps") : NULL;
	if (!steps || steps->type != YAML_SEQ)
		return 0;
	for (s = steps->kid; s && n < max; s = s->next) {
		struct str t = yaml_str(s, lang == LANG_JA ? "ja" : "en");

		if (t.n)
			out[n++] = t;
	}
	return n;
}
