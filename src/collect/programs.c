/*
 * programs.c - copying under a budget, small programs first, each kind newest
 * change first: what does not fit was hashed by the walk and is stated.
 */
#define _GNU_SOURCE
#include "programs.h"
#include "beneath.h"
#include "content.h"
#include "kind.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_CONTENT (UINT64_C(1) << 30)
#define QUICK_CONTENT (UINT64_C(128) << 20)
#define PROGRAM_MAX (UINT64_C(256) << 20) /* one program */
/* tools of developers; smaller ones are not crowded out by them */
#define BIG (UINT64_C(16) << 20)

struct progress { /* shared */
	uint64_t next, count, bytes, over, over_bytes;
};

static int by_turn(const void *a, const void *b)
{
	const struct program *x = a, *y = b;

	if (x->hit != y->hit)
		return x->hit ? -1 : 1;
	if ((x->size > BIG) != (y->size > BIG))
		return x->size > BIG ? 1 : -1;
	if (x->ctime_ns != y->ctime_ns)
		return x->ctime_ns > y->ctime_ns ? -1 : 1;
	return str_cmp(x->path, y->path);
}

uint64_t programs_most(const struct collect_options *o)
{
	if (o->max_content)
		return o->max_content;
	return o->profile == PROFILE_QUICK ? QUICK_CONTENT : MAX_CONTENT;
}

uint64_t programs_bytes(const struct scene *sc)
{
	uint64_t n = 0, max = programs_most(sc->opt);

	for (size_t i = 0; i < sc->nprogram; i++)
		if (!map_get(&sc->done, sc->program[i].path) &&
		    sc->program[i].size <= max - n)
			n += sc->program[i].size;
	return n;
}

void programs_sort(struct scene *sc)
{
	if (sc->nprogram)
		qsort(sc->program, sc->nprogram, sizeof(*sc->program), by_turn);
}

/* Without hashes the walk went by mode and name: look at the bytes now. */
static bool is_program(int fd, const struct program *p)
{
	char head[64];
	ssize_t n = pread(fd, head, sizeof(head), 0);

	return p->hit || p->web || p->pointed ||
	       (n > 0 && kind_of(str_mem(head, (size_t)n)));
}

static void one(struct probe_run *r, struct progress *at,
		const struct program *p)
{
	struct content c = { .path = p->path, .max = PROGRAM_MAX };
	struct place pl;

	if (beneath(r, p->path, false, &pl) < 0) {
		run_status(r, "programs", NULL, p->path,
			   errno == ENOENT ? PROBE_VANISHED
					   : run_state_of(errno),
			   errno, 0, 0, 0);
		return;
	}
	c.fd = place_open(r, &pl);
	c.meta = pl.meta;
	if (c.fd < 0) {
		run_status(r, "programs", NULL, p->path, run_state_of(errno),
			   errno, 0, 0, 0);
	} else if (is_program(c.fd, p)) {
		content_copy(r, &c);
		at->bytes += c.bytes;
		at->count += c.state == PROBE_COLLECTED;
		if (c.state != PROBE_COLLECTED)
			run_status(r, "programs", NULL, p->path, c.state,
				   c.errnum, 0, c.bytes, 0);
		run_count(r, 1);
	}
	if (c.fd >= 0)
		(void)close(c.fd);
	place_close(&pl);
}

/* What a rule named stands here twice. */
static bool taken(struct probe_run *r, const struct program *p)
{
	bool added;

	(void)map_put(&r->seen, p->path, &added);
	return !added || map_get(&r->scene->done, p->path) != NULL;
}

static void run_programs(struct probe_run *r)
{
	struct progress *at = r->lane->state;
	const struct scene *sc = r->scene;
	uint64_t max = programs_most(sc->opt);

	for (; at->next < sc->nprogram; at->next++) {
		const struct program *p = &sc->program[at->next];

		if (taken(r, p))
			continue;
		if (!p->hit && (at->bytes > max || p->size > max - at->bytes)) {
			run_status(r, "budget", NULL, p->path, PROBE_SKIPPED, 0,
				   0, p->size, 0);
			at->over++;
			at->over_bytes += p->size;
			continue;
		}
		one(r, at, p);
	}
	run_status(r, "programs", NULL, STR_NONE, PROBE_COLLECTED, 0, at->count,
		   at->bytes, sys_boottime_ns() - r->began_ns);
}

static bool resume(const struct lane *from, struct lane *to)
{
	struct progress *p = to->state;

	memcpy(p, from->state, sizeof(*p));
	p->next++; /* the one it was stuck on */
	return true;
}

const struct job job_programs = {
	.name = "programs",
	.core = "files",
	.run = run_programs,
	.nstate = sizeof(struct progress),
	.resume = resume,
};
