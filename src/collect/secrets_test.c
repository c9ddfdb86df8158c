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
		"dbpass=hunter2",       "APP_KEY=hunter2",
		"X-API-KEY=hunter2",    "MYPW=hunter2",
		"JWT=hunter2",          "GH_PAT=hunter2",
		"accesskey=hunter2",    "HTTP_AUTH=hunter2",
	};
	static const char *const shown[] = {
		"PATH=/usr/bin:/bin",
		"PWD=/home/u",
		"SSH_ASKPASS=/usr/bin/x",
		"URL=http://host:80/a@b",
		"EMPTY_PASSWORD=",
		"novalue",
		"SSH_AUTH_SOCK=/tmp/x",
		"KEYBOARD=us",
		"AUTHOR=me",
		"PATTERN=x",
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
	assert_false(str_has(
		env_of(&b, "U=a://h,b://b:hunter2@h,c://d:hunter2@i", false),
		STR("hunter2")));
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

struct keys {
	unsigned n;
	struct buf row;
};

static void count_key(void *arg, struct str text)
{
	struct keys *k = arg;

	k->n++;
	secret_key_row(&k->row, STR("/k"), text);
}

/* The text with its keys masked; how many there were. */
static unsigned mask(struct buf *b, const char *text, bool *only)
{
	struct keys k = { 0 };

	buf_clear(b);
	buf_puts(b, text);
	(void)secret_mask(b->p, b->n, count_key, &k, only);
	assert_int_equal(b->n, strlen(text));
	assert_false(str_has(buf_view(&k.row), STR("CANARY")));
	buf_free(&k.row);
	return k.n;
}

#define BEGIN "-----BEGIN RSA PRIVATE KEY-----"
#define END "-----END RSA PRIVATE KEY-----"
#define LONG "CANARYMIIEpAIBAAKCAQEAx0123456789abcdefghijklmnopqrs+/"

static void a_file_of_keys_is_nothing_else(void **state)
{
	static const char *const only_keys[] = {
		BEGIN "\nCANARY\n" END "\n",
		"\xef\xbb\xbf" BEGIN "\r\nCANARY\r\nCANARY==\r\n" END,
		"  " BEGIN "\n  CANARY\n  " END "\n\n" BEGIN "\nCANARY\n" END,
		"-----BEGIN X25519 PRIVATE KEY-----\nCANARY\n",
		"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n"
		"Comment: x\nCANARY\n---- END SSH2 ENCRYPTED PRIVATE KEY ----",
		"-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 1\n\nCANARY\n"
		"=CANA\n-----END PGP PRIVATE KEY BLOCK-----\n",
	};
	struct buf b = { 0 };
	bool only;

	(void)state;
	assert_int_equal(mask(&b, openssh, &only), 1);
	assert_true(only);
	for (size_t i = 0; i < sizeof(only_keys) / sizeof(*only_keys); i++) {
		assert_true(mask(&b, only_keys[i], &only) >= 1);
		assert_true(only);
		assert_false(str_has(buf_view(&b), STR("CANARY")));
	}
	buf_free(&b);
}

static void evidence_around_a_key_stays(void **state)
{
	static const char *const mixed[] = {
		"KEEP1\ncat > k <<X\n" BEGIN "\nCANARY\nCANARY\n" END
		"\nX\nKEEP2",
		"KEEP1 {\"private_key\": \"" BEGIN "\\n" LONG "\\n" LONG
		"\\n" END "\\n\"} KEEP2",
		"KEEP1 \"" BEGIN " CANARYCANARY " END "\" KEEP2",
		"KEEP1\n" BEGIN "\n\"" LONG "\" +\n\"" LONG "\"\n" END
		"\nKEEP2",
		BEGIN "\nKEEP1 -x | sh\nCANARY\n" END "\nKEEP2 --y",
		"KEEP1\n" BEGIN "\nCANARY\nKEEP2 -y\n",
		"KEEP1\nAGE-SECRET-KEY-1CANARY\nKEEP2",
		"KEEP1\n-----BEGIN OpenVPN Static key V1-----\nCANARY\n"
		"CANARY\n-----END OpenVPN Static key V1-----\nKEEP2",
		"KEEP1\n<tls-crypt-v2>\n"
		"-----BEGIN OpenVPN tls-crypt-v2 client key-----\nCANARY==\n"
		"-----END OpenVPN tls-crypt-v2 client key-----\nKEEP2",
		("PuTTY-User-Key-File-3: KEEP1\nEncryption: none\n"
		 "Private-Lines: 1\nCANARY\nPrivate-MAC: KEEP2\n"),
	};
	struct buf b = { 0 };
	bool only;

	(void)state;
	for (size_t i = 0; i < sizeof(mixed) / sizeof(*mixed); i++) {
		assert_int_equal(mask(&b, mixed[i], &only), 1);
		assert_false(only);
		assert_false(str_has(buf_view(&b), STR("CANARY")));
		assert_true(str_has(buf_view(&b), STR("KEEP1")));
		assert_true(str_has(buf_view(&b), STR("KEEP2")));
	}
	buf_free(&b);
}

static void words_are_no_key(void **state)
{
	static const char *const words[] = {
		"grep '" BEGIN "' file\nls\nwhoami\n",
		"-----BEGIN PUBLIC KEY-----\nMII\n-----END PUBLIC KEY-----\n",
		"PRIVATE KEY",
		BEGIN,
		"AGE-SECRET-KEY-1",
		"",
	};
	struct buf b = { 0 };
	bool only;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		assert_int_equal(mask(&b, words[i], &only), 0);
		assert_false(only);
		assert_true(str_is(buf_view(&b), words[i]));
	}
	buf_free(&b);
}

static void masking_damaged_texts_ends(void **state)
{
	static const char text[] =
		"a " BEGIN "\\n" LONG "\\n" END "\n" BEGIN "\nAAAA\n" END BEGIN;
	struct keys k = { 0 };
	bool only;

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		char *p = malloc(n + 1); /* its end is the end */

		memcpy(p, text, n);
		(void)secret_mask(p, n, count_key, &k, &only);
		free(p);
	}
	assert_true(k.n > 0);
	buf_free(&k.row);
}

static void shadow_is_known_by_its_lines(void **state)
{
	(void)state;
	assert_true(secret_is_shadow(STR("root:$6$s$H0123456789:1:0:9:7:::\n"
					 "d:*:1:0:9:7:::\n")));
	assert_true(secret_is_shadow(STR("g:!$6$s$H0123456789::u\nx:*::\n")));
	assert_true(secret_is_shadow(STR("r:abcdefghijklm:1:0:9:7:::")));
	assert_false(secret_is_shadow(STR("d:*:1:0:9:7:::\ng:!::\n")));
	assert_false(secret_is_shadow(STR("r:$6$s$H0123456789:1:0:9:7:::\n"
					  "curl x | sh\n")));
	assert_false(secret_is_shadow(STR("root:x:0:0:root:/root:/bin/sh\n")));
	assert_false(secret_is_shadow(STR("")));
}

int main(void)
{
	const struct CMUnitTest t[] = {
		cmocka_unit_test(secret_names_lose_their_value),
		cmocka_unit_test(environ_keeps_its_nuls),
		cmocka_unit_test(shadow_says_states),
		cmocka_unit_test(a_key_becomes_facts),
		cmocka_unit_test(damaged_keys_end),
		cmocka_unit_test(a_file_of_keys_is_nothing_else),
		cmocka_unit_test(evidence_around_a_key_stays),
		cmocka_unit_test(words_are_no_key),
		cmocka_unit_test(masking_damaged_texts_ends),
		cmocka_unit_test(shadow_is_known_by_its_lines),
	};

	return cmocka_run_group_tests(t, NULL, NULL);
}
