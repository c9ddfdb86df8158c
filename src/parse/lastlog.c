/*
 * lastlog - last login per user (util-linux, shadow, OpenSSH).
 * Record n belongs to uid n; unused ones are zeros, mostly holes.
 * Spec: bits/utmp.h `struct lastlog'; both byte orders:
 *   292 bytes   0 u32 time   4 line[32]   36 host[256]
 *   296 bytes   0 u64 time   8 line[32]   40 host[256]  (64-bit time_t)
 */
#include "lines.h"

#include "../util/timefmt.h"

#define MAX_PROBED 64 /* records that the probe looks at */
#define MAX_PROBE_BYTES                                                        \
	(64u << 20) /* before the first one: uids of domains                   \
		     */
#define MAX_BYTES (UINT64_C(16) << 30) /* of holes to pass: uid 58 million */
#define MAX_NOTES 64
#define MAX_SECOND (INT64_C(1) << 33) /* year 2242: no clock says more */
#define FIRST_SECOND 694224000        /* 1992: the first Linux with a lastlog */
#define SLACK 86400   /* between the clocks of a file and a login */
#define PROBE_BITS 32 /* of a first record: name, host and their zeros */
#define PROBE_MORE 4
#define PROBE_MAX 56

static const struct layout {
	uint16_t size;
	bool wide, big;
} layouts[] = {
	{ 292, false, false },
	{ 296, true, false },
	{ 292, false, true },
	{ 296, true, true },
};

struct record {
	uint64_t s;
	struct str line, host; /* with their zeros */
};

static void decode(struct str bytes, const struct layout *l, struct record *u)
{
	struct rd r = rd_of(bytes);

	if (l->wide)
		u->s = l->big ? rd_u64be(&r, "time") : rd_u64le(&r, "time");
	else
		u->s = l->big ? rd_u32be(&r, "time") : rd_u32le(&r, "time");
	u->line = rd_bytes(&r, 32, "line");
	u->host = rd_bytes(&r, 256, "host");
}

static bool zeros(struct str s)
{
	return s.n == 0 || (s.p[0] == 0 && memcmp(s.p, s.p + 1, s.n - 1) == 0);
}

static struct str name_of(struct str s)
{
	size_t n = str_chr(s, '\0');

	return n == (size_t)-1 ? s : str_head(s, n);
}

/* Text, then at least one zero (else any text fits): writers clear the record
 * before they fill it. */
static bool padded(struct str s)
{
	struct str name = name_of(s);

	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < ' ' || name.p[i] == 0x7f)
			return false;
	return name.n < s.n && zeros(str_skip(s, name.n));
}

static bool timed(const struct record *u)
{
	return u->s > 0 && u->s < MAX_SECOND;
}

/*
 * In the wrong byte order a time is any time: one before Linux, or after the
 * file was last written, speaks against a layout.
 */
static bool likely(const struct source *src, uint64_t s)
{
	int64_t last = INT64_MAX;

	if (src->mtime_ns != TS_MIN)
		last = ts_s(src->mtime_ns) + SLACK;
	return s >= FIRST_SECOND && (int64_t)s <= last;
}

/* Of a slice: up to its first whole record. */
static uint64_t lead(const struct source *src, const struct layout *l)
{
	uint64_t odd = src->base % l->size;

	return odd ? l->size - odd : 0;
}

static unsigned count(const struct source *src, const struct layout *l)
{
	struct str data = str_head(str_skip(lines_data(src), lead(src, l)),
				   MAX_PROBE_BYTES);
	unsigned points = 0, fit = 0, seen = 0;

	while (data.n >= l->size && seen < MAX_PROBED) {
		struct str bytes = str_head(data, l->size);
		struct record u;

		data = str_skip(data, l->size);
		if (zeros(bytes))
			continue;
		decode(bytes, l, &u);
		seen++;
		if (!timed(&u) || !u.line.p[0] || !padded(u.line) ||
		    !padded(u.host))
			continue;
		fit++;
		points += likely(src, u.s) ? 2 : 1;
	}
	return 2 * fit > seen ? points : 0;
}

/* *n: points of the records that fit, two each when their time is likely. */
static const struct layout *layout_of(const struct source *src, unsigned *n)
{
	const struct layout *best = NULL;

	*n = 0;
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		unsigned good = count(src, &layouts[i]);

		if (good > *n) {
			*n = good;
			best = &layouts[i];
		}
	}
	return best;
}

static unsigned probe(const struct source *src)
{
	unsigned n, bits;

	if (!layout_of(src, &n))
		return CANNOT;
	bits = PROBE_BITS + (n / 2) * PROBE_MORE;
	return bits < PROBE_MAX ? bits : PROBE_MAX;
}

static void fill(struct parse *p, const struct record *u, uint64_t uid)
{
	const struct account *who = NULL;
	struct event *ev = p->ev;
	struct str host = name_of(u->host);

	if (uid <= UINT32_MAX)
		who = ctx_uid(p->ctx, (uint32_t)uid);
	if (who)
		ev_str(ev, KEY_USER_NAME, who->name);
	ev_str(ev, KEY_USER_ID,
	       arena_fmt(p->scratch, "%llu", (unsigned long long)uid));
	ev_str(ev, KEY_PROCESS_TTY, name_of(u->line));
	ev_str(ev, KEY_SOURCE_ADDRESS, host);
	(void)ev_ip_str(ev, KEY_SOURCE_IP, host); /* or a name */
}

static enum outcome one(struct parse *p, const struct layout *l,
			struct str bytes, uint64_t off)
{
	struct arena_mark mark = arena_mark(p->scratch);
	enum outcome result;
	struct record u;
	struct when w;

	decode(bytes, l, &u);
	w = when_stated(ts_of((int64_t)u.s, 0, NULL), UNIT_S);
	ev_begin(p->ev, KIND_LAST_LOGIN, "lastlog", &w, p->src->base + off);
	p->ev->desc = TD_LOGIN;
	p->ev->record = bytes;
	fill(p, &u, (p->src->base + off) / l->size);
	result = parse_emit(p);
	arena_rewind(p->scratch, mark);
	return result;
}

static bool readable(struct parse *p, const struct layout *l, struct str bytes,
		     uint64_t off, unsigned *nnote)
{
	struct record u;

	decode(bytes, l, &u);
	if (timed(&u))
		return true;
	if ((*nnote)++ < MAX_NOTES)
		parse_note(p, NOTE_DAMAGED, "time", p->src->base + off, 0, u.s);
	return false;
}

static enum outcome parse(struct parse *p)
{
	struct str data = lines_data(p->src);
	uint64_t end = data.n < MAX_BYTES ? data.n : MAX_BYTES, off = 0;
	const struct layout *l;
	unsigned n, nnote = 0;

	l = layout_of(p->src, &n);
	if (!l)
		return REFUSED;
	off = lead(p->src, l);
	for (; off < end && end - off >= l->size; off += l->size) {
		struct str bytes = str_head(str_skip(data, off), l->size);

		if (zeros(bytes) || !readable(p, l, bytes, off, &nnote))
			continue;
		if (one(p, l, bytes, off) == STOP)
			return STOP;
	}
	if (nnote > MAX_NOTES)
		parse_note(p, NOTE_LIMIT, "notes of one file", 0, nnote,
			   MAX_NOTES);
	if (end < data.n)
		parse_note(p, NOTE_LIMIT, "bytes", off, data.n, end);
	else if (off < end && !zeros(str_skip(data, off)))
		parse_note(p, NOTE_DAMAGED, "record", off, l->size, end - off);
	return off < data.n || nnote ? PARTLY : WHOLE;
}

static const char *const paths[] = { "/var/log/lastlog*", NULL };

const struct parser parser_lastlog = {
	.name = "lastlog",
	.title = "lastlog: last login of each account",
	.title_ja = "lastlog：アカウントごとの最終ログイン",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
