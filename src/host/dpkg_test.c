/*
 * dpkg_test.c - ownership, digests, conffiles, diversions, usrmerge; the
 * size and speed of a large database.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../util/buf.h"
#include "dpkg.h"
#include "passwd.h"
#include "osrelease.h"
#include "hostid.h"

#define MD5_A "0123456789abcdef0123456789abcdef"
#define MD5_B "ffffffffffffffffffffffffffffffff"

static const char status[] =
	"Package: bash\n"
	"Status: install ok installed\n"
	"Architecture: amd64\n"
	"Version: 5.2.15-2+b7\n"
	"Conffiles:\n"
	" /etc/bash.bashrc 89269e1298235f1b12b4c16e4065ad0d\n"
	" /etc/skel/.bashrc 1f98b8f3f3c8f8927eca945d59dcc1c6\n"
	"Description: GNU Bourne Again SHell\n"
	" Bash is an sh-compatible command language interpreter.\n"
	"\n"
	"Package: libc6\n"
	"Status: install ok installed\n"
	"Architecture: amd64\n"
	"Multi-Arch: same\n"
	"Version: 2.36-9\n"
	"Conffiles:\n"
	" /etc/ld.so.conf.d/x.conf d4e7a7b88a71b5ffd9e2644e71a0cfab\n";

static void take(struct packages *d, struct arena *a)
{
	packages_init(d, a);
	dpkg_diversions(d, STR("/usr/bin/perldoc\n/usr/bin/perldoc.stub\n"
			       "perl-doc\n/bin/sh\n/bin/sh.distrib\n:\n"));
	dpkg_status(d, str_of(status));
	dpkg_info(d, STR("bash.list"),
		  STR("/.\n/bin\n/bin/bash\n/bin/sh\n/etc\n/etc/bash.bashrc\n"
		      "/usr\n/usr/share\n/usr/share/doc/bash\n"));
	dpkg_info(d, STR("bash.md5sums"),
		  STR(MD5_A "  bin/bash\n" MD5_B "  bin/sh\n"
			    "short  line\n"));
	dpkg_info(d, STR("libc6:amd64.list"),
		  STR("/.\n/lib/x86_64-linux-gnu/libc.so.6\n"));
	dpkg_info(d, STR("perl.list"), STR("/.\n/usr/bin/perldoc\n"));
	dpkg_info(d, STR("perl-doc.list"), STR("/.\n/usr/bin/perldoc\n"));
	dpkg_finish(d);
}

static const struct digests *by_md5(struct str hex)
{
	static struct digests d;

	d.of[DIGEST_MD5] = hex;
	return &d;
}

static void owners_and_states(void **state)
{
	struct arena a = { 0 };
	struct packages d;
	const struct package *p;

	(void)state;
	take(&d, &a);
	p = packages_owner(&d, STR("/usr/bin/bash"));
	assert_non_null(p);
	assert_true(str_is(p->name, "bash"));
	assert_true(str_is(p->version, "5.2.15-2+b7"));
	assert_ptr_equal(p, packages_owner(&d, STR("/bin/bash")));
	p = packages_owner(&d, STR("/usr/lib/x86_64-linux-gnu/libc.so.6"));
	assert_non_null(p);
	assert_true(str_is(p->name, "libc6") && str_is(p->arch, "amd64") &&
		    str_is(p->version, "2.36-9"));
	assert_null(packages_owner(&d, STR("/usr/bin/bashx")));
	assert_null(packages_owner(&d, STR("bin/bash")));

	assert_int_equal(
		packages_state(&d, STR("/bin/bash"), by_md5(STR(MD5_A)), &p),
		PKG_INTACT);
	assert_int_equal(
		packages_state(&d, STR("/bin/bash"), by_md5(STR(MD5_B)), &p),
		PKG_MODIFIED);
	assert_int_equal(
		packages_state(&d, STR("/bin/bash"), by_md5(STR_NONE), &p),
		PKG_OWNED);
	assert_int_equal(packages_state(&d, STR("/etc/bash.bashrc"),
					by_md5(STR(MD5_B)), &p),
			 PKG_CONFFILE_CHANGED);
	assert_int_equal(packages_state(&d, STR("/etc/ld.so.conf.d/x.conf"),
					by_md5(STR_NONE), &p),
			 PKG_CONFFILE);
	assert_int_equal(
		packages_state(&d, STR("/tmp/x"), by_md5(STR(MD5_B)), &p),
		PKG_UNPACKAGED);
	packages_free(&d);
	arena_free(&a);
}

static void diverted_files_keep_their_owner(void **state)
{
	struct arena a = { 0 };
	struct packages d;
	const struct package *p;

	(void)state;
	take(&d, &a);
	p = packages_owner(&d, STR("/usr/bin/perldoc.stub"));
	assert_true(p && str_is(p->name, "perl"));
	p = packages_owner(&d, STR("/usr/bin/perldoc"));
	assert_true(p && str_is(p->name, "perl-doc"));
	/* a local diversion: bash's file is the .distrib one, digest too */
	assert_int_equal(packages_state(&d, STR("/bin/sh.distrib"),
					by_md5(STR(MD5_B)), &p),
			 PKG_INTACT);
	assert_null(packages_owner(&d, STR("/bin/sh")));
	packages_free(&d);
	arena_free(&a);
}

static void without_lists_nothing_is_unpackaged(void **state)
{
	struct arena a = { 0 };
	struct packages d;
	const struct package *p;

	(void)state;
	packages_init(&d, &a);
	dpkg_status(&d, str_of(status));
	dpkg_finish(&d);
	assert_int_equal(
		packages_state(&d, STR("/tmp/x"), by_md5(STR_NONE), &p),
		PKG_UNKNOWN);
	packages_free(&d);
	arena_free(&a);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* 400 packages of 500 files: the size is a promise, the time is printed. */
static void a_large_database_is_small(void **state)
{
	struct arena a = { 0 };
	struct packages d;
	struct buf list = { 0 }, sums = { 0 }, name = { 0 };
	double t = 0, t0;
	size_t bytes;

	(void)state;
	packages_init(&d, &a);
	for (int k = 0; k < 400; k++) {
		buf_clear(&list);
		buf_clear(&sums);
		for (int i = 0; i < 500; i++) {
			buf_fmt(&list, "/usr/share/doc/pkg%d/dir/file%d\n", k,
				i);
			buf_fmt(&sums,
				"%032d  usr/share/doc/pkg%d/dir/file%d\n", i, k,
				i);
		}
		t0 = seconds();
		buf_clear(&name);
		buf_fmt(&name, "pkg%d.list", k);
		dpkg_info(&d, buf_view(&name), buf_view(&list));
		buf_clear(&name);
		buf_fmt(&name, "pkg%d.md5sums", k);
		dpkg_info(&d, buf_view(&name), buf_view(&sums));
		t += seconds() - t0;
	}
	/* and twelve files of its own for each package */
	assert_int_equal(d.path.n, 200000 + 400 * 12);
	bytes = d.path.nslot * sizeof(*d.path.slot) +
		d.capfile * sizeof(*d.file) + a.used;
	print_message("200,000 paths with digests: %zu KiB, %.0f ms\n",
		      bytes >> 10, t * 1e3);
	assert_true(bytes < (24u << 20));
	buf_free(&list);
	buf_free(&sums);
	buf_free(&name);
	packages_free(&d);
	arena_free(&a);
}

static void account_lines(void **state)
{
	struct passwd p;
	struct group g;
	struct shadow s;

	(void)state;
	assert_true(passwd_line(STR("news:x:9:9:n:/var/spool/news:"
				    "/usr/sbin/nologin \n"),
				&p));
	assert_true(p.uid == 9 && str_is(p.shell, "/usr/sbin/nologin "));
	assert_false(passwd_line(STR("+::::::"), &p));
	assert_false(passwd_line(STR("a:x:4294967296:0:::"), &p));
	assert_false(passwd_line(STR("a:x:1:0::"), &p));
	assert_true(group_line(STR("sudo:x:27:ann,bob"), &g));
	assert_true(g.gid == 27 && str_is(g.members, "ann,bob"));
	assert_true(shadow_line(STR("root:$y$j9T$abcdefgh$ijkl:19700:0:"), &s));
	assert_int_equal(s.changed_day, 19700);
	assert_string_equal(password_state(s.password), "set");
	assert_string_equal(password_algorithm(s.password), "yescrypt");
	assert_string_equal(password_state(STR("!")), "locked");
	assert_string_equal(password_state(STR("")), "empty");
	assert_string_equal(password_state(STR("*")), "none");
	assert_null(password_algorithm(STR("*")));
}

static void os_release_and_host_id(void **state)
{
	struct arena a = { 0 };
	struct str text = STR("# c\nID=debian\nNAME=\"A \\\"b\\\"\"\nID=x\n");
	struct str id;

	(void)state;
	assert_true(str_is(osrelease_get(text, "ID", &a), "x"));
	assert_true(str_is(osrelease_get(text, "NAME", &a), "A \"b\""));
	assert_int_equal(osrelease_get(text, "VERSION", &a).n, 0);
	/* printf 'm\nd\nh\nr' | sha256sum */
	id = host_id(STR("m"), STR("d"), STR("h"), STR("r"), &a);
	assert_true(str_is(id, "2b158c462c1bdbcfeeaeccbdd2b254a6"));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest test[] = {
		cmocka_unit_test(owners_and_states),
		cmocka_unit_test(diverted_files_keep_their_owner),
		cmocka_unit_test(without_lists_nothing_is_unpackaged),
		cmocka_unit_test(a_large_database_is_small),
		cmocka_unit_test(account_lines),
		cmocka_unit_test(os_release_and_host_id),
	};

	return cmocka_run_group_tests(test, NULL, NULL);
}
