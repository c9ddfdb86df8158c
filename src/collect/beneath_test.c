/* beneath_test.c - links stay inside, mounts are asked first. */
#define _GNU_SOURCE
#include "beneath.h"
#include "run_fake.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct fake *open_tree(void)
{
	struct fake *f = xmalloc(sizeof(*f));

	fake_open(f, 0);
	fake_dir(f, "/etc");
	fake_dir(f, "/a");
	fake_dir(f, "/a/b");
	fake_file(f, "/etc/passwd", "inside");
	return f;
}

static void done(struct fake *f)
{
	fake_close(f);
	free(f);
}

static void real_is(struct fake *f, const char *path, const char *want)
{
	struct place p;

	assert_int_equal(beneath(&f->run, str_of(path), true, &p), 0);
	buf_c(&p.real, '\0');
	assert_string_equal(p.real.p, want);
	place_close(&p);
}

static void errno_is(struct fake *f, const char *path, int want)
{
	struct place p;

	errno = 0;
	assert_int_equal(beneath(&f->run, str_of(path), true, &p), -1);
	assert_int_equal(errno, want);
}

static void links_never_lead_out(void **state)
{
	struct fake *f = open_tree();

	(void)state;
	fake_link(f, "/etc/passwd", "/abs");
	fake_link(f, "../../../../../../etc/passwd", "/a/b/up");
	fake_link(f, "/../../../etc", "/a/dir");
	real_is(f, "/abs", "/etc/passwd");
	real_is(f, "/a/b/up", "/etc/passwd");
	real_is(f, "/a/dir/passwd", "/etc/passwd");
	real_is(f, "/a/b/../../etc/./passwd", "/etc/passwd");
	real_is(f, "/", "/");
	real_is(f, "//a//b/", "/a/b");
	done(f);
}

static void loops_and_nothing_end(void **state)
{
	struct fake *f = open_tree();

	(void)state;
	fake_link(f, "loop2", "/loop1");
	fake_link(f, "loop1", "/loop2");
	errno_is(f, "/loop1", ELOOP);
	errno_is(f, "/nowhere/x", ENOENT);
	errno_is(f, "/etc/passwd/x", ENOTDIR);
	done(f);
}

static void the_last_link_is_only_followed_when_asked(void **state)
{
	struct fake *f = open_tree();
	struct place p;

	(void)state;
	fake_link(f, "etc/passwd", "/l");
	assert_int_equal(beneath(&f->run, STR("/l"), false, &p), 0);
	assert_true(S_ISLNK(p.meta.mode));
	assert_int_equal(place_open(&f->run, &p), -1);
	place_close(&p);
	done(f);
}

static void forbidden_mounts_are_not_touched(void **state)
{
	struct fake *f = open_tree();
	struct mount two[2] = { f->mount, f->mount };

	(void)state;
	two[1].point = STR("/a");
	two[1].class = MOUNT_REMOTE;
	two[1].minor = 7;
	f->scene.mounts = (struct mounts){ .mount = two, .nmount = 2 };
	fake_link(f, "/a/b", "/to-remote");
	errno_is(f, "/a", EREMOTE);
	errno_is(f, "/a/b", EREMOTE);
	errno_is(f, "/to-remote", EREMOTE);
	real_is(f, "/etc/passwd", "/etc/passwd");
	/* one that was local and got a reader stuck */
	two[1].class = MOUNT_LOCAL;
	f->scene.dead[f->scene.ndead++] = scene_dev(0, 7);
	errno_is(f, "/a/b", ETIMEDOUT);
	done(f);
}

static void a_fifo_is_never_opened(void **state)
{
	struct fake *f = open_tree();
	char path[128];
	struct meta m;
	struct place p;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/fifo", f->dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(beneath(&f->run, STR("/fifo"), true, &p), 0);
	assert_int_equal(place_open(&f->run, &p), -1);
	assert_int_equal(errno, EINVAL);
	/* and when it took a file's place a moment ago, nobody waits */
	assert_int_equal(open_regular(&f->run, p.dir, "fifo", &m), -1);
	assert_int_equal(errno, EINVAL);
	place_close(&p);
	done(f);
}

int main(void)
{
	const struct CMUnitTest t[] = {
		cmocka_unit_test(links_never_lead_out),
		cmocka_unit_test(loops_and_nothing_end),
		cmocka_unit_test(the_last_link_is_only_followed_when_asked),
		cmocka_unit_test(forbidden_mounts_are_not_touched),
		cmocka_unit_test(a_fifo_is_never_opened),
	};

	return cmocka_run_group_tests(t, NULL, NULL);
}
