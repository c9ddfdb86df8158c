/* event.c - fill an event; fields stay in ascending key order. */
#include "event.h"

#include "../util/hash.h"
#include "../util/scan.h"
#include "../util/timefmt.h"

void ev_clear(struct event *e)
{
	memset(e, 0, offsetof(struct event, field));
}

void ev_begin(struct event *e, unsigned kind, const char *dataset,
	      const struct when *w, uint64_t off)
{
	ev_clear(e);
	e->kind = (uint16_t)kind;
	e->dataset = str_of(dataset);
	e->when = *w;
	e->off = off;
	e->desc = TD_LOGGED;
}

struct when when_stated(int64_t ts_ns, enum time_unit unit)
{
	return (struct when){ .ts_ns = ts_ns, .unit = (uint8_t)unit };
}

/* The new field's place: after all with a key (then name) not above it. */
static struct field *add(struct event *e, unsigned key, struct str name)
{
	size_t i = e->nfield;

	if (e->nfield >= EV_MAX_FIELDS)
		return NULL;
	while (i > 0 && (e->field[i - 1].key > key ||
			 (name.n && e->field[i - 1].key == key &&
			  str_cmp(e->field[i - 1].name, name) > 0)))
		i--;
	if (i < e->nfield)
		memmove(&e->field[i + 1], &e->field[i],
			(e->nfield - i) * sizeof(e->field[0]));
	e->nfield++;
	e->field[i].key = (uint16_t)key;
	e->field[i].flags = 0;
	e->field[i].name = name;
	return &e->field[i];
}

static void put_str(struct field *f, struct str v)
{
	f->type = V_STR;
	if (v.n > EV_MAX_VALUE) {
		v.n = EV_MAX_VALUE;
		f->flags |= FIELD_TRUNCATED;
	}
	f->v.str = v;
}

void ev_str(struct event *e, unsigned key, struct str v)
{
	struct field *f;

	if (v.n == 0 || !(f = add(e, key, STR_NONE)))
		return;
	put_str(f, v);
}

void ev_cstr(struct event *e, unsigned key, const char *v)
{
	ev_str(e, key, str_of(v));
}

void ev_named(struct event *e, unsigned key, struct str name, struct str v)
{
	struct field *f;

	if (name.n == 0 || name.n > UINT16_MAX || !(f = add(e, key, name)))
		return;
	put_str(f, v);
}

static struct field *typed(struct event *e, unsigned key, enum value_type t)
{
	struct field *f = add(e, key, STR_NONE);

	if (f)
		f->type = (uint8_t)t;
	return f;
}

void ev_u64(struct event *e, unsigned key, uint64_t v)
{
	struct field *f = typed(e, key, V_U64);

	if (f)
		f->v.u64 = v;
}

void ev_i64(struct event *e, unsigned key, int64_t v)
{
	struct field *f = typed(e, key, V_I64);

	if (f)
		f->v.i64 = v;
}

void ev_bool(struct event *e, unsigned key, bool v)
{
	struct field *f = typed(e, key, V_BOOL);

	if (f)
		f->v.b = v;
}

void ev_time(struct event *e, unsigned key, int64_t ts_ns)
{
	struct field *f = typed(e, key, V_TIME);

	if (f)
		f->v.i64 = ts_ns;
}

void ev_ip(struct event *e, unsigned key, const unsigned char ip[16])
{
	struct field *f = typed(e, key, V_IP);

	if (f)
		memcpy(f->v.ip, ip, 16);
}

bool ev_ip_str(struct event *e, unsigned key, struct str s)
{
	unsigned char ip[16];

	if (!str_ip(s, ip))
		return false;
	ev_ip(e, key, ip);
	return true;
}

const struct field *ev_get(const struct event *e, unsigned key)
{
	for (size_t i = 0; i < e->nfield && e->field[i].key <= key; i++)
		if (e->field[i].key == key)
			return &e->field[i];
	return NULL;
}

struct str ev_get_str(const struct event *e, unsigned key)
{
	const struct field *f = ev_get(e, key);

	return f && f->type == V_STR ? f->v.str : STR_NONE;
}

void ev_set_str(struct event *e, unsigned key, struct str v)
{
	for (size_t i = 0; i < e->nfield; i++)
		if (e->field[i].key == key) {
			e->field[i].flags = 0;
			put_str(&e->field[i], v);
			return;
		}
	ev_str(e, key, v);
}

const char *time_desc_text(unsigned desc)
{
	static const char *const file[16] = {
#define M "Content Modification Time"
#define A "Last Access Time"
#define C "Metadata Modification Time"
#define B "Creation Time"
#define S "; "
		"Event Logged", M,         A,         M S A,     C,
		M S C,          A S C,     M S A S C, B,         M S B,
		A S B,          M S A S B, C S B,     M S C S B, A S C S B,
		M S A S C S B
#undef M
#undef A
#undef C
#undef B
#undef S
	};
	static const char *const other[] = { "Event Logged", "Start Time",
					     "End Time", "Observed",
					     "Last Login Time" };

	if (desc < 16)
		return file[desc];
	return desc < TD_COUNT ? other[desc - TD_LOGGED] : other[0];
}

/* `.1', `.12', `-20261101', `-20261101-1234567890', `.old' */
static bool rotation(struct str s)
{
	size_t i = 1;

	if (s.n < 2 || s.n > 22 || (s.p[0] != '.' && s.p[0] != '-'))
		return false;
	if (str_is(s, ".old"))
		return true;
	if (s.p[0] == '.' && s.n > 4)
		return false;
	if (s.p[0] == '-' && s.n < 9)
		return false;
	for (; i < s.n; i++)
		if ((s.p[i] < '0' || s.p[i] > '9') && s.p[i] != '-')
			return false;
	return true;
}

/* system@<id>-<seq>-<time>.journal, system.journal~ -> system */
static struct str journal_unrotated(struct str path, size_t base)
{
	size_t at = str_chr(str_skip(path, base), '@');

	if (at != (size_t)-1)
		return str_head(path, base + at);
	return str_head(path, str_rchr(path, '.'));
}

struct str path_unrotated(struct str path)
{
	static const char *const packed[] = { ".gz", ".bz2", ".xz", ".zst",
					      ".lzma" };
	size_t base = str_rchr(path, '/') + 1; /* 0 when there is none */

	if (str_ends(path, STR(".journal")) || str_ends(path, STR(".journal~")))
		return journal_unrotated(path, base);
	for (size_t i = 0; i < sizeof(packed) / sizeof(packed[0]); i++)
		if (str_ends(path, str_of(packed[i])))
			path.n -= strlen(packed[i]);
	for (size_t i = base; i < path.n; i++)
		if ((path.p[i] == '.' || path.p[i] == '-') && i > base &&
		    rotation(str_skip(path, i)))
			return str_head(path, i);
	return path;
}

static void add_part(struct sha256 *h, struct str s)
{
	uint64_t n = s.n;

	sha256_add(h, &n, sizeof(n));
	sha256_add(h, s.p, s.n);
}

static void identify_origin(struct identity *k, struct str host_id,
			    struct str dataset, struct str path)
{
	struct sha256 h;

	sha256_init(&h);
	add_part(&h, host_id);
	add_part(&h, dataset);
	add_part(&h, path_unrotated(path));
	sha256_end(&h, k->digest);
	k->dataset = dataset;
	k->known = true;
}

void event_identify(struct event *e, struct str host_id, struct str path,
		    struct identity *k)
{
	struct str record = e->record.n ? e->record : e->original;
	unsigned char digest[SHA256_LEN];
	struct {
		unsigned char origin[SHA256_LEN];
		uint64_t off, sub;
	} head;
	struct sha256 h;

	if (!k->known || !str_eq(k->dataset, e->dataset))
		identify_origin(k, host_id, e->dataset, path);
	memcpy(head.origin, k->digest, SHA256_LEN);
	head.off = e->off;
	head.sub = e->sub;
	sha256_init(&h);
	sha256_add(&h, &head, sizeof(head));
	sha256_add(&h, record.p, record.n);
	sha256_end(&h, digest);
	memcpy(e->id, digest, EV_ID_LEN);
}
