/*
 * ioc_read.c - files of indicators, by content:
 *   CSV    type,value,comment; one column: the type is seen from the value;
 *          `#' comments, quoted fields, a heading are understood
 *   STIX   2.1 bundle: the pattern of every indicator that is not revoked
 *   MISP   event or a list of them: attributes with to_ids
 * The files come from others: depth, counts and lengths have caps.
 */
#include "ioc.h"

#include "../util/json_in.h"

#define CSV_FIELDS 3u

/* ---- CSV ---- */

/* The next field of a line; quotes are taken off, doubled ones halved. */
static struct str csv_field(struct arena *a, struct str *line)
{
	char *out;
	size_t n = 0, i = 1;

	if (!str_starts(*line, STR("\"")))
		return str_trim(str_cut(line, ','));
	out = arena_alloc(a, line->n);
	for (; i < line->n; i++) {
		if (line->p[i] == '"') {
			if (i + 1 >= line->n || line->p[i + 1] != '"')
				break;
			i++;
		}
		out[n++] = line->p[i];
	}
	*line = str_skip(*line, i + 1);
	(void)str_cut(line, ',');
	return str_mem(out, n);
}

static void csv_line(struct ioc_file *f, struct arena *a, struct str line)
{
	struct str col[CSV_FIELDS] = { STR_NONE };
	unsigned n = 0;

	while (n < CSV_FIELDS && line.p)
		col[n++] = csv_field(a, &line);
	if (n == 1)
		ioc_add(f, STR_NONE, col[0], STR_NONE);
	else if (!str_ieq(col[1], STR("value")))
		ioc_add(f, col[0], col[1], col[2]);
}

static void csv(struct ioc_file *f, struct str text)
{
	struct arena a = { 0 };

	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_skip(text, 3);
	while (text.p) {
		struct arena_mark m = arena_mark(&a);
		struct str line = str_trim(str_cut(&text, '\n'));

		if (line.n && line.p[0] != '#')
			csv_line(f, &a, str_head(line, 2 * IOC_MAX_VALUE));
		arena_rewind(&a, m);
	}
	arena_free(&a);
}

/* ---- JSON ---- */

enum json_key {
	K_TYPE,
	K_VALUE,
	K_TO_IDS,
	K_COMMENT,
	K_PATTERN,
	K_PATTERN_TYPE,
	K_REVOKED,
	K_NAME,
	K_DELETED,
	KEYS,
	K_INFO = KEYS /* of a MISP event: said of what is in it */
};

static const char *const key_name[KEYS + 1] = {
	"type",         "value",   "to_ids", "comment", "pattern",
	"pattern_type", "revoked", "name",   "deleted", "info",
};

struct object { /* one that is open; values live in the arena */
	struct str v[KEYS];
	struct arena_mark mark;
};

struct walk {
	struct ioc_file *f;
	struct json j;
	struct arena arena;
	struct object open[JSON_MAX_DEPTH + 1];
	unsigned depth;
	char info[IOC_MAX_COMMENT];
	size_t ninfo;
};

/* `filename|sha256', `ip-dst|port': each half is one, if it is known */
static void misp(struct walk *w, const struct object *o)
{
	struct str type = o->v[K_TYPE], value = o->v[K_VALUE];
	struct str comment = o->v[K_COMMENT].n ? o->v[K_COMMENT]
					       : str_mem(w->info, w->ninfo);

	if (!str_is(o->v[K_TO_IDS], "true") || str_is(o->v[K_DELETED], "true"))
		return;
	while (type.p) {
		struct str t = str_cut(&type, '|'), v = str_cut(&value, '|');

		if (!str_is(t, "port"))
			ioc_add(w->f, t.n ? t : STR("?"), v, comment);
	}
}

static void object_end(struct walk *w)
{
	const struct object *o = &w->open[w->depth];

	if (str_is(o->v[K_TYPE], "indicator")) {
		bool stix = o->v[K_PATTERN_TYPE].n == 0 ||
			    str_is(o->v[K_PATTERN_TYPE], "stix");

		if (str_is(o->v[K_REVOKED], "true"))
			return;
		if (stix && o->v[K_PATTERN].n)
			ioc_stix(w->f, o->v[K_PATTERN], o->v[K_NAME]);
		else
			w->f->nunknown++;
	} else if (o->v[K_TO_IDS].n && o->v[K_TYPE].n && o->v[K_VALUE].n) {
		misp(w, o);
	}
}

static unsigned key_of(struct str name)
{
	unsigned k = 0;

	while (k <= K_INFO && !str_is(name, key_name[k]))
		k++;
	return k;
}

static void scalar(struct walk *w, enum json_type t, unsigned key)
{
	struct str v = w->j.text;

	if (t == JSON_TRUE || t == JSON_FALSE)
		v = t == JSON_TRUE ? STR("true") : STR("false");
	else if (t != JSON_STR)
		return;
	if (key == K_INFO) {
		w->ninfo = str_head(v, IOC_MAX_COMMENT).n;
		memcpy(w->info, v.p, w->ninfo);
	} else if (key < KEYS) {
		w->open[w->depth].v[key] =
			arena_dup(&w->arena, str_head(v, 8 * IOC_MAX_VALUE));
	}
}

/* False when it is no JSON, or stops in the middle: what was whole is in. */
static bool json(struct walk *w, struct str text)
{
	unsigned key = KEYS + 1;
	struct arena strings = { 0 };
	enum json_type t;

	json_init(&w->j, text, &strings);
	while ((t = json_next(&w->j)) != JSON_END && t != JSON_BAD) {
		switch (t) {
		case JSON_KEY:
			key = key_of(w->j.text);
			break;
		case JSON_OBJ:
			w->open[++w->depth] = (struct object){ 0 };
			w->open[w->depth].mark = arena_mark(&w->arena);
			key = KEYS + 1;
			break;
		case JSON_OBJ_END:
			object_end(w);
			arena_rewind(&w->arena, w->open[w->depth--].mark);
			key = KEYS + 1;
			break;
		case JSON_ARR:
		case JSON_ARR_END:
			key = KEYS + 1;
			break;
		default:
			scalar(w, t, key);
		}
		if (strings.used > (1u << 20)) {
			arena_free(&strings);
			w->j.arena = &strings;
		}
	}
	arena_free(&strings);
	return t == JSON_END;
}

/* ---- a file ---- */

static bool looks_like_json(struct str text)
{
	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_skip(text, 3);
	text = str_trim(text);
	return text.n && (text.p[0] == '{' || text.p[0] == '[');
}

static void conclude(struct ioc_file *f, const char *fault)
{
	struct ruleset *rs = f->rs;
	struct str why = STR_NONE;

	if (f->nioc == 0 || fault) {
		uint32_t i = ruleset_add(rs, f->path, RULE_IOC);

		ruleset_invalid(rs, i, 0,
				str_of(fault ? fault : "no indicator in it"));
	}
	if (f->nrefused || f->nunknown)
		why = arena_fmt(&rs->arena,
				"%zu indicators; %zu refused%s" STR_FMT
				"; %zu of a type that is not known" STR_FMT,
				f->nioc, f->nrefused, f->refused.n ? ": " : "",
				STR_ARG(buf_view(&f->refused)), f->nunknown,
				STR_ARG(buf_view(&f->unknown)));
	for (unsigned t = 0; t < IOC_TYPES; t++) {
		struct rule_info *info;

		if (!f->rule[t])
			continue;
		info = &rs->info[f->rule[t] - 1];
		info->description =
			arena_fmt(&rs->arena, "%zu indicators in " STR_FMT,
				  f->nioc, STR_ARG(f->path));
		if (why.n) {
			info->state = RULE_PARTIAL;
			info->why = why;
		}
	}
}

void ioc_compile(struct ruleset *rs, const struct rule_file *file)
{
	struct ioc_file f = { .rs = rs, .path = file->path };
	struct walk *w;
	const char *fault = NULL;

	if (!rs->ioc)
		rs->ioc = xmalloc(sizeof(*rs->ioc));
	if (looks_like_json(file->text)) {
		struct str text = file->text;

		if (str_starts(text, STR("\xef\xbb\xbf")))
			text = str_skip(text, 3);
		w = xmalloc(sizeof(*w));
		w->f = &f;
		if (!json(w, text))
			fault = "the JSON is cut or damaged; what came before "
				"is in force";
		arena_free(&w->arena);
		free(w);
	} else {
		csv(&f, file->text);
	}
	conclude(&f, fault);
	buf_free(&f.refused);
	buf_free(&f.unknown);
}
