/*
 * bodyfile - The Sleuth Kit's bodyfile 3.x: one file a line.
 *   MD5|name|inode|mode|UID|GID|size|atime|mtime|ctime|crtime
 * Times are seconds since 1970 UTC, with a fraction in newer versions; 0 and
 * -1 say that there is none.  In names `\|' is a bar, `\\' a backslash and
 * `\xHH' a byte.
 */
#include "parser.h"

#include "../util/timefmt.h"
#include "lines.h"

#define NFIELD 11
#define SAMPLE_LINES 16

enum {
	F_MD5,
	F_NAME,
	F_INODE,
	F_MODE,
	F_UID,
	F_GID,
	F_SIZE,
	F_ATIME,
	F_MTIME,
	F_CTIME,
	F_CRTIME
};

/* Cuts a line at its bars; false when there are not exactly NFIELD parts. */
static bool cut(struct str line, struct str f[NFIELD], bool *escaped)
{
	const char *p = line.p, *end = line.p + line.n, *from = p;
	unsigned n = 0;

	*escaped = false;
	for (; p < end; p++) {
		if (*p == '\\') {
			*escaped = true;
			p++;
		} else if (*p == '|') {
			if (n == NFIELD - 1)
				return false;
			f[n++] = (struct str){ from, (size_t)(p - from) };
			from = p + 1;
		}
	}
	if (n != NFIELD - 1)
		return false;
	f[n] = (struct str){ from, (size_t)(end - from) };
	return true;
}

static int hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

static struct str unescape(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, s.n);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		char next = i + 1 < s.n ? s.p[i + 1] : '\0';

		if (s.p[i] == '\\' && (next == '|' || next == '\\')) {
			out[n++] = next;
			i++;
		} else if (s.p[i] == '\\' && next == 'x' && i + 3 < s.n &&
			   hex(s.p[i + 2]) >= 0 && hex(s.p[i + 3]) >= 0) {
			out[n++] =
				(char)(hex(s.p[i + 2]) * 16 + hex(s.p[i + 3]));
			i += 3;
		} else {
			out[n++] = s.p[i];
		}
	}
	return (struct str){ out, n };
}

struct time {
	int64_t s;
	uint32_t ns;
	uint8_t unit;
	bool set, bad;
};

/* Seconds with an optional fraction, exactly: no floating point. */
static struct time read_time(struct str v)
{
	struct time t = { .unit = UNIT_S };
	bool neg = v.n && v.p[0] == '-';
	size_t i = neg, digits = 0;
	uint32_t scale = 100000000;

	for (; i < v.n && v.p[i] >= '0' && v.p[i] <= '9'; i++, digits++)
		if (__builtin_mul_overflow(t.s, 10, &t.s) ||
		    __builtin_add_overflow(t.s, v.p[i] - '0', &t.s))
			t.s = INT64_MAX;
	t.bad = digits == 0 && v.n;
	if (i + 1 < v.n && v.p[i] == '.') {
		size_t from = ++i;

		for (; i < v.n && v.p[i] >= '0' && v.p[i] <= '9'; i++) {
			t.ns += (uint32_t)(v.p[i] - '0') * scale;
			scale /= 10;
		}
		t.unit = i - from <= 3   ? UNIT_MS
			 : i - from <= 6 ? UNIT_US
					 : UNIT_NS;
	}
	t.bad |= i != v.n;
	if (neg) {
		t.s = -t.s - (t.ns != 0);
		t.ns = t.ns ? NS_PER_S - t.ns : 0;
	}
	t.set = !t.bad && v.n && (t.s || t.ns) && !(t.s == -1 && !t.ns);
	return t;
}

static void add_number(struct event *e, unsigned key, struct str s)
{
	uint64_t v;

	if (str_u64(s, &v))
		ev_u64(e, key, v);
}

static void add_name(struct parse *p, struct str f[NFIELD], bool escaped)
{
	static const struct str arrow = { " -> ", 4 };
	struct str name = f[F_NAME];
	bool link = str_has(str_head(f[F_MODE], 3), STR("l"));
	size_t at = link ? str_find(name, arrow) : (size_t)-1;
	struct str target = STR_NONE;

	if (at != (size_t)-1) {
		target = str_skip(name, at + arrow.n);
		name = str_head(name, at);
	}
	if (escaped) {
		name = unescape(p->scratch, name);
		target = unescape(p->scratch, target);
	}
	ev_str(p->ev, KEY_FILE_PATH, name);
	ev_str(p->ev, KEY_FILE_TARGET, target);
}

static void add_fields(struct parse *p, struct str f[NFIELD], bool escaped)
{
	struct event *e = p->ev;

	add_number(e, KEY_FILE_GID, f[F_GID]);
	if (f[F_MD5].n == 32)
		ev_str(e, KEY_FILE_HASH_MD5, f[F_MD5]);
	if (!str_is(f[F_INODE], "0"))
		ev_str(e, KEY_FILE_INODE, f[F_INODE]);
	ev_str(e, KEY_FILE_MODE, f[F_MODE]);
	add_name(p, f, escaped);
	add_number(e, KEY_FILE_SIZE, f[F_SIZE]);
	add_number(e, KEY_FILE_UID, f[F_UID]);
}

static const char *macb_text(unsigned desc)
{
	static const char text[16][5] = { "....", "M...", ".A..", "MA..",
					  "..C.", "M.C.", ".AC.", "MAC.",
					  "...B", "M..B", ".A.B", "MA.B",
					  "..CB", "M.CB", ".ACB", "MACB" };

	return text[desc & 15];
}

/* One event for each distinct time of a line. */
static enum outcome emit(struct parse *p, struct str line, uint64_t off,
			 struct str f[NFIELD], bool escaped, struct time t[4])
{
	static const uint8_t bit[4] = { TD_M, TD_A, TD_C, TD_B };
	uint32_t sub = 0;

	for (unsigned i = 0; i < 4; i++) {
		unsigned desc = bit[i];
		struct when w = { .unit = t[i].unit };
		bool clipped;

		if (!t[i].set)
			continue;
		for (unsigned k = i + 1; k < 4; k++)
			if (t[k].set && t[k].s == t[i].s &&
			    t[k].ns == t[i].ns) {
				desc |= bit[k];
				t[k].set = false;
			}
		w.ts_ns = ts_of(t[i].s, t[i].ns, &clipped);
		if (clipped) {
			w.flags |= WHEN_RAW;
			w.raw = t[i].s;
		}
		ev_begin(p->ev, KIND_FILE, "bodyfile", &w, off);
		p->ev->desc = (uint8_t)desc;
		p->ev->sub = sub++;
		p->ev->original = str_head(line, EV_MAX_ORIGINAL);
		add_fields(p, f, escaped);
		ev_cstr(p->ev, KEY_K_MACB, macb_text(desc));
		if (parse_emit(p) == STOP)
			return STOP;
	}
	return WHOLE;
}

static enum outcome one(struct parse *p, struct str line, uint64_t off)
{
	struct str f[NFIELD];
	struct time t[4];
	bool escaped, bad = false;

	if (!cut(line, f, &escaped)) {
		parse_note(p, NOTE_DAMAGED, "bodyfile: not 11 fields", off, 0,
			   line.n);
		return PARTLY;
	}
	t[0] = read_time(f[F_MTIME]);
	t[1] = read_time(f[F_ATIME]);
	t[2] = read_time(f[F_CTIME]);
	t[3] = read_time(f[F_CRTIME]);
	for (unsigned i = 0; i < 4; i++)
		bad |= t[i].bad;
	if (bad)
		parse_note(p, NOTE_DAMAGED, "bodyfile: a time is no number",
			   off, 0, line.n);
	return emit(p, line, off, f, escaped, t) == STOP ? STOP
	       : bad                                     ? PARTLY
							 : WHOLE;
}

static enum outcome parse(struct parse *p)
{
	struct str rest = lines_data(p->src);
	const char *base = rest.p;
	enum outcome worst = WHOLE;

	while (rest.p && rest.n) {
		struct arena_mark mark = arena_mark(p->scratch);
		uint64_t off = p->src->base + (uint64_t)(rest.p - base);
		struct str line = lines_next(&rest);
		enum outcome o;

		if (line.n == 0 || line.p[0] == '#')
			continue;
		o = one(p, line, off);
		arena_rewind(p->scratch, mark);
		if (o == STOP)
			return STOP;
		if (o > worst)
			worst = o;
	}
	return worst;
}

static unsigned probe(const struct source *src)
{
	struct str rest = lines_sample(src, 16384);
	unsigned good = 0, bad = 0;

	if (!lines_text(src))
		return CANNOT;
	while (rest.p && good + bad < SAMPLE_LINES) {
		struct str f[NFIELD], line = lines_next(&rest);
		bool escaped;

		if (line.n == 0 || line.p[0] == '#')
			continue;
		/* the last line of the sample may be cut */
		if (cut(line, f, &escaped) && !read_time(f[F_MTIME]).bad &&
		    !read_time(f[F_ATIME]).bad && f[F_NAME].n)
			good++;
		else if (rest.p || good == 0)
			bad++;
	}
	return good > bad ? 40 : CANNOT;
}

/* any line can be the first of a slice */
static uint64_t split(const struct source *src, uint64_t off)
{
	size_t i = str_chr(str_skip(src->data, off), '\n');

	return i == (size_t)-1 ? src->size : off + i + 1;
}

static const char *const paths[] = { "**/bodyfile", "**/bodyfile.txt",
				     "**/*.bodyfile", "**/*.body", NULL };

const struct parser parser_bodyfile = {
	.name = "bodyfile",
	.title = "Sleuth Kit bodyfile 3.x (file times, nanoseconds kept)",
	.title_ja = "Sleuth Kit の bodyfile 3.x（ファイル時刻、ナノ秒まで）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
	.split = split,
};
