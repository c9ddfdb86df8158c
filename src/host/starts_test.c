/*
 * starts_test.c - places, what the system asks of a file there, and what
 * links enable.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "build.h"
#include "kept.h"

static const char rows[] =
	"{\"p\":\"/etc/init.d/on\",\"t\":\"f\",\"m\":493,\"M\":7,\"C\":8,"
	"\"B\":9}\n"
	"{\"p\":\"/etc/init.d/off\",\"t\":\"f\",\"m\":493}\n"
	"{\"p\":\"/etc/rc2.d/S03on\",\"t\":\"l\",\"l\":\"../init.d/on\"}\n"
	"{\"p\":\"/etc/rc2.d/K01off\",\"t\":\"l\",\"l\":\"../init.d/off\"}\n"
	"{\"p\":\"/etc/init.d/alpine\",\"t\":\"f\",\"m\":493}\n"
	"{\"p\":\"/etc/runlevels/default/alpine\",\"t\":\"l\","
	"\"l\":\"/etc/init.d/alpine\"}\n"
	"{\"p\":\"/etc/systemd/system/multi-user.target.wants/a.service\","
	"\"t\":\"l\",\"l\":\"/usr/lib/systemd/system/a.service\"}\n"
	"{\"p\":\"/etc/systemd/system/x.target.requires/g@tty1.service\","
	"\"t\":\"l\",\"l\":\"/usr/lib/systemd/system/g@.service\"}\n"
	"{\"p\":\"/etc/systemd/system/masked.service\",\"t\":\"l\","
	"\"l\":\"/dev/null\"}\n"
	"{\"p\":\"/etc/systemd/system/b.service\",\"t\":\"f\",\"m\":420}\n"
	"{\"p\":\"/home/ann/.config/systemd/user/default.target.wants/"
	"u.service\",\"t\":\"l\",\"l\":\"../u.service\"}\n"
	"{\"p\":\"/usr/share/doc/x\",\"t\":\"f\",\"m\":420}\n";

static int setup(void **state)
{
	static struct context c;

	context_init(&c);
	context_take(&c, STR("state/files.0000.jsonl"), STR(""), str_of(rows));
	context_take(&c, STR(""), STR("/etc/passwd"),
		     STR("ann:x:1000:1000::/home/ann:/bin/sh\n"));
	context_finish(&c);
	*state = &c;
	return 0;
}

static int teardown(void **state)
{
	context_free(*state);
	return 0;
}

static void what_a_path_is(void **state)
{
	static const struct {
		const char *path, *mechanism, *user;
	} c[] = {
		{ "/etc/cron.daily/x", "cron_script", "root" },
		{ "/etc/cron.daily/x/y", NULL, NULL },
		{ "/etc/cron.daily/.placeholder", NULL, NULL },
		{ "/lib/systemd/system-sleep/x", "sleep_hook", "root" },
		{ "/usr/lib/systemd/system-sleep/x", "sleep_hook", "root" },
		{ "/home/ann/.bashrc", "shell_rc", "ann" },
		{ "/srv/x/.bashrc", "shell_rc", "" },
		{ "/home/ann/p/.git/hooks/pre-commit", "git_hook", "ann" },
		{ "/home/ann/p/.git/hooks/pre-commit.sample", NULL, NULL },
		{ "/srv/p.git/hooks/update", "git_hook", "" },
		{ "/etc/skel/.bashrc", "skel", "" },
		{ "/etc/init.d/README", NULL, NULL },
		{ "/usr/share/doc/x", NULL, NULL },
		{ "/", NULL, NULL },
		{ "", NULL, NULL },
	};
	struct start_walk w = { 0 };

	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++) {
		struct str path = str_of(c[i].path);
		const struct start *s = start_of(path);

		if (!s != !c[i].mechanism ||
		    (s && strcmp(s->mechanism, c[i].mechanism) != 0) ||
		    (s && !str_is(start_user(s, *state, path), c[i].user)))
			fail_msg("%s", c[i].path);
		assert_ptr_equal(start_next(&w, path), s);
		assert_ptr_equal(start_next(&w, path), s);
	}
}

static void what_is_started(void **state)
{
	static const struct {
		const char *path;
		unsigned mode;
		enum start_state want;
	} c[] = {
		{ "/etc/cron.daily/a-b_1", 0755, START_YES },
		{ "/etc/cron.daily/a-b_1", 0644, START_NO },
		{ "/etc/cron.daily/a-b_1", 0, START_UNKNOWN },
		{ "/etc/cron.daily/a.sh", 0755, START_UNKNOWN },
		{ "/etc/cron.daily/a~", 0755, START_NO },
		{ "/etc/update-motd.d/a.sh", 0755, START_YES },
		{ "/etc/X11/Xsession.d/50x", 0644, START_YES },
		{ "/etc/profile.d/a.sh", 0644, START_YES },
		{ "/etc/profile.d/a", 0755, START_NO },
		{ "/etc/init.d/on", 0755, START_YES },
		{ "/etc/init.d/on", 0644, START_NO },
		{ "/etc/init.d/off", 0755, START_NO },
		{ "/etc/init.d/alpine", 0755, START_YES },
		{ "/etc/skel/.bashrc", 0644, START_NO },
	};

	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++) {
		struct str path = str_of(c[i].path);

		if (start_enabled(start_of(path), *state, path, c[i].mode) !=
		    c[i].want)
			fail_msg("%s %o", c[i].path, c[i].mode);
	}
}

static void units_by_their_links(void **state)
{
	static const struct {
		const char *path, *name;
		bool installs;
		enum start_state want;
	} c[] = {
		{ "/usr/lib/systemd/system/a.service", "a.service", true,
		  START_YES },
		{ "/lib/systemd/system/a.service", "a.service", true,
		  START_YES },
		{ "/usr/lib/systemd/system/g@.service", "g@.service", true,
		  START_YES },
		{ "/usr/lib/systemd/system/c.service", "c.service", true,
		  START_NO },
		{ "/usr/lib/systemd/system/c.service", "c.service", false,
		  START_UNKNOWN },
		{ "/usr/lib/systemd/system/masked.service", "masked.service",
		  false, START_NO },
		/* the one in /etc is read in its place */
		{ "/usr/lib/systemd/system/b.service", "b.service", false,
		  START_NO },
		{ "/etc/systemd/system/b.service", "b.service", false,
		  START_UNKNOWN },
		{ "/etc/systemd/system/a.service.d/x.conf", "a.service", false,
		  START_YES },
		{ "/etc/systemd/system/service.d/x.conf", "service", false,
		  START_YES },
		{ "/home/ann/.config/systemd/user/u.service", "u.service", true,
		  START_YES },
		{ "/home/bob/.config/systemd/user/u.service", "u.service", true,
		  START_NO },
	};
	struct arena a = { 0 };

	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++)
		if (ctx_unit_enabled(*state, str_of(c[i].path),
				     str_of(c[i].name), c[i].installs,
				     &a) != c[i].want)
			fail_msg("%s", c[i].path);
	arena_free(&a);
}

static void rows_are_kept(void **state)
{
	const struct kept *k = ctx_kept(*state, STR("/etc/init.d/on"));

	assert_non_null(k);
	assert_int_equal(k->mtime_ns, 7);
	assert_int_equal(k->ctime_ns, 8);
	assert_int_equal(k->btime_ns, 9);
	assert_int_equal(k->mode, 0755);
	assert_null(ctx_kept(*state, STR("/usr/share/doc/x")));
}

static void links_are_resolved(void **state)
{
	static const char *const c[][3] = {
		{ "/etc/rc2.d/S03on", "../init.d/on", "/etc/init.d/on" },
		{ "/a/b", "/x/./y/../z", "/x/z" },
		{ "/a/b", "../../../x", "/x" },
		{ "/a", "b/", "/b" },
		{ "/a", "", "" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++)
		if (!str_is(link_target(&a, str_of(c[i][0]), str_of(c[i][1])),
			    c[i][2]))
			fail_msg("%s %s", c[i][0], c[i][1]);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest test[] = {
		cmocka_unit_test(what_a_path_is),
		cmocka_unit_test(what_is_started),
		cmocka_unit_test(units_by_their_links),
		cmocka_unit_test(rows_are_kept),
		cmocka_unit_test(links_are_resolved),
	};

	return cmocka_run_group_tests(test, setup, teardown);
}
