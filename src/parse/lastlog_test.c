/*
 * lastlog_test.c - record n is uid n, in each of the four layouts.
 */
#include "parser.h"

#include "../util/buf.h"
#include "../util/timefmt.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SECOND 1764000000u

struct watcher {
	struct sink sink;
	size_t n, notes;
	int64_t ts_ns[8];
	uint64_t off[8];
	char uid[8][24], name[8][32], host[8][64];
	bool ip[8];
};

static void copy(char *to, size_t size, struct str s)
{
	assert_true(s.n < size);
	if (s.n)
		memcpy(to, s.p, s.n);
	to[s.n] = '\0';
}

static int on_event(struct sink *sink, struct event *ev)
{
	struct watcher *w = (struct watcher *)sink;
	size_t i = w->n++;

	assert_true(i < 8);
	assert_int_equal(ev->kind, KIND_LAST_LOGIN);
	w->ts_ns[i] = ev->when.ts_ns;
	w->off[i] = ev->off;
	w->ip[i] = ev_get(ev, KEY_SOURCE_IP) != NULL;
	copy(w->uid[i], sizeof(w->uid[i]), ev_get_str(ev, KEY_USER_ID));
	copy(w->name[i], sizeof(w->name[i]), ev_get_str(ev, KEY_USER_NAME));
	copy(w->host[i], sizeof(w->host[i]),
	     ev_get_str(ev, KEY_SOURCE_ADDRESS));
	return 0;
}

static void on_note(struct sink *sink, const struct note *n)
{
	(void)n;
	((struct watcher *)sink)->notes++;
}

static enum outcome run(struct str data, struct watcher *w)
{
	static const struct sink_ops ops = { .event = on_event,
					     .note = on_note };
	struct account account = { .name = STR("alice"), .uid = 1000 };
	struct source src = { .path = STR("/var/log/lastlog"),
			      .data = data,
			      .size = data.n,
			      .mtime_ns = TS_MIN,
			      .short_at = UINT64_MAX };
	struct context *ctx = xmalloc(sizeof(*ctx));
	struct arena scratch;
	struct parse p = { .src = &src,
			   .ctx = ctx,
			   .scratch = &scratch,
			   .out = &w->sink,
			   .ev = xmalloc(sizeof(struct event)) };
	enum outcome result;

	*w = (struct watcher){ .sink = { &ops } };
	ctx->account = &account;
	ctx->naccount = 1;
	arena_init(&scratch, 1u << 20);
	result = parser_lastlog.probe(&src) == CANNOT
			 ? REFUSED
			 : parser_lastlog.parse(&p);
	arena_free(&scratch);
	free(p.ev);
	free(ctx);
	return result;
}

static void put(struct buf *b, size_t uid, bool wide, bool big, uint64_t s,
		const char *line, const char *host)
{
	size_t word = wide ? 8 : 4, size = word + 288;
	char *p;

	if (b->n < (uid + 1) * size) {
		size_t more = (uid + 1) * size - b->n;

		memset(buf_room(b, more), 0, more);
		b->n += more;
	}
	p = b->p + uid * size;
	for (size_t i = 0; i < word; i++)
		p[i] = (char)(s >> 8 * (big ? word - 1 - i : i));
	memcpy(p + word, line, strlen(line));
	memcpy(p + word + 32, host, strlen(host));
}

static void each_layout(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		bool wide = i & 1, big = i & 2;
		struct buf b = { 0 };
		struct watcher w;

		put(&b, 0, wide, big, SECOND, "tty1", "");
		put(&b, 1000, wide, big, SECOND + 5, "pts/0", "198.51.100.7");
		put(&b, 1001, wide, big, SECOND + 9, "pts/1", "name.example");
		assert_int_equal(run(buf_view(&b), &w), WHOLE);
		assert_int_equal(w.n, 3);
		assert_int_equal(w.ts_ns[1], (SECOND + 5) * NS_PER_S);
		assert_int_equal(w.off[1], 1000 * (wide ? 296u : 292u));
		assert_string_equal(w.uid[0], "0");
		assert_string_equal(w.uid[1], "1000");
		assert_string_equal(w.name[1], "alice");
		assert_string_equal(w.name[2], ""); /* no such account */
		assert_string_equal(w.host[2], "name.example");
		assert_true(w.ip[1]);
		assert_false(w.ip[2]);
		buf_free(&b);
	}
}

static void cut_record_is_noted(void **state)
{
	struct buf b = { 0 };
	struct watcher w;

	(void)state;
	put(&b, 0, false, false, SECOND, "tty1", "");
	put(&b, 1, false, false, SECOND, "tty2", "");
	b.n -= 100;
	assert_int_equal(run(buf_view(&b), &w), PARTLY);
	assert_int_equal(w.n, 1);
	assert_int_equal(w.notes, 1);
	buf_free(&b);
}

static void record_without_a_time_is_noted(void **state)
{
	struct buf b = { 0 };
	struct watcher w;

	(void)state;
	put(&b, 0, false, false, SECOND, "tty1", "");
	put(&b, 1, false, false, SECOND, "tty1", "");
	put(&b, 2, false, false, 0, "pts/9", "198.51.100.7");
	assert_int_equal(run(buf_view(&b), &w), PARTLY);
	assert_int_equal(w.n, 2);
	assert_int_equal(w.notes, 1);
	buf_free(&b);
}

static void other_files_are_refused(void **state)
{
	static const char text[3000] = "Nov 24 06:26:15 web01 sshd[1]: x\n";
	struct buf b = { 0 };
	struct watcher w;

	(void)state;
	assert_int_equal(run(STR(text), &w), REFUSED);
	for (unsigned i = 0; i < 3000; i++)
		buf_c(&b, (char)(i * 7 + i / 13));
	assert_int_equal(run(buf_view(&b), &w), REFUSED);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_layout),
		cmocka_unit_test(cut_record_is_noted),
		cmocka_unit_test(record_without_a_time_is_noted),
		cmocka_unit_test(other_files_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
