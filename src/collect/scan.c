/*
 * scan.c - programs against the rules of the hook, while the host lives:
 * the executables of processes, deleted ones too, then what the walk chose to
 * collect (what no package owns, what is served or started by itself).
 *
 * A file costs about 2 ms beside its bytes: the whole disk is not scanned.
 * What matches is a row of live/hits, and is taken before all others.
 */
#define _GNU_SOURCE
#include "scan.h"
#include "beneath.h"
#include "cache.h"
#include "hook.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_SCAN (UINT64_C(4) << 30) /* bytes of all files */

struct progress { /* shared */
	uint64_t pid, next, count, bytes, over, hits;
};

struct scan_job {
	struct probe_run *run;
	const struct collect_hook *hook;
	struct progress *at;
	struct hook_wait wait;
	struct map seen; /* dev, ino of executables */
	struct buf row;
	/* the file at hand */
	const struct meta *meta;
	struct str path;
	uint32_t pid;
	bool broken;
};

static void alive(void *arg)
{
	run_tick(arg);
}

/* Does the path lead to this very file here?  A container's does not. */
static bool leads_here(struct scan_job *s, struct str path,
		       const struct meta *m)
{
	struct place pl;
	bool same;

	if (beneath(s->run, path, false, &pl) < 0)
		return false;
	same = pl.meta.ino == m->ino && pl.meta.major == m->major &&
	       pl.meta.minor == m->minor;
	place_close(&pl);
	return same;
}

/* A file that has a name is asked for by it; it goes before all others. */
static void want(struct scan_job *s, struct str path, const struct meta *m)
{
	struct frame_program f = { .hit = 1 };

	if (m) {
		f.ctime_ns = m->ctime_ns;
		f.size = m->size;
	}
	if (path.n && path.p[0] == '/' && (!m || leads_here(s, path, m)))
		run_program(s->run, &f, path);
}

static void on_hit(void *arg, const struct hook_hit *h)
{
	struct scan_job *s = arg;
	struct str path = s->path.n ? s->path : h->path;
	uint32_t pid = s->pid ? s->pid : h->pid;
	struct buf *row = &s->row;

	if (str_is(h->kind, "invalid")) {
		run_status(s->run, "scan", NULL, h->why, PROBE_FAILED, 0, 0, 0,
			   0);
		return;
	}
	s->at->hits++;
	buf_clear(row);
	json_open(row);
	if (pid)
		row_u64(row, KEY_PROCESS_PID, pid);
	row_str(row, KEY_FILE_PATH, path);
	row_str(row, KEY_RULE_ID, h->rule_id);
	row_str(row, KEY_RULE_NAME, h->rule_name);
	row_str(row, KEY_K_HIT_KIND, h->kind);
	row_str(row, KEY_K_HIT_WHY, h->why);
	json_close(row);
	probe_row(s->run, "hits", buf_view(row));
	if (!s->meta || s->meta->nlink > 0)
		want(s, path, s->meta);
}

static void lost(struct scan_job *s, const struct err *err)
{
	s->broken = true;
	run_status(s->run, "scan", NULL, STR("rules"), PROBE_FAILED,
		   err->errnum, 0, 0, 0);
}

static void one_file(struct scan_job *s, int fd, const struct meta *m,
		     struct str path)
{
	const struct collect_hook *h = s->hook;
	char *buf = xmalloc(LANE_CHUNK);
	struct err err = { 0 };
	struct cache c;
	off_t at = 0;
	ssize_t n;
	int rc;

	s->meta = m;
	s->path = path;
	rc = h->begin(h->arg, path, &err);
	cache_look(&c, &s->run->sys, fd, 0, m->size);
	while (rc == 0 && (n = pread(fd, buf, LANE_CHUNK, at)) > 0) {
		rc = h->data(h->arg, str_mem(buf, (size_t)n), &err);
		at += n;
		run_tick(s->run);
	}
	cache_restore(&c, fd);
	if (rc == 0)
		rc = h->end(h->arg, &s->wait, on_hit, s, &err);
	if (rc < 0)
		lost(s, &err);
	s->at->count++;
	s->at->bytes += (uint64_t)at;
	s->path = STR_NONE;
	s->meta = NULL;
	free(buf);
}

/* Does it fit?  What does not is said, each file by name. */
static bool fits(struct scan_job *s, const struct meta *m, struct str path)
{
	if (!S_ISREG(m->mode) || m->size == 0)
		return false;
	if (m->size <= HOOK_MAX_SCAN && m->size <= MAX_SCAN - s->at->bytes)
		return true;
	run_status(s->run, "scan", NULL, path, PROBE_SKIPPED, EFBIG, 0, m->size,
		   0);
	s->at->over++;
	return false;
}

static void executable(struct scan_job *s, uint32_t pid)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
	char link[LIVE_LINK_MAX + 1], what[32];
	int dir = live_pid(s->run->env->proc, pid), fd = -1;
	struct meta m;
	bool added = false;
	ssize_t n = dir < 0 ? -1 : live_link(dir, "exe", link);

	(void)snprintf(what, sizeof(what), "%u/exe", pid);
	run_touch(s->run, 0, str_of(what));
	if (n > 0) {
		fd = openat(dir, "exe", flags | O_NOATIME);
		if (fd < 0 && errno == EPERM)
			fd = openat(dir, "exe", flags); /* not ours to spare */
	}
	if (fd >= 0 && sys_meta(&s->run->sys, fd, "", &m) == 0) {
		uint64_t id[2] = { scene_dev(m.major, m.minor), m.ino };

		(void)map_put(&s->seen, str_mem(id, sizeof(id)), &added);
	}
	s->pid = pid;
	if (added && fits(s, &m, str_mem(link, (size_t)n)))
		one_file(s, fd, &m, str_mem(link, (size_t)n));
	s->pid = 0;
	if (fd >= 0)
		(void)close(fd);
	if (dir >= 0)
		(void)close(dir);
}

static void executables(struct scan_job *s)
{
	const struct collect_env *env = s->run->env;
	uint32_t *pid;
	size_t n;

	if (!env->live || live_numbers(env->proc, ".", &pid, &n) < 0)
		return;
	for (size_t i = 0; i < n && !s->broken; i++) {
		if (pid[i] <= s->at->pid || pid[i] == env->self_pid)
			continue;
		executable(s, pid[i]);
		s->at->pid = pid[i];
	}
	free(pid);
}

static void chosen(struct scan_job *s, const struct program *p)
{
	uint64_t id[2];
	struct place pl;
	bool added;
	int fd;

	run_touch(s->run, 0, p->path);
	if (beneath(s->run, p->path, false, &pl) < 0)
		return; /* whoever copies it says what became of it */
	id[0] = scene_dev(pl.meta.major, pl.meta.minor);
	id[1] = pl.meta.ino;
	(void)map_put(&s->seen, str_mem(id, sizeof(id)), &added);
	fd = added && fits(s, &pl.meta, p->path) ? place_open(s->run, &pl) : -1;
	if (fd >= 0) {
		one_file(s, fd, &pl.meta, p->path);
		(void)close(fd);
	}
	place_close(&pl);
}

static void run_scan(struct probe_run *r)
{
	struct scan_job s = { .run = r,
			      .hook = r->env->options->hook,
			      .at = r->lane->state,
			      .wait = { alive, r } };
	struct err err = { 0 };

	run_touch(r, 0, STR("rows"));
	if (s.at->next == 0 && s.at->pid == 0 &&
	    s.hook->seen(s.hook->arg, &s.wait, on_hit, &s, &err) < 0)
		lost(&s, &err);
	executables(&s);
	for (; s.at->next < r->scene->nprogram && !s.broken; s.at->next++)
		chosen(&s, &r->scene->program[s.at->next]);
	run_status(r, "scan", NULL, STR_NONE,
		   s.broken ? PROBE_FAILED : PROBE_COLLECTED, 0, s.at->count,
		   s.at->bytes, sys_boottime_ns() - r->began_ns);
	map_free(&s.seen);
	buf_free(&s.row);
}

static bool resume(const struct lane *from, struct lane *to)
{
	const struct progress *was = from->state;
	struct progress *p = to->state;

	*p = *was;
	/* past the one it was stuck on */
	if (p->next || p->count == 0)
		p->next++;
	else
		p->pid++;
	return true;
}

const struct job job_scan = {
	.name = "scan",
	.run = run_scan,
	.nstate = sizeof(struct progress),
	.resume = resume,
};
