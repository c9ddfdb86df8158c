/* tree.c - JSON by the pull reader, YAML by its indentation. */
#include "tree.h"

#include "../util/json_in.h"

_Static_assert(TREE_DEPTH >= JSON_MAX_DEPTH, "a key for every level");

bool tree_is(const struct tree_at *at, const char *pattern)
{
	struct str rest = str_of(pattern);
	unsigned i = 0;

	while (rest.p) {
		struct str part = str_cut(&rest, '/');

		if (i == at->depth ||
		    (!str_is(part, "*") && !str_eq(part, at->key[i])))
			return false;
		i++;
	}
	return i == at->depth;
}

static const struct str item = { "[]", 2 };

/* After a value: the key it stood under is over. */
static void after(struct tree_at *at, const struct json *j)
{
	if (at->depth > 0 && (j->depth == 0 || j->stack[j->depth - 1] == '{'))
		at->depth--;
}

bool tree_json(struct str text, struct arena *a, tree_visit *visit, void *arg)
{
	static const enum tree_type type[] = {
		[JSON_STR] = TREE_TEXT,
		[JSON_NUM] = TREE_NUMBER,
		[JSON_TRUE] = TREE_TRUE,
		[JSON_FALSE] = TREE_FALSE,
	};
	struct tree_at at = { .depth = 0 };
	struct json j;

	json_init(&j, text, a);
	for (;;) {
		enum json_type t = json_next(&j);

		switch (t) {
		case JSON_END:
			return true;
		case JSON_BAD:
			return false;
		case JSON_KEY:
			at.key[at.depth++] = j.text;
			break;
		case JSON_ARR:
			at.key[at.depth++] = item;
			break;
		case JSON_ARR_END:
			at.depth--;
			after(&at, &j);
			break;
		case JSON_OBJ:
			break;
		case JSON_OBJ_END:
			visit(arg, &at, TREE_END, STR_NONE);
			after(&at, &j);
			break;
		case JSON_NULL:
			after(&at, &j);
			break;
		default:
			visit(arg, &at, type[t], j.text);
			after(&at, &j);
		}
	}
}

/* --- YAML ------------------------------------------------------------- */

struct level {
	size_t indent;
	bool list; /* its key is `[]' */
};

struct yaml {
	struct tree_at at;
	struct level level[TREE_DEPTH]; /* level[i] of at.key[i] */
	tree_visit *visit;
	void *arg;
};

static void leave(struct yaml *y)
{
	y->visit(y->arg, &y->at, TREE_END, STR_NONE);
	y->at.depth--;
}

/* Of a document. */
static void finish(struct yaml *y)
{
	while (y->at.depth > 0)
		leave(y);
	y->visit(y->arg, &y->at, TREE_END, STR_NONE);
}

/* Everything that stands at or right of `indent' is over. */
static void close_to(struct yaml *y, size_t indent, bool list)
{
	while (y->at.depth > 0) {
		const struct level *l = &y->level[y->at.depth - 1];

		/* a list may stand as far left as the key it belongs to */
		if (l->indent < indent ||
		    (l->indent == indent && list && !l->list))
			break;
		leave(y);
	}
}

static bool enter(struct yaml *y, struct str key, size_t indent, bool list)
{
	if (y->at.depth == TREE_DEPTH)
		return false;
	y->level[y->at.depth] = (struct level){ indent, list };
	y->at.key[y->at.depth++] = key;
	return true;
}

static struct str unquoted(struct str s)
{
	char q = s.n > 1 ? s.p[0] : '\0';

	if ((q == '"' || q == '\'') && s.p[s.n - 1] == q)
		return str_head(str_skip(s, 1), s.n - 2);
	return s;
}

/* Without a comment; a # inside quotes or a word is none. */
static struct str without_comment(struct str s)
{
	char quote = '\0';

	for (size_t i = 0; i < s.n; i++) {
		if (quote) {
			if (s.p[i] == quote)
				quote = '\0';
		} else if (s.p[i] == '"' || s.p[i] == '\'') {
			quote = s.p[i];
		} else if (s.p[i] == '#' && (i == 0 || s.p[i - 1] == ' ' ||
					     s.p[i - 1] == '\t')) {
			return str_trim(str_head(s, i));
		}
	}
	return str_trim(s);
}

static void scalar(struct yaml *y, struct str v)
{
	enum tree_type t = str_is(v, "true")    ? TREE_TRUE
			   : str_is(v, "false") ? TREE_FALSE
						: TREE_TEXT;

	y->visit(y->arg, &y->at, t, unquoted(v));
}

/* command: ["sh", "-c", "x"] */
static bool flow(struct yaml *y, struct str v, size_t indent)
{
	if (v.n < 2 || v.p[0] != '[' || v.p[v.n - 1] != ']')
		return false;
	v = str_head(str_skip(v, 1), v.n - 2);
	if (!enter(y, item, indent, true))
		return true;
	while (v.p) {
		struct str one = str_trim(v);
		bool quoted = one.n && (one.p[0] == '"' || one.p[0] == '\'');
		size_t end = quoted ? str_chr(str_skip(one, 1), one.p[0])
				    : (size_t)-1;

		if (end != (size_t)-1) {
			v = str_skip(one, end + 2);
			one = str_head(one, end + 2);
			(void)str_cut(&v, ',');
		} else {
			one = str_trim(str_cut(&v, ','));
		}
		if (one.n)
			scalar(y, one);
	}
	y->at.depth--;
	return true;
}

/* `key: value', `key:'; what follows a `- ' too */
static bool entry(struct yaml *y, struct str line, size_t indent)
{
	size_t colon = str_find(line, STR(": "));
	struct str key, v;

	if (colon == (size_t)-1 && line.n && line.p[line.n - 1] == ':')
		colon = line.n - 1;
	if (line.n == 0 || line.p[0] == '"' || line.p[0] == '\'' ||
	    colon == (size_t)-1)
		return false;
	key = unquoted(str_trim(str_head(line, colon)));
	v = str_trim(str_skip(line, colon + 1));
	if (!enter(y, key, indent, false))
		return true;
	if (v.n == 0 || v.p[0] == '&' || v.p[0] == '!')
		return true; /* what follows is its value */
	if (!flow(y, v, indent))
		scalar(y, v);
	y->at.depth--;
	return true;
}

static void line_take(struct yaml *y, struct str line)
{
	size_t indent = 0;

	while (indent < line.n && line.p[indent] == ' ')
		indent++;
	line = without_comment(str_skip(line, indent));
	if (line.n == 0 || str_starts(line, STR("---")) ||
	    str_starts(line, STR("...")) || line.p[0] == '%') {
		if (str_starts(line, STR("---")))
			finish(y);
		return;
	}
	close_to(y, indent, line.p[0] == '-');
	while (line.n && line.p[0] == '-' &&
	       (line.n == 1 || line.p[1] == ' ')) {
		size_t skip = 1;

		close_to(y, indent, true);
		if (!enter(y, item, indent, true))
			return;
		while (skip < line.n && line.p[skip] == ' ')
			skip++;
		indent += skip;
		line = str_skip(line, skip);
	}
	if (line.n && !entry(y, line, indent))
		scalar(y, line);
}

bool tree_yaml(struct str text, struct arena *a, tree_visit *visit, void *arg)
{
	struct yaml y = { .visit = visit, .arg = arg };

	(void)a;
	while (text.p)
		line_take(&y, str_cut(&text, '\n'));
	finish(&y);
	return true;
}
