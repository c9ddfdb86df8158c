/* lines.c - see lines.h. */
#include "lines.h"

#include "../util/timefmt.h"
#include "years.h"

/* Lines this much before their predecessor are in the other of two hours */
#define REPEATED_SLACK_S 300
#define PROBE_BYTES 4096
#define PROBE_NUL (16u << 20) /* a block that was never written, and more */

struct lines {
	struct parse *p;
	enum outcome (*line)(struct parse *, struct str, struct when *,
			     uint64_t);
	struct stamper stamper;
	struct years years;
	bool scanned; /* years are known */
	enum time_year how;
	int64_t limit_s;  /* INT64_MAX: not known */
	uint64_t minute;  /* of the yearless stamp in minute_s; 0: none */
	int64_t minute_s; /* its first UTC second */
	int32_t offset_s;
	int64_t after_s; /* UTC second of the record before */
	enum outcome worst;
};

struct str lines_next(struct str *rest)
{
	const char *nl = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
	struct str line = *rest;

	if (nl)
		line.n = (size_t)(nl - rest->p);
	if (!nl || line.n + 1 == rest->n)
		*rest = STR_NONE;
	else
		*rest = str_skip(*rest, line.n + 1);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

struct str lines_data(const struct source *src)
{
	struct str d = src->data;

	if (src->short_at < d.n)
		d.n = (size_t)src->short_at;
	return d;
}

struct str lines_sample(const struct source *src, size_t max)
{
	struct str d = lines_data(src);
	size_t n = 0;

	while (n < d.n && n < PROBE_NUL && d.p[n] == '\0')
		n++;
	return str_head(str_skip(d, n), max);
}

bool lines_text(const struct source *src)
{
	struct str d = lines_sample(src, PROBE_BYTES);
	size_t odd = 0;

	/* nor those that a crash or a hole leaves behind it */
	while (d.n && d.p[d.n - 1] == '\0')
		d.n--;
	/* one NUL must not hide a log */
	for (size_t i = 0; i < d.n; i++) {
		unsigned char c = (unsigned char)d.p[i];

		odd += (c < 0x20 && c != '\t' && c != '\n' && c != '\r' &&
			c != 0x1b) ||
		       c == 0x7f;
	}
	return d.n > 0 && odd * 50 <= d.n;
}

int64_t lines_limit(const struct parse *p, enum time_year *how)
{
	int64_t mtime = p->src->mtime_ns, now = p->ctx->collected_ns;

	/* a log may grow while the collection, which began before, goes on */
	*how = YEAR_FROM_MTIME;
	if (mtime != INT64_MIN &&
	    (now == INT64_MIN || ts_s(mtime) - YEARS_SLACK_S <= ts_s(now)))
		return ts_s(mtime);
	*how = YEAR_FROM_COLLECTION;
	return now == INT64_MIN ? INT64_MAX : ts_s(now);
}

static void set_zone(const struct parse *p, struct when *w, int64_t offset_s)
{
	w->zone = p->ctx->have & CTX_ZONE ? ZONE_HOST : ZONE_ASSUMED_UTC;
	w->offset_s = (int32_t)offset_s;
}

void lines_local(const struct parse *p, int64_t local_s, uint32_t ns,
		 enum time_unit unit, int64_t after_s, struct when *w)
{
	int64_t s, other = 0;
	bool twice = tz_to_utc(&p->ctx->zone, local_s, &s, &other);

	*w = (struct when){ .unit = (uint8_t)unit };
	if (twice) {
		if (after_s != INT64_MIN && s < after_s - REPEATED_SLACK_S &&
		    other >= after_s - REPEATED_SLACK_S) {
			int64_t t = s;

			s = other;
			other = t;
		}
		w->flags |= WHEN_OTHER;
		w->other = ts_of(other, ns, NULL);
	}
	set_zone(p, w, local_s - s);
	w->ts_ns = ts_of(s, ns, NULL);
}

void lines_bounded(const struct parse *p, int64_t not_before_ns,
		   int64_t not_after_ns, struct when *w)
{
	enum time_year how;
	int64_t limit = lines_limit(p, &how);

	*w = (struct when){ .unit = UNIT_S,
			    .from = FROM_BOUNDED,
			    .zone = ZONE_UTC };
	if (not_after_ns == INT64_MAX && limit != INT64_MAX)
		not_after_ns = how == YEAR_FROM_MTIME ? p->src->mtime_ns
						      : p->ctx->collected_ns;
	if (not_after_ns < not_before_ns)
		not_after_ns = not_before_ns; /* a clock went back */
	if (not_before_ns != INT64_MIN) {
		w->flags |= WHEN_NOT_BEFORE;
		w->not_before = w->ts_ns = not_before_ns;
	}
	if (not_after_ns != INT64_MAX) {
		w->flags |= WHEN_NOT_AFTER;
		w->not_after = w->ts_ns = not_after_ns;
	}
}

static void note(struct lines *l, enum note_kind kind, const char *what,
		 uint64_t off, uint64_t have)
{
	parse_note(l->p, kind, what, l->p->src->base + off, 0, have);
	if (l->worst < PARTLY)
		l->worst = PARTLY;
}

static void scan_years(struct lines *l)
{
	l->scanned = true;
	l->limit_s = lines_limit(l->p, &l->how);
	years_scan(&l->years, lines_data(l->p->src), &l->p->ctx->zone,
		   l->limit_s, l->p->keep);
	if (l->limit_s == INT64_MAX)
		note(l, NOTE_DAMAGED,
		     "year: the file's time and the collection's are unknown",
		     0, 0);
	if (l->years.overflow)
		note(l, NOTE_LIMIT, "year: the dates turn over too often", 0,
		     YEARS_MAX_RUNS);
}

/* A stamp without year whose minute is not the one before */
static void new_minute(struct lines *l, const struct stamp *t, int32_t year,
		       struct when *w)
{
	struct civil c = { .year = year, .month = t->mon, .day = t->day };

	if (c.day > days_in_month(c.year, c.month))
		c.year--; /* a 29th of February that its run does not hold */
	for (unsigned i = 0; i < 2; i++) {
		lines_local(l->p, civil_to_s(&c) + t->day_s, t->ns, t->unit,
			    l->after_s, w);
		if (l->limit_s == INT64_MAX ||
		    ts_s(w->ts_ns) - YEARS_SLACK_S <= l->limit_s)
			break;
		c.year--; /* ahead of its log: never later than the file */
	}
	l->minute = 0;
	if (w->flags & WHEN_OTHER || c.year != year)
		return;
	l->minute = (((uint64_t)year * 12 + t->mon) * 32 + t->day) * 1440 +
		    t->day_s / 60;
	l->minute_s = ts_s(w->ts_ns) - t->day_s % 60;
	l->offset_s = w->offset_s;
}

static void when_yearless(struct lines *l, const struct stamp *t, uint64_t off,
			  struct when *w)
{
	uint64_t minute;
	int32_t year;

	if (!l->scanned)
		scan_years(l);
	year = years_of(&l->years, off);
	minute = (((uint64_t)year * 12 + t->mon) * 32 + t->day) * 1440 +
		 t->day_s / 60;
	if (minute == l->minute) {
		*w = (struct when){ .unit = t->unit };
		w->ts_ns = ts_of(l->minute_s + t->day_s % 60, t->ns, NULL);
		set_zone(l->p, w, l->offset_s);
	} else {
		new_minute(l, t, year, w);
	}
	w->from = FROM_BOUNDED; /* counted from 1970: only the order holds */
	if (l->limit_s == INT64_MAX)
		return;
	w->from = FROM_INFERRED;
	w->year = (uint8_t)l->how;
}

static void when_of(struct lines *l, const struct stamp *t, uint64_t off,
		    struct when *w)
{
	switch (t->form) {
	case STAMP_YEARLESS:
		when_yearless(l, t, off, w);
		break;
	case STAMP_DATED:
		if (!t->has_zone) {
			lines_local(l->p, t->s, t->ns, t->unit, l->after_s, w);
			break;
		}
		*w = (struct when){ .unit = t->unit,
				    .zone = t->offset_s ? ZONE_OFFSET
							: ZONE_UTC,
				    .offset_s = t->offset_s };
		w->ts_ns = ts_of(t->s, t->ns, NULL);
		break;
	default:
		lines_bounded(l->p,
			      l->after_s == INT64_MIN
				      ? INT64_MIN
				      : ts_of(l->after_s, 0, NULL),
			      INT64_MAX, w);
		return;
	}
	l->after_s = ts_s(w->ts_ns);
}

struct record {
	struct str text; /* p NULL: none is open */
	uint64_t off;
	struct stamp t;
};

/* Lines before the first stamp are not later than it. */
static void when_before(struct lines *l, const struct record *next,
			struct when *w)
{
	struct when n;

	when_of(l, &next->t, next->off, &n);
	lines_bounded(l->p, INT64_MIN, n.ts_ns, w);
}

/* Hands over what is open, before `next' (NULL: the end); false to stop. */
static bool finish(struct lines *l, struct record *r, const struct record *next)
{
	struct when w;
	enum outcome o;

	if (!r->text.p)
		return true;
	if (r->t.form == STAMP_NONE && l->after_s == INT64_MIN && next &&
	    next->t.form >= STAMP_YEARLESS)
		when_before(l, next, &w);
	else
		when_of(l, &r->t, r->off, &w);
	l->p->head = r->t.head;
	o = l->line(l->p, r->text, &w, l->p->src->base + r->off);
	r->text = STR_NONE;
	if (o > l->worst)
		l->worst = o;
	return o != STOP;
}

/* Crashes leave runs of NUL where a block was never written. */
static struct str skip_nul(struct lines *l, struct str line, uint64_t *off)
{
	size_t n = 0;

	while (n < line.n && line.p[n] == '\0')
		n++;
	if (n == 0)
		return line;
	note(l, NOTE_DAMAGED, "line: a run of NUL bytes", *off, n);
	*off += n;
	return str_skip(line, n);
}

/* One line: begins a record or goes on with the one that is open. */
static bool take(struct lines *l, struct record *r, struct str line,
		 uint64_t off)
{
	struct record next;

	if (line.n && line.p[0] == '\0')
		line = skip_nul(l, line, &off);
	if (line.n == 0)
		return true;
	next.text = line;
	next.off = off;
	stamp_read(&l->stamper, line, &next.t);
	if (next.t.form == STAMP_BAD) {
		note(l, NOTE_DAMAGED, "line: no such date or time", off,
		     line.n);
		return finish(l, r, NULL);
	}
	if (next.t.form == STAMP_NONE && r->text.p) {
		size_t n = (size_t)(line.p + line.n - r->text.p);

		if (n <= LINES_MAX_RECORD) {
			r->text.n = n;
			return true;
		}
		note(l, NOTE_LIMIT, "record: too many lines without a time",
		     off, n);
	}
	if (!finish(l, r, &next))
		return false;
	*r = next;
	return true;
}

enum outcome lines_parse(struct parse *p,
			 enum outcome (*line)(struct parse *, struct str,
					      struct when *, uint64_t))
{
	struct str rest = lines_data(p->src);
	const char *base = rest.p;
	struct lines l = {
		.p = p, .line = line, .limit_s = INT64_MAX, .after_s = INT64_MIN
	};
	struct record r = { .text = STR_NONE };

	if (rest.n == 0)
		return WHOLE;
	while (rest.p) {
		uint64_t off = (uint64_t)(rest.p - base);

		if (!take(&l, &r, lines_next(&rest), off))
			return STOP;
	}
	if (!finish(&l, &r, NULL))
		return STOP;
	return l.worst;
}
