/* secrets_test.c - facts stand in for secrets, and no secret with them. */
#include "secrets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct str env_of(struct buf *b, const char *entry, bool full)
{
	struct collect_env e = { .secrets_full = full, .salt = { 1, 2, 3 } };

	buf_clear(b);
	secret_env(b, str_of(entry), &e);
	return buf_view(b);
}

static void secret_names_lose_their_value(void **state)
{
	static const char *const hidden[] = {
		"DB_PASSWORD=hunter2",  "AWS_SECRET_ACCESS_KEY=hunter2",
		"GITHUB_TOKEN=hunter2", "api_key=hunter2",
		"PGPASSWORD=hunter2",   "URL=postgres://u:hunter2@h/db?x=1",
	};
	static const char *const shown[] = {
		"PATH=/usr/bin:/bin",     "PWD=/home/u",
		"SSH_ASKPASS=/usr/bin/x", "URL=http://host:80/a@b",
		"EMPTY_PASSWORD=",        "novalue",
	};
	struct buf b = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(*hidden); i++) {
		struct str s = env_of(&b, hidden[i], false);

		assert_false(str_has(s, STR("hunter2")));
		assert_true(str_has(s, STR("<secret length=7 sha256=")));
		assert_true(str_is(env_of(&b, hidden[i], true), hidden[i]));
	}
	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++)
		assert_true(str_is(env_of(&b, shown[i], false), shown[i]));
	assert_true(str_ends(env_of(&b, "U=a://b:hunter2@h/x", false),
			     STR(">@h/x")));
	buf_free(&b);
}

static void environ_keeps_its_nuls(void **state)
{
	struct collect_env e = { 0 };
	struct buf b = { 0 };

	(void)state;
	secret_environ(&b, STR("A=1\0X_TOKEN=abc\0B=2\0"), &e);
	assert_true(str_starts(buf_view(&b), STR("A=1\0X_TOKEN=<secret ")));
	assert_true(str_ends(buf_view(&b), STR(">\0B=2\0")));
	buf_clear(&b);
	secret_environ(&b, STR("A=1"), &e);
	assert_true(str_is(buf_view(&b), "A=1"));
	buf_free(&b);
}

static void shadow_says_states(void **state)
{
	struct buf b = { 0 };

	(void)state;
	secret_shadow_rows(&b, STR("/etc/shadow"),
			   STR("root:$y$j9T$salt$HASH:19000:0:::::\n"
			       "old:!$6$s$HASH:18000::::::\n"
			       "sys:*:1::::::\nopen::2::::::\nbroken\n"));
	buf_c(&b, '\0');
	assert_null(strstr(b.p, "HASH"));
	assert_non_null(strstr(b.p, "\"user\":\"root\",\"state\":\"set\","
				    "\"algorithm\":\"yescrypt\","
				    "\"last_change_day\":19000}"));
	assert_non_null(strstr(b.p, "\"user\":\"old\",\"state\":\"locked\","
				    "\"algorithm\":\"sha512crypt\""));
	assert_non_null(strstr(b.p, "\"user\":\"sys\",\"state\":\"locked\","
				    "\"last_change_day\":1}"));
	assert_non_null(strstr(b.p, "\"user\":\"open\",\"state\":\"empty\""));
	assert_non_null(strstr(b.p, "\"user\":\"broken\",\"state\":"
				    "\"damaged\""));
	buf_free(&b);
}

static const char openssh[] =
	"-----BEGIN OPENSSH PRIVATE KEY-----\n"
	"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW"
	"\n"
	"QyNTUxOQAAACAAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwAAAAA=\n"
	"-----END OPENSSH PRIVATE KEY-----\n";

static void a_key_becomes_facts(void **state)
{
	struct buf b = { 0 };

	(void)state;
	assert_true(secret_is_key(str_of(openssh)));
	secret_key_row(&b, STR("/root/.ssh/id"), str_of(openssh));
	buf_c(&b, '\0');
	assert_non_null(strstr(b.p, "\"format\":\"openssh\""));
	assert_non_null(strstr(b.p, "\"key_type\":\"ssh-ed25519\""));
	assert_non_null(strstr(b.p, "\"encrypted\":false"));
	assert_non_null(strstr(b.p, "\"fingerprint\":\"SHA256:"));
	assert_null(strstr(b.p, "b3BlbnNzaC1r"));
	buf_free(&b);
}

static void damaged_keys_end(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (size_t n = 0; n < sizeof(openssh); n++) {
		buf_clear(&b);
		secret_key_row(&b, STR("/k"), str_mem(openssh, n));
		assert_true(str_ends(buf_view(&b), STR("}\n")));
	}
	buf_free(&b);
}

static void words_are_no_key(void **state)
{
	(void)state;
	assert_false(secret_is_key(
		STR("grep '-----BEGIN RSA PRIVATE KEY-----' file\n")));
	assert_true(secret_is_key(
		STR("notes\n-----BEGIN RSA PRIVATE KEY-----\nMII\n")));
	assert_false(secret_is_key(STR("-----BEGIN PUBLIC KEY-----\n")));
}

int main(void)
{
	const struct CMUnitTest t[] = {
		cmocka_unit_test(secret_names_lose_their_value),
		cmocka_unit_test(environ_keeps_its_nuls),
		cmocka_unit_test(shadow_says_states),
		cmocka_unit_test(a_key_becomes_facts),
		cmocka_unit_test(damaged_keys_end),
		cmocka_unit_test(words_are_no_key),
	};

	return cmocka_run_group_tests(t, NULL, NULL);
}
