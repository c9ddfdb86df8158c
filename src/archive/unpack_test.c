/*
 * unpack_test.c - inputs that are not ours: directories, tars, zips, single
 * compressed files, nested ones, and those made to do harm.
 */
#define _GNU_SOURCE
#include "unpack.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../util/child.h"
#include "../util/io.h"
#include "extract.h"
#include "pathmap.h"
#include "tarout.h"

static char dir[] = "/tmp/konseki-unpack-XXXXXX";

struct shell {
	char cmd[4096];
};

static int run_shell(void *arg)
{
	struct shell *s = arg;

	if (chdir(dir) < 0)
		return 126;
	(void)execl("/bin/sh", "sh", "-c", s->cmd, (char *)NULL);
	return 127;
}

static int sh(const char *cmd)
{
	struct shell s;
	struct child c;
	struct err err;
	int status = -1;

	(void)snprintf(s.cmd, sizeof(s.cmd), "%s", cmd);
	assert_int_equal(child_start(&c, run_shell, &s, &err), 0);
	assert_int_equal(child_wait(&c, 60000, &status), 0);
	return status;
}

static const char *in_dir(const char *name)
{
	static char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

struct unpacking {
	struct arena a;
	struct unpack_result r;
	char *map;
	int spool;
	uint64_t end;
	struct err err;
};

static int unpack_some(struct unpacking *u, const char *name,
		       const struct str *glob, size_t nglob, bool raw)
{
	struct unpack_options o = { .path = in_dir(name),
				    .spool_end = &u->end,
				    .globs = glob,
				    .nglob = nglob,
				    .raw = raw };
	int rc;

	*u = (struct unpacking){ 0 };
	arena_init(&u->a, 0);
	u->spool = o.spool = io_tmpfile(dir, &u->err);
	assert_true(u->spool >= 0);
	rc = unpack(&o, &u->a, &u->r, &u->err);
	if (rc == 0 && u->end > 0) {
		u->map = mmap(NULL, u->end, PROT_READ, MAP_SHARED, u->spool, 0);
		assert_true(u->map != MAP_FAILED);
	}
	return rc;
}

static int unpack_name(struct unpacking *u, const char *name)
{
	return unpack_some(u, name, NULL, 0, false);
}

static void unpacking_free(struct unpacking *u)
{
	if (u->map)
		(void)munmap(u->map, u->end);
	(void)close(u->spool);
	arena_free(&u->a);
}

static const struct unpacked *member(const struct unpacking *u,
				     const char *name)
{
	for (size_t i = 0; i < u->r.nmember; i++)
		if (str_is(u->r.member[i].member, name))
			return &u->r.member[i];
	fail_msg("%s is not there", name);
	return NULL;
}

static void holds(const struct unpacking *u, const char *name, const char *path,
		  const char *text)
{
	const struct unpacked *m = member(u, name);

	if (path && !str_is(m->path, path))
		fail_msg("%s: path " STR_FMT, name, STR_ARG(m->path));
	assert_int_equal(m->off % 4096, 0);
	assert_int_equal(m->size, strlen(text));
	assert_memory_equal(u->map + m->off, text, m->size);
}

static void put_file(const char *name, const void *p, size_t n)
{
	int fd = open(in_dir(name), O_CREAT | O_TRUNC | O_WRONLY, 0600);

	assert_true(fd >= 0);
	assert_int_equal(io_write(fd, p, n), 0);
	(void)close(fd);
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	return sh("mkdir -p root/var/log root/etc case/var/log &&"
		  "echo one >root/var/log/a.log &&"
		  "echo two | gzip >root/var/log/a.log.1.gz &&"
		  "echo three | xz >root/var/log/a.log.2.xz &&"
		  "echo four | bzip2 >root/var/log/a.log.3.bz2 &&"
		  "echo five | zstd -q >root/var/log/a.log.4.zst &&"
		  "echo six | xz --format=lzma >root/var/log/a.log.5.lzma &&"
		  "echo plain >root/var/log/not-really.gz &&"
		  "printf '' >root/etc/empty &&"
		  "echo host >root/etc/hostname &&"
		  "ln -s /etc/passwd root/etc/link &&"
		  "mkfifo root/etc/fifo &&"
		  "touch -d '2020-02-03T04:05:06.789Z' root/etc/hostname &&"
		  "(cd root && tar cf ../plain.tar . &&"
		  " tar czf ../t.tgz var etc/hostname etc/empty etc/link) &&"
		  "(cd root/var/log && tar czf ../../../inner.tar.gz a.log) &&"
		  "mkdir nest && cp inner.tar.gz nest/ && echo x >nest/x &&"
		  "tar cf nested.tar nest &&"
		  "cp root/var/log/a.log.1.gz case/var/log/auth.log.1.gz &&"
		  "cp root/var/log/a.log case/var/log/auth.log");
}

static void check_logs(const struct unpacking *u, const char *prefix)
{
	static const struct {
		const char *name, *text;
	} want[] = {
		{ "var/log/a.log", "one\n" },
		{ "var/log/a.log.1", "two\n" },
		{ "var/log/a.log.2", "three\n" },
		{ "var/log/a.log.3", "four\n" },
		{ "var/log/a.log.4", "five\n" },
		{ "var/log/a.log.5", "six\n" },
		{ "var/log/not-really.gz", "plain\n" },
		{ "etc/empty", "" },
		{ "etc/hostname", "host\n" },
	};

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		char name[64], path[64];

		(void)snprintf(name, sizeof(name), "%s%s", prefix,
			       want[i].name);
		(void)snprintf(path, sizeof(path), "/%s", want[i].name);
		holds(u, name, path, want[i].text);
	}
	assert_int_equal(u->r.nmember, 9);
	assert_int_equal(u->r.nrefused, 0);
}

static void directory(void **state)
{
	struct unpacking u;

	(void)state;
	assert_int_equal(unpack_name(&u, "root"), 0);
	assert_int_equal(u.r.kind, INPUT_DIR);
	check_logs(&u, "");
	/* sorted, and what was decompressed keeps its place */
	assert_true(str_is(u.r.member[0].member, "etc/empty"));
	assert_true(str_is(u.r.member[3].member, "var/log/a.log.1"));
	assert_true(u.r.member[3].decompressed);
	assert_false(u.r.member[2].decompressed);
	assert_int_equal(member(&u, "etc/hostname")->mtime_ns,
			 1580702706789000000);
	unpacking_free(&u);
}

static void tars(void **state)
{
	struct unpacking u;

	(void)state;
	assert_int_equal(unpack_name(&u, "plain.tar"), 0);
	assert_int_equal(u.r.kind, INPUT_TAR);
	check_logs(&u, "./");
	unpacking_free(&u);
	assert_int_equal(unpack_name(&u, "t.tgz"), 0);
	assert_int_equal(u.r.kind, INPUT_TAR);
	check_logs(&u, "");
	unpacking_free(&u);
}

static void zip(void **state)
{
	struct unpacking u;

	(void)state;
	if (sh("command -v zip >/dev/null") != 0)
		skip();
	assert_int_equal(
		sh("cd root && zip -qry ../z.zip var etc/hostname etc/empty"),
		0);
	assert_int_equal(unpack_name(&u, "z.zip"), 0);
	assert_int_equal(u.r.kind, INPUT_ZIP);
	check_logs(&u, "");
	unpacking_free(&u);
}

static void zip_names_are_bytes(void **state)
{
	struct unpacking u;

	(void)state;
	if (sh("command -v python3 >/dev/null") != 0)
		skip();
	assert_int_equal(sh("python3 -c \"import zipfile\n"
			    "z = zipfile.ZipFile('u.zip', 'w')\n"
			    "for n in '\\u65e5\\u672c.txt', 'a.txt', '../z':\n"
			    "    z.writestr(n, n[-1])\n\""),
			 0);
	assert_int_equal(unpack_name(&u, "u.zip"), 0);
	assert_int_equal(u.r.nrefused, 0);
	holds(&u, "\xe6\x97\xa5\xe6\x9c\xac.txt", NULL, "t");
	holds(&u, "a.txt", "/a.txt", "t");
	holds(&u, "../z", NULL, "z");
	unpacking_free(&u);
}

static void nested(void **state)
{
	struct unpacking u;

	(void)state;
	assert_int_equal(unpack_name(&u, "nested.tar"), 0);
	holds(&u, "nest/inner.tar.gz/a.log", "/nest/inner.tar.gz/a.log",
	      "one\n");
	holds(&u, "nest/x", "/nest/x", "x\n");
	assert_int_equal(u.r.nmember, 2);
	unpacking_free(&u);
	/* as it is, when it is to be taken out */
	assert_int_equal(unpack_some(&u, "nested.tar", NULL, 0, true), 0);
	assert_true(member(&u, "nest/inner.tar.gz")->size > 20);
	unpacking_free(&u);
}

static void depth_has_an_end(void **state)
{
	struct unpacking u;

	(void)state;
	assert_int_equal(
		sh("echo deep >d0; for i in 1 2 3 4 5 6 7; do "
		   "tar cf d$i.tar d$((i-1))*; rm d$((i-1))*; done; rm -f d"),
		0);
	assert_int_equal(unpack_name(&u, "d7.tar"), 0);
	assert_int_equal(u.r.nmember, 1);
	assert_true(
		str_is(u.r.member[0].member, "d6.tar/d5.tar/d4.tar/d3.tar"));
	unpacking_free(&u);
}

static void single_files(void **state)
{
	struct unpacking u;

	(void)state;
	assert_int_equal(unpack_name(&u, "case/var/log/auth.log"), 0);
	assert_int_equal(u.r.kind, INPUT_FILE);
	holds(&u, "auth.log", "/var/log/auth.log", "one\n");
	unpacking_free(&u);
	assert_int_equal(unpack_name(&u, "case/var/log/auth.log.1.gz"), 0);
	holds(&u, "auth.log.1", "/var/log/auth.log.1", "two\n");
	assert_true(u.r.member[0].decompressed);
	unpacking_free(&u);
	put_file("BZh.txt", "BZh is how it begins\n", 21);
	assert_int_equal(unpack_name(&u, "BZh.txt"), 0);
	assert_int_equal(u.r.kind, INPUT_FILE);
	holds(&u, "BZh.txt", NULL, "BZh is how it begins\n");
	unpacking_free(&u);
	assert_int_equal(unpack_name(&u, "absent"), -1);
	assert_true(str_has(str_of(u.err.msg), STR("absent")));
	unpacking_free(&u);
	assert_int_equal(unpack_name(&u, "root/etc/fifo"), -1);
	unpacking_free(&u);
}

/* Names are bytes in any locale, and no table is looked for to change them. */
static void names_are_bytes(void **state)
{
	static const struct str name[] = {
		{ "\xe6\x97\xa5\xe6\x9c\xac.txt", 10 },
		{ "bad \xff\xfe.txt", 10 },
		{ "../up", 5 },
		{ "/abs", 4 },
	};
	struct buf b = { 0 };
	struct unpacking u;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct member m = { .name = name[i],
				    .size = 1,
				    .mtime_ns = 1500000000 };

		tar_header(&b, &m);
		buf_c(&b, (char)('a' + i));
		memset(buf_room(&b, 511), 0, 511);
		b.n += 511;
	}
	memset(buf_room(&b, 1024), 0, 1024);
	b.n += 1024;
	put_file("names.tar", b.p, b.n);
	assert_int_equal(unpack_name(&u, "names.tar"), 0);
	assert_int_equal(u.r.nmember, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_true(str_eq(u.r.member[i].member, name[i]));
		assert_int_equal(u.map[u.r.member[i].off], 'a' + (int)i);
		assert_int_equal(u.r.member[i].mtime_ns, 1500000000);
	}
	unpacking_free(&u);
	buf_free(&b);
}

static void bombs(void **state)
{
	struct unpacking u;
	struct stat st;

	(void)state;
	assert_int_equal(sh("mkdir bomb && echo before >bomb/a &&"
			    "truncate -s 3G bomb/big && "
			    "zstd -q -19 --rm bomb/big -o bomb/big.zst &&"
			    "echo after >bomb/z"),
			 0);
	assert_int_equal(unpack_name(&u, "bomb"), 0);
	assert_int_equal(u.r.nrefused, 1);
	holds(&u, "a", "/a", "before\n");
	holds(&u, "z", "/z", "after\n");
	/* what cannot be opened is kept as it was */
	assert_false(member(&u, "big.zst")->decompressed);
	assert_int_equal(fstat(u.spool, &st), 0);
	assert_true(st.st_blocks < 10000);
	unpacking_free(&u);
	assert_int_equal(unpack_name(&u, "bomb/big.zst"), 0);
	assert_true(u.r.nrefused >= 1);
	unpacking_free(&u);
}

static void a_cut_log_is_kept_to_the_cut(void **state)
{
	const struct unpacked *m;
	struct unpacking u;

	(void)state;
	assert_int_equal(sh("mkdir cut && seq 200000 | gzip >cut/whole &&"
			    "head -c 200000 cut/whole >cut/l.gz; "
			    "rm cut/whole"),
			 0);
	assert_int_equal(unpack_name(&u, "cut"), 0);
	m = member(&u, "l");
	assert_true(m->size > 100000 && m->short_at == m->size);
	assert_memory_equal(u.map + m->off, "1\n2\n3\n", 6);
	unpacking_free(&u);
}

static void a_cut_container_says_so(void **state)
{
	static const char *const name[] = { "c.tgz", "c.tar", "one.tar" };
	struct unpacking u;

	(void)state;
	assert_int_equal(sh("mkdir cc && seq 200000 >cc/a && seq 9 >cc/b && "
			    "tar cf cc.tar cc && gzip <cc.tar >cc.tgz && "
			    "head -c 100000 cc.tgz >c.tgz && "
			    "head -c 100000 cc.tar >c.tar && "
			    "head -c 600 cc.tar | tail -c 600 >one.tar"),
			 0);
	assert_int_equal(unpack_name(&u, "cc.tgz"), 0);
	assert_int_equal(u.r.whole, ARCHIVE_WHOLE);
	assert_int_equal(u.r.why.n, 0);
	unpacking_free(&u);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(unpack_name(&u, name[i]), 0);
		assert_int_equal(u.r.whole, ARCHIVE_CUT);
		assert_true(u.r.why.n > 0);
		unpacking_free(&u);
	}
}

static void a_glob_selects(void **state)
{
	const struct str glob[2] = { STR("/etc/*"), STR("**/a.log.1*") };
	struct unpacking u;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
			unpack_some(&u, i ? "t.tgz" : "root", glob, 2, false),
			0);
		assert_int_equal(u.r.nmember, 3);
		holds(&u, "var/log/a.log.1", NULL, "two\n");
		unpacking_free(&u);
	}
}

static void noise_does_no_harm(void **state)
{
	static const char *const head[] = { "\x1f\x8b\x08", "BZh9",
					    "\xfd\x37zXZ",  "\x28\xb5\x2f\xfd",
					    "\x5d\0\0\x80", "PK\3\4" };
	uint64_t seed = 20261124;
	char p[2048];

	(void)state;
	print_message("seed %llu\n", (unsigned long long)seed);
	for (int i = 0; i < 200; i++) {
		struct unpacking u;

		for (size_t k = 0; k < sizeof(p); k++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			p[k] = (char)seed;
		}
		memcpy(p, head[i % 6], 3 + (i % 6 == 3));
		put_file("noise", p, sizeof(p));
		(void)unpack_name(&u, "noise"); /* either is right */
		unpacking_free(&u);
	}
}

static void paths(void **state)
{
	static const struct {
		bool konseki;
		const char *name, *path;
	} t[] = {
		{ true, "files/etc/passwd", "/etc/passwd" },
		{ true, "roots/4026531840/etc/x", "/etc/x" },
		{ true, "roots/4026531840", "" },
		{ true, "./files/a", "/a" },
		{ true, "live/processes.0000.jsonl", "" },
		{ true, "recovered/1-2/exe", "" },
		{ true, "recovered/1-2/fd-7/var/log/a b", "/var/log/a b" },
		{ true, "recovered/1-2/map-a0-b0/usr/x", "/usr/x" },
		{ false, "files/etc/passwd", "/files/etc/passwd" },
		{ false, "./var/log/x", "/var/log/x" },
		{ false, "/var/log/x", "/var/log/x" },
		{ false, "uac-host/[root]/var/log/x", "/var/log/x" },
		{ false, "[root]/etc/x", "/etc/x" },
	};
	static const struct {
		const char *given, *path;
	} f[] = {
		{ "/var/log/auth.log", "/var/log/auth.log" },
		{ "case/host1/var/log/auth.log", "/var/log/auth.log" },
		{ "var/log/auth.log", "/var/log/auth.log" },
		{ "auth.log", "/auth.log" },
		{ "x/auth.log", "/auth.log" },
		{ "/evidence/etc/passwd", "/etc/passwd" },
		{ "/evidence/wtmp", "/evidence/wtmp" },
	};
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		assert_true(str_is(
			path_of_member(&a, t[i].konseki, str_of(t[i].name)),
			t[i].path));
	for (size_t i = 0; i < sizeof(f) / sizeof(f[0]); i++)
		assert_true(str_is(path_of_file(&a, str_of(f[i].given)),
				   f[i].path));
	arena_free(&a);
}

static void names_to_write(void **state)
{
	static const struct {
		struct str name;
		const char *want;
	} t[] = {
		{ { "files/etc/passwd", 16 }, "files/etc/passwd" },
		{ { "../../x", 7 }, "%2E%2E/%2E%2E/x" },
		{ { "/a//b/./c", 9 }, "a/b/%2E/c" },
		{ { "a\nb\x1b", 4 }, "a%0Ab%1B" },
		{ { "100%", 4 }, "100%25" },
		{ { "\xff\xfe", 2 }, "%FF%FE" },
		{ { "\xe6\x97\xa5", 3 }, "\xe6\x97\xa5" },
		{ { "a\0b", 3 }, "a%00b" },
		{ { "///", 3 }, "%" },
		{ { "...", 3 }, "..." },
		{ { "a\\..\\b", 6 }, "a%5C..%5Cb" },
	};
	char longer[2][4096];
	struct str s[2];
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		assert_true(
			str_is(extract_name(&a, t[i].name, false), t[i].want));
	assert_true(str_is(extract_name(&a, STR("\xe6\x97\xa5"), true),
			   "%E6%97%A5"));
	for (int i = 0; i < 2; i++) {
		memset(longer[i], 'x', 4096);
		longer[i][4095] = (char)('a' + i);
		s[i] = extract_name(&a, str_mem(longer[i], 4096), false);
		assert_true(s[i].n <= 200);
	}
	assert_false(str_eq(s[0], s[1]));
	arena_free(&a);
}

static void extract_all(const char *input, const char *out, bool zip_it,
			int *nbad)
{
	struct unpacking u;
	struct extract x;
	struct err err;

	assert_int_equal(unpack_some(&u, input, NULL, 0, true), 0);
	assert_int_equal(extract_open(&x, in_dir(out), u.spool, false, &err),
			 0);
	if (zip_it)
		assert_int_equal(extract_begin_zip(&x, &err), 0);
	*nbad = 0;
	for (size_t i = 0; i < u.r.nmember; i++) {
		struct str name;

		if (extract_member(&x, &u.r.member[i], &u.a, &name, &err) < 0)
			(*nbad)++;
	}
	assert_int_equal(extract_close(&x, &err), 0);
	unpacking_free(&u);
}

static void nothing_leaves_the_directory(void **state)
{
	int nbad;

	(void)state;
	assert_int_equal(sh("mkdir victim && ln -s ../victim trap &&"
			    "mkdir out && ln -s ../victim out/etc"),
			 0);
	extract_all("names.tar", "out", false, &nbad);
	assert_int_equal(nbad, 0);
	assert_int_equal(sh("test -f out/%2E%2E/up && test -f out/abs &&"
			    "test ! -e up"),
			 0);
	/* a link in the way is not followed */
	extract_all("root", "out", false, &nbad);
	assert_int_equal(nbad, 0);
	assert_int_equal(sh("test -z \"$(ls -A victim)\" &&"
			    "test \"$(cat out/etc%dir/hostname)\" = host &&"
			    "cmp root/var/log/a.log.1.gz "
			    "out/var/log/a.log.1.gz &&"
			    "test -z \"$(find out -type f ! -perm 600)\" &&"
			    "test -z \"$(find out -name '*partial*')\" &&"
			    "test \"$(stat -c %Y root/etc/hostname)\" = "
			    "\"$(stat -c %Y out/etc%dir/hostname)\""),
			 0);
	/* what is there stays, unless --force is given */
	extract_all("root", "out", false, &nbad);
	assert_int_equal(nbad, 9);
}

static void samples_for_a_laboratory(void **state)
{
	int nbad;

	(void)state;
	extract_all("root", "zip", true, &nbad);
	assert_int_equal(nbad, 0);
	if (sh("command -v unzip >/dev/null") != 0)
		skip();
	assert_int_equal(sh("cd zip && unzip -qqP infected infected.zip "
			    "-d x && diff -r x/var ../root/var && "
			    "! unzip -qqP wrong -o infected.zip -d y "
			    "2>/dev/null"),
			 0);
}

static int tear_down(void **state)
{
	char cmd[128];

	(void)state;
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return sh(cmd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(directory),
		cmocka_unit_test(tars),
		cmocka_unit_test(zip),
		cmocka_unit_test(zip_names_are_bytes),
		cmocka_unit_test(nested),
		cmocka_unit_test(depth_has_an_end),
		cmocka_unit_test(single_files),
		cmocka_unit_test(names_are_bytes),
		cmocka_unit_test(bombs),
		cmocka_unit_test(a_cut_log_is_kept_to_the_cut),
		cmocka_unit_test(a_cut_container_says_so),
		cmocka_unit_test(a_glob_selects),
		cmocka_unit_test(noise_does_no_harm),
		cmocka_unit_test(paths),
		cmocka_unit_test(names_to_write),
		cmocka_unit_test(nothing_leaves_the_directory),
		cmocka_unit_test(samples_for_a_laboratory),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
