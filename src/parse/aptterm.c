/*
 * aptterm - apt's term.log: what dpkg and the packages' scripts printed, one
 * session after the other, local time.
 *   Log started: 2026-07-10  16:38:08
 *   … output …
 *   Log ended: 2026-07-10  16:38:10
 * One event a session: its time, and its output for those who search it.
 */
#include "parser.h"

#include "../util/timefmt.h"
#include "lines.h"

#define STARTED "Log started: "
#define ENDED "Log ended: "
#define DATE_BYTES 20 /* 2026-07-10  16:38:08 */

struct session {
	struct str text; /* p NULL: none is open */
	uint64_t off;
	struct when start, end;
	bool ended;
};

/* "2026-07-10  16:38:08" -> local civil seconds */
static bool read_date(struct str v, int64_t *s)
{
	char t[19];
	int64_t ns;
	unsigned digits;
	bool zone;
	int32_t off;

	v = str_trim(v);
	if (v.n != DATE_BYTES)
		return false;
	memcpy(t, v.p, 10);
	t[10] = 'T';
	memcpy(t + 11, v.p + 12, 8);
	if (ts_parse_iso(str_mem(t, 19), &ns, &digits, &zone, &off) != 19)
		return false;
	*s = ts_s(ns);
	return true;
}

static bool line_date(struct str line, struct str head, int64_t *s)
{
	return str_starts(line, head) && read_date(str_skip(line, head.n), s);
}

static enum outcome finish(struct parse *p, struct session *o)
{
	struct str first = o->text;

	if (!o->text.p)
		return WHOLE;
	ev_begin(p->ev, KIND_LOG, "aptterm", &o->start, o->off);
	p->ev->original = str_head(o->text, EV_MAX_ORIGINAL);
	p->ev->desc = TD_START;
	ev_cstr(p->ev, KEY_EVENT_ACTION, "apt-session");
	if (o->ended)
		ev_time(p->ev, KEY_EVENT_END, o->end.ts_ns);
	ev_str(p->ev, KEY_K_MESSAGE, lines_next(&first));
	*o = (struct session){ 0 };
	return parse_emit(p);
}

static enum outcome parse(struct parse *p)
{
	struct str rest = lines_data(p->src);
	const char *base = rest.p;
	struct session o = { 0 };
	int64_t last_s = INT64_MIN, s;

	while (rest.p && rest.n) {
		uint64_t off = (uint64_t)(rest.p - base);
		struct str l = lines_next(&rest);

		if (line_date(l, STR(STARTED), &s)) {
			if (finish(p, &o) == STOP)
				return STOP;
			o.text = l;
			o.off = off;
			lines_local(p, s, 0, UNIT_S, last_s, &o.start);
			last_s = ts_s(o.start.ts_ns);
		} else if (o.text.p && l.n && !o.ended) {
			o.text.n = (size_t)(l.p + l.n - o.text.p);
			o.ended = line_date(l, STR(ENDED), &s);
			if (o.ended)
				lines_local(p, s, 0, UNIT_S, last_s, &o.end);
		}
	}
	return finish(p, &o) == STOP ? STOP : WHOLE;
}

static unsigned probe(const struct source *src)
{
	struct str rest = lines_sample(src, 4096);
	int64_t s;

	if (!lines_text(src))
		return CANNOT;
	while (rest.p && rest.n) {
		struct str l = lines_next(&rest);

		if (l.n)
			return line_date(l, STR(STARTED), &s) ? 48 : CANNOT;
	}
	return CANNOT;
}

static const char *const paths[] = { "/var/log/apt/term.log*", NULL };

const struct parser parser_aptterm = {
	.name = "aptterm",
	.title = "apt's term.log: sessions and what was printed",
	.title_ja = "apt の term.log：実行ごとの端末出力",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
