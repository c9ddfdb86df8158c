/*
 * roots_look.c - one file of another root: a row of state/roots as the walk
 * writes them, with `o', the mount namespace; and whether its content is of
 * interest: it is no file of the host, and its own packages do not have it
 * unchanged.
 */
#include "beneath.h"
#include "cache.h"
#include "digester.h"
#include "kind.h"
#include "roots.h"

#include "../util/json_out.h"
#include "konseki/archive.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK (256u << 10)
#define ROWS_MAX 100000u                    /* of one root */
#define HASH_MAX (UINT64_C(256) << 20)      /* of one program */
#define ONE_ROOT_MAX (UINT64_C(256) << 20)  /* content of one root */
#define ALL_ROOTS_MAX (UINT64_C(768) << 20) /* of all */

struct facts {
	const char *kind;
	struct digest_text digest;
};

static bool same_at(struct root *ro, struct str path, const struct meta *m)
{
	struct place p;
	bool same;

	if (beneath(ro->host, path, true, &p) < 0)
		return false;
	same = p.meta.ino == m->ino && p.meta.major == m->major &&
	       p.meta.minor == m->minor;
	place_close(&p);
	return same;
}

static struct str below(struct str dir, struct str path)
{
	if (dir.n == 1)
		return path;
	path = str_skip(path, dir.n);
	return path.n ? path : STR("/");
}

/*
 * Does the walk of the host meet this very file, under whatever name?  The
 * merged view of a container's overlay is not walked, its layers are.
 */
static bool walked(struct root *ro, struct str path, const struct meta *m)
{
	const struct mount *here = mounts_of(&ro->scene.mounts, path);
	const struct mounts *ms = &ro->host->scene->mounts;
	struct buf in_fs = { 0 }, on_host = { 0 };
	bool same = false;

	if (here && here->root.n > 1)
		buf_str(&in_fs, here->root);
	if (here)
		buf_str(&in_fs, below(here->point, path));
	for (size_t i = 0; here && !same && i < ms->nmount; i++) {
		const struct mount *h = &ms->mount[i];

		if (h->major != here->major || h->minor != here->minor ||
		    !mount_walkable(h) ||
		    !str_starts(buf_view(&in_fs), h->root))
			continue;
		buf_clear(&on_host);
		if (h->point.n > 1)
			buf_str(&on_host, h->point);
		buf_str(&on_host, below(h->root, buf_view(&in_fs)));
		same = same_at(ro, buf_view(&on_host), m);
	}
	buf_free(&in_fs);
	buf_free(&on_host);
	return same;
}

static void digest(struct root *ro, struct str path, int fd, uint64_t size,
		   struct facts *f)
{
	struct digester d;
	uint64_t off = 0;
	ssize_t n;

	digester_begin(&d, packages_algos(&ro->packages, path));
	while (off < size &&
	       (n = pread(fd, ro->chunk, CHUNK, (off_t)off)) > 0) {
		digester_add(&d, ro->chunk, (size_t)n);
		off += (uint64_t)n;
		run_tick(&ro->run);
	}
	if (off < size)
		return; /* it shrank, or cannot be read: no digest */
	digester_end(&d, &f->digest);
}

static void examine(struct root *ro, struct str path, int fd,
		    const struct meta *m, struct facts *f)
{
	struct cache c;
	ssize_t n;

	if (!ro->chunk)
		ro->chunk = xmalloc(CHUNK);
	cache_look(&c, &ro->run.sys, fd, 0, m->size);
	n = pread(fd, ro->chunk, KIND_HEAD, 0);
	run_tick(&ro->run);
	if (n > 0)
		f->kind = kind_of(str_mem(ro->chunk, (size_t)n));
	if ((f->kind || kind_web_name(str_base(path))) && m->size <= HASH_MAX)
		digest(ro, path, fd, m->size, f);
	cache_restore(&c, fd);
}

static void row(struct root *ro, struct str path, const struct meta *m,
		const struct facts *f)
{
	const struct mount *here = mounts_of(&ro->scene.mounts, path);
	struct buf *b = &ro->row;
	char dev[32];

	buf_clear(b);
	json_open(b);
	json_kv_str(b, "p", path);
	json_kv_u64(b, "o", ro->inode);
	json_kv_str(b, "t", STR("f"));
	json_kv_u64(b, "m", m->mode & 07777);
	json_kv_u64(b, "u", m->uid);
	json_kv_u64(b, "g", m->gid);
	json_kv_u64(b, "s", m->size);
	json_kv_u64(b, "n", m->nlink);
	json_kv_u64(b, "i", m->ino);
	snprintf(dev, sizeof(dev), "%u:%u", m->major, m->minor);
	json_kv_str(b, "d", str_of(dev));
	if (here && !root_mounted(ro, here))
		json_kv_bool(b, "private", true);
	json_kv_i64(b, "M", m->mtime_ns);
	json_kv_i64(b, "A", m->atime_ns);
	json_kv_i64(b, "C", m->ctime_ns);
	if (m->have & META_BTIME)
		json_kv_i64(b, "B", m->btime_ns);
	if (f->kind)
		json_kv_str(b, "k", str_of(f->kind));
	digest_row(b, &f->digest);
	json_close(b);
	probe_row(&ro->run, KONSEKI_STATE "roots", buf_view(b));
}

bool root_room(struct root *ro, struct str path, uint64_t size)
{
	struct roots_progress *at = ro->at;
	struct buf name = { 0 };
	bool room = size <= ONE_ROOT_MAX - at->of_ns &&
		    size <= ALL_ROOTS_MAX - at->bytes;

	if (room) {
		at->of_ns += size;
		at->bytes += size;
		at->files++;
		return true;
	}
	buf_puts(&name, ro->prefix);
	buf_str(&name, path);
	run_status(&ro->run, "budget", NULL, buf_view(&name), PROBE_SKIPPED, 0,
		   0, size, 0);
	at->over++;
	at->over_bytes += size;
	buf_free(&name);
	return false;
}

/* Trees of an application hold a hundred thousand files that never run. */
static bool may_run(const struct root *ro, struct str path,
		    const struct meta *m)
{
	static const char *const anybody[] = { "/tmp/", "/var/tmp/",
					       "/dev/shm/", "/run/", "/root/" };
	const struct mount *here = mounts_of(&ro->scene.mounts, path);
	struct str base = str_base(path);

	/* of what nobody else has every file is listed */
	if (here && !str_is(here->type, "overlay") && !root_mounted(ro, here))
		return true;
	for (size_t i = 0; i < sizeof(anybody) / sizeof(*anybody); i++)
		if (str_starts(path, str_of(anybody[i])))
			return true;
	return m->mode & 0111 || kind_program_name(base) ||
	       kind_web_name(base) || base.p[0] == '.';
}

bool root_look(struct root *ro, struct str path, int fd, const struct meta *m,
	       bool programs_only)
{
	const struct package *owner;
	struct facts f = { 0 };
	struct digests have;

	if (same_at(ro, path, m)) /* the host's own rules have it */
		return false;
	if (programs_only && (!may_run(ro, path, m) || walked(ro, path, m)))
		return false;
	examine(ro, path, fd, m, &f);
	if (ro->rows == ROWS_MAX)
		run_status(&ro->run, "roots", NULL, str_of(ro->prefix),
			   PROBE_TRUNCATED, ENOSPC, ROWS_MAX, 0, 0);
	if (ro->rows++ < ROWS_MAX)
		row(ro, path, m, &f);
	if (!programs_only)
		return true;
	if (!f.kind && !kind_web_name(str_base(path)))
		return false;
	have = digest_views(&f.digest);
	switch (packages_state(&ro->packages, path, &have, &owner)) {
	case PKG_INTACT:
	case PKG_CONFFILE:
	case PKG_OWNED:
		return false;
	default:
		return true;
	}
}
