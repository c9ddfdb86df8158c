/* content_test.c - what becomes of one file: frames, facts, limits. */
#define _GNU_SOURCE
#include "beneath.h"
#include "content.h"
#include "run_fake.h"

#include <errno.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct content copy(struct fake *f, const char *path, uint64_t max,
			   bool shadow)
{
	struct content c = { .path = str_of(path),
			     .max = max,
			     .shadow = shadow };
	struct place p;

	assert_int_equal(beneath(&f->run, c.path, false, &p), 0);
	c.fd = place_open(&f->run, &p);
	assert_true(c.fd >= 0);
	c.meta = p.meta;
	content_copy(&f->run, &c);
	(void)close(c.fd);
	place_close(&p);
	return c;
}

/* The frames of a type, in order; the payload of the k-th in *out. */
static unsigned frames(struct fake *f, uint32_t type, unsigned k,
		       struct str *out)
{
	struct frame_reader r = { f->run.lane->out, f->run.lane->nout };
	struct frame h;
	struct str p;
	unsigned n = 0;

	while (frame_next(&r, &h, &p))
		if (h.type == type && n++ == k)
			*out = p;
	return n;
}

static void member_of(struct fake *f, unsigned k, struct member *m)
{
	static struct extent x[LANE_MAX_EXTENTS];
	static struct xattr a[LANE_MAX_XATTRS];
	struct str p = STR_NONE;

	assert_true(frames(f, FRAME_BEGIN, k, &p) > k);
	assert_true(frame_member_read(p, m, x, a));
}

static void a_file_is_one_member(void **state)
{
	struct fake f;
	struct content c;
	struct member m;
	struct str data = STR_NONE;

	(void)state;
	fake_open(&f, 0);
	fake_file(&f, "/x", "hello");
	c = copy(&f, "/x", 0, false);
	assert_int_equal(c.state, PROBE_COLLECTED);
	assert_int_equal(c.bytes, 5);
	member_of(&f, 0, &m);
	assert_true(str_is(m.name, "files/x"));
	assert_int_equal(m.size, 5);
	assert_null(m.extent);
	assert_int_equal(m.mtime_ns, c.meta.mtime_ns);
	assert_int_equal(frames(&f, FRAME_DATA, 0, &data), 1);
	assert_true(str_is(data, "hello"));
	fake_close(&f);
}

static void what_is_past_the_limit_is_stated(void **state)
{
	struct fake f;
	struct content c;
	struct member m;

	(void)state;
	fake_open(&f, 0);
	fake_file(&f, "/x", "0123456789");
	c = copy(&f, "/x", 4, false);
	assert_int_equal(c.state, PROBE_TRUNCATED);
	assert_int_equal(c.bytes, 4);
	member_of(&f, 0, &m);
	assert_true(str_is(m.name, "files/x.part0001"));
	assert_int_equal(m.size, 4);
	fake_close(&f);
}

static void keys_and_hashes_stay(void **state)
{
	static const char key[] =
		"-----BEGIN RSA PRIVATE KEY-----\nMIIsecret\n";
	struct fake f;
	struct content c;

	(void)state;
	fake_open(&f, 0);
	fake_file(&f, "/id", key);
	fake_file(&f, "/shadow", "root:$6$salt$secret:1:::::\n");
	c = copy(&f, "/id", 0, false);
	assert_int_equal(c.state, PROBE_SKIPPED);
	c = copy(&f, "/shadow", 0, true);
	assert_int_equal(c.state, PROBE_SKIPPED);
	assert_false(fake_said(&f, "secret\""));
	assert_false(fake_said(&f, "MIIsecret"));
	assert_false(fake_said(&f, "$salt$"));
	assert_true(fake_said(&f, "\"kind\":\"private_key\""));
	assert_true(fake_said(&f, "\"algorithm\":\"sha512crypt\""));
	f.scene.env.secrets_full = true;
	c = copy(&f, "/id", 0, false);
	assert_int_equal(c.state, PROBE_COLLECTED);
	assert_true(fake_said(&f, "MIIsecret"));
	fake_close(&f);
}

/* What matters is in the file, not which rule or link led to it. */
static void secrets_go_by_content(void **state)
{
	static const char history[] = "ls\n-----BEGIN RSA PRIVATE KEY-----\n"
				      "MIIsecret\n"
				      "-----END RSA PRIVATE KEY-----\nid -un\n";
	struct fake f;
	struct content c;
	struct member m;

	(void)state;
	fake_open(&f, 0);
	fake_file(&f, "/x.log", "root:$6$salt$secret:1::::::\n");
	c = copy(&f, "/x.log", 0, false);
	assert_int_equal(c.state, PROBE_SKIPPED);
	fake_file(&f, "/history", history);
	c = copy(&f, "/history", 0, false);
	assert_int_equal(c.state, PROBE_COLLECTED);
	member_of(&f, 0, &m);
	assert_int_equal(m.size, sizeof(history) - 1);
	assert_true(fake_said(&f, "ls\n-----BEGIN"));
	assert_true(fake_said(&f, "KEY-----\nid -un\n"));
	assert_true(fake_said(&f, "\"kind\":\"private_key\""));
	assert_false(fake_said(&f, "MIIsecret"));
	assert_false(fake_said(&f, "salt"));
	fake_close(&f);
}

static void a_file_that_shrinks_is_no_whole_one(void **state)
{
	struct fake f;
	struct content c = { .path = STR("/x") };
	struct place p;

	(void)state;
	fake_open(&f, 0);
	fake_file(&f, "/x", "hello");
	assert_int_equal(beneath(&f.run, c.path, false, &p), 0);
	c.fd = place_open(&f.run, &p);
	c.meta = p.meta;
	c.meta.size = 100; /* it was so long when it was asked */
	content_copy(&f.run, &c);
	assert_int_equal(c.state, PROBE_TRUNCATED);
	(void)close(c.fd);
	/* nor is one that cannot be read */
	c.fd = -1;
	content_copy(&f.run, &c);
	assert_int_equal(c.state, PROBE_FAILED);
	assert_int_equal(c.errnum, EBADF);
	place_close(&p);
	fake_close(&f);
}

static void the_archive_does_not_collect_itself(void **state)
{
	struct fake f;
	struct content c;
	struct stat st;
	char path[128];

	(void)state;
	fake_open(&f, 0);
	fake_file(&f, "/out.partial", "archive");
	(void)snprintf(path, sizeof(path), "%s/out.partial", f.dir);
	assert_int_equal(stat(path, &st), 0);
	c = copy(&f, "/out.partial", 0, false);
	assert_int_equal(c.state, PROBE_COLLECTED);
	f.scene.env.out_ino = st.st_ino;
	f.scene.env.out_dev = scene_dev(c.meta.major, c.meta.minor);
	c = copy(&f, "/out.partial", 0, false);
	assert_int_equal(c.state, PROBE_SKIPPED);
	fake_close(&f);
}

static void holes_are_not_read(void **state)
{
	struct fake f;
	struct content c;
	struct member m;
	char path[128];

	(void)state;
	fake_open(&f, 0);
	fake_file(&f, "/lastlog", "head");
	(void)snprintf(path, sizeof(path), "%s/lastlog", f.dir);
	assert_int_equal(truncate(path, (off_t)1 << 38), 0);
	c = copy(&f, "/lastlog", 0, false);
	assert_int_equal(c.state, PROBE_COLLECTED);
	assert_true(c.bytes <= 1 << 20);
	member_of(&f, 0, &m);
	assert_true(str_is(m.name, "files/lastlog"));
	assert_int_equal(m.size, UINT64_C(1) << 38);
	assert_int_equal(m.nextent, 1);
	fake_close(&f);
}

int main(void)
{
	const struct CMUnitTest t[] = {
		cmocka_unit_test(a_file_is_one_member),
		cmocka_unit_test(what_is_past_the_limit_is_stated),
		cmocka_unit_test(keys_and_hashes_stay),
		cmocka_unit_test(secrets_go_by_content),
		cmocka_unit_test(a_file_that_shrinks_is_no_whole_one),
		cmocka_unit_test(the_archive_does_not_collect_itself),
		cmocka_unit_test(holes_are_not_read),
	};

	return cmocka_run_group_tests(t, NULL, NULL);
}
