/*
 * case/analysis.c - the parent's side: opens, forks the analyst, checks every
 * frame that comes back, and hands events, findings and notes to the sink.
 */
#include "analysis.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../util/child.h"
#include "../util/io.h"
#include "feed.h"
#include "input.h"
#include "work.h"

#define PIPE_BYTES (1 << 20)

static void *share(size_t n)
{
	void *p = mmap(NULL, n ? n : 1, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* Mapped once, by the parent: nobody else needs the descriptor. */
static int map_spool(struct work *w, const struct inputs *in, struct err *err)
{
	void *p;

	w->evidence = (struct str){ "", 0 };
	if (in->spool_size == 0)
		return 0;
	p = mmap(NULL, in->spool_size, PROT_READ, MAP_SHARED, in->spool, 0);
	if (p == MAP_FAILED)
		return err_sys(err, "cannot map the unpacked evidence", NULL);
	w->evidence = str_mem(p, in->spool_size);
	return 0;
}

/* Everything that is shared with processes that do not exist yet. */
static int prepare(struct work *w, const struct inputs *in, struct err *err)
{
	bool ok;

	w->source = in->source;
	w->nsource = in->nsource;
	w->link = in->link;
	w->nlink = in->nlink;
	w->spool = in->spool;
	w->nctx = in->nhost;
	work_spans(w);
	w->next = share(sizeof(*w->next));
	w->done = share(w->nsource * sizeof(*w->done));
	w->slot = share(w->jobs * sizeof(*w->slot));
	w->buf = xmalloc(w->jobs * sizeof(*w->buf));
	w->tmp = xmalloc(w->jobs * sizeof(*w->tmp));
	ok = w->next && w->done && w->slot;
	for (unsigned i = 0; i < w->jobs; i++) {
		w->buf[i] = share(run_buf_bytes(WORK_BUF_BYTES));
		ok = ok && w->buf[i];
		if (w->buf[i])
			run_buf_init(w->buf[i], WORK_BUF_BYTES);
		w->tmp[i] = io_tmpfile(w->opt->tmp, err);
		if (w->tmp[i] < 0)
			return -1;
	}
	return ok ? 0 : err_sys(err, "cannot share memory with workers", NULL);
}

struct start {
	struct work *w;
	int out; /* end of the pipe */
};

static int analyst_main(void *arg)
{
	struct start *s = arg;
	struct frame_out o = { .fd = s->out };
	int keep[1 + ANALYSIS_MAX_JOBS] = { s->out };

	/* neither the case nor the user's terminal nor the spool: evidence is
	 * mapped, and only read from here on */
	memcpy(keep + 1, s->w->tmp, s->w->jobs * sizeof(int));
	child_keep_fds(keep, 1 + s->w->jobs);
	return analyst_run(s->w, &o);
}

static void name_sources(struct analysis *a, const struct inputs *in)
{
	feed_sizes(a, in->nsource, in->nhost);
	for (size_t i = 0; i < in->nsource; i++) {
		const struct source *s = &in->source[i].src;

		a->source_name[i] =
			(struct export_source){ s->path.n ? s->path : s->member,
						s->member, s->host,
						s->short_at };
		a->source[i].size = s->size;
	}
}

static void done_with(struct work *w, struct inputs *in)
{
	for (unsigned i = 0; w->buf && i < w->jobs; i++)
		if (w->buf[i])
			(void)munmap(w->buf[i], run_buf_bytes(WORK_BUF_BYTES));
	for (unsigned i = 0; w->tmp && i < w->jobs; i++)
		if (w->tmp[i] > 0)
			(void)close(w->tmp[i]);
	if (w->evidence.n)
		(void)munmap((void *)(uintptr_t)w->evidence.p, w->evidence.n);
	if (in->spool >= 0)
		(void)close(in->spool);
	free(w->buf);
	free(w->tmp);
	free(w->queue);
	free(w->span);
	free(in->source);
	free(in->link);
}

int analysis_run(const struct analysis_options *opt, struct sink *out,
		 struct analysis *a, struct err *err)
{
	struct work w = { .opt = opt, .jobs = opt->jobs ? opt->jobs : 1 };
	struct inputs in = { .spool = -1 };
	struct start s = { .w = &w };
	struct child child;
	int fd[2], r = -1, status = 0;

	if (w.jobs > ANALYSIS_MAX_JOBS)
		w.jobs = ANALYSIS_MAX_JOBS;
	memset(a, 0, sizeof(*a));
	arena_init(&a->arena, 0);
	if (inputs_read(opt, &a->arena, &in, err) < 0)
		goto release;
	a->input = in.input;
	a->ninput = opt->ninput;
	name_sources(a, &in);
	if (map_spool(&w, &in, err) < 0 || prepare(&w, &in, err) < 0)
		goto release;
	a->evidence = w.evidence;
	if (pipe2(fd, O_CLOEXEC) < 0) {
		r = err_sys(err, "pipe", NULL);
		goto release;
	}
	(void)fcntl(fd[1], F_SETPIPE_SZ, PIPE_BYTES); /* speed only */
	s.out = fd[1];
	if (child_start(&child, analyst_main, &s, err) < 0)
		goto close_pipe;
	(void)close(fd[1]);
	fd[1] = -1;
	r = feed_listen(fd[0], opt, out, a, err);
	if (r < 0)
		child_kill(&child);
	else
		(void)child_wait(&child, -1, &status);
close_pipe:
	(void)close(fd[0]);
	if (fd[1] >= 0)
		(void)close(fd[1]);
release:
	done_with(&w, &in);
	return r;
}

void analysis_free(struct analysis *a)
{
	arena_free(&a->arena);
}
