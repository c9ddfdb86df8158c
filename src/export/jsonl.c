/*
 * jsonl.c - one nested ECS object a line (konseki-events(5)), written in one
 * go: fields come in key order, keys with a common prefix stand together.
 */
#include "jsonl.h"

#include <stdlib.h>

#include "../util/json_out.h"
#include "../util/timefmt.h"

#define MAX_PART 6

struct path {
	uint8_t n;                 /* parts */
	uint16_t prefix[MAX_PART]; /* the key's first i + 1 parts, numbered */
	struct str part[MAX_PART];
	struct str quoted[MAX_PART]; /* "part": */
};

static struct path path[KEY_COUNT];
static struct str kind_json[KIND_COUNT];   /* "category":[..],"type":[..] */
static struct str kind_action[KIND_COUNT]; /* ,"action":".." */

static struct str quote(struct str name)
{
	struct buf b = { 0 };

	(void)json_str(&b, name);
	buf_c(&b, ':');
	return buf_view(&b); /* for the program's life */
}

static void split(unsigned key)
{
	struct str rest = key_info(key)->name;
	struct path *p = &path[key];

	while (rest.p && p->n < MAX_PART)
		p->part[p->n++] = str_cut(&rest, '.');
	for (uint8_t i = 0; i < p->n; i++) {
		const struct path *q = &path[key - 1];
		bool same = key > 1 && i < q->n &&
			    (i == 0 || p->prefix[i - 1] == q->prefix[i - 1]) &&
			    str_eq(p->part[i], q->part[i]);

		p->prefix[i] =
			same ? q->prefix[i] : (uint16_t)(key * MAX_PART + i);
		p->quoted[i] = same ? q->quoted[i] : quote(p->part[i]);
	}
}

static void words(struct buf *b, const char *key, const char *list)
{
	struct str rest = str_of(list);

	json_key(b, key);
	buf_c(b, '[');
	while (rest.p && rest.n) {
		(void)json_str(b, str_cut(&rest, '|'));
		if (rest.p)
			buf_c(b, ',');
	}
	buf_c(b, ']');
}

__attribute__((constructor)) static void prepare(void)
{
	for (unsigned k = 1; k < KEY_COUNT; k++)
		split(k);
	for (unsigned k = 0; k < KIND_COUNT; k++) {
		struct buf b = { 0 }, a = { 0 };

		buf_c(&b, '[');
		words(&b, "category", kind_info(k)->category);
		words(&b, "type", kind_info(k)->type);
		kind_json[k] = str_skip(buf_view(&b), 1);
		b = (struct buf){ 0 };
		json_kv_str(&b, "action", str_of(kind_info(k)->action));
		buf_c(&a, ',');
		buf_str(&a, buf_view(&b));
		kind_action[k] = buf_view(&a);
		buf_free(&b);
	}
}

static void literal(struct buf *b, struct str s)
{
	buf_str(b, s);
}

/* False when it was a string that is not UTF-8. */
static bool value(struct buf *b, const struct field *f)
{
	if (f->type == V_STR)
		return json_str(b, f->v.str);
	if (f->type == V_IP || f->type == V_TIME) {
		buf_c(b, '"');
		field_text(b, f);
		buf_c(b, '"');
	} else {
		field_text(b, f);
	}
	return true;
}

static void comma(struct buf *b)
{
	char last = b->p[b->n - 1];

	if (last != '{' && last != '[')
		buf_c(b, ',');
}

/* The exact bytes beside values that are not UTF-8. */
static void exact(struct buf *b, const struct field *f, size_t n,
		  struct str name, bool list)
{
	buf_puts(b, ",\"");
	(void)json_escape(b, name);
	buf_puts(b, list ? "_b64\":[" : "_b64\":");
	for (size_t i = 0; i < n; i++) {
		buf_puts(b, i ? ",\"" : "\"");
		buf_b64(b, f[i].v.str.p, f[i].v.str.n);
		buf_c(b, '"');
	}
	if (list)
		buf_c(b, ']');
}

/* Fields f .. f + n are one key (and name): a value or an array. */
static void member(struct buf *b, const struct field *f, size_t n,
		   const struct path *p)
{
	unsigned flags = key_info(f->key)->flags;
	bool list = n > 1 || flags & KEY_LIST, ok = true;
	struct str name = flags & KEY_NAMED ? f->name : p->part[p->n - 1];

	comma(b);
	if (flags & KEY_NAMED) {
		(void)json_str(b, name);
		buf_c(b, ':');
	} else {
		buf_str(b, p->quoted[p->n - 1]);
	}
	if (list)
		buf_c(b, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_c(b, ',');
		ok &= value(b, &f[i]);
	}
	if (list)
		buf_c(b, ']');
	if (!ok)
		exact(b, f, n, name, list);
}

struct nest {
	uint16_t prefix[MAX_PART]; /* of the objects that are open */
	unsigned n;
};

static void close_to(struct buf *b, struct nest *nest, unsigned n)
{
	for (; nest->n > n; nest->n--)
		buf_c(b, '}');
}

/* Opens the objects that key stands in, `depth' of its parts. */
static void open_for(struct buf *b, struct nest *nest, const struct path *p,
		     unsigned depth)
{
	unsigned same = 0;

	while (same < nest->n && same < depth &&
	       nest->prefix[same] == p->prefix[same])
		same++;
	close_to(b, nest, same);
	for (; nest->n < depth; nest->n++) {
		comma(b);
		buf_str(b, p->quoted[nest->n]);
		buf_c(b, '{');
		nest->prefix[nest->n] = p->prefix[nest->n];
	}
}

static size_t same_key(const struct event *e, size_t i)
{
	size_t k = i + 1;

	while (k < e->nfield && e->field[k].key == e->field[i].key &&
	       str_eq(e->field[k].name, e->field[i].name))
		k++;
	return k - i;
}

/* Fields of keys in [lo, hi), from index i; returns the next index. */
static size_t fields(struct buf *b, const struct event *e, size_t i,
		     unsigned hi, struct nest *nest)
{
	while (i < e->nfield && e->field[i].key < hi) {
		const struct field *f = &e->field[i];
		const struct path *p = &path[f->key];
		bool named = key_info(f->key)->flags & KEY_NAMED;
		size_t n = same_key(e, i);

		open_for(b, nest, p, named ? p->n : p->n - 1u);
		member(b, f, n, p);
		i += n;
	}
	return i;
}

/* A value after its key, and exactly under the other key when it must. */
static void text(struct buf *b, struct str v, const char *exact_key)
{
	if (json_str(b, v))
		return;
	json_key(b, exact_key);
	buf_c(b, '"');
	buf_b64(b, v.p, v.n);
	buf_c(b, '"');
}

void jsonl_stamp(struct buf *b, const char *key, int64_t ts)
{
	char t[TS_TEXT + 1];

	json_key(b, key);
	buf_c(b, '"');
	buf_add(b, t, ts_text(ts, t));
	buf_c(b, '"');
}

static void zone(struct buf *b, const struct when *w)
{
	int32_t o = w->offset_s < 0 ? -w->offset_s : w->offset_s;

	if (w->zone == ZONE_UTC) {
		literal(b, STR(",\"zone\":\"UTC\""));
	} else if (w->zone == ZONE_ASSUMED_UTC) {
		literal(b, STR(",\"zone\":\"UTC (assumed)\""));
	} else {
		buf_fmt(b, ",\"zone\":\"%c%02d:%02d%s\"",
			w->offset_s < 0 ? '-' : '+', o / 3600, o / 60 % 60,
			w->zone == ZONE_HOST ? " (host)" : "");
	}
}

static void when(struct buf *b, const struct when *w)
{
	static const char *const from[] = { "stated", "inferred", "bounded" };
	static const char *const unit[] = {
		"ns", "us", "ms", "s", "min", "day"
	};

	literal(b, STR(",\"time\":{\"from\":\""));
	buf_puts(b, from[w->from]);
	literal(b, STR("\",\"unit\":\""));
	buf_puts(b, unit[w->unit]);
	buf_c(b, '"');
	zone(b, w);
	if (w->year == YEAR_FROM_MTIME)
		literal(b, STR(",\"year\":\"mtime\""));
	else if (w->year == YEAR_FROM_COLLECTION)
		literal(b, STR(",\"year\":\"collection\""));
	if (w->flags & WHEN_NOT_BEFORE)
		jsonl_stamp(b, "not_before", w->not_before);
	if (w->flags & WHEN_NOT_AFTER)
		jsonl_stamp(b, "not_after", w->not_after);
	if (w->flags & WHEN_OTHER)
		jsonl_stamp(b, "other", w->other);
	if (w->flags & WHEN_RAW)
		json_kv_i64(b, "raw", w->raw);
	buf_c(b, '}');
}

static void head(struct buf *b, const struct event *e, struct messages *m,
		 unsigned flags)
{
	static const char *const kind[] = { "event", "state", "alert" };
	char t[TS_TEXT + 1];

	literal(b, STR("{\"@timestamp\":\""));
	buf_add(b, t, ts_text(e->when.ts_ns, t));
	literal(b, STR("\",\"timestamp_desc\":\""));
	buf_puts(b, time_desc_text(e->desc));
	buf_c(b, '"');
	if (!(flags & EXPORT_NO_MESSAGE)) {
		literal(b, STR(",\"message\":"));
		(void)json_str(b, message_of(m, e));
	}
	literal(b, STR(",\"ecs\":{\"version\":\"8.11.0\"},\"event\":{"));
	if (e->original.n) {
		literal(b, STR("\"original\":"));
		if (!json_str(b, e->original)) {
			literal(b, STR(",\"original_b64\":\""));
			buf_b64(b, e->original.p, e->original.n);
			buf_c(b, '"');
		}
		buf_c(b, ',');
	}
	literal(b, STR("\"dataset\":"));
	(void)json_str(b, e->dataset);
	literal(b, STR(",\"kind\":\""));
	buf_puts(b, kind[e->event_kind]);
	literal(b, STR("\","));
	literal(b, kind_json[e->kind]);
	if (!ev_get(e, KEY_EVENT_ACTION))
		literal(b, kind_action[e->kind]);
	literal(b, STR(",\"id\":\""));
	buf_hex(b, e->id, EV_ID_LEN);
	buf_c(b, '"');
}

static void truncated(struct buf *b, const struct event *e)
{
	bool any = false;

	for (size_t i = 0; i < e->nfield; i++) {
		if (!(e->field[i].flags & FIELD_TRUNCATED))
			continue;
		literal(b, any ? STR(",") : STR(",\"truncated\":["));
		(void)json_str(b, key_info(e->field[i].key)->name);
		any = true;
	}
	if (any)
		buf_c(b, ']');
}

static void jsonl_event(struct buf *b, const struct event *e,
			const struct export_names *names, struct messages *m,
			unsigned flags)
{
	const struct export_source *src = export_source(names, e->source);
	const struct export_host *host = export_host(names, src->host);
	struct nest nest = { { path[KEY_EVENT_ACTION].prefix[0] }, 1 };
	size_t i;

	head(b, e, m, flags);
	i = fields(b, e, 0, KEY_HOST_BOOT_ID, &nest);
	close_to(b, &nest, 0);
	literal(b, STR(",\"host\":{\"name\":"));
	text(b, host->name, "name_b64");
	literal(b, STR(",\"id\":"));
	text(b, host->id, "id_b64");
	nest.prefix[0] = path[KEY_HOST_BOOT_ID].prefix[0];
	nest.n = 1;
	i = fields(b, e, i, KEY_K_ACCOUNT_HOME, &nest);
	close_to(b, &nest, 0);
	literal(b, STR(",\"konseki\":{\"source\":"));
	text(b, src->path, "source_b64");
	literal(b, STR(",\"member\":"));
	text(b, src->member, "member_b64");
	literal(b, STR(",\"offset\":"));
	buf_u64(b, e->off);
	if (e->sub)
		json_kv_u64(b, "sub", e->sub);
	when(b, &e->when);
	truncated(b, e);
	if (src->short_at != UINT64_MAX && !ev_get(e, KEY_K_SHORT_AT))
		json_kv_u64(b, "source_short_at", src->short_at);
	nest.prefix[0] = path[KEY_K_ACCOUNT_HOME].prefix[0];
	nest.n = 1;
	(void)fields(b, e, i, KEY_COUNT, &nest);
	close_to(b, &nest, 0);
	literal(b, STR("}\n"));
}

const struct export export_jsonl = {
	.name = "jsonl",
	.en = "one JSON object (ECS) a line, exact",
	.ja = "1 行 1 JSON オブジェクト（ECS）。正確",
	.event = jsonl_event,
	.finding = jsonl_finding,
};
