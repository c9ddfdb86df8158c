/* walk_test.c - rows, and a replacement that goes on behind a stuck entry. */
#define _GNU_SOURCE
#include "beneath.h"
#include "run_fake.h"
#include "walk.h"

#include "../util/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct fake *tree(void)
{
	struct fake *f = xmalloc(sizeof(*f));

	fake_open(f, sizeof(struct walk_state));
	fake_dir(f, "/dir");
	fake_dir(f, "/dir/deep");
	fake_file(f, "/a", "#!/bin/sh\n");
	fake_file(f, "/b", "text");
	fake_file(f, "/c.php", "<?php");
	fake_file(f, "/dir/deep/leaf", "x");
	fake_link(f, "dir/deep", "/link");
	fake_file(f, "/bad\xff", "x");
	return f;
}

static void done(struct fake *f)
{
	fake_close(f);
	free(f);
}

/* How often a row of this path begins in the lane. */
static unsigned rows(const struct fake *f, const char *path)
{
	struct str rest = str_mem(f->run.lane->out, f->run.lane->nout);
	char want[128];
	unsigned n = 0;
	size_t at;

	(void)snprintf(want, sizeof(want), "{\"p\":\"%s\",", path);
	while ((at = str_find(rest, str_of(want))) != (size_t)-1) {
		rest = str_skip(rest, at + 1);
		n++;
	}
	return n;
}

static void every_object_has_one_row(void **state)
{
	static const char *const path[] = { "/",     "/dir",   "/dir/deep",
					    "/a",    "/b",     "/dir/deep/leaf",
					    "/link", "/c.php", "/bad\\\\xff" };
	struct fake *f = tree();

	(void)state;
	job_walk.run(&f->run);
	for (size_t i = 0; i < sizeof(path) / sizeof(*path); i++)
		assert_int_equal(rows(f, path[i]), 1);
	assert_true(fake_said(f, "\"l\":\"dir/deep\""));
	assert_true(fake_said(f, "\"p_b64\":\"L2JhZP8=\""));
	assert_int_equal(
		((struct walk_state *)f->run.lane->state)->work.objects, 9);
	done(f);
}

static void what_is_opened_follows_hash(void **state)
{
	struct fake *f = tree();

	(void)state;
	f->scene.hash = HASH_ALL;
	job_walk.run(&f->run);
	assert_true(fake_said(f, "\"k\":\"script\""));
	/* SHA-256 of "text" */
	assert_true(fake_said(f, "982d9e3eb996f559e633f4d194def3761d909f5a3b6"
				 "47d1a851fead67c32c9d1"));
	done(f);
	f = tree();
	f->scene.hash = HASH_NONE;
	job_walk.run(&f->run);
	assert_false(fake_said(f, "\"h\":"));
	done(f);
}

/* It would take months; what it holds is a candidate all the same. */
static void a_program_before_a_hole_is_not_hashed(void **state)
{
	struct fake *f = tree();
	char path[128];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/a", f->dir);
	assert_int_equal(truncate(path, (off_t)1 << 43), 0);
	assert_int_equal(chmod(path, 0755), 0);
	job_walk.run(&f->run);
	assert_int_equal(rows(f, "/a"), 1);
	assert_true(fake_said(f, "\"k\":\"script\""));
	assert_true(fake_said(f, "\"skip\":\"not hashed: mostly a hole\""));
	done(f);
}

static void forbidden_mounts_are_named_not_entered(void **state)
{
	struct fake *f = tree();
	struct mount two[2] = { f->mount, f->mount };

	(void)state;
	two[1].point = STR("/dir");
	two[1].class = MOUNT_REMOTE;
	f->scene.mounts = (struct mounts){ .mount = two, .nmount = 2 };
	job_walk.run(&f->run);
	assert_true(fake_said(f, "{\"p\":\"/dir\",\"t\":\"d\","
				 "\"skip\":\"remote\"}"));
	assert_int_equal(rows(f, "/dir/deep"), 0);
	done(f);
}

/* Leaves the state as a reader would that hung on `name' in the root. */
static void hang_on(struct fake *f, const char *name, enum walk_phase phase)
{
	struct walk_state *st = f->run.lane->state;
	int fd = open(f->dir, O_RDONLY | O_DIRECTORY);
	long n = sys_getdents(fd, st->dirbuf, WALK_DIRBUF);
	struct meta m;
	struct sys sys = { 0 };
	const struct dirent64 *d;
	bool found = false;

	assert_true(n > 0);
	assert_int_equal(sys_meta(&sys, fd, "", &m), 0);
	(void)close(fd);
	st->phase = phase;
	st->root = WALK_ROOTS - 1;
	st->depth = 1;
	st->npath = 1;
	st->path[0] = '/';
	st->nbuf = (uint32_t)n;
	st->dir[0] = (struct walk_dir){ .dev = scene_dev(m.major, m.minor),
					.npath = 1,
					.readable = 1 };
	for (uint32_t at = 0; at < st->nbuf; at += d->reclen) {
		d = (const void *)(st->dirbuf + at);
		if (strcmp(d->name, name) == 0) {
			st->at = at;
			found = true;
		}
		if (strcmp(d->name, "dir") == 0 && !found) {
			memcpy(st->names, "dir", 4); /* was to be entered */
			st->nnames = 4;
		}
		st->dir[0].pos = d->off;
	}
}

/* Names of the root that the lost reader had worked off before `at'. */
static bool before(const struct walk_state *st, const char *name)
{
	const struct dirent64 *d;

	for (uint32_t at = 0; at < st->at; at += d->reclen) {
		d = (const void *)(st->dirbuf + at);
		if (strcmp(d->name, name) == 0)
			return true;
	}
	return false;
}

static void replace(struct fake *f)
{
	struct lane *next = lane_new(sizeof(struct walk_state));

	assert_true(walk_resume(f->run.lane, next));
	lane_free(f->run.lane);
	f->run.lane = next;
	f->run.resumed = true;
}

static void a_replacement_passes_the_stuck_entry(void **state)
{
	static const char *const path[] = { "a", "c.php", "link" };
	struct fake *f = tree();
	struct buf where = { 0 };
	bool early[3];

	(void)state;
	hang_on(f, "b", WALK_ENTRY);
	for (size_t i = 0; i < 3; i++)
		early[i] = before(f->run.lane->state, path[i]);
	assert_true(str_is(walk_where(f->run.lane, &where), "/b"));
	replace(f);
	job_walk.run(&f->run);
	assert_true(fake_said(f, "{\"p\":\"/b\",\"t\":\"?\","
				 "\"skip\":\"timeout\"}"));
	assert_int_equal(rows(f, "/b"), 1);
	assert_int_equal(rows(f, "/dir/deep/leaf"), 1);
	for (size_t i = 0; i < 3; i++) {
		char p[16];

		(void)snprintf(p, sizeof(p), "/%s", path[i]);
		assert_int_equal(rows(f, p), early[i] ? 0 : 1);
	}
	buf_free(&where);
	done(f);
}

static void stuck_content_leaves_the_metadata(void **state)
{
	struct fake *f = tree();

	(void)state;
	f->scene.hash = HASH_ALL;
	hang_on(f, "b", WALK_EXAMINE);
	replace(f);
	job_walk.run(&f->run);
	assert_int_equal(rows(f, "/b"), 1);
	assert_true(fake_said(f, "\"s\":4"));
	assert_false(fake_said(f, "982d9e3eb996f559"));
	done(f);
}

static void a_stuck_listing_ends_that_directory(void **state)
{
	struct fake *f = tree();
	struct walk_state *st = f->run.lane->state;

	(void)state;
	hang_on(f, "b", WALK_LIST);
	st->nbuf = st->at = 0;
	memcpy(st->names, "dir", 4);
	st->nnames = 4;
	replace(f);
	job_walk.run(&f->run);
	assert_int_equal(rows(f, "/a"), 0);
	assert_int_equal(rows(f, "/dir/deep/leaf"), 1);
	done(f);
}

static void a_dead_file_system_is_left(void **state)
{
	struct fake *f = tree();
	struct walk_state *st = f->run.lane->state;

	(void)state;
	hang_on(f, "b", WALK_EXAMINE);
	f->scene.dead[f->scene.ndead++] = st->dir[0].dev;
	replace(f);
	job_walk.run(&f->run);
	assert_int_equal(rows(f, "/b"), 1); /* the name it hung on */
	assert_int_equal(rows(f, "/dir/deep"), 0);
	done(f);
}

int main(void)
{
	const struct CMUnitTest t[] = {
		cmocka_unit_test(every_object_has_one_row),
		cmocka_unit_test(what_is_opened_follows_hash),
		cmocka_unit_test(a_program_before_a_hole_is_not_hashed),
		cmocka_unit_test(forbidden_mounts_are_named_not_entered),
		cmocka_unit_test(a_replacement_passes_the_stuck_entry),
		cmocka_unit_test(stuck_content_leaves_the_metadata),
		cmocka_unit_test(a_stuck_listing_ends_that_directory),
		cmocka_unit_test(a_dead_file_system_is_left),
	};

	return cmocka_run_group_tests(t, NULL, NULL);
}
