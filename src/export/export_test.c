/* export_test.c - one event in every format, with the values that bite. */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "export.h"
#include "../util/json_in.h"

static struct event ev;
static const struct export_source source[] = {
	{ { "/var/log/a,b\"c.log", 18 }, { "files/x", 7 }, 0, UINT64_MAX },
};
static const struct export_host host[] = { { { "web", 3 }, { "00ff", 4 } } };
static const struct export_names names = { source, 1, host, 1 };

static void fill(void)
{
	struct when w = when_stated(INT64_C(1700000000123456789), UNIT_NS);

	ev_begin(&ev, KIND_LOGIN, "sshd", &w, 12);
	ev.original = STR("raw \"line\"\twith\xff");
	ev_cstr(&ev, KEY_USER_NAME,
		"b\xfc"
		"b\\");
	ev_cstr(&ev, KEY_PROCESS_ARGS, "only one");
	ev_cstr(&ev, KEY_EVENT_OUTCOME, "success");
	ev_u64(&ev, KEY_PROCESS_PID, 7);
	ev_bool(&ev, KEY_K_PROCESS_STDIO_SOCKET, true);
	(void)ev_ip_str(&ev, KEY_SOURCE_IP, STR("2001:db8::1"));
	ev_named(&ev, KEY_K_JOURNAL, STR("_X"), STR("y"));
}

static struct str render(const struct export *x, struct buf *b, unsigned flags)
{
	struct messages *m = messages_new(LANG_EN);

	buf_clear(b);
	x->event(b, &ev, &names, m, flags);
	messages_free(m);
	return buf_view(b);
}

/* The value at a dotted path, as it stands; empty when it is not there. */
static struct str find(struct arena *a, struct str json, const char *path)
{
	struct json j;
	struct str rest = str_of(path), want = str_cut(&rest, '.');
	enum json_type t;

	json_init(&j, json, a);
	assert_int_equal(json_next(&j), JSON_OBJ);
	while ((t = json_next(&j)) == JSON_KEY) {
		bool here = str_eq(j.text, want);

		t = json_next(&j);
		if (here && !rest.p)
			return j.text;
		if (t == JSON_OBJ && here) {
			want = str_cut(&rest, '.');
			continue;
		}
		if (t == JSON_OBJ || t == JSON_ARR)
			assert_true(json_pass(&j));
	}
	return STR_NONE;
}

static void is(struct str json, const char *path, const char *want)
{
	struct arena a;

	arena_init(&a, 0);
	assert_true(str_is(find(&a, json, path), want));
	arena_free(&a);
}

static void jsonl_is_nested_and_whole(void **state)
{
	struct buf b = { 0 };
	struct str s;

	(void)state;
	fill();
	s = render(&export_jsonl, &b, 0);
	assert_true(s.n && s.p[s.n - 1] == '\n');
	is(s, "@timestamp", "2023-11-14T22:13:20.123456789Z");
	is(s, "event.outcome", "success");
	is(s, "event.dataset", "sshd");
	is(s, "host.name", "web");
	is(s, "source.ip", "2001:db8::1");
	is(s, "process.pid", "7");
	is(s, "konseki.offset", "12");
	is(s, "konseki.journal._X", "y");
	is(s, "konseki.source", "/var/log/a,b\"c.log");
	assert_true(str_has(s, STR("\"args\":[\"only one\"]")));
	assert_true(str_has(s, STR("\"stdio_socket\":true")));
	buf_free(&b);
}

static void bytes_that_are_no_utf8_come_twice(void **state)
{
	struct buf b = { 0 };
	struct str s;

	(void)state;
	fill();
	s = render(&export_jsonl, &b, 0);
	is(s, "user.name", "b\\xfcb\\\\");
	is(s, "user.name_b64",
	   "Yvxi"
	   "XA==");
	is(s, "event.original", "raw \"line\"\twith\\xff");
	is(s, "event.original_b64", "cmF3ICJsaW5lIgl3aXRo/w==");
	buf_free(&b);
}

static void goldens_have_no_message(void **state)
{
	struct buf b = { 0 };

	(void)state;
	fill();
	assert_true(str_has(render(&export_jsonl, &b, 0), STR("\"message\":")));
	assert_false(str_has(render(&export_jsonl, &b, EXPORT_NO_MESSAGE),
			     STR("\"message\":")));
	buf_free(&b);
}

/* RFC 4180: as many cells as the head, quotes doubled */
static size_t cells(struct str row)
{
	size_t n = 1;
	bool in = false;

	for (size_t i = 0; i < row.n; i++) {
		if (row.p[i] == '"')
			in = !in;
		n += !in && row.p[i] == ',';
	}
	assert_false(in);
	return n;
}

static void csv_rows_fit_their_head(void **state)
{
	struct buf head = { 0 }, b = { 0 };
	struct str s;

	(void)state;
	fill();
	export_csv.head(&head);
	s = render(&export_csv, &b, 0);
	assert_int_equal(cells(buf_view(&head)), cells(s));
	assert_true(str_ends(s, STR("\r\n")));
	assert_true(str_has(s, STR("\"/var/log/a,b\"\"c.log\"")));
	buf_free(&head);
	buf_free(&b);
}

static void bodyfile_has_eleven_columns(void **state)
{
	struct when w = when_stated(INT64_C(5000000000), UNIT_NS);
	struct buf b = { 0 };

	(void)state;
	ev_begin(&ev, KIND_FILE, "files", &w, 0);
	ev.desc = TD_M | TD_C;
	ev_cstr(&ev, KEY_FILE_PATH, "/a|b\n");
	ev_u64(&ev, KEY_FILE_SIZE, 3);
	assert_true(str_is(render(&export_bodyfile, &b, 0),
			   "0|/a\\x7cb\\x0a|0|0|0|0|3|0|5|5|0\n"));
	buf_free(&b);
}

static void every_kind_speaks_both_languages(void **state)
{
	static const enum lang lang[] = { LANG_EN, LANG_JA };
	struct when w = when_stated(0, UNIT_S);

	(void)state;
	for (size_t l = 0; l < 2; l++) {
		struct messages *m = messages_new(lang[l]);

		for (unsigned k = 0; k < KIND_COUNT; k++) {
			ev_begin(&ev, k, "x", &w, 0);
			ev.original = STR("the record");
			ev_cstr(&ev, KEY_K_MESSAGE, "said");
			ev_cstr(&ev, KEY_USER_NAME, "bob");
			ev_cstr(&ev, KEY_FILE_PATH, "/f");
			assert_true(message_of(m, &ev).n > 2);
			assert_true(str_utf8_ok(message_of(m, &ev)));
		}
		messages_free(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jsonl_is_nested_and_whole),
		cmocka_unit_test(bytes_that_are_no_utf8_come_twice),
		cmocka_unit_test(goldens_have_no_message),
		cmocka_unit_test(csv_rows_fit_their_head),
		cmocka_unit_test(bodyfile_has_eleven_columns),
		cmocka_unit_test(every_kind_speaks_both_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
