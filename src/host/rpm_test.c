/*
 * rpm_test.c - rpm's three containers out of testdata/rpmdb/ (made with rpm,
 * its pages small so that headers lie on overflow pages); each cut at every
 * byte, damaged at random, with chains that are rings and counts that are
 * huge.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "../util/io.h"
#include "rpm.h"

#define FLIPS 20000

static const char *const containers[] = { "testdata/rpmdb/sqlite/input",
					  "testdata/rpmdb/ndb/input",
					  "testdata/rpmdb/bdb/input" };
#define NCONTAINER 3

static void slurp(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(io_slurp(fd, 1u << 20, out, NULL), 0);
	close(fd);
}

/* Reads it as a host's database; how many packages it gave. */
static size_t packages_in(struct str data, struct str wal, struct rpmdb *db)
{
	struct arena a = { 0 };
	struct packages s;
	size_t n;

	packages_init(&s, &a);
	rpm_take(&s, data, wal, db);
	n = s.npackage;
	packages_free(&s);
	arena_free(&a);
	return n;
}

/* A heap copy of exactly n bytes: what is read behind it is found. */
static size_t in_exact(struct str data, size_t n, struct rpmdb *db)
{
	char *copy = malloc(n ? n : 1);
	size_t got;

	memcpy(copy, data.p, n);
	got = packages_in(str_mem(copy, n), STR_NONE, db);
	free(copy);
	return got;
}

static enum package_state state_of(const struct packages *s, const char *path,
				   const char *sha256)
{
	const struct digests d = { .of = { [DIGEST_SHA256] = str_of(sha256) } };
	const struct package *p;

	return packages_state(s, str_of(path), &d, &p);
}

/* sha256 of "#!/bin/sh\necho a\n" and of its shared neighbour */
#define TOOL "96d68d5048de839b8d6443131b2c6260086c5d3bbbb9095db85fe0d8847773b1"
#define OTHER "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"

static void every_container_says_the_same(void **state)
{
	(void)state;
	for (int i = 0; i < NCONTAINER; i++) {
		const struct package_file *f;
		const struct package *p;
		struct arena a = { 0 };
		struct buf in = { 0 };
		struct packages s;
		struct rpmdb db;

		slurp(containers[i], &in);
		packages_init(&s, &a);
		rpm_take(&s, buf_view(&in), STR_NONE, &db);
		assert_int_equal(db.headers, 2);
		assert_int_equal(db.damages, 0);
		assert_int_equal(s.npackage, 2);
		p = packages_owner(&s, STR("/usr/bin/tool"));
		assert_true(p && str_is(p->name, "tool") &&
			    str_is(p->version, "1:1.2-3") &&
			    str_is(p->arch, "x86_64"));
		assert_true(packages_owner(&s, STR("/usr/share/data/run")));
		assert_null(packages_owner(&s, STR("/usr/bin/other")));
		assert_int_equal(packages_algos(&s, STR("/usr/bin/tool")),
				 1u << DIGEST_SHA256);
		assert_int_equal(state_of(&s, "/usr/bin/tool", TOOL),
				 PKG_INTACT);
		/* /bin is a link to /usr/bin */
		assert_int_equal(state_of(&s, "/bin/tool", TOOL), PKG_INTACT);
		/* as sbin is to bin */
		assert_true(packages_owner(&s, STR("/usr/bin/toold")));
		assert_int_equal(state_of(&s, "/usr/bin/tool", OTHER),
				 PKG_MODIFIED);
		assert_int_equal(state_of(&s, "/etc/tool.sh", OTHER),
				 PKG_CONFFILE_CHANGED);
		assert_int_equal(state_of(&s, "/etc/tool.sh", ""),
				 PKG_CONFFILE);
		assert_int_equal(state_of(&s, "/var/log/tool.log", OTHER),
				 PKG_OWNED); /* a ghost */
		assert_int_equal(state_of(&s, "/usr/bin/evil", TOOL),
				 PKG_UNPACKAGED);
		f = packages_says(&s, STR("/usr/bin/tool"));
		assert_true(f && f->has_mode);
		assert_int_equal(f->mode, 04755);
		assert_true(str_is(packages_word_text(&s, f->user), "root"));
		f = packages_says(&s, STR("/usr/lib/tool/helper"));
		assert_true(f && str_has(packages_word_text(&s, f->caps),
					 STR("cap_net_raw")));
		packages_free(&s);
		arena_free(&a);
		buf_free(&in);
	}
}

static void every_prefix_is_survived(void **state)
{
	(void)state;
	for (int i = 0; i < NCONTAINER; i++) {
		struct buf in = { 0 };

		slurp(containers[i], &in);
		for (size_t n = 0; n < in.n; n++) {
			struct rpmdb db;

			assert_true(in_exact(buf_view(&in), n, &db) <= 2);
			/* less than all is never all */
			assert_true(db.headers < 2 || db.damages ||
				    in.n - n < 512);
		}
		buf_free(&in);
	}
}

static void damage_at_random_is_survived(void **state)
{
	const char *given = getenv("SEED");
	unsigned seed = given ? (unsigned)atoi(given) : 20261128u;

	(void)state;
	print_message("SEED=%u\n", seed);
	srandom(seed);
	for (int i = 0; i < NCONTAINER; i++) {
		struct buf in = { 0 };

		slurp(containers[i], &in);
		for (int k = 0; k < FLIPS / NCONTAINER; k++) {
			size_t at[4];
			char was[4];
			struct rpmdb db;

			for (int j = 0; j < 4; j++) {
				at[j] = (size_t)random() % in.n;
				was[j] = in.p[at[j]];
				in.p[at[j]] = (char)(j & 1 ? 0xff : random());
			}
			(void)in_exact(buf_view(&in), in.n, &db);
			for (int j = 3; j >= 0; j--)
				in.p[at[j]] = was[j];
		}
		buf_free(&in);
	}
}

static void put_u32(struct buf *b, size_t at, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		b->p[at + i] = (char)(v >> 8 * i);
}

/* Every overflow page of Berkeley DB is followed by itself. */
static void a_ring_of_overflow_pages_ends(void **state)
{
	struct buf in = { 0 };
	struct rpmdb db;
	size_t rings = 0;

	(void)state;
	slurp(containers[2], &in);
	for (size_t at = 512; at + 512 <= in.n; at += 512)
		if (in.p[at + 25] == 7) {
			put_u32(&in, at + 16, (uint32_t)(at / 512));
			rings++;
		}
	assert_true(rings > 4);
	assert_int_equal(packages_in(buf_view(&in), STR_NONE, &db), 0);
	assert_true(db.damages > 0);
	buf_free(&in);
}

/* A value that claims 4 GiB: nothing is allocated for it. */
static void a_huge_value_is_refused(void **state)
{
	struct buf in = { 0 };
	struct rpmdb db;

	(void)state;
	slurp(containers[2], &in);
	for (size_t at = 512; at + 512 <= in.n; at += 512) {
		const unsigned char *page = (const unsigned char *)in.p + at;
		size_t n = page[25] == 13 ? page[20] : 0; /* entries */

		for (size_t i = 1; i < n; i += 2) {
			size_t item = page[26 + 2 * i] |
				      (size_t)page[27 + 2 * i] << 8;

			if (page[item] == 3) /* on pages of its own */
				put_u32(&in, at + item + 8, UINT32_MAX);
		}
	}
	(void)packages_in(buf_view(&in), STR_NONE, &db);
	assert_true(db.damages > 0);
	buf_free(&in);
}

/* A slot table that is as long as a number can be. */
static void huge_slots_end_with_the_file(void **state)
{
	struct buf in = { 0 };
	struct rpmdb db;

	(void)state;
	slurp(containers[1], &in);
	put_u32(&in, 12, UINT32_MAX);
	assert_int_equal(packages_in(buf_view(&in), STR_NONE, &db), 2);
	assert_true(db.damages > 0);
	buf_free(&in);
}

/* Every page of SQLite's trees claims to be an inner one of itself. */
static void a_tree_of_itself_ends(void **state)
{
	struct buf in = { 0 };
	struct rpmdb db;

	(void)state;
	slurp(containers[0], &in);
	for (uint32_t page = 2; page * 512 <= in.n; page++) {
		char *p = in.p + (page - 1) * 512;

		memset(p, 0, 512);
		p[0] = 5;
		p[4] = 120; /* cells, all at offset 400 */
		p[11] = (char)page;
		for (int i = 0; i < 120; i++) {
			p[12 + 2 * i] = 1;
			p[13 + 2 * i] = (char)0x90;
		}
		p[403] = (char)page;
	}
	assert_int_equal(packages_in(buf_view(&in), STR_NONE, &db), 0);
	assert_true(db.damages > 0);
	buf_free(&in);
}

/* The second package stands in the log alone. */
static void a_log_beside_it_counts(void **state)
{
	struct buf in = { 0 }, wal = { 0 };
	struct rpmdb db;

	(void)state;
	slurp("testdata/packages/wal.sqlite", &in);
	slurp("testdata/packages/wal.sqlite-wal", &wal);
	assert_int_equal(packages_in(buf_view(&in), STR_NONE, &db), 1);
	assert_int_equal(packages_in(buf_view(&in), buf_view(&wal), &db), 2);
	assert_int_equal(db.damages, 0);
	for (size_t n = 0; n < wal.n; n++) {
		/* a transaction that has not ended never was */
		char *copy = malloc(n ? n : 1);

		memcpy(copy, wal.p, n);
		assert_int_equal(
			packages_in(buf_view(&in), str_mem(copy, n), &db), 1);
		free(copy);
	}
	wal.p[wal.n / 2] ^= 1;
	assert_int_equal(packages_in(buf_view(&in), buf_view(&wal), &db), 1);
	buf_free(&in);
	buf_free(&wal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_container_says_the_same),
		cmocka_unit_test(every_prefix_is_survived),
		cmocka_unit_test(damage_at_random_is_survived),
		cmocka_unit_test(a_ring_of_overflow_pages_ends),
		cmocka_unit_test(a_huge_value_is_refused),
		cmocka_unit_test(huge_slots_end_with_the_file),
		cmocka_unit_test(a_tree_of_itself_ends),
		cmocka_unit_test(a_log_beside_it_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
