/*
 * held.c - the held probe: regular files without a name that processes keep
 * open or mapped, memfds among them.  Each is copied once, for the first
 * process that has it, through a description of our own: no offset moves.
 *
 * Small files are copied while the process is listed, before it can end;
 * large ones (databases and journals keep those) wait until every process
 * was listed, the last written first, and share what the budget left.
 */
#define _GNU_SOURCE
#include "content.h"
#include "mapline.h"
#include "proc.h"

#include "konseki/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define DELETED " (deleted)"
#define SMALL (UINT64_C(16) << 20)
#define MAX_HELD (UINT64_C(1) << 30) /* of all, without --max-recovered */
#define MAX_LATE 4096u               /* large files that are remembered */
#define MAX_FILES 65536u             /* different ones of a host */
#define FLAT_MAX 255u
#define MAX_MEMBER 3800u /* longer names lose their path */

struct late {                    /* a large file, or how to reach it */
	struct str place;        /* below /proc: 12/fd/7, 12/map_files/1-2 */
	struct str prefix, path; /* of the member */
	struct str shown;        /* what the kernel calls it */
	uint64_t size, ino;
	int64_t mtime_ns;
};

struct held {
	struct probe_run *run;
	struct arena arena;
	struct map seen; /* dev, ino */
	struct late *late;
	size_t nlate, caplate;
	uint64_t max, bytes, count, over, over_bytes, denied;
	/* the process at hand */
	uint32_t pid;
	int dir;
	char base[PROC_BASE_MAX];
	struct buf row, name, text;
};

/*
 * What the kernel itself keeps on its own tmpfs is memory, not a file:
 * shared anonymous mappings, System V segments, buffers of drivers.
 */
static bool is_memory(struct str path)
{
	static const char *const name[] = {
		"/dev/zero",      "/SYSV", "/[aio]",
		"/anon_hugepage", "/i915", "/drm mm object",
	};

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		if (str_starts(path, str_of(name[i])))
			return true;
	return false;
}

/* A path that may stand in a member's name leads nowhere else. */
static bool plain_path(struct str path)
{
	if (path.n < 2 || path.p[0] != '/' || path.n > MAX_MEMBER)
		return false;
	path = str_skip(path, 1);
	while (path.p) {
		struct str part = str_cut(&path, '/');

		if (part.n == 0 || str_is(part, ".") || str_is(part, ".."))
			return false;
	}
	return true;
}

/* The name of a memfd is its maker's choice: "../../etc/passwd". */
static struct str flattened(struct str path, char out[FLAT_MAX + 2])
{
	size_t n = 0;

	out[n++] = '/';
	for (size_t i = 0; i < path.n && i < FLAT_MAX; i++)
		out[n++] = (char)(path.p[i] == '/' ? '_' : path.p[i]);
	return str_mem(out, n);
}

static void held_row(struct held *h, const struct late *f, const struct meta *m,
		     const struct content *c)
{
	struct buf *row = &h->row;

	buf_clear(row);
	json_open(row);
	row_u64(row, KEY_PROCESS_PID, h->pid);
	row_str(row, KEY_FILE_PATH, f->shown);
	row_u64(row, KEY_FILE_SIZE, m->size);
	row_id(row, KEY_FILE_INODE, m->ino);
	row_bool(row, KEY_K_RECOVERED, true);
	if (c->bytes)
		json_kv_str(row, "member", buf_view(&h->name));
	json_close(row);
	probe_row(h->run, "held", buf_view(row));
	run_status(h->run, "held", NULL, buf_view(&h->name), c->state,
		   c->errnum, c->state == PROBE_COLLECTED, c->bytes, 0);
}

static void copy(struct held *h, const struct late *f, int fd,
		 const struct meta *m)
{
	struct content c = {
		.path = f->path, .prefix = f->prefix, .fd = fd, .meta = *m
	};
	uint64_t data = m->blocks * 512 < m->size ? m->blocks * 512 : m->size;

	buf_clear(&h->name);
	buf_str(&h->name, f->prefix);
	buf_str(&h->name, f->path);
	if (map_get(&h->run->scene->done, buf_view(&h->name))) {
		h->bytes += data; /* an earlier reader copied it */
		return;
	}
	if (data > h->max - h->bytes) {
		run_status(h->run, "budget", NULL, f->path, PROBE_SKIPPED, 0, 0,
			   data, 0);
		h->over++;
		h->over_bytes += data;
		return;
	}
	content_copy(h->run, &c);
	h->bytes += c.bytes;
	h->count += c.state == PROBE_COLLECTED;
	held_row(h, f, m, &c);
	run_count(h->run, 1);
}

static int open_held(int proc, struct str place)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	char path[96];
	int fd;

	(void)snprintf(path, sizeof(path), STR_FMT, STR_ARG(place));
	fd = openat(proc, path, flags | O_NOATIME);
	if (fd < 0 && errno == EPERM)
		fd = openat(proc, path, flags); /* not ours to spare */
	return fd;
}

/* Is it still what was listed?  A number is soon used again. */
static void take(struct held *h, const struct late *f)
{
	struct meta m;
	int fd;

	fd = open_held(h->run->env->proc, f->place);
	if (fd < 0 || sys_meta(&h->run->sys, fd, "", &m) < 0) {
		if (errno == EACCES || errno == EPERM)
			h->denied++;
	} else if (S_ISREG(m.mode) && m.nlink == 0 && m.ino == f->ino) {
		copy(h, f, fd, &m);
	}
	if (fd >= 0)
		(void)close(fd);
}

static void remember(struct held *h, const struct late *f)
{
	struct late *l;

	if (h->nlate == MAX_LATE) {
		run_status(h->run, "held", NULL, f->path, PROBE_SKIPPED, ENOSPC,
			   0, f->size, 0);
		return;
	}
	vec_grow(&h->late, &h->caplate, h->nlate + 1, sizeof(*h->late));
	l = &h->late[h->nlate++];
	*l = *f;
	l->place = arena_dup(&h->arena, f->place);
	l->prefix = arena_dup(&h->arena, f->prefix);
	l->path = arena_dup(&h->arena, f->path);
	l->shown = arena_dup(&h->arena, f->shown);
}

/*
 * One open or mapped file: `how' is fd or map, `which' its number or range.
 * link: what the kernel calls it, with ` (deleted)'.
 */
/* file: below /proc/PID, as fd/7; which: the same in the member's name. */
static void look(struct held *h, const char *how, const char *file,
		 struct str which, struct str link)
{
	struct late f = { 0 };
	char place[96], prefix[PROC_BASE_MAX + 64], flat[FLAT_MAX + 2];
	uint64_t id[2];
	struct stat st;
	bool added;

	(void)snprintf(place, sizeof(place), "%u/%s", h->pid, file);
	(void)snprintf(prefix, sizeof(prefix),
		       KONSEKI_RECOVERED "%s/%s-" STR_FMT, h->base, how,
		       STR_ARG(which));
	f.place = str_of(place);
	f.prefix = str_of(prefix);
	f.path = f.shown = str_head(link, link.n - sizeof(DELETED) + 1);
	if (map_get(&h->run->scene->done, f.prefix))
		return; /* a reader got stuck here */
	run_touch(h->run, 0, f.prefix);
	if (fstatat(h->run->env->proc, place, &st, 0) < 0 ||
	    !S_ISREG(st.st_mode) || st.st_nlink > 0 ||
	    h->seen.nitem >= MAX_FILES)
		return;
	id[0] = st.st_dev;
	id[1] = st.st_ino;
	(void)map_put(&h->seen, str_mem(id, sizeof(id)), &added);
	if (!added)
		return;
	if (!plain_path(f.path))
		f.path = flattened(f.path, flat);
	f.ino = st.st_ino;
	f.size = (uint64_t)st.st_blocks * 512;
	f.mtime_ns =
		(int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	if (f.size > SMALL)
		remember(h, &f);
	else
		take(h, &f);
}

static bool is_deleted(struct str link)
{
	return str_ends(link, STR(DELETED)) && link.p[0] == '/' &&
	       !is_memory(link);
}

static void descriptors(struct held *h)
{
	uint32_t *fd;
	size_t n;
	int dir = openat(h->dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0 || live_numbers(h->dir, "fd", &fd, &n) < 0)
		n = 0, fd = NULL;
	for (size_t i = 0; i < n && i < PROC_FD_MAX; i++) {
		char name[32], link[LIVE_LINK_MAX + 1];
		const char *number = name + 3;
		ssize_t len;

		(void)snprintf(name, sizeof(name), "fd/%u", fd[i]);
		len = live_link(dir, number, link);
		if (len > 0 && is_deleted(str_mem(link, (size_t)len)))
			look(h, "fd", name, str_of(number),
			     str_mem(link, (size_t)len));
	}
	free(fd);
	if (dir >= 0)
		(void)close(dir);
}

/* A library that was removed and is still mapped: no descriptor has it. */
static void mappings(struct held *h)
{
	char name[MAPLINE_NAME];
	struct mapline m;
	struct str maps;

	if (live_read(h->dir, "maps", PROC_TEXT_MAX, &h->text) < 0)
		return;
	maps = buf_view(&h->text);
	while (mapline_next(&maps, &m))
		if (m.inode && m.path.n && is_deleted(m.path))
			look(h, "map", mapline_file(m.range, name), m.range,
			     m.path);
}

/* The image itself was recovered with the process. */
static void image(struct held *h)
{
	struct stat st;

	if (fstatat(h->dir, "exe", &st, 0) == 0 && st.st_nlink == 0) {
		uint64_t id[2] = { st.st_dev, st.st_ino };

		(void)map_put(&h->seen, str_mem(id, sizeof(id)), NULL);
	}
}

static void one(struct held *h, uint32_t pid)
{
	const struct collect_env *env = h->run->env;
	struct proc_stat st;
	struct buf key = { 0 };

	h->pid = pid;
	h->dir = live_pid(env->proc, pid);
	if (h->dir < 0)
		return;
	if (live_read(h->dir, "stat", PROC_TEXT_MAX, &h->text) == 0 &&
	    proc_stat_read(buf_view(&h->text), &st) && pid != env->self_pid &&
	    st.ppid != env->self_pid) {
		(void)snprintf(h->base, sizeof(h->base), "%u-%llu", pid,
			       (unsigned long long)st.ticks);
		buf_fmt(&key, "%s/held", h->base);
		if (!map_get(&h->run->scene->done, buf_view(&key))) {
			run_touch(h->run, 0, buf_view(&key));
			image(h);
			descriptors(h);
			run_touch(h->run, 0, buf_view(&key));
			mappings(h);
		}
	}
	(void)close(h->dir);
	buf_free(&key);
}

static int newest_first(const void *a, const void *b)
{
	const struct late *x = a, *y = b;

	if (x->mtime_ns != y->mtime_ns)
		return x->mtime_ns > y->mtime_ns ? -1 : 1;
	return str_cmp(x->prefix, y->prefix);
}

static void large_ones(struct held *h)
{
	if (h->nlate)
		qsort(h->late, h->nlate, sizeof(*h->late), newest_first);
	for (size_t i = 0; i < h->nlate; i++) {
		const struct late *f = &h->late[i];
		struct str pid = f->place;
		uint64_t n = 0;

		(void)str_u64(str_cut(&pid, '/'), &n);
		h->pid = (uint32_t)n;
		if (map_get(&h->run->scene->done, f->prefix))
			continue;
		run_touch(h->run, 0, f->prefix);
		take(h, f);
	}
}

static void run_held(struct probe_run *run)
{
	const struct collect_options *o = run->env->options;
	struct held h = { .run = run };
	uint32_t *pid;
	size_t n;

	h.max = o->max_recovered ? o->max_recovered : MAX_HELD;
	if (live_numbers(run->env->proc, ".", &pid, &n) < 0) {
		probe_status(run, STR_NONE, run_state_of(errno), errno, 0, 0);
		return;
	}
	for (size_t i = 0; i < n; i++)
		one(&h, pid[i]);
	large_ones(&h);
	if (h.denied)
		probe_status(run, STR("files without a name"), PROBE_DENIED,
			     EACCES, h.denied, 0);
	probe_status(run, STR_NONE, PROBE_COLLECTED, 0, h.count, h.bytes);
	free(pid);
	free(h.late);
	map_free(&h.seen);
	arena_free(&h.arena);
	buf_free(&h.row);
	buf_free(&h.name);
	buf_free(&h.text);
}

const struct probe probe_held = {
	.name = "held",
	.title = "deleted files and memfds that processes keep open or mapped",
	.title_ja = "プロセスが開いている削除済みファイルと memfd",
	.stream = "live/held",
	.reads = "/proc/PID/{exe,fd,maps,map_files}",
	.live_only = true,
	.run = run_held,
};
