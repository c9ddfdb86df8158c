/*
 * run_fake.h - for tests: a reader's side of a run over a throw-away root,
 * its frames kept in the lane as long as they fit.
 */
#ifndef COLLECT_RUN_FAKE_H
#define COLLECT_RUN_FAKE_H

#include "run.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct fake {
	char dir[64];
	struct collect_options opt;
	struct scene scene;
	struct mount mount;
	struct probe_run run;
};

static inline void fake_open(struct fake *f, size_t nstate)
{
	*f = (struct fake){ .dir = "/tmp/konseki-test-XXXXXX" };
	if (!mkdtemp(f->dir))
		abort();
	f->mount = (struct mount){ .root = STR("/"),
				   .point = STR("/"),
				   .type = STR("ext4"),
				   .class = MOUNT_LOCAL };
	f->opt.since_ns = INT64_MIN;
	f->scene.opt = f->scene.env.options = &f->opt;
	f->scene.hash = HASH_EXEC;
	f->scene.mounts = (struct mounts){ .mount = &f->mount, .nmount = 1 };
	f->scene.env.root = open(f->dir, O_RDONLY | O_DIRECTORY);
	f->scene.env.proc = -1;
	f->scene.env.max_file = UINT64_C(1) << 40;
	f->run.env = &f->scene.env;
	f->run.scene = &f->scene;
	f->run.name = "fake";
	f->run.out = -1;
	f->run.lane = lane_new(nstate);
	f->run.extent = xmalloc(LANE_MAX_EXTENTS * sizeof(struct extent));
}

static inline int fake_rm(const char *path, const struct stat *st, int type,
			  struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void fake_close(struct fake *f)
{
	(void)nftw(f->dir, fake_rm, 16, FTW_DEPTH | FTW_PHYS);
	(void)close(f->scene.env.root);
	lane_free(f->run.lane);
	free(f->run.extent);
	map_free(&f->scene.done);
	map_free(&f->run.seen);
}

static inline void fake_file(const struct fake *f, const char *name,
			     const char *text)
{
	char path[512];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s%s", f->dir, name);
	out = fopen(path, "w");
	if (!out || fputs(text, out) < 0 || fclose(out) != 0)
		abort();
}

static inline void fake_dir(const struct fake *f, const char *name)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s%s", f->dir, name);
	if (mkdir(path, 0755) < 0)
		abort();
}

static inline void fake_link(const struct fake *f, const char *target,
			     const char *name)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s%s", f->dir, name);
	if (symlink(target, path) < 0)
		abort();
}

/* The bytes gathered in the lane contain this? */
static inline bool fake_said(const struct fake *f, const char *text)
{
	return str_has(str_mem(f->run.lane->out, f->run.lane->nout),
		       str_of(text));
}

#endif
