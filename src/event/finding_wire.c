/* finding_wire.c - findings as bytes, like the events of wire.c. */
#include "finding.h"

#include "../util/buf.h"
#include "../util/rd.h"

/* strings of a finding, in the order of the wire */
static struct str *finding_str(struct finding *f, size_t i)
{
	struct str *const s[] = { &f->id,           &f->rule_id,
				  &f->rule_name,    &f->rule_name_ja,
				  &f->rule_file,    &f->score_terms,
				  &f->subject,      &f->message,
				  &f->attack,       &f->response,
				  &f->suppressed_by };

	return i < sizeof(s) / sizeof(s[0]) ? s[i] : NULL;
}

static void add_u64(struct buf *b, uint64_t v)
{
	buf_add(b, &v, sizeof(v));
}

static void add_str(struct buf *b, struct str s)
{
	add_u64(b, s.n);
	buf_str(b, s);
}

void finding_put(struct buf *b, const struct finding *f)
{
	struct finding copy = *f; /* finding_str gives writable places */
	const uint8_t small[4] = { f->rule_kind, f->level, f->tier, f->active };
	struct str *s;

	buf_add(b, small, sizeof(small));
	add_u64(b, f->host);
	add_u64(b, f->score);
	add_u64(b, (uint64_t)f->first_ns);
	add_u64(b, (uint64_t)f->last_ns);
	add_u64(b, (uint64_t)f->observed_ns);
	add_u64(b, f->count);
	for (size_t i = 0; (s = finding_str(&copy, i)) != NULL; i++)
		add_str(b, *s);
	add_u64(b, f->nwhy);
	for (size_t i = 0; i < f->nwhy; i++)
		add_str(b, f->why[i]);
	add_u64(b, f->nevent);
	for (size_t i = 0; i < f->nevent; i++) {
		buf_add(b, f->event[i].id, EV_ID_LEN);
		add_u64(b, f->event[i].source);
		add_u64(b, f->event[i].off);
		add_u64(b, (uint64_t)f->event[i].ts_ns);
	}
}

static struct str get_str(struct rd *r)
{
	return rd_bytes(r, rd_u64le(r, "length"), "string");
}

static void get_events(struct rd *r, struct finding *f)
{
	for (size_t i = 0; i < f->nevent; i++) {
		struct str id = rd_bytes(r, EV_ID_LEN, "id");

		if (id.n == EV_ID_LEN)
			memcpy(f->event[i].id, id.p, EV_ID_LEN);
		f->event[i].source = (uint32_t)rd_u64le(r, "source");
		f->event[i].off = rd_u64le(r, "off");
		f->event[i].ts_ns = (int64_t)rd_u64le(r, "time");
	}
}

bool finding_get(struct str rec, struct finding *f)
{
	struct rd r = rd_of(rec);
	struct str *s;

	memset(f, 0, sizeof(*f));
	f->rule_kind = rd_u8(&r, "kind");
	f->level = rd_u8(&r, "level");
	f->tier = rd_u8(&r, "tier");
	f->active = rd_u8(&r, "active");
	f->host = (uint32_t)rd_u64le(&r, "host");
	f->score = (uint32_t)rd_u64le(&r, "score");
	f->first_ns = (int64_t)rd_u64le(&r, "first");
	f->last_ns = (int64_t)rd_u64le(&r, "last");
	f->observed_ns = (int64_t)rd_u64le(&r, "observed");
	f->count = rd_u64le(&r, "count");
	for (size_t i = 0; (s = finding_str(f, i)) != NULL; i++)
		*s = get_str(&r);
	f->nwhy = rd_u64le(&r, "whys");
	if (!rd_ok(&r) || f->nwhy > FINDING_MAX_WHY)
		return false;
	for (size_t i = 0; i < f->nwhy; i++)
		f->why[i] = get_str(&r);
	f->nevent = rd_u64le(&r, "events");
	if (!rd_ok(&r) || f->nevent > FINDING_MAX_EVENTS)
		return false;
	get_events(&r, f);
	return rd_ok(&r) && rd_left(&r) == 0 && f->tier < TIER_COUNT &&
	       f->rule_kind <= RULE_IOC && f->level <= LEVEL_CRITICAL &&
	       f->active <= ACTIVE_PROCESS;
}
