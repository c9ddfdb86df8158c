/*
 * aptlog - apt's history.log: one paragraph a transaction, local time.
 *   Start-Date: 2026-07-10  16:38:08
 *   Commandline: apt-get install foo
 *   Requested-By: alice (1000)
 *   Install: foo:amd64 (1.0-1), bar:amd64 (2.0-3, automatic)
 *   Upgrade: baz:amd64 (1.0, 1.1)
 *   Error: …
 *   End-Date: 2026-07-10  16:38:10
 * One event a package, and one for a transaction that names none.
 */
#include "parser.h"

#include "../util/timefmt.h"
#include "lines.h"

#define SAMPLE_BYTES 8192
/* a dist-upgrade writes each list on one line: a few thousand packages */
#define MAX_BLOCK (1u << 20)

static const struct {
	struct str head;
	const char *action;
} list[] = {
	{ { "Install: ", 9 }, "install" },
	{ { "Reinstall: ", 11 }, "reinstall" },
	{ { "Upgrade: ", 9 }, "upgrade" },
	{ { "Downgrade: ", 11 }, "downgrade" },
	{ { "Remove: ", 8 }, "remove" },
	{ { "Purge: ", 7 }, "purge" },
};
#define NLIST (sizeof(list) / sizeof(list[0]))

struct block {
	struct str text; /* the paragraph; p NULL: none is open */
	uint64_t off;
	struct when when;
	struct str command, user, uid, error;
	int64_t end_ns;
	bool ended;
	uint32_t sub;
};

/* "2026-07-10  16:38:08" -> local civil seconds */
static bool read_date(struct str v, int64_t *s)
{
	char t[20];
	int64_t ns;
	unsigned digits;
	bool zone;
	int32_t off;

	v = str_trim(v);
	if (v.n < 19)
		return false;
	memcpy(t, v.p, 10);
	t[10] = 'T';
	memcpy(t + 11, v.p + v.n - 8, 8);
	if (ts_parse_iso((struct str){ t, 19 }, &ns, &digits, &zone, &off) !=
	    19)
		return false;
	*s = ts_s(ns);
	return true;
}

static void begin(struct parse *p, struct block *b, unsigned kind)
{
	struct event *e = p->ev;

	ev_begin(e, kind, "aptlog", &b->when, b->off);
	e->sub = b->sub++;
	e->desc = TD_START;
	if (b->ended)
		ev_time(e, KEY_EVENT_END, b->end_ns);
	if (b->error.n) {
		ev_cstr(e, KEY_EVENT_OUTCOME, "failure");
		ev_str(e, KEY_EVENT_REASON, b->error);
	}
	ev_str(e, KEY_PROCESS_COMMAND_LINE, b->command);
	ev_str(e, KEY_USER_ID, b->uid);
	ev_str(e, KEY_USER_NAME, b->user);
}

/* "foo:amd64 (1.0, 1.1)" or "foo:amd64 (1.0, automatic)" */
static enum outcome package(struct parse *p, struct block *b,
			    const char *action, struct str item)
{
	struct str whole = item, name = str_trim(str_cut(&item, '(')), in,
		   v[2] = { 0 };
	size_t n = str_rchr(name, ':');

	in = item.p ? str_head(item, str_chr(item, ')')) : STR_NONE;
	v[0] = in.p ? str_trim(str_cut(&in, ',')) : STR_NONE;
	v[1] = in.p ? str_trim(in) : STR_NONE;
	begin(p, b, KIND_PACKAGE);
	p->ev->original = whole; /* not the paragraph, thousands of times */
	ev_cstr(p->ev, KEY_EVENT_ACTION, action);
	ev_str(p->ev, KEY_PACKAGE_ARCHITECTURE,
	       n == (size_t)-1 ? STR_NONE : str_skip(name, n + 1));
	ev_str(p->ev, KEY_PACKAGE_NAME, str_head(name, n));
	ev_cstr(p->ev, KEY_PACKAGE_TYPE, "deb");
	if (str_is(v[1], "automatic")) {
		ev_bool(p->ev, KEY_K_PACKAGE_AUTOMATIC, true);
		v[1] = STR_NONE;
	}
	ev_str(p->ev, KEY_PACKAGE_VERSION, v[1].n ? v[1] : v[0]);
	if (v[1].n)
		ev_str(p->ev, KEY_K_PACKAGE_PREVIOUS, v[0]);
	return parse_emit(p);
}

static enum outcome packages(struct parse *p, struct block *b,
			     const char *action, struct str rest)
{
	while (rest.n) {
		size_t n = str_find(rest, STR("), "));
		struct str item =
			n == (size_t)-1 ? rest : str_head(rest, n + 1);

		rest = n == (size_t)-1 ? STR_NONE : str_skip(rest, n + 3);
		if (package(p, b, action, item) == STOP)
			return STOP;
	}
	return WHOLE;
}

static void read_user(struct block *b, struct str v)
{
	v = str_trim(v);
	b->user = str_trim(str_cut(&v, '('));
	b->uid = v.p ? str_head(v, str_chr(v, ')')) : STR_NONE;
}

/* Fields that every event of the paragraph carries; false: no start */
static bool read_head(struct parse *p, struct block *b, int64_t *last_s)
{
	struct str rest = b->text;
	bool started = false;
	struct when end;
	int64_t s;

	while (rest.p && rest.n) {
		struct str l = lines_next(&rest), v;
		size_t n = str_find(l, STR(": "));

		if (n == (size_t)-1)
			continue;
		v = str_skip(l, n + 2);
		l = str_head(l, n);
		if (str_is(l, "Start-Date") && read_date(v, &s)) {
			lines_local(p, s, 0, UNIT_S, *last_s, &b->when);
			*last_s = ts_s(b->when.ts_ns);
			started = true;
		} else if (str_is(l, "End-Date") && read_date(v, &s)) {
			lines_local(p, s, 0, UNIT_S, *last_s, &end);
			b->end_ns = end.ts_ns;
			b->ended = true;
		} else if (str_is(l, "Commandline")) {
			b->command = str_trim(v);
		} else if (str_is(l, "Requested-By")) {
			read_user(b, v);
		} else if (str_is(l, "Error")) {
			b->error = str_trim(v);
		}
	}
	return started;
}

static enum outcome finish(struct parse *p, struct block *b, int64_t *last_s)
{
	struct str rest = b->text;

	if (!read_head(p, b, last_s)) {
		parse_note(p, NOTE_DAMAGED, "apt history: no Start-Date",
			   b->off, 0, b->text.n);
		return PARTLY;
	}
	while (rest.p && rest.n) {
		struct str l = lines_next(&rest);

		for (size_t i = 0; i < NLIST; i++)
			if (str_starts(l, list[i].head) &&
			    packages(p, b, list[i].action,
				     str_skip(l, list[i].head.n)) == STOP)
				return STOP;
	}
	if (b->sub)
		return WHOLE;
	begin(p, b, KIND_LOG);
	p->ev->original = b->text;
	ev_str(p->ev, KEY_K_MESSAGE, str_trim(b->text));
	return parse_emit(p);
}

static enum outcome parse(struct parse *p)
{
	struct str rest = lines_data(p->src);
	const char *base = rest.p;
	struct block b = { 0 };
	int64_t last_s = INT64_MIN;
	enum outcome worst = WHOLE, o = WHOLE;

	while (rest.p && rest.n && o != STOP) {
		uint64_t off = (uint64_t)(rest.p - base);
		struct str l = lines_next(&rest);
		bool start = str_starts(l, STR("Start-Date: "));

		if (b.text.p && (l.n == 0 || start)) {
			o = finish(p, &b, &last_s);
			worst = o > worst ? o : worst;
			b = (struct block){ 0 };
		}
		if (l.n == 0)
			continue;
		if (!b.text.p)
			b = (struct block){ .text = l, .off = off };
		else if ((size_t)(l.p + l.n - b.text.p) <= MAX_BLOCK)
			b.text.n = (size_t)(l.p + l.n - b.text.p);
	}
	if (b.text.p && o != STOP) {
		o = finish(p, &b, &last_s);
		worst = o > worst ? o : worst;
	}
	return o == STOP ? STOP : worst;
}

static unsigned probe(const struct source *src)
{
	struct str rest = lines_sample(src, SAMPLE_BYTES);
	int64_t s;

	if (!lines_text(src))
		return CANNOT;
	while (rest.p && rest.n) {
		struct str l = lines_next(&rest);

		if (l.n == 0)
			continue;
		return str_starts(l, STR("Start-Date: ")) &&
				       read_date(str_skip(l, 12), &s)
			       ? 48
			       : CANNOT;
	}
	return CANNOT;
}

static const char *const paths[] = { "/var/log/apt/history.log*", NULL };

const struct parser parser_aptlog = {
	.name = "aptlog",
	.title = "apt's history.log: transactions, who asked, each package",
	.title_ja = "apt の history.log：処理、依頼者、各パッケージ",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
