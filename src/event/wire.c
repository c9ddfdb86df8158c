/*
 * wire.c - events as bytes: little-endian, lengths before
 * bytes, no pointers.  What comes back from a pipe may come from a broken
 * worker: event_get believes nothing.
 */
#include "event.h"

#include "../util/buf.h"
#include "../util/rd.h"

#define WIRE_PLACE 0x80000000u /* in the original's length */
#define WIRE_SHORT 0x40u       /* with WIRE_REF: both in 16 bits */
#define WIRE_REF 0x80u         /* in a field's flags: offset and length */

static bool within(struct str part, struct str whole)
{
	uintptr_t p = (uintptr_t)part.p, w = (uintptr_t)whole.p;

	return whole.n && p >= w && p - w <= whole.n &&
	       part.n <= whole.n - (p - w);
}

static void put(char **p, const void *v, size_t n)
{
	if (n)
		memcpy(*p, v, n);
	*p += n;
}

static void put8(char **p, unsigned v)
{
	*(*p)++ = (char)v;
}

static void put16(char **p, uint16_t v)
{
	put(p, &v, 2);
}

static void put32(char **p, uint32_t v)
{
	put(p, &v, 4);
}

static void put64(char **p, uint64_t v)
{
	put(p, &v, 8);
}

static void put_bytes(char **p, struct str s)
{
	put32(p, (uint32_t)s.n);
	put(p, s.p, s.n);
}

static size_t event_size(const struct event *e)
{
	size_t n = 160 + e->dataset.n + e->original.n;

	for (size_t i = 0; i < e->nfield; i++)
		n += 24 + e->field[i].name.n +
		     (e->field[i].type == V_STR ? e->field[i].v.str.n : 0);
	return n;
}

static void put_when(char **p, const struct when *w)
{
	put64(p, (uint64_t)w->ts_ns);
	put8(p, w->unit);
	put8(p, w->from);
	put8(p, w->year);
	put8(p, w->zone);
	put8(p, w->flags);
	put32(p, (uint32_t)w->offset_s);
	if (w->flags & WHEN_NOT_BEFORE)
		put64(p, (uint64_t)w->not_before);
	if (w->flags & WHEN_NOT_AFTER)
		put64(p, (uint64_t)w->not_after);
	if (w->flags & WHEN_OTHER)
		put64(p, (uint64_t)w->other);
	if (w->flags & WHEN_RAW)
		put64(p, (uint64_t)w->raw);
}

/*
 * A value that is part of the original is a reference to it: most fields of
 * text logs are, and runs are half as large.
 */
static void put_field(char **p, const struct field *f, struct str original)
{
	bool ref = f->type == V_STR && within(f->v.str, original);
	bool shorter = ref && original.n <= UINT16_MAX;

	put16(p, f->key);
	put8(p, f->type);
	put8(p, f->flags | (ref ? WIRE_REF : 0u) | (shorter ? WIRE_SHORT : 0u));
	if (key_info(f->key)->flags & KEY_NAMED) {
		put16(p, (uint16_t)f->name.n);
		put(p, f->name.p, f->name.n);
	}
	switch (f->type) {
	case V_STR:
		if (shorter) {
			put16(p, (uint16_t)(f->v.str.p - original.p));
			put16(p, (uint16_t)f->v.str.n);
		} else if (ref) {
			put32(p, (uint32_t)(f->v.str.p - original.p));
			put32(p, (uint32_t)f->v.str.n);
		} else {
			put_bytes(p, f->v.str);
		}
		break;
	case V_BOOL:
		put8(p, f->v.b);
		break;
	case V_IP:
		put(p, f->v.ip, 16);
		break;
	default:
		put64(p, f->v.u64);
	}
}

static void put_original(char **p, struct str original, struct str evidence)
{
	if (original.n && within(original, evidence)) {
		put32(p, (uint32_t)original.n | WIRE_PLACE);
		put64(p, (uint64_t)(original.p - evidence.p));
	} else {
		put_bytes(p, original);
	}
}

void event_put(struct buf *b, const struct event *e)
{
	event_put_at(b, e, STR_NONE);
}

void event_put_at(struct buf *b, const struct event *e, struct str evidence)
{
	char *start = buf_room(b, event_size(e)), *p = start;
	struct str original = str_head(e->original, EV_MAX_ORIGINAL);

	put16(&p, e->kind);
	put8(&p, e->event_kind);
	put8(&p, e->desc);
	put8(&p, ev_get(e, KEY_K_HITS) != NULL);
	put_when(&p, &e->when);
	put32(&p, e->source);
	put64(&p, e->off);
	put32(&p, e->sub);
	put(&p, e->id, EV_ID_LEN);
	put8(&p, (unsigned)(e->dataset.n & 0xff));
	put(&p, e->dataset.p, e->dataset.n & 0xff);
	put_original(&p, original, evidence);
	put16(&p, (uint16_t)e->nfield);
	for (size_t i = 0; i < e->nfield; i++)
		put_field(&p, &e->field[i], original);
	b->n += (size_t)(p - start);
}

static void get_when(struct rd *r, struct when *w)
{
	*w = (struct when){ .ts_ns = (int64_t)rd_u64le(r, "time") };
	w->unit = rd_u8(r, "unit");
	w->from = rd_u8(r, "from");
	w->year = rd_u8(r, "year");
	w->zone = rd_u8(r, "zone");
	w->flags = rd_u8(r, "flags");
	w->offset_s = (int32_t)rd_u32le(r, "offset");
	if (w->flags & WHEN_NOT_BEFORE)
		w->not_before = (int64_t)rd_u64le(r, "not before");
	if (w->flags & WHEN_NOT_AFTER)
		w->not_after = (int64_t)rd_u64le(r, "not after");
	if (w->flags & WHEN_OTHER)
		w->other = (int64_t)rd_u64le(r, "other");
	if (w->flags & WHEN_RAW)
		w->raw = (int64_t)rd_u64le(r, "raw");
}

static bool get_str_value(struct rd *r, struct field *f, struct str original)
{
	uint32_t off, n;

	if (!(f->flags & WIRE_REF)) {
		f->v.str = rd_bytes(r, rd_u32le(r, "value length"), "value");
		return f->v.str.n <= EV_MAX_VALUE;
	}
	if (f->flags & WIRE_SHORT) {
		off = rd_u16le(r, "reference");
		n = rd_u16le(r, "reference length");
	} else {
		off = rd_u32le(r, "reference");
		n = rd_u32le(r, "reference length");
	}
	f->flags &= (uint8_t) ~(WIRE_REF | WIRE_SHORT);
	if (off > original.n || n > original.n - off || n > EV_MAX_VALUE)
		return false;
	f->v.str = (struct str){ original.p + off, n };
	return true;
}

static bool get_field(struct rd *r, struct field *f, struct str original)
{
	f->key = rd_u16le(r, "key");
	f->type = rd_u8(r, "type");
	f->flags = rd_u8(r, "field flags");
	f->name = STR_NONE;
	if (f->key == KEY_NONE || f->key >= KEY_COUNT)
		return false;
	if (key_info(f->key)->flags & KEY_NAMED)
		f->name = rd_bytes(r, rd_u16le(r, "name length"), "name");
	switch (f->type) {
	case V_STR:
		return get_str_value(r, f, original);
	case V_BOOL:
		f->v.b = rd_u8(r, "bool") != 0;
		return true;
	case V_IP: {
		struct str s = rd_bytes(r, 16, "address");

		if (s.n == 16)
			memcpy(f->v.ip, s.p, 16);
		return true;
	}
	case V_U64:
	case V_I64:
	case V_F64:
	case V_TIME:
		f->v.u64 = rd_u64le(r, "number");
		return true;
	default:
		return false;
	}
}

unsigned event_peek(struct str rec, bool *hits)
{
	struct rd r = rd_of(rec);
	unsigned kind = rd_u16le(&r, "kind");

	rd_skip(&r, 2, "event kind, desc");
	*hits = rd_u8(&r, "hits") != 0;
	return kind;
}

static bool get_original(struct rd *r, struct str evidence, struct str *out)
{
	uint32_t n = rd_u32le(r, "original length");
	uint64_t at;

	if (!(n & WIRE_PLACE)) {
		*out = rd_bytes(r, n, "original");
		return true;
	}
	n &= ~WIRE_PLACE;
	at = rd_u64le(r, "place of the original");
	if (n > EV_MAX_ORIGINAL || at > evidence.n || n > evidence.n - at)
		return false;
	*out = (struct str){ evidence.p + at, n };
	return true;
}

bool event_get(struct str rec, struct event *e)
{
	return event_get_at(rec, e, STR_NONE);
}

bool event_get_at(struct str rec, struct event *e, struct str evidence)
{
	struct rd r = rd_of(rec);
	struct str id;
	size_t n;

	ev_clear(e);
	e->kind = rd_u16le(&r, "kind");
	e->event_kind = rd_u8(&r, "event kind");
	e->desc = rd_u8(&r, "desc");
	rd_skip(&r, 1, "hits");
	get_when(&r, &e->when);
	e->source = rd_u32le(&r, "source");
	e->off = rd_u64le(&r, "off");
	e->sub = rd_u32le(&r, "sub");
	id = rd_bytes(&r, EV_ID_LEN, "id");
	if (id.n == EV_ID_LEN)
		memcpy(e->id, id.p, EV_ID_LEN);
	e->dataset = rd_bytes(&r, rd_u8(&r, "dataset length"), "dataset");
	if (!get_original(&r, evidence, &e->original))
		return false;
	n = rd_u16le(&r, "fields");
	if (!rd_ok(&r) || n > EV_MAX_FIELDS || e->kind >= KIND_COUNT ||
	    e->event_kind > EK_ALERT || e->desc >= TD_COUNT ||
	    e->when.unit > UNIT_DAY || e->when.from > FROM_BOUNDED ||
	    e->when.year > YEAR_FROM_COLLECTION ||
	    e->when.zone > ZONE_ASSUMED_UTC)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!get_field(&r, &e->field[i], e->original))
			return false;
	e->nfield = n;
	return rd_ok(&r) && rd_left(&r) == 0;
}
