/*
 * golden_test.c - every folder testdata/<parser>/<case>/ holds an `input' and
 * the events it must give, as JSON lines without `message', sorted as a
 * timeline is: want.jsonl.  The parser is picked by its probe, as in a run.
 *
 * A file `args' says what the world around the input was, one a line:
 *   path /var/log/auth.log     path on the host (default /input)
 *   member live/x.0000.jsonl   member of the archive (default: the path)
 *   mtime 2026-01-02T03:04:05Z of the file (default: unknown)
 *   collected 2026-…           start of the collection (default: unknown)
 *   zone Asia/Tokyo | +09:00   the host's; a name is read below
 *                              testdata/zoneinfo/ (default: unknown)
 *   host NAME                  (default: golden)
 *   account NAME UID HOME      an account of the host; several may stand
 *   short 4096                 zero-padded from there
 *   stream                     one of the collector's own members
 *
 * UPDATE=1 writes want.jsonl anew; read the difference before it goes in.
 */
#include "parser.h"

#include "../event/message.h"
#include "../export/export.h"
#include "../util/timefmt.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <cmocka.h>

#define MAX_CASES 1024
#define MAX_ACCOUNTS 16
#define NAME_BYTES 512
#define KEEP_BYTES (64u << 20)
#define SHOW 160 /* bytes of a difference */
#define SHOW_BEFORE 60

struct row {
	size_t at, n; /* in the wire buffer */
	int64_t ts_ns;
	uint64_t off;
	uint32_t sub;
};

struct world {
	struct source src;
	struct context ctx;
	struct account account[MAX_ACCOUNTS];
	struct arena arena, keep, scratch;
};

struct collector {
	struct sink sink;
	struct buf wire, notes;
	struct row *row;
	size_t nrow, cap;
	const struct world *w;
};

static int on_event(struct sink *s, struct event *e)
{
	struct collector *c = (struct collector *)s;
	struct row *r;

	event_identify(e, c->w->ctx.id, c->w->src.path,
		       &(struct identity){ 0 });
	vec_grow(&c->row, &c->cap, c->nrow + 1, sizeof(*c->row));
	r = &c->row[c->nrow++];
	*r = (struct row){ .at = c->wire.n,
			   .ts_ns = e->when.ts_ns,
			   .off = e->off,
			   .sub = e->sub };
	event_put(&c->wire, e);
	r->n = c->wire.n - r->at;
	return 0;
}

static void on_note(struct sink *s, const struct note *n)
{
	struct collector *c = (struct collector *)s;

	buf_fmt(&c->notes,
		"{\"note\":\"%s\",\"offset\":%llu,\"need\":%llu,"
		"\"have\":%llu,\"what\":\"" STR_FMT "\"}\n",
		note_kind_name(n->kind), (unsigned long long)n->off,
		(unsigned long long)n->need, (unsigned long long)n->have,
		STR_ARG(n->what));
}

static const struct sink_ops ops = { .event = on_event, .note = on_note };

static int by_time(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->ts_ns != y->ts_ns)
		return x->ts_ns < y->ts_ns ? -1 : 1;
	if (x->off != y->off)
		return x->off < y->off ? -1 : 1;
	return (x->sub > y->sub) - (x->sub < y->sub);
}

/* The whole file, or false. */
static bool slurp(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		return false;
	while ((n = fread(buf_room(out, 65536), 1, 65536, f)) > 0)
		out->n += n;
	fclose(f);
	return true;
}

static void set_zone(struct world *w, struct str v)
{
	char path[NAME_BYTES];
	struct buf b = { 0 };
	int64_t ts;
	unsigned digits;
	bool has;
	int32_t off = 0;
	struct str iso;

	w->ctx.have |= CTX_ZONE;
	iso = arena_fmt(&w->arena, "2000-01-01T00:00:00" STR_FMT, STR_ARG(v));
	if (ts_parse_iso(iso, &ts, &digits, &has, &off) == iso.n && has) {
		w->ctx.zone = tz_fixed(off);
		return;
	}
	(void)snprintf(path, sizeof(path), "testdata/zoneinfo/" STR_FMT,
		       STR_ARG(v));
	if (!slurp(path, &b))
		fail_msg("no %s", path);
	assert_true(tz_read(arena_dup(&w->arena, buf_view(&b)), &w->arena,
			    &w->ctx.zone));
	w->ctx.zone_name = v;
	buf_free(&b);
}

static int64_t time_of(struct str v)
{
	int64_t ts;
	unsigned digits;
	bool has;
	int32_t off;

	if (ts_parse_iso(v, &ts, &digits, &has, &off) != v.n)
		fail_msg("no time: " STR_FMT, STR_ARG(v));
	return ts;
}

static void add_account(struct world *w, struct str v)
{
	struct account *a = &w->account[w->ctx.naccount];
	uint64_t uid;

	assert_true(w->ctx.naccount < MAX_ACCOUNTS);
	a->name = str_cut(&v, ' ');
	assert_true(str_u64(str_cut(&v, ' '), &uid));
	a->uid = (uint32_t)uid;
	a->home = v;
	w->ctx.account = w->account;
	w->ctx.naccount++;
	w->ctx.have |= CTX_ACCOUNTS;
}

static void set_arg(struct world *w, struct str key, struct str v)
{
	if (str_is(key, "path"))
		w->src.path = v;
	else if (str_is(key, "member"))
		w->src.member = v;
	else if (str_is(key, "mtime"))
		w->src.mtime_ns = time_of(v);
	else if (str_is(key, "collected"))
		w->ctx.collected_ns = time_of(v);
	else if (str_is(key, "zone"))
		set_zone(w, v);
	else if (str_is(key, "host"))
		w->ctx.hostname = v;
	else if (str_is(key, "account"))
		add_account(w, v);
	else if (str_is(key, "short"))
		assert_true(str_u64(v, &w->src.short_at));
	else if (str_is(key, "stream"))
		w->src.flags |= SRC_STREAM;
	else
		fail_msg("args: " STR_FMT "?", STR_ARG(key));
}

static void open_world(struct world *w, const char *dir)
{
	char path[NAME_BYTES];
	struct buf b = { 0 };
	struct str rest;

	*w = (struct world){ 0 };
	arena_init(&w->arena, 0);
	arena_init(&w->keep, KEEP_BYTES);
	arena_init(&w->scratch, KEEP_BYTES);
	w->src.path = STR("/input");
	w->src.mtime_ns = INT64_MIN;
	w->src.short_at = UINT64_MAX;
	w->ctx.hostname = STR("golden");
	w->ctx.id = STR("00000000000000000000000000000000");
	w->ctx.collected_ns = w->ctx.collected_end_ns = INT64_MIN;
	(void)snprintf(path, sizeof(path), "%s/input", dir);
	assert_true(slurp(path, &b));
	/* of the exact size, so that a sanitizer sees a byte too far */
	w->src.data = (struct str){ malloc(b.n + !b.n), b.n };
	memcpy((char *)(uintptr_t)w->src.data.p, b.p ? b.p : "", b.n);
	w->src.size = b.n;
	b.n = 0;
	(void)snprintf(path, sizeof(path), "%s/args", dir);
	(void)slurp(path, &b);
	rest = arena_dup(&w->arena, buf_view(&b));
	while (rest.p) {
		struct str line = str_trim(str_cut(&rest, '\n')), key;

		if (line.n == 0)
			continue;
		key = str_cut(&line, ' ');
		set_arg(w, key, line);
	}
	if (!w->src.member.n)
		w->src.member = w->src.path;
	buf_free(&b);
}

static void close_world(struct world *w)
{
	free((char *)(uintptr_t)w->src.data.p);
	arena_free(&w->arena);
	arena_free(&w->keep);
	arena_free(&w->scratch);
}

static void render(struct collector *c, struct buf *out)
{
	const struct export *jsonl = export_named("jsonl");
	struct messages *m = messages_new(LANG_EN);
	struct export_source source = { .path = c->w->src.path,
					.member = c->w->src.member,
					.short_at = c->w->src.short_at };
	struct export_host host = { c->w->ctx.hostname, c->w->ctx.id };
	struct export_names names = { &source, 1, &host, 1 };
	struct event *e = xmalloc(sizeof(*e));

	if (c->nrow)
		qsort(c->row, c->nrow, sizeof(*c->row), by_time);
	for (size_t i = 0; i < c->nrow; i++) {
		struct str rec = { c->wire.p + c->row[i].at, c->row[i].n };

		assert_true(event_get(rec, e));
		jsonl->event(out, e, &names, m, EXPORT_NO_MESSAGE);
	}
	buf_str(out, buf_view(&c->notes));
	free(e);
	messages_free(m);
}

/* Shows both lines from a little before where they part. */
static void differ(const char *path, unsigned line, struct str want,
		   struct str got)
{
	size_t i = 0;

	while (i < want.n && i < got.n && want.p[i] == got.p[i])
		i++;
	i = i > SHOW_BEFORE ? i - SHOW_BEFORE : 0;
	want = str_head(str_skip(want, i), SHOW);
	got = str_head(str_skip(got, i), SHOW);
	fail_msg("%s:%u: from byte %zu\n  want " STR_FMT "\n  got  " STR_FMT,
		 path, line, i, STR_ARG(want), STR_ARG(got));
}

static void compare(const char *path, struct str got)
{
	struct buf b = { 0 };
	struct str want;

	(void)slurp(path, &b);
	want = buf_view(&b);
	for (unsigned n = 1; want.n || got.n; n++) {
		struct str x = str_cut(&want, '\n'), y = str_cut(&got, '\n');

		if (!str_eq(x, y))
			differ(path, n, x, y);
	}
	buf_free(&b);
}

static void update(const char *path, struct str got)
{
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(got.p, 1, got.n, f) != got.n || fclose(f) != 0)
		fail_msg("%s: %s", path, strerror(errno));
}

/* testdata/<parser>/<case> */
static void golden(void **state)
{
	const char *dir = *state;
	char path[NAME_BYTES];
	struct str name = str_base(str_dir(str_of(dir)));
	struct collector c = { .sink = { &ops } };
	struct buf out = { 0 };
	struct world w;
	struct parse p;
	const struct parser *ps;

	open_world(&w, dir);
	c.w = &w;
	ps = parser_pick(&w.src);
	if (!ps || !str_is(name, ps->name))
		fail_msg("%s: picked %s", dir, ps ? ps->name : "nothing");
	p = (struct parse){ .src = &w.src,
			    .ctx = &w.ctx,
			    .keep = &w.keep,
			    .scratch = &w.scratch,
			    .out = &c.sink,
			    .ev = xmalloc(sizeof(struct event)) };
	assert_true(ps->parse(&p) <= PARTLY);
	free(p.ev);
	render(&c, &out);
	(void)snprintf(path, sizeof(path), "%s/want.jsonl", dir);
	if (getenv("UPDATE"))
		update(path, buf_view(&out));
	else
		compare(path, buf_view(&out));
	buf_free(&out);
	buf_free(&c.wire);
	buf_free(&c.notes);
	free(c.row);
	close_world(&w);
}

static int visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static size_t add_cases(const char *parser, struct CMUnitTest *t, size_t n)
{
	char path[NAME_BYTES];
	struct dirent **d;
	struct stat st;
	int nd;

	(void)snprintf(path, sizeof(path), "testdata/%s", parser);
	nd = scandir(path, &d, visible, alphasort);
	for (int i = 0; i < nd; i++) {
		(void)snprintf(path, sizeof(path), "testdata/%s/%s/input",
			       parser, d[i]->d_name);
		if (n < MAX_CASES && stat(path, &st) == 0) {
			path[strlen(path) - strlen("/input")] = '\0';
			t[n++] = (struct CMUnitTest){
				.name = strdup(path),
				.test_func = golden,
				.initial_state = strdup(path),
			};
		}
		free(d[i]);
	}
	if (nd >= 0)
		free(d);
	return n;
}

int main(void)
{
	static struct CMUnitTest t[MAX_CASES];
	size_t n = 0;

	for (size_t i = 0; parser_table[i]; i++)
		n = add_cases(parser_table[i]->name, t, n);
	if (n == 0) {
		printf("no testdata/: run from the project's root\n");
		return 1;
	}
	return _cmocka_run_group_tests("golden", t, n, NULL, NULL);
}
