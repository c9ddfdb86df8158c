/*
 * apk_test.c - the lists of apk and pacman: owners, states, modes; each text
 * cut at every byte; a table that went through a pipe.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../util/buf.h"
#include "apk.h"
#include "pacman.h"
#include "pkgwire.h"

static const char apk[] =
	"C:Q1xx\nP:musl\nV:1.2.4-r2\nA:x86_64\nF:lib\n"
	"R:ld-musl-x86_64.so.1\na:0:0:755\n"
	/* of "a\n" */
	"Z:Q1P3hoUOOHVQ/auDbtfm3Igd4jABs=\n"
	"\n"
	"P:tool\nV:1.0-r0\nA:x86_64\nF:\nR:.hidden\nF:usr/bin\nM:0:0:755\n"
	"R:tool\na:0:4:4755\n"
	/* sha256 of "a\n" */
	"Z:Q2h0KPxSKAPTEGXnvOPPA/5HUJZjHl4Hu9eg/eYMTPJcc=\n"
	"R:link\n"
	"F:etc\nR:tool.conf\nZ:Q1P3hoUOOHVQ/auDbtfm3Igd4jABs=\n"
	"F:etc/init.d\nR:tool\nZ:Q1P3hoUOOHVQ/auDbtfm3Igd4jABs=\n";
#define SHA1_A "3f786850e387550fdab836ed7e6dc881de23001b"
#define SHA256_A                                                               \
	"87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7"

static enum package_state state_of(const struct packages *s, const char *path,
				   const char *sha1, const char *sha256)
{
	const struct digests d = { .of = { [DIGEST_SHA1] = str_of(sha1),
					   [DIGEST_SHA256] = str_of(sha256) } };
	const struct package *p;

	return packages_state(s, str_of(path), &d, &p);
}

static void alpine(void **state)
{
	const struct package_file *f;
	const struct package *p;
	struct arena a = { 0 };
	struct packages s;

	(void)state;
	packages_init(&s, &a);
	apk_installed(&s, str_of(apk));
	assert_int_equal(s.npackage, 2);
	p = packages_owner(&s, STR("/lib/ld-musl-x86_64.so.1"));
	assert_true(p && str_is(p->name, "musl") &&
		    str_is(p->version, "1.2.4-r2") &&
		    p->system == PACKAGES_APK);
	assert_true(packages_owner(&s, STR("/.hidden")));
	assert_int_equal(packages_algos(&s, STR("/lib/ld-musl-x86_64.so.1")),
			 1u << DIGEST_SHA1);
	assert_int_equal(state_of(&s, "/lib/ld-musl-x86_64.so.1", SHA1_A, ""),
			 PKG_INTACT);
	assert_int_equal(packages_algos(&s, STR("/usr/bin/tool")),
			 1u << DIGEST_SHA256);
	assert_int_equal(state_of(&s, "/usr/bin/tool", "", SHA1_A SHA1_A),
			 PKG_MODIFIED);
	assert_int_equal(state_of(&s, "/usr/bin/link", SHA1_A, ""), PKG_OWNED);
	assert_int_equal(state_of(&s, "/etc/tool.conf", SHA1_A, ""),
			 PKG_CONFFILE);
	assert_int_equal(state_of(&s, "/etc/init.d/tool", SHA1_A, ""),
			 PKG_INTACT);
	assert_int_equal(state_of(&s, "/usr/bin/evil", SHA1_A, ""),
			 PKG_UNPACKAGED);
	f = packages_says(&s, STR("/usr/bin/tool"));
	assert_true(f && f->mode == 04755);
	assert_true(str_is(packages_word_text(&s, f->group), "4"));
	packages_free(&s);
	arena_free(&a);
}

static const char desc[] = "%NAME%\ntool\n\n%VERSION%\n1.2-1\n\n%ARCH%\n"
			   "x86_64\n\n";
static const char files[] = "%FILES%\nusr/\nusr/bin/\nusr/bin/tool\n"
			    "etc/tool.conf\nusr/bin/listed\n\n"
			    "%BACKUP%\netc/tool.conf\t60b725f10c9c85c70d97880d"
			    "fe8191b3\n";
static const char tree[] =
	"#mtree\n"
	"/set type=file uid=0 gid=0 mode=644\n"
	"./.PKGINFO time=1.0 size=1 sha256digest=" SHA256_A "\n"
	"./usr time=1.0 mode=755 type=dir\n"
	"./usr/bin/tool time=1.0 mode=4755 size=2 sha256digest=" SHA256_A "\n"
	"./usr/bin/a\\040b time=1.0 size=2 md5digest="
	"60b725f10c9c85c70d97880dfe8191b3\n"
	"./usr/sbin type=link link=bin\n"
	"./etc/tool.conf time=1.0 size=2 sha256digest=" SHA256_A "\n";

static void arch(void **state)
{
	const struct package *p;
	struct arena a = { 0 };
	struct packages s;

	(void)state;
	packages_init(&s, &a);
	/* in any order */
	pacman_take(&s, STR("/var/lib/pacman/local/tool-1.2-1/mtree"),
		    str_of(tree));
	pacman_take(&s, STR("/var/lib/pacman/local/tool-1.2-1/files"),
		    str_of(files));
	pacman_take(&s, STR("/var/lib/pacman/local/tool-1.2-1/desc"),
		    str_of(desc));
	assert_int_equal(s.npackage, 1);
	p = packages_owner(&s, STR("/usr/bin/tool"));
	assert_true(p && str_is(p->name, "tool") &&
		    str_is(p->version, "1.2-1"));
	assert_int_equal(state_of(&s, "/usr/bin/tool", "", SHA256_A),
			 PKG_INTACT);
	assert_int_equal(packages_says(&s, STR("/usr/bin/tool"))->mode, 04755);
	assert_int_equal(state_of(&s, "/usr/sbin/tool", "", SHA256_A),
			 PKG_INTACT); /* sbin is a link */
	assert_int_equal(packages_algos(&s, STR("/usr/bin/a b")),
			 1u << DIGEST_MD5);
	assert_int_equal(state_of(&s, "/usr/bin/listed", "", SHA256_A),
			 PKG_OWNED);
	assert_int_equal(state_of(&s, "/etc/tool.conf", "", SHA256_A),
			 PKG_CONFFILE);
	assert_int_equal(state_of(&s, "/etc/tool.conf", "", SHA1_A SHA1_A),
			 PKG_CONFFILE_CHANGED);
	assert_null(packages_owner(&s, STR("/.PKGINFO")));
	packages_free(&s);
	arena_free(&a);
}

static void every_prefix_is_survived(void **state)
{
	static const struct {
		const char *path, *text;
		size_t n;
	} all[] = {
		{ NULL, apk, sizeof(apk) - 1 },
		{ "/x/tool-1/desc", desc, sizeof(desc) - 1 },
		{ "/x/tool-1/files", files, sizeof(files) - 1 },
		{ "/x/tool-1/mtree", tree, sizeof(tree) - 1 },
	};

	(void)state;
	for (size_t k = 0; k < 4; k++)
		for (size_t n = 0; n <= all[k].n; n++) {
			char *copy = malloc(n ? n : 1);
			struct arena a = { 0 };
			struct packages s;

			memcpy(copy, all[k].text, n);
			packages_init(&s, &a);
			if (all[k].path)
				pacman_take(&s, str_of(all[k].path),
					    str_mem(copy, n));
			else
				apk_installed(&s, str_mem(copy, n));
			assert_true(s.npackage <= 2);
			packages_free(&s);
			arena_free(&a);
			free(copy);
		}
}

/* --- through a pipe --------------------------------------------------- */

struct pipe {
	struct buf b;
	size_t at;
};

static int put(void *arg, const void *p, size_t n)
{
	struct pipe *w = arg;

	buf_add(&w->b, p, n);
	return 0;
}

static int get(void *arg, void *p, size_t n)
{
	struct pipe *r = arg;

	if (n > r->b.n - r->at)
		return -1;
	memcpy(p, r->b.p + r->at, n);
	r->at += n;
	return 0;
}

static void what_comes_through_a_pipe(void **state)
{
	struct pipe w = { .at = 0 };
	struct arena a = { 0 };
	struct packages s, t;
	bool damaged = false;

	(void)state;
	packages_init(&s, &a);
	apk_installed(&s, str_of(apk));
	assert_int_equal(pkgwire_write(&s, true, put, &w), 0);
	packages_init(&t, &a);
	assert_true(pkgwire_read(&t, &damaged, get, &w));
	assert_true(damaged);
	assert_int_equal(state_of(&t, "/lib/ld-musl-x86_64.so.1", SHA1_A, ""),
			 PKG_INTACT);
	assert_int_equal(state_of(&t, "/etc/tool.conf", SHA1_A, ""),
			 PKG_CONFFILE);
	assert_int_equal(state_of(&t, "/usr/bin/evil", SHA1_A, ""),
			 PKG_UNPACKAGED);
	packages_free(&t);
	/* cut: nothing of it is believed */
	for (size_t n = 0, all = w.b.n; n < all; n++) {
		w.at = 0;
		w.b.n = n;
		packages_init(&t, &a);
		assert_false(pkgwire_read(&t, &damaged, get, &w));
		assert_int_equal(t.systems, 0);
		packages_free(&t);
		w.b.n = all;
	}
	/* every byte wrong once: taken or not, it can be asked */
	for (size_t i = 0; i < w.b.n; i++) {
		w.at = 0;
		w.b.p[i] ^= (char)0xff;
		packages_init(&t, &a);
		if (pkgwire_read(&t, &damaged, get, &w)) {
			(void)state_of(&t, "/usr/bin/tool", SHA1_A, SHA256_A);
			(void)packages_algos(&t, STR("/etc/tool.conf"));
		}
		packages_free(&t);
		w.b.p[i] ^= (char)0xff;
	}
	packages_free(&s);
	buf_free(&w.b);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alpine),
		cmocka_unit_test(arch),
		cmocka_unit_test(every_prefix_is_survived),
		cmocka_unit_test(what_comes_through_a_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
