/* mountinfo_test.c - classes, binds, covered mounts, relative roots. */
#include "mountinfo.h"

#include "../util/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const char host[] =
	"22 27 0:21 / /proc rw,relatime - proc proc rw\n"
	"24 27 0:6 / /dev rw - devtmpfs devtmpfs rw\n"
	"27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
	"28 27 254:0 /srv/data /mnt/d\\040ata rw - ext4 /dev/vda rw\n"
	"29 27 0:40 / /home rw shared:2 master:1 - nfs4 nas:/home rw\n"
	"30 29 254:16 / /home/local rw - xfs /dev/vdb rw\n"
	"31 27 0:50 / /net rw - autofs systemd-1 rw\n"
	"32 27 0:51 / /m rw - fuse.sshfs h:/ rw\n"
	"33 27 0:52 / /var/lib/x/merged rw - overlay overlay rw\n"
	"34 27 0:53 / /strange rw - whatever none rw\n"
	"broken line\n";

static struct mounts parse(struct arena *a, const char *text, const char *root,
			   const char *const *types, size_t n)
{
	struct mounts_options o = { str_of(root), types, n };
	struct mounts ms;

	mounts_read(str_of(text), &o, a, &ms);
	return ms;
}

static enum mount_class class_at(const struct mounts *ms, const char *p)
{
	const struct mount *m = mounts_at(ms, str_of(p));

	assert_non_null(m);
	return m->class;
}

static void classes_come_from_types(void **state)
{
	static const char *const also[] = { "fuse.sshfs" };
	struct arena a = { 0 };
	struct mounts ms = parse(&a, host, "/", NULL, 0);

	(void)state;
	assert_int_equal(ms.nmount, 10);
	assert_int_equal(class_at(&ms, "/proc"), MOUNT_PSEUDO);
	assert_int_equal(class_at(&ms, "/"), MOUNT_LOCAL);
	assert_int_equal(class_at(&ms, "/dev"), MOUNT_LISTED);
	assert_int_equal(class_at(&ms, "/home"), MOUNT_REMOTE);
	assert_int_equal(class_at(&ms, "/home/local"), MOUNT_LOCAL);
	assert_int_equal(class_at(&ms, "/net"), MOUNT_AUTO);
	assert_int_equal(class_at(&ms, "/m"), MOUNT_FUSE);
	assert_int_equal(class_at(&ms, "/var/lib/x/merged"), MOUNT_LAYERED);
	assert_int_equal(class_at(&ms, "/strange"), MOUNT_UNKNOWN);
	ms = parse(&a, host, "/", also, 1);
	assert_int_equal(class_at(&ms, "/m"), MOUNT_LOCAL);
	arena_free(&a);
}

static void a_bind_is_walked_once(void **state)
{
	struct arena a = { 0 };
	struct mounts ms = parse(&a, host, "/", NULL, 0);
	const struct mount *m = mounts_at(&ms, STR("/mnt/d ata"));

	(void)state;
	assert_non_null(m);
	assert_int_equal(m->class, MOUNT_BIND);
	assert_true(str_is(ms.mount[m->twin].point, "/"));
	assert_true(str_is(m->root, "/srv/data"));
	assert_true(mount_readable(m) && !mount_walkable(m));
	arena_free(&a);
}

static void a_bind_of_a_covered_place_is_walked(void **state)
{
	static const char text[] = "1 0 8:1 / / rw - ext4 a rw\n"
				   "2 1 0:9 / /srv/data rw - tmpfs t rw\n"
				   "3 1 8:1 /srv/data /mnt rw - ext4 a rw\n";
	struct arena a = { 0 };
	struct mounts ms = parse(&a, text, "/", NULL, 0);

	(void)state;
	assert_int_equal(class_at(&ms, "/mnt"), MOUNT_LOCAL);
	arena_free(&a);
}

static void what_lies_under_a_later_mount_is_hidden(void **state)
{
	static const char text[] = "2 1 0:8 / /a/b rw - ext4 b rw\n"
				   "1 0 8:1 / / rw - ext4 a rw\n"
				   "3 1 0:9 / /a rw - nfs n rw\n"
				   "4 1 0:10 / /t rw - tmpfs n rw\n"
				   "5 4 0:11 / /t rw - nfs n rw\n";
	struct arena a = { 0 };
	struct mounts ms = parse(&a, text, "/", NULL, 0);

	(void)state;
	assert_null(mounts_at(&ms, STR("/a/b")));
	assert_int_equal(mounts_of(&ms, STR("/a/b/c"))->class, MOUNT_REMOTE);
	assert_int_equal(class_at(&ms, "/t"), MOUNT_REMOTE);
	assert_int_equal(mounts_of(&ms, STR("/ax"))->class, MOUNT_LOCAL);
	arena_free(&a);
}

static void points_are_relative_to_the_root_asked_for(void **state)
{
	struct arena a = { 0 };
	struct mounts ms = parse(&a, host, "/home", NULL, 0);

	(void)state;
	assert_int_equal(ms.nmount, 2);
	assert_int_equal(class_at(&ms, "/"), MOUNT_LOCAL);
	assert_int_equal(class_at(&ms, "/local"), MOUNT_LOCAL);
	ms = parse(&a, host, "/srv", NULL, 0);
	assert_int_equal(ms.nmount, 1);
	assert_int_equal(mounts_of(&ms, STR("/x"))->major, 254);
	ms = parse(&a, "", "/srv", NULL, 0);
	assert_null(mounts_of(&ms, STR("/x")));
	arena_free(&a);
}

/* Quadratic it may be; it once took the fourth power of the number. */
static void thousands_on_one_point_take_no_time(void **state)
{
	struct arena a = { 0 };
	struct buf b = { 0 };
	struct mounts ms;

	(void)state;
	buf_puts(&b, "1 0 8:1 / / rw - ext4 a rw\n");
	for (unsigned i = 2; i < 3000; i++)
		buf_fmt(&b, "%u %u 0:%u / /t rw - tmpfs t rw\n", i, i - 1, i);
	buf_puts(&b, "9000 9001 0:9 / /t/c rw - tmpfs t rw\n"
		     "9001 9000 0:9 / /t/c rw - tmpfs t rw\n");
	buf_c(&b, '\0');
	ms = parse(&a, b.p, "/", NULL, 0);
	assert_int_equal(ms.nmount, 3001);
	assert_int_equal(mounts_at(&ms, STR("/t"))->id, 2999);
	buf_free(&b);
	arena_free(&a);
}

static void an_overlay_over_its_own_layer_is_walked(void **state)
{
	static const char text[] =
		"1 0 8:1 / / rw - ext4 a rw\n"
		"2 1 0:9 / /usr ro - overlay s ro,lowerdir=/run/x:/usr\n"
		"3 1 0:8 / /etc rw - overlay s rw,lowerdir=/etc,upperdir=/u\n"
		"4 1 0:7 / /m rw - overlay o "
		"rw,lowerdir=/m2:/x/m,upperdir=/u\n";
	struct arena a = { 0 };
	struct mounts ms = parse(&a, text, "/", NULL, 0);

	(void)state;
	assert_int_equal(class_at(&ms, "/usr"), MOUNT_LOCAL);
	assert_int_equal(class_at(&ms, "/etc"), MOUNT_LOCAL);
	assert_int_equal(class_at(&ms, "/m"), MOUNT_LAYERED);
	assert_true(mount_readable(mounts_at(&ms, STR("/m"))));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest t[] = {
		cmocka_unit_test(classes_come_from_types),
		cmocka_unit_test(a_bind_is_walked_once),
		cmocka_unit_test(a_bind_of_a_covered_place_is_walked),
		cmocka_unit_test(what_lies_under_a_later_mount_is_hidden),
		cmocka_unit_test(thousands_on_one_point_take_no_time),
		cmocka_unit_test(an_overlay_over_its_own_layer_is_walked),
		cmocka_unit_test(points_are_relative_to_the_root_asked_for),
	};

	return cmocka_run_group_tests(t, NULL, NULL);
}
