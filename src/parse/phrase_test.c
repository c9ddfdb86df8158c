/* phrase_test.c - sentences with places, told by somebody hostile. */
#include "phrase.h"

#include "../util/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const struct phrase row[] = {
	{ "Failed %m for invalid user %u from %a port %z", KIND_LOGIN_FAILED,
	  NULL, "failure", "invalid user" },
	{ "Failed %m for %u from %a port %z", KIND_LOGIN_FAILED, NULL,
	  "failure", NULL },
	{ "Gone %u %a port %p", KIND_CONNECTION, "gone", NULL, NULL },
	{ "Got %a: %r", KIND_CONNECTION, NULL, NULL, NULL },
	{ "[%a]:%p", KIND_CONNECTION, NULL, NULL, NULL },
	PHRASE_END,
};

static struct event ev;
static struct parse p = { .ev = &ev };

static const struct phrase *match(const char *msg)
{
	ev_clear(&ev);
	return phrase_match(&p, row, str_of(msg));
}

static void is(unsigned key, const char *want)
{
	struct str v = ev_get_str(&ev, key);

	assert_int_equal(v.n, strlen(want));
	assert_memory_equal(v.p, want, v.n);
}

static void from(const char *address)
{
	const struct field *f = ev_get(&ev, KEY_SOURCE_IP);
	unsigned char ip[16];

	assert_true(str_ip(str_of(address), ip));
	assert_non_null(f);
	assert_memory_equal(f->v.ip, ip, 16);
}

static void the_first_row_that_fits_fills_the_event(void **state)
{
	(void)state;
	assert_ptr_equal(match("Failed password for invalid user bob from "
			       "192.0.2.1 port 4022 ssh2"),
			 &row[0]);
	is(KEY_USER_NAME, "bob");
	is(KEY_K_AUTH_METHOD, "password");
	is(KEY_EVENT_OUTCOME, "failure");
	is(KEY_EVENT_REASON, "invalid user");
	from("192.0.2.1");
	assert_int_equal(ev_get(&ev, KEY_SOURCE_PORT)->v.u64, 4022);
	assert_int_equal(ev.kind, KIND_LOGIN_FAILED);
}

/* What the peer called itself must not become where it came from. */
static void a_name_cannot_give_an_address(void **state)
{
	(void)state;
	assert_non_null(match("Failed password for invalid user x from "
			      "203.0.113.9 port 1 ssh2 from 192.0.2.1 port 2 "
			      "ssh2"));
	is(KEY_USER_NAME, "x from 203.0.113.9 port 1 ssh2");
	from("192.0.2.1");
	assert_non_null(match("Gone a b 203.0.113.9 port 1 192.0.2.1 port 2"));
	is(KEY_USER_NAME, "a b 203.0.113.9 port 1");
	from("192.0.2.1");
}

static void an_empty_name_is_no_name(void **state)
{
	(void)state;
	assert_non_null(match("Failed none for invalid user  from 192.0.2.1 "
			      "port 2 ssh2"));
	assert_null(ev_get(&ev, KEY_USER_NAME));
	from("192.0.2.1");
}

static void a_host_name_is_an_address_too(void **state)
{
	(void)state;
	assert_non_null(match("Failed password for a from UNKNOWN port 65535"));
	assert_null(ev_get(&ev, KEY_SOURCE_IP));
	is(KEY_SOURCE_ADDRESS, "UNKNOWN");
}

static void colons_of_ipv6_end_nothing(void **state)
{
	(void)state;
	assert_non_null(match("Got 2001:db8::1: 11: bye"));
	from("2001:db8::1");
	is(KEY_EVENT_REASON, "11: bye");
	assert_non_null(match("[2001:db8::2]:22"));
	from("2001:db8::2");
}

static void the_whole_message_must_fit(void **state)
{
	(void)state;
	assert_null(match("Failed password for a from 192.0.2.1 port x"));
	assert_null(match("Failed password for a from 192.0.2.1"));
	assert_null(match("Gone a 192.0.2.1 port 2 and more"));
	assert_null(match("Gone a 192.0.2.1 port 123456"));
	assert_null(match("Got two words: x"));
	assert_null(match(""));
	assert_null(match("F"));
}

static void keys_and_their_types(void **state)
{
	(void)state;
	assert_non_null(match("Failed publickey for a from 192.0.2.1 port 2 "
			      "ssh2: ED25519 SHA256:abc"));
	is(KEY_K_AUTH_KEY_TYPE, "ED25519");
	is(KEY_K_AUTH_KEY_FINGERPRINT, "SHA256:abc");
	assert_non_null(match("Failed publickey for a from 192.0.2.1 port 2 "
			      "ssh2: RSA 00:aa:bb"));
	is(KEY_K_AUTH_KEY_FINGERPRINT, "00:aa:bb");
	assert_non_null(match("Failed publickey for a from 192.0.2.1 port 2"));
	assert_null(ev_get(&ev, KEY_K_AUTH_KEY_FINGERPRINT));
}

/* Each ` from ' is a place where the name may end: only so many are tried. */
static void a_million_ends_of_a_name_cost_little(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_puts(&b, "Failed password for ");
	for (unsigned i = 0; i < 1000000; i++)
		buf_puts(&b, "x from y port ");
	assert_null(phrase_match(&p, row, buf_view(&b)));
	buf_free(&b);
}

static void pairs_are_read_once_each(void **state)
{
	static const struct phrase_key key[] = {
		{ { "rhost", 5 }, KEY_SOURCE_IP },
		{ { "user", 4 }, KEY_USER_NAME },
		{ { NULL, 0 }, 0 },
	};

	(void)state;
	ev_clear(&ev);
	phrase_pairs(&p, key,
		     STR("logname= uid=0 ruser=x rhost=192.0.2.7  user=root"));
	from("192.0.2.7");
	is(KEY_USER_NAME, "root");
	assert_int_equal(ev.nfield, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_row_that_fits_fills_the_event),
		cmocka_unit_test(a_name_cannot_give_an_address),
		cmocka_unit_test(an_empty_name_is_no_name),
		cmocka_unit_test(a_host_name_is_an_address_too),
		cmocka_unit_test(colons_of_ipv6_end_nothing),
		cmocka_unit_test(the_whole_message_must_fit),
		cmocka_unit_test(keys_and_their_types),
		cmocka_unit_test(a_million_ends_of_a_name_cost_little),
		cmocka_unit_test(pairs_are_read_once_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
