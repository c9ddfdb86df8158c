/* sigma_match_test.c - values, modifiers and conditions against events. */
#include "rule_test.h"

#include <time.h>

#define SEL(value) "    s:\n        " value "\n    condition: s\n"

static void wildcards(void **state)
{
	(void)state;
	assert_true(
		hits_command(SEL("CommandLine: 'nc *sh'"), "nc -e /bin/sh"));
	assert_false(
		hits_command(SEL("CommandLine: 'nc *sh'"), "nc -e /bin/sh x"));
	assert_true(hits_command(SEL("CommandLine: 'ab?d'"), "abcd"));
	assert_false(hits_command(SEL("CommandLine: 'ab?d'"), "abd"));
	assert_true(hits_command(SEL("CommandLine: '?b*'"), "abc"));
	assert_true(hits_command(SEL("CommandLine: 'a*b*c'"), "a1b2bc"));
	assert_false(hits_command(SEL("CommandLine: 'a*b*c'"), "acb"));
	/* one character may be several bytes */
	assert_true(hits_command(SEL("CommandLine: 'a?c'"), "a\xe3\x81\x82"
							    "c"));
	assert_true(hits_command(SEL("CommandLine: '*'"), "x"));
}

/* The literal at every place of a long value: the glob is tried once. */
static void wildcards_take_no_square_of_time(void **state)
{
	static char line[EV_MAX_VALUE];
	clock_t begun = clock();

	(void)state;
	memset(line, 'a', sizeof(line) - 1);
	for (int i = 0; i < 20; i++)
		assert_false(hits_command(SEL("CommandLine: '*a*a*a*a*a*b*'"),
					  line));
	line[sizeof(line) - 2] = 'b';
	assert_true(hits_command(SEL("CommandLine: '*a*a*a*a*a*b*'"), line));
	assert_true((clock() - begun) / CLOCKS_PER_SEC < 5);
}

static void contains_takes_wildcards_inside(void **state)
{
	(void)state;
	assert_true(hits_command(SEL("CommandLine|contains: 'curl*|*sh'"),
				 "x; curl http://a | sh; y"));
	assert_false(hits_command(SEL("CommandLine|contains: 'curl*|*sh'"),
				  "sh; curl http://a |"));
}

static void escapes(void **state)
{
	(void)state;
	assert_true(hits_command(SEL("CommandLine: 'a\\*b'"), "a*b"));
	assert_false(hits_command(SEL("CommandLine: 'a\\*b'"), "axb"));
	/* a backslash before a plain character is itself */
	assert_true(hits_command(SEL("CommandLine: 'C:\\dir'"), "c:\\dir"));
	/* two are one; one and a star: backslash, then anything */
	assert_true(hits_command(SEL("CommandLine: 'a\\\\b'"), "a\\b"));
	assert_true(hits_command(SEL("CommandLine: 'a\\\\*'"), "a\\xyz"));
	assert_false(hits_command(SEL("CommandLine: 'a\\\\*'"), "axyz"));
	assert_true(hits_command(SEL("CommandLine: 'a\\\\\\*'"), "a\\*"));
	assert_false(hits_command(SEL("CommandLine: 'a\\\\\\*'"), "a\\x"));
	assert_true(hits_command(SEL("CommandLine|endswith: '\\'"), "a\\"));
}

static void case_is_folded_unless_cased(void **state)
{
	(void)state;
	assert_true(hits_command(SEL("CommandLine: 'WhoAmI'"), "WHOAMI"));
	assert_true(
		hits_command(SEL("CommandLine|contains|cased: 'Ab'"), "xAb"));
	assert_false(
		hits_command(SEL("CommandLine|contains|cased: 'Ab'"), "xab"));
}

static void ends_and_starts(void **state)
{
	(void)state;
	assert_true(
		hits_command(SEL("CommandLine|endswith: [a, 'x b']"), "x b"));
	assert_false(hits_command(SEL("CommandLine|endswith: b"), "bx"));
	assert_true(hits_command(SEL("CommandLine|startswith: 'x b'"), "x bc"));
	assert_false(
		hits_command(SEL("CommandLine|startswith: 'x b'"), "ax b"));
	/* the same literal many times: the last counts too */
	assert_true(hits_command(SEL("CommandLine|endswith: aa"), "aaaaa"));
}

static void all_needs_every_value(void **state)
{
	static const char sel[] = SEL("CommandLine|contains|all: [a1, b2]");

	(void)state;
	assert_true(hits_command(sel, "b2 a1"));
	assert_false(hits_command(sel, "a1 a1"));
}

static void null_is_absent(void **state)
{
	(void)state;
	assert_true(hits_command(SEL("Image: null"), "x"));
	assert_true(hits_command(SEL("Image:"), "x"));
	assert_false(hits_command(SEL("CommandLine: null"), "x"));
	assert_true(hits_command(SEL("CommandLine: [null, x]"), "x"));
	assert_true(hits_command(SEL("Image: [null, x]"), "x"));
	/* empty is there and empty: never true of an absent field */
	assert_false(hits_command(SEL("Image: ''"), "x"));
	assert_false(hits_command(SEL("CommandLine: ''"), "x"));
	assert_true(hits_command(SEL("Image|exists: false"), "x"));
	assert_true(hits_command(SEL("CommandLine|exists: true"), "x"));
	/* in quotes it is a word */
	assert_true(hits_command(SEL("CommandLine: 'null'"), "null"));
}

static void numbers(void **state)
{
	struct ruleset *rs = rules_of(SEL("process.pid|gte: 100"));
	struct event *e = event_of(KIND_EXEC, "sudo", 0);

	(void)state;
	ev_u64(e, KEY_PROCESS_PID, 100);
	assert_int_equal(hits_in(rs, e), 1);
	e = event_of(KIND_EXEC, "sudo", 0);
	ev_u64(e, KEY_PROCESS_PID, 99);
	assert_int_equal(hits_in(rs, e), 0);
	ruleset_free(rs);
	rs = rules_of(SEL("process.pid: 99"));
	assert_int_equal(hits_in(rs, e), 1);
	ruleset_free(rs);
}

static bool hits_ip(const char *net, const char *ip)
{
	struct buf b = { 0 };
	struct ruleset *rs;
	struct event *e;
	size_t n;

	buf_fmt(&b, "    s:\n        SourceIp|cidr: '%s'\n    condition: s\n",
		net);
	buf_c(&b, '\0');
	rs = rules_of(b.p);
	e = event_of(KIND_EXEC, "sudo", 0);
	assert_true(ev_ip_str(e, KEY_SOURCE_IP, str_of(ip)));
	n = hits_in(rs, e);
	ruleset_free(rs);
	buf_free(&b);
	return n == 1;
}

static void networks(void **state)
{
	(void)state;
	assert_true(hits_ip("10.0.0.0/8", "10.255.1.2"));
	assert_false(hits_ip("10.0.0.0/8", "11.0.0.1"));
	assert_true(hits_ip("192.168.16.0/20", "192.168.31.255"));
	assert_false(hits_ip("192.168.16.0/20", "192.168.32.0"));
	assert_true(hits_ip("0.0.0.0/0", "8.8.8.8"));
	assert_false(hits_ip("0.0.0.0/0", "2001:db8::1"));
	assert_true(hits_ip("2001:db8::/33", "2001:db8:7fff::1"));
	assert_false(hits_ip("2001:db8::/33", "2001:db8:8000::1"));
	assert_true(hits_ip("::1/128", "::1"));
}

static void regexes(void **state)
{
	(void)state;
	assert_true(hits_command(SEL("CommandLine|re: 'c[ua]rl\\s+-\\w{2,}'"),
				 "curl  -fsSL x"));
	assert_false(hits_command(SEL("CommandLine|re: 'CURL'"), "curl"));
	assert_true(hits_command(SEL("CommandLine|re|i: 'CURL'"), "curl"));
	assert_true(hits_command(SEL("CommandLine|re: '(?i)CURL'"), "curl"));
	assert_true(hits_command(SEL("CommandLine|re|s: 'a.b'"), "a\nb"));
	assert_false(hits_command(SEL("CommandLine|re: 'a.b'"), "a\nb"));
	/* hopeless backtracking ends, as no match */
	assert_false(
		hits_command(SEL("CommandLine|re: '(a+)+$'"),
			     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"));
}

static void windash(void **state)
{
	static const char sel[] = SEL("CommandLine|windash|contains: ' -enc'");

	(void)state;
	assert_true(hits_command(sel, "x -enc y"));
	assert_true(hits_command(sel, "x /enc y"));
	assert_true(hits_command(sel, "x \xe2\x80\x93"
				      "enc y"));
	assert_false(hits_command(sel, "x enc y"));
}

static void base64(void **state)
{
	static const char sel[] =
		SEL("CommandLine|base64offset|contains: '/bin/bash'");

	(void)state;
	/* of "/bin/bash -i", " /bin/bash -i" and "x /bin/bash -i" */
	assert_true(hits_command(sel, "echo L2Jpbi9iYXNoIC1p"));
	assert_true(hits_command(sel, "echo IC9iaW4vYmFzaCAtaQ=="));
	assert_true(hits_command(sel, "echo eCAvYmluL2Jhc2ggLWk="));
	assert_true(hits_command(SEL("CommandLine|base64|contains: 'foobar'"),
				 "Zm9vYmFy"));
}

/* a, b, c are true of commands that hold the letter */
#define ABC                                                                    \
	"    a: {CommandLine|contains: a}\n"                                   \
	"    b1: {CommandLine|contains: b}\n"                                  \
	"    b2: {CommandLine|contains: c}\n"                                  \
	"    _h: {CommandLine|contains: h}\n"                                  \
	"    condition: "

static void precedence(void **state)
{
	(void)state;
	/* or is weaker than and */
	assert_true(hits_command(ABC "a or b1 and b2\n", "a"));
	assert_false(hits_command(ABC "(a or b1) and b2\n", "a"));
	assert_true(hits_command(ABC "a and b1 or b2\n", "c"));
	/* not is stronger than and */
	assert_true(hits_command(ABC "not a and b1\n", "b"));
	assert_false(hits_command(ABC "not (a or b1)\n", "b"));
	assert_true(hits_command(ABC "not not a\n", "a"));
	assert_true(hits_command(ABC "a and not (b1 and (b2 or a))\n", "ac"));
}

static void quantifiers(void **state)
{
	(void)state;
	assert_true(hits_command(ABC "1 of b*\n", "c"));
	assert_false(hits_command(ABC "all of b*\n", "c"));
	assert_true(hits_command(ABC "all of b*\n", "cb"));
	assert_true(hits_command(ABC "2 of them\n", "ab"));
	assert_false(hits_command(ABC "2 of them\n", "b"));
	/* names that begin with _ are not of them */
	assert_false(hits_command(ABC "1 of them\n", "h"));
	assert_true(hits_command(ABC "all of them\n", "abc"));
	assert_true(hits_command(ABC "a and not 1 of b*\n", "a"));
	assert_false(hits_command(ABC "a and not 1 of b*\n", "ac"));
	assert_true(hits_command(ABC "[a, b1]\n", "b"));
	assert_true(hits_command(ABC "any of *2\n", "c"));
}

static void lists_of_maps(void **state)
{
	static const char sel[] =
		"    s:\n        - CommandLine: x\n          Image: null\n"
		"        - CommandLine|startswith: y\n    condition: s\n";

	(void)state;
	assert_true(hits_command(sel, "x"));
	assert_true(hits_command(sel, "yy"));
	assert_false(hits_command(sel, "z"));
}

static bool hits_text(const char *body, const char *text)
{
	struct ruleset *rs = rules_of(body);
	struct event *e = event_of(KIND_EXEC, "sudo", 0);
	size_t n;

	e->original = str_of(text);
	n = hits_in(rs, e);
	ruleset_free(rs);
	return n == 1;
}

static void keywords(void **state)
{
	static const char any[] = "    k:\n        - 'Foo'\n        - b?r\n"
				  "    condition: k\n";
	static const char all[] = "    k:\n        '|all':\n        - one\n"
				  "        - two\n    condition: k\n";

	(void)state;
	assert_true(hits_text(any, "x foo y"));
	assert_true(hits_text(any, "x bar y"));
	assert_false(hits_text(any, "x fo y"));
	assert_true(hits_text(all, "two one"));
	assert_false(hits_text(all, "two"));
}

static void faults_name_their_line(void **state)
{
	(void)state;
	assert_true(invalid(SEL("CommandLine|foo: x"), "modifier `foo'", 7));
	assert_true(invalid(SEL("CommandLine|re: '('"), "regular", 7));
	assert_true(
		invalid("    s: {a: x}\n    condition: s and\n", "ends", 7));
	assert_true(invalid("    s: {a: x}\n    condition: s t\n", "`t'", 7));
	assert_true(invalid("    s: {a: x}\n    condition: t\n", "`t'", 7));
	assert_true(invalid("    s: {a: x}\n    condition: (s\n", "`)'", 7));
	assert_true(invalid("    s: {a: x}\n    condition: s | count() > 5\n",
			    "`|'", 7));
	assert_true(invalid("    s: {a: x\n", "", 7));
	assert_true(invalid("    s: *x\n    condition: s\n", "alias", 6));
}

/* A condition that names everything again and again stops somewhere. */
static void work_is_bounded(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		buf_fmt(&b, "    s%u: {a: x}\n", i);
	buf_puts(&b, "    condition: 1 of them");
	for (unsigned i = 0; i < 50; i++)
		buf_puts(&b, " or 1 of them");
	buf_puts(&b, "\n");
	buf_c(&b, '\0');
	assert_true(invalid(b.p, "too many selections", 102));
	buf_free(&b);
}

static void fields_that_nothing_fills(void **state)
{
	struct ruleset *rs = rules_of(
		"    s: {Nope: x}\n    t: {Image: y}\n    condition: s or t\n");

	(void)state;
	assert_int_equal(ruleset_info(rs, 0)->state, RULE_PARTIAL);
	assert_true(str_has(ruleset_info(rs, 0)->why, STR("Nope")));
	ruleset_free(rs);
	rs = rules_of("    s: {Nope: x, Image: y}\n    condition: s\n");
	assert_int_equal(ruleset_info(rs, 0)->state, RULE_NO_SOURCE);
	ruleset_free(rs);
	rs = rules_of("    s: {Image|expand: '%Admins%'}\n    condition: s\n");
	assert_int_equal(ruleset_info(rs, 0)->state, RULE_NEEDS_LIST);
	ruleset_free(rs);
}

static void a_hit_says_why(void **state)
{
	struct ruleset *rs = rules_of(SEL("CommandLine|endswith: [/x, /SH]"));
	struct event *e = event_of(KIND_EXEC, "sudo", 0);
	struct matcher *m = matcher_new(rs);
	struct arena a = { 0 };
	struct str why[4];

	(void)state;
	ev_cstr(e, KEY_PROCESS_COMMAND_LINE, "/bin/sh");
	match_begin(m, e);
	assert_true(match_rule(m, 0));
	assert_int_equal(match_why(m, 0, &a, why, 4), 1);
	assert_true(str_is(why[0], "CommandLine = /bin/sh (ends with /SH)"));
	matcher_free(m);
	ruleset_free(rs);
	arena_free(&a);
}

static void other_logsources_are_not_asked(void **state)
{
	struct ruleset *rs = rules_of(SEL("CommandLine: x"));
	struct event *e = event_of(KIND_LOGIN, "sshd", 0);
	struct matcher *m = matcher_new(rs);

	(void)state;
	ev_cstr(e, KEY_PROCESS_COMMAND_LINE, "x");
	matcher_event(m, e);
	assert_int_equal(matcher_evaluated(m)[0], 0);
	e->kind = KIND_PROCESS;
	matcher_event(m, e);
	assert_int_equal(matcher_evaluated(m)[0], 1);
	matcher_free(m);
	ruleset_free(rs);
}

int main(void)
{
	const struct CMUnitTest test[] = {
		cmocka_unit_test(wildcards),
		cmocka_unit_test(wildcards_take_no_square_of_time),
		cmocka_unit_test(contains_takes_wildcards_inside),
		cmocka_unit_test(escapes),
		cmocka_unit_test(case_is_folded_unless_cased),
		cmocka_unit_test(ends_and_starts),
		cmocka_unit_test(all_needs_every_value),
		cmocka_unit_test(null_is_absent),
		cmocka_unit_test(numbers),
		cmocka_unit_test(networks),
		cmocka_unit_test(regexes),
		cmocka_unit_test(windash),
		cmocka_unit_test(base64),
		cmocka_unit_test(precedence),
		cmocka_unit_test(quantifiers),
		cmocka_unit_test(lists_of_maps),
		cmocka_unit_test(keywords),
		cmocka_unit_test(faults_name_their_line),
		cmocka_unit_test(work_is_bounded),
		cmocka_unit_test(fields_that_nothing_fills),
		cmocka_unit_test(a_hit_says_why),
		cmocka_unit_test(other_logsources_are_not_asked),
	};

	return cmocka_run_group_tests(test, NULL, NULL);
}
