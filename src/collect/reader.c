/*
 * reader.c - one reader at a time, watched.
 *
 * The clock runs only while the pipe is empty: a collector that is busy
 * compressing never takes its own slowness for a stuck reader.
 */
#define _GNU_SOURCE
#include "reader.h"
#include "mounts.h"

#include "../util/child.h"
#include "../util/timefmt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define IN_BUF (LANE_OUT * 2)
#define POLL_MS 50
#define MAX_STUCK_JOB 64  /* readers lost in one job before it is given up */
#define MAX_STUCK_RUN 256 /* in all */
#define LATER_DEADLINE_NS NS_PER_S      /* once a job got stuck */
#define DISK_PATIENCE 4                 /* times the deadline, the first time */
#define REST_DEADLINE_NS (NS_PER_S / 2) /* once it did so often */

struct start {
	struct crew *crew;
	const struct job *job;
	struct lane *lane;
	int fd[2];
	bool resumed;
	uint64_t resume_after;
};

bool scene_dead(const struct scene *sc, uint64_t dev)
{
	for (size_t i = 0; i < sc->ndead; i++)
		if (sc->dead[i] == dev)
			return true;
	return false;
}

/* The terminal's ^C is for the collector; stdout must not stay open in a
 * reader that never ends, or a pipe's other side waits for it. */
static void settle(struct crew *c, int in_fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGPIPE, SIG_DFL);
	for (int fd = 0; fd < 3; fd++) {
		if (null >= 0)
			(void)dup2(null, fd);
		else
			(void)close(fd);
	}
	if (c->out_fd > 2)
		(void)close(c->out_fd);
	(void)close(in_fd);
}

static int reader_main(void *arg)
{
	struct start *s = arg;
	const struct job *j = s->job;
	struct scene *sc = s->crew->scene;
	struct rlimit lim;
	struct probe_run r = {
		.env = &sc->env,
		.scene = sc,
		.lane = s->lane,
		.out = s->fd[1],
		.name = j->name,
		.core = j->core,
		.resumed = s->resumed,
		.resume_after = s->resume_after,
		.began_ns = sys_boottime_ns(),
	};

	settle(s->crew, s->fd[0]);
	if (getrlimit(RLIMIT_NOFILE, &lim) == 0) {
		lim.rlim_cur = lim.rlim_max; /* the walk keeps a chain open */
		(void)setrlimit(RLIMIT_NOFILE, &lim);
	}
	if (sc->namespaced && mounts_enter_namespace(sc) < 0)
		run_status(&r, "mounts", NULL,
			   STR("no namespace of our own: access times of "
			       "links and directories may change"),
			   PROBE_FAILED, errno, 0, 0, 0);
	r.extent = xmalloc(LANE_MAX_EXTENTS * sizeof(*r.extent));
	if (j->probe)
		j->probe->run(&r);
	else
		j->run(&r);
	run_done(&r);
	return 0;
}

/* The stages of a run as the forecast sees them. */
static struct forecast_now where_we_are(const struct crew *c,
					const struct job *j,
					const struct lane *l)
{
	struct forecast_now n = {
		.stage = c->walked ? FORECAST_COPY : FORECAST_BEFORE,
		.stage_ns = sys_boottime_ns() - c->job_ns,
		.done.bytes = writer_bytes_in(c->in->w) - c->job_bytes,
	};

	if (j->measure) {
		n.stage = FORECAST_WALK;
		j->measure(l, &n);
	}
	return n;
}

static void progress(struct crew *c, const struct job *j, const struct lane *l)
{
	const struct collect_options *o = c->scene->opt;
	struct collect_progress p;
	struct forecast_now at;
	int64_t now = sys_boottime_ns();

	if (!o->progress || now - c->drawn_ns < NS_PER_S / 10)
		return;
	c->drawn_ns = now;
	at = where_we_are(c, j, l);
	p = (struct collect_progress){
		.stage = j->name,
		.items = c->in->nobject,
		.bytes_in = writer_bytes_in(c->in->w),
		.bytes_out = writer_bytes_out(c->in->w),
		.passed_ns = now - c->begun_ns,
		.left_ns = forecast_left(&c->scene->forecast, &at),
	};
	o->progress(o->arg, &p);
}

/* Everything whole in the buffer; false when it makes no sense. */
static bool digest(struct crew *c)
{
	struct frame_reader r = { c->buf, c->nbuf };
	struct frame f;
	struct str payload;

	while (frame_next(&r, &f, &payload))
		if (!intake_frame(c->in, &f, payload))
			return false;
	memmove(c->buf, r.p, r.n);
	c->nbuf = r.n;
	return c->nbuf < IN_BUF;
}

enum pump { PUMP_DONE, PUMP_LOST, PUMP_STUCK, PUMP_STOP };

/* Is it time to stop?  An open member may still be finished. */
static bool stopping(struct crew *c)
{
	int64_t late = c->end_ns ? sys_boottime_ns() - c->end_ns : 0;

	if (c->signals && *c->signals)
		c->stop = true;
	else if (!budget_room(c->budget))
		c->stop = true;
	else if (late > 0)
		c->stop = c->late = true;
	/* a member that trickles in is cut in the end */
	return c->stop && (!c->in->open || late > c->deadline_ns);
}

/*
 * How long this reader may be silent.  Idle I/O on a busy disk waits for
 * seconds (mq-deadline: ten): a block device gets more patience than a
 * server or a daemon, which has no excuse.
 */
static int64_t patience(const struct crew *c, const struct lane *l,
			unsigned lost)
{
	int64_t limit = lost < 4 ? LATER_DEADLINE_NS : REST_DEADLINE_NS;
	bool disk = !c->strict && l->dev >> 32 != 0;

	if (lost == 0 || limit > c->deadline_ns)
		limit = c->deadline_ns;
	if (disk)
		return lost == 0 ? limit * DISK_PATIENCE : c->deadline_ns;
	return limit;
}

static bool stuck(struct crew *c, struct lane *l, uint64_t *tick, unsigned lost)
{
	uint64_t now_tick = atomic_load(&l->tick);
	int64_t now = sys_boottime_ns(), silent;

	if (now_tick != *tick) {
		*tick = now_tick;
		c->since_ns = now;
		return false;
	}
	silent = now - c->since_ns;
	if (!c->urged && silent > c->deadline_ns / 4) {
		(void)sys_lowest_io(c->reader); /* what it asks from now on */
		c->urged = true;
	}
	return silent >= patience(c, l, lost);
}

static enum pump pump(struct crew *c, const struct job *j, struct lane *l,
		      int fd, unsigned lost)
{
	uint64_t tick = atomic_load(&l->tick);

	c->since_ns = sys_boottime_ns();
	c->nbuf = 0;
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int ready = poll(&p, 1, POLL_MS);
		ssize_t n;

		progress(c, j, l);
		if (stopping(c))
			return PUMP_STOP;
		if (ready <= 0) {
			if (stuck(c, l, &tick, lost))
				return PUMP_STUCK;
			continue;
		}
		n = read(fd, c->buf + c->nbuf, IN_BUF - c->nbuf);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return PUMP_LOST;
		c->nbuf += (size_t)n;
		c->since_ns = sys_boottime_ns();
		if (!digest(c))
			return c->in->failed ? PUMP_STOP : PUMP_LOST;
		if (c->in->done)
			return PUMP_DONE;
	}
}

/* What the reader had read but not sent. */
static void salvage(struct crew *c, struct lane *l)
{
	if (l->sending || l->nout > LANE_OUT)
		return;
	memcpy(c->buf, l->out, l->nout);
	c->nbuf = l->nout;
	(void)digest(c); /* a malformed rest is a reader that crashed */
}

static void give_up_fs(struct scene *sc, uint64_t dev)
{
	const struct mount *root = mounts_of(&sc->mounts, STR("/"));

	/* the root file system stays: a bad sector is not a dead server */
	if (dev == 0 || sc->ndead == SCENE_MAX_DEAD || scene_dead(sc, dev) ||
	    (root && dev == scene_dev(root->major, root->minor)))
		return;
	sc->dead[sc->ndead++] = dev;
}

static void note_lost(struct crew *c, const struct job *j, struct lane *l,
		      enum pump how)
{
	struct buf scratch = { 0 };
	struct str what =
		j->where ? j->where(l, &scratch)
			 : str_mem(l->what,
				   l->nwhat < LANE_WHAT ? l->nwhat : LANE_WHAT);
	bool slow = how == PUMP_STUCK;

	intake_status(c->in, j->name, j->core, what,
		      slow ? PROBE_TIMEOUT : PROBE_FAILED,
		      slow ? ETIMEDOUT : EIO, 0, 0, 0);
	if (what.n)
		(void)map_put(&c->scene->done, what, NULL);
	if (slow)
		give_up_fs(c->scene, l->dev);
	c->nstuck++;
	buf_free(&scratch);
}

/* One reader from start to its end; its lane is left to the caller. */
static enum pump one_reader(struct crew *c, struct start *s, unsigned lost)
{
	struct child child;
	enum pump how;
	int status;

	if (pipe2(s->fd, O_CLOEXEC) < 0) {
		(void)err_sys(&c->in->err, "cannot make a pipe", NULL);
		c->in->failed = true;
		return PUMP_STOP;
	}
	(void)fcntl(s->fd[1], F_SETPIPE_SZ, LANE_OUT); /* smaller works too */
	if (child_start(&child, reader_main, s, &c->in->err) < 0) {
		c->in->failed = true;
		(void)close(s->fd[0]);
		(void)close(s->fd[1]);
		return PUMP_STOP;
	}
	(void)close(s->fd[1]);
	c->reader = (int)child.pid;
	c->urged = false;
	how = pump(c, s->job, s->lane, s->fd[0], lost);
	if (how == PUMP_DONE)
		(void)child_wait(&child, 1000, &status);
	if (how != PUMP_DONE)
		child_kill(&child);
	if (how == PUMP_LOST || how == PUMP_STUCK)
		salvage(c, s->lane);
	(void)close(s->fd[0]);
	return c->in->done ? PUMP_DONE : how;
}

static struct lane *next_lane(const struct job *j, struct lane *old)
{
	struct lane *l = lane_new(j->nstate);

	if (!l)
		return NULL;
	if (old && j->resume && !j->resume(old, l)) {
		lane_free(l);
		l = NULL;
	}
	lane_free(old);
	return l;
}

bool crew_run(struct crew *c, const struct job *j)
{
	struct start s = { .crew = c, .job = j };
	enum pump how = PUMP_STOP;

	if (c->stop || c->in->failed)
		return !c->in->failed;
	if (!c->buf)
		c->buf = xmalloc(IN_BUF);
	c->in->done = false;
	c->in->nobject = 0;
	c->job_ns = sys_boottime_ns();
	c->job_bytes = writer_bytes_in(c->in->w);
	s.lane = next_lane(j, NULL);
	for (unsigned lost = 0; s.lane; lost++) {
		how = one_reader(c, &s, lost);
		(void)intake_cut(c->in);
		if (how == PUMP_DONE || how == PUMP_STOP)
			break;
		note_lost(c, j, s.lane, how);
		if (lost >= MAX_STUCK_JOB || c->nstuck >= MAX_STUCK_RUN ||
		    (!j->resume && s.lane->nwhat == 0))
			break;
		s.resumed = true;
		s.resume_after = s.lane->key;
		s.lane = next_lane(j, s.lane);
	}
	if (how == PUMP_DONE && j->done)
		j->done(s.lane, c->scene);
	c->walked |= j->measure != NULL;
	lane_free(s.lane);
	c->cut |= how != PUMP_DONE;
	if (how != PUMP_DONE)
		intake_status(c->in, j->name, j->core, STR("given up"),
			      c->stop ? PROBE_TRUNCATED : PROBE_FAILED, 0, 0, 0,
			      0);
	if (c->in->failed)
		c->stop = true;
	return !c->in->failed && intake_flush(c->in); /* err keeps the cause */
}

void crew_free(struct crew *c)
{
	free(c->buf);
}
