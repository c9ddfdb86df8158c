/* stream.c - rows of the collector's members into events. */
#include "stream.h"

#include "../util/json_in.h"
#include "konseki/archive.h"

#define STREAM_BITS 64 /* the name is konseki's own, and rows are in it */
#define MAX_ITEM 8192  /* bytes of one item of a list */

unsigned stream_probe(const struct source *src, struct str prefix)
{
	struct str member = src->member;

	if (!str_starts(member, prefix) || !str_starts(src->data, STR("{")))
		return CANNOT;
	/* a longer prefix knows better */
	return STREAM_BITS + (unsigned)prefix.n;
}

struct str stream_name(const struct source *src)
{
	struct str base = str_base(src->member);

	return str_head(base, str_chr(base, '.'));
}

bool stream_next(const struct source *src, size_t *at, struct stream_row *row)
{
	while (*at < src->data.n) {
		struct str rest = str_skip(src->data, *at);
		struct str line = str_head(rest, str_chr(rest, '\n'));

		row->off = *at;
		row->line = line;
		*at += line.n + 1;
		if (line.n > 0)
			return true;
	}
	return false;
}

struct when stream_observed(const struct parse *p)
{
	int64_t ts = p->ctx->collected_ns;
	struct when w;

	if (ts != INT64_MIN)
		return when_stated(ts, UNIT_NS);
	/* not from an archive: it was so when the file was last written */
	w = when_stated(p->src->mtime_ns == INT64_MIN ? 0 : p->src->mtime_ns,
			UNIT_NS);
	w.from = FROM_BOUNDED;
	if (p->src->mtime_ns != INT64_MIN) {
		w.flags = WHEN_NOT_BEFORE;
		w.not_before = w.ts_ns;
	}
	return w;
}

void stream_state(struct parse *p, unsigned kind, struct str dataset,
		  uint64_t off)
{
	struct when w = stream_observed(p);

	ev_begin(p->ev, kind, "", &w, off);
	p->ev->dataset = dataset;
	p->ev->event_kind = EK_STATE;
	p->ev->desc = TD_OBSERVED;
}

/* Is `key' the exact form of what `before' shows? */
static bool exact_of(struct str key, struct str before)
{
	const struct str tail = STR("_b64");

	return str_ends(key, tail) &&
	       str_eq(str_head(key, key.n - tail.n), before);
}

static void exact(struct parse *p, struct stream_pair *before,
		  const struct jsonrow_value *v)
{
	struct str bytes;

	/* lists keep their shown form and get the exact one at each item */
	if (v->type == ROW_STR && before->v.type == ROW_STR &&
	    b64_decode(p->scratch, v->text, &bytes))
		before->v.text = bytes;
	else if (v->type == ROW_LIST && before->v.type == ROW_LIST)
		*before = (struct stream_pair){
			before->key,
			{ .type = ROW_LIST, .yes = true, .text = v->text }
		};
}

bool stream_pairs(struct parse *p, const struct stream_row *row,
		  struct stream_pair pair[STREAM_MAX_PAIRS], size_t *n)
{
	struct jsonrow_value v;
	struct jsonrow r;
	struct str key;

	*n = 0;
	if (jsonrow_open(&r, row->line, p->scratch))
		while (jsonrow_next(&r, &key, &v)) {
			if (*n > 0 && exact_of(key, pair[*n - 1].key)) {
				exact(p, &pair[*n - 1], &v);
				continue;
			}
			if (*n == STREAM_MAX_PAIRS) {
				parse_note(p, NOTE_LIMIT, "keys of a row",
					   row->off, *n + 1, *n);
				return true;
			}
			pair[(*n)++] = (struct stream_pair){ key, v };
		}
	if (r.bad) {
		parse_note(p, NOTE_DAMAGED, "row", row->off + r.at, 0,
			   row->line.n - r.at);
		return false;
	}
	return true;
}

static void scalar(struct event *e, unsigned key, struct str name,
		   const struct jsonrow_value *v)
{
	uint64_t u;
	int64_t i;

	if (v->type == ROW_NULL)
		return;
	if (name.n) {
		ev_named(e, key, name,
			 v->type == ROW_BOOL
				 ? (v->yes ? STR("true") : STR("false"))
				 : v->text);
		return;
	}
	switch (key_info(key)->type) {
	case V_STR:
		ev_str(e, key, v->text);
		break;
	case V_U64:
		if (jsonrow_u64(v, &u))
			ev_u64(e, key, u);
		break;
	case V_I64:
		if (jsonrow_i64(v, &i))
			ev_i64(e, key, i);
		break;
	case V_TIME:
		if (jsonrow_i64(v, &i))
			ev_time(e, key, i);
		break;
	case V_BOOL:
		if (v->type == ROW_BOOL)
			ev_bool(e, key, v->yes);
		break;
	case V_IP:
		(void)ev_ip_str(e, key, v->text); /* else it is no address */
		break;
	case V_F64: /* no stream has one */
		break;
	}
}

static void list(struct parse *p, unsigned key, struct str name,
		 const struct stream_pair *pair, size_t max_items)
{
	struct jsonrow_value one = { .type = ROW_STR };
	struct str item;
	size_t at = 0;

	for (size_t i = 0;
	     i < max_items && jsonrow_item(&pair->v, &at, p->scratch, &item);
	     i++) {
		/* `yes' marks a list of exact bytes */
		if (pair->v.yes && !b64_decode(p->scratch, item, &item))
			continue;
		one.text = str_head(item, MAX_ITEM);
		scalar(p->ev, key, name, &one);
	}
}

void stream_field(struct parse *p, const struct stream_pair *pair,
		  size_t max_items)
{
	unsigned key = key_find(pair->key);
	struct str name = STR_NONE;

	if (key != KEY_NONE && key_info(key)->flags & KEY_NAMED)
		key = KEY_NONE; /* it stands for names below it only */
	if (key == KEY_NONE)
		key = key_find_named(pair->key, &name);
	if (key == KEY_NONE) {
		key = KEY_K_FIELD;
		name = pair->key;
	}
	if (pair->v.type == ROW_LIST)
		list(p, key, name, pair, max_items);
	else
		scalar(p->ev, key, name, &pair->v);
}

enum outcome stream_rows(struct parse *p,
			 enum outcome (*fn)(struct parse *,
					    struct stream_pair *pair, size_t n,
					    const struct stream_row *))
{
	struct stream_pair *pair =
		arena_array(p->keep, STREAM_MAX_PAIRS, sizeof(*pair));
	enum outcome worst = WHOLE;
	struct stream_row row;
	size_t at = 0, n;

	while (stream_next(p->src, &at, &row)) {
		struct arena_mark mark = arena_mark(p->scratch);
		enum outcome got = PARTLY;

		if (stream_pairs(p, &row, pair, &n))
			got = fn(p, pair, n, &row);
		arena_rewind(p->scratch, mark);
		if (got == STOP)
			return STOP;
		if (got > worst)
			worst = got;
	}
	return worst;
}
