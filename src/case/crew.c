/*
 * case/crew.c - the workers of one analysis: started, watched, replaced when
 * they die or take too long; what they leave is kept.
 */
#include "work.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "../parse/parser.h"
#include "../util/child.h"

#define TICK_MS 200

struct job {
	struct work *w;
	unsigned slot;
	int pipe;
	struct child child;
	uint32_t seen; /* the source it was in at the last look */
	int64_t since_s;
	bool over;
};

static int job_main(void *arg)
{
	struct job *j = arg;

	(void)close(j->pipe); /* the analyst alone speaks to the parent */
	return worker_run(j->w, j->slot);
}

static int64_t now_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static int start(struct job *j)
{
	struct err err;

	j->seen = 0;
	j->since_s = now_s();
	return child_start(&j->child, job_main, j, &err);
}

/* A note in the analyst's own words, through the dead worker's buffer. */
static void note_loss(struct work *w, unsigned slot, uint32_t id,
		      enum note_kind kind)
{
	struct note n = {
		.kind = (uint8_t)kind,
		.source = id,
		.have = w->source[id].src.size,
		.what = kind == NOTE_TIMEOUT
				? STR("took too long; what came before is kept")
				: STR("the worker died here; what came before "
				      "is kept")
	};
	struct run_key key = { INT64_MAX, id, UINT32_MAX, 0 };
	struct buf b = { 0 };

	w->done[id].state = kind == NOTE_TIMEOUT ? WORK_TIMEOUT : WORK_CRASHED;
	w->done[id].outcome = STOP;
	buf_c(&b, REC_NOTE);
	note_put(&b, &n);
	if (!run_buf_add(w->buf[slot], &key, buf_view(&b)))
		w->slot[slot].lost++;
	buf_free(&b);
}

/* The worker ended: well, or in the middle of a source. */
static void ended(struct job *j, int status, bool timeout)
{
	struct work_slot *slot = &j->w->slot[j->slot];
	uint32_t in = slot->running;

	j->over = true;
	if (in == 0 && status == 0)
		return;
	if (in && in <= j->w->nsource)
		note_loss(j->w, j->slot, in - 1,
			  timeout ? NOTE_TIMEOUT : NOTE_CRASHED);
	slot->running = 0;
	if (*j->w->next < j->w->nqueue && start(j) == 0)
		j->over = false;
}

static void look(struct job *j, int wait_ms)
{
	uint32_t in = j->w->slot[j->slot].running;
	int status = 0, r;

	r = child_wait(&j->child, wait_ms, &status);
	if (r == 0) {
		ended(j, status, false);
		return;
	}
	if (in != j->seen) {
		j->seen = in;
		j->since_s = now_s();
	} else if (in && now_s() - j->since_s > WORK_SOURCE_SECONDS) {
		child_kill(&j->child);
		ended(j, -1, true);
	}
}

static void progress(const struct work *w, struct frame_out *o)
{
	uint64_t n[3] = { *w->next < w->nqueue ? *w->next : w->nqueue,
			  w->nqueue, 0 };

	for (size_t i = 0; i < w->nsource; i++)
		n[2] += w->done[i].nevent;
	frame_put(o, FRAME_PROGRESS, str_mem(n, sizeof(n)));
	(void)frame_flush(o); /* seen again at the next write */
}

int crew_work(struct work *w, struct frame_out *o)
{
	struct job *job = xmalloc(w->jobs * sizeof(*job));
	unsigned running = 0, started = 0;

	for (unsigned i = 0; i < w->jobs; i++) {
		job[i] = (struct job){ .w = w, .slot = i, .pipe = o->fd };
		job[i].over = start(&job[i]) < 0;
		started += !job[i].over;
	}
	do {
		running = 0;
		for (unsigned i = 0; i < w->jobs; i++) {
			if (!job[i].over)
				look(&job[i], running ? 0 : TICK_MS);
			running += !job[i].over;
		}
		progress(w, o);
	} while (running && !o->failed);
	for (unsigned i = 0; i < w->jobs; i++)
		if (!job[i].over)
			child_kill(&job[i].child);
	free(job);
	return started ? 0 : -1;
}
