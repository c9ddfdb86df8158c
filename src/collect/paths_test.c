/* paths_test.c - the table is well-formed and finds what it is for. */
#include "paths.h"

#include "../util/glob.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* The first rule that takes this path; NULL: none. */
static const struct path_rule *rule_of(const char *path)
{
	for (size_t i = 0; i < path_count; i++)
		if (glob_match(str_of(path_table[i].glob), str_of(path)))
			return &path_table[i];
	return NULL;
}

static void rows_are_well_formed(void **state)
{
	(void)state;
	for (size_t i = 0; i < path_count; i++) {
		const struct path_rule *r = &path_table[i];

		assert_true(r->glob[0] == '/' ||
			    strncmp(r->glob, "~/", 2) == 0);
		assert_null(strchr(r->glob, '{'));
		assert_true(strlen(r->group) > 0 && strlen(r->group) < 24);
		assert_true(!r->core || strlen(r->core) < 24);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(r->glob, path_table[k].glob);
	}
}

static void finds(const char *path, const char *group, const char *core)
{
	const struct path_rule *r = rule_of(path);

	assert_non_null(r);
	assert_string_equal(r->group, group);
	if (core)
		assert_string_equal(r->core, core);
	else
		assert_null(r->core);
}

static void what_matters_is_found(void **state)
{
	(void)state;
	finds("/var/log/auth.log.2.gz", "logs", "auth");
	finds("/var/log/secure-20261101", "logs", "auth");
	finds("/var/log/journal/3f/user-1000.journal", "journal", "auth");
	finds("/run/log/journal/3f/system.journal", "journal", "auth");
	finds("/var/log/wtmp.1", "logins", "logins");
	finds("/var/log/nginx/access.log", "logs", NULL);
	finds("/etc/cron.d/x", "cron", NULL);
	finds("/etc/cron.hourly/x", "cron", NULL);
	finds("/var/spool/cron/crontabs/root", "cron", NULL);
	finds("/etc/systemd/system/multi-user.target.wants/x.service",
	      "systemd", NULL);
	finds("/usr/lib/systemd/system/ssh.service.d/o.conf", "systemd",
	      "units");
	finds("/etc/ssh/sshd_config", "ssh", NULL);
	finds("~/.ssh/authorized_keys", "ssh", NULL);
	finds("~/.bash_history", "history", NULL);
	finds("~/.local/share/fish/fish_history", "history", NULL);
	finds("/etc/ld.so.preload", "loader", NULL);
	finds("/var/lib/dpkg/info/bash.list", "packages", NULL);
	finds("/etc/localtime", "host", NULL);
	finds("/etc/ssl/private/x.key", "config", NULL);
	finds("/tmp/.x/y", "temporary", NULL);
	finds("~/.mozilla/firefox/x/places.sqlite", "browser", NULL);
	/* sessions and passwords of others stay */
	assert_null(rule_of("~/.mozilla/firefox/x/key4.db"));
	assert_null(rule_of("~/.mozilla/firefox/x/cookies.sqlite"));
	assert_null(rule_of("~/.config/chromium/Default/Login Data"));
}

static void hashes_of_passwords_are_marked(void **state)
{
	(void)state;
	assert_true(rule_of("/etc/shadow")->flags & PATH_SHADOW);
	assert_true(rule_of("/etc/shadow-")->flags & PATH_SHADOW);
	assert_true(rule_of("/etc/gshadow")->flags & PATH_SHADOW);
	assert_false(rule_of("/etc/passwd")->flags & PATH_SHADOW);
	assert_true(rule_of("/etc/localtime")->flags & PATH_FOLLOW);
}

int main(void)
{
	const struct CMUnitTest t[] = {
		cmocka_unit_test(rows_are_well_formed),
		cmocka_unit_test(what_matters_is_found),
		cmocka_unit_test(hashes_of_passwords_are_marked),
	};

	return cmocka_run_group_tests(t, NULL, NULL);
}
