/* event_test.c - order of fields, the wire form, ids and rotation names. */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "event.h"
#include "../util/buf.h"

static struct event a, b;

static void sample(struct event *e)
{
	struct when w = when_stated(1234567890123456789, UNIT_US);

	w.flags = WHEN_OTHER;
	w.other = 42;
	ev_begin(e, KIND_LOGIN, "sshd", &w, 77);
	ev_cstr(e, KEY_USER_NAME, "bob");
	ev_u64(e, KEY_PROCESS_PID, 9);
	ev_cstr(e, KEY_PROCESS_ARGS, "one");
	ev_cstr(e, KEY_PROCESS_ARGS, "two");
	assert_true(ev_ip_str(e, KEY_SOURCE_IP, STR("192.0.2.7")));
	ev_named(e, KEY_K_JOURNAL, STR("B"), STR("2"));
	ev_named(e, KEY_K_JOURNAL, STR("A"), STR("1"));
	e->original = STR("line");
	event_identify(e, STR("host"), STR("/var/log/auth.log"),
		       &(struct identity){ 0 });
}

static void fields_stay_in_order(void **state)
{
	(void)state;
	sample(&a);
	for (size_t i = 1; i < a.nfield; i++)
		assert_true(a.field[i - 1].key <= a.field[i].key);
	assert_true(str_is(ev_get(&a, KEY_PROCESS_ARGS)->v.str, "one"));
	assert_true(str_is(ev_get(&a, KEY_K_JOURNAL)->name, "A"));
	assert_null(ev_get(&a, KEY_FILE_PATH));
}

static void wire_gives_back_the_same(void **state)
{
	struct buf w = { 0 };

	(void)state;
	sample(&a);
	event_put(&w, &a);
	assert_true(event_get(buf_view(&w), &b));
	assert_int_equal(a.nfield, b.nfield);
	assert_int_equal(a.when.other, b.when.other);
	assert_memory_equal(a.id, b.id, EV_ID_LEN);
	assert_true(str_eq(a.original, b.original));
	assert_true(str_is(ev_get_str(&b, KEY_USER_NAME), "bob"));
	for (size_t n = 0; n < w.n; n++)
		assert_false(event_get((struct str){ w.p, n }, &b));
	buf_free(&w);
}

static void original_in_the_evidence_is_a_place(void **state)
{
	static const char mapped[] =
		"before the line of 24 bytes here and after";
	struct str evidence = STR(mapped), part = str_skip(evidence, 7);
	struct buf w = { 0 }, whole = { 0 };

	(void)state;
	sample(&a);
	a.original = str_head(part, 24);
	ev_str(&a, KEY_K_MESSAGE, str_head(str_skip(a.original, 4), 4));
	event_put(&whole, &a);
	event_put_at(&w, &a, evidence);
	assert_int_equal(whole.n - w.n, 24 - 8);
	assert_true(event_get_at(buf_view(&w), &b, evidence));
	assert_ptr_equal(b.original.p, a.original.p);
	assert_true(str_is(ev_get_str(&b, KEY_K_MESSAGE), "line"));
	/* evidence that is not there, or too short, is not believed in */
	assert_false(event_get(buf_view(&w), &b));
	assert_false(event_get_at(buf_view(&w), &b, str_head(evidence, 14)));
	buf_free(&w);
	buf_free(&whole);
}

static void id_ignores_rotation_but_not_place(void **state)
{
	unsigned char id[EV_ID_LEN];

	(void)state;
	sample(&a);
	memcpy(id, a.id, EV_ID_LEN);
	event_identify(&a, STR("host"), STR("/var/log/auth.log.2.gz"),
		       &(struct identity){ 0 });
	assert_memory_equal(id, a.id, EV_ID_LEN);
	a.off++;
	event_identify(&a, STR("host"), STR("/var/log/auth.log"),
		       &(struct identity){ 0 });
	assert_memory_not_equal(id, a.id, EV_ID_LEN);
}

static void rotation_suffixes(void **state)
{
	static const char *const t[][2] = {
		{ "/var/log/auth.log.1", "/var/log/auth.log" },
		{ "/var/log/auth.log.12.gz", "/var/log/auth.log" },
		{ "/var/log/messages-20261101", "/var/log/messages" },
		{ "/var/log/messages-20261101.xz", "/var/log/messages" },
		{ "/etc/cron.d/x", "/etc/cron.d/x" },
		{ "/usr/lib/libfoo.so.1.2.3456",
		  "/usr/lib/libfoo.so.1.2.3456" },
		{ "/a/.1", "/a/.1" },
		{ "/j/system@0a1b-00-05.journal", "/j/system" },
		{ "/j/system@0a1b-00-05.journal~", "/j/system" },
		{ "/j/system.journal", "/j/system" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		assert_true(str_is(path_unrotated(str_of(t[i][0])), t[i][1]));
}

static void keys_with_a_prefix_stand_together(void **state)
{
	(void)state;
	for (unsigned i = 1; i < KEY_COUNT; i++)
		for (unsigned k = i + 2; k < KEY_COUNT; k++) {
			struct str x = key_info(i)->name, y = key_info(k)->name;
			struct str m = key_info(i + 1)->name;
			size_t n = 0, dot = 0;

			while (n < x.n && n < y.n && x.p[n] == y.p[n])
				if (x.p[n++] == '.')
					dot = n;
			/* what lies between shares their common prefix */
			assert_true(str_starts(m, str_head(x, dot)));
			assert_int_equal(key_find(x), i);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_stay_in_order),
		cmocka_unit_test(wire_gives_back_the_same),
		cmocka_unit_test(original_in_the_evidence_is_a_place),
		cmocka_unit_test(id_ignores_rotation_but_not_place),
		cmocka_unit_test(rotation_suffixes),
		cmocka_unit_test(keys_with_a_prefix_stand_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
