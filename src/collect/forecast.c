/*
 * forecast.c - work in seconds: an object costs what counting it cost and
 * more for its row, a file what opening took where it was tried, a
 * byte what one core and a usual disk take.  How much longer the bytes, and
 * the rest, have really taken so far tells how much longer what is left of
 * each will.
 */
#include "forecast.h"

#define LOOK_RATE 600e6 /* bytes a second: read and hashed */
#define COPY_RATE 200e6 /* read, hashed, compressed, written */
#define ROW_COST 2
#define FIRST_MAX_NS 1000000 /* of the first sample: what is read is cold */
#define PRIOR 0.03 /* of the work, for which it would take what is usual */

static double rest(double all, double done)
{
	return all > done ? all - done : 0;
}

/* How much longer than usual. */
static double pace(double all, double done, double s)
{
	double prior = all * PRIOR + 1e-9;

	return ((s > 0 ? s : 0) + prior) / (done + prior);
}

bool forecast_samples(uint64_t n)
{
	return n % (n < 8192 ? 16 : 128) == 0;
}

void forecast_sample(int64_t *usual_ns, int64_t took_ns)
{
	if (*usual_ns == 0)
		*usual_ns = took_ns < FIRST_MAX_NS ? took_ns : FIRST_MAX_NS;
	else if (took_ns > *usual_ns * 4)
		*usual_ns += *usual_ns * 3 / 8;
	else
		*usual_ns += (took_ns - *usual_ns) / 8;
}

void forecast_mark(struct forecast_marks *m, const struct forecast_work *w)
{
	if (m->step == 0)
		m->step = 256;
	if (w->objects / m->step <= m->n)
		return;
	if (m->n == FORECAST_MARKS) { /* half as many, twice as far apart */
		for (uint32_t i = 0; i < m->n / 2; i++)
			m->at[i] = m->at[2 * i + 1];
		m->n /= 2;
		m->step *= 2;
		return;
	}
	m->at[m->n++] = *w;
}

/*
 * What was expected among the first objects: the walk goes the way the
 * counting went.  What it really looked into may be less, or more.
 */
static struct forecast_work expected(const struct forecast *f, uint64_t objects)
{
	const struct forecast_marks *m = &f->marks;
	struct forecast_work from = { 0 }, to = f->walk, w;
	uint64_t i = m->step ? objects / m->step : 0;
	double part;

	if (i && m->n)
		from = m->at[i < m->n ? i - 1 : m->n - 1];
	if (i < m->n)
		to = m->at[i];
	if (objects >= to.objects)
		return to;
	part = (double)(objects - from.objects) /
	       (double)(to.objects - from.objects);
	w.objects = objects;
	w.open_ns = from.open_ns +
		    (int64_t)((double)(to.open_ns - from.open_ns) * part);
	w.bytes =
		from.bytes + (uint64_t)((double)(to.bytes - from.bytes) * part);
	return w;
}

/* Of what was expected, how much there really was. */
static double share(uint64_t real, uint64_t wanted)
{
	double s = wanted > 64000000 ? (double)real / (double)wanted : 1;

	return s < 0.1 ? 0.1 : s > 3 ? 3 : s;
}

struct cost { /* seconds on a usual host */
	double bytes, others;
};

static struct cost cost_of(const struct forecast *f,
			   const struct forecast_work *w)
{
	double each = (double)f->count_ns / 1e9 / (double)f->walk.objects;

	return (struct cost){ .bytes = (double)w->bytes / LOOK_RATE,
			      .others = (double)w->objects * each * ROW_COST +
					(double)w->open_ns / 1e9 };
}

static double walk_left(const struct forecast *f, const struct forecast_now *n)
{
	struct forecast_work then = expected(f, n->done.objects);
	struct cost all = cost_of(f, &f->walk), seen = cost_of(f, &then);
	double bytes = (double)n->done.bytes / LOOK_RATE;
	double s = (double)n->stage_ns / 1e9, b = (double)n->bytes_ns / 1e9;
	double real = share(n->done.bytes, then.bytes);

	return rest(all.bytes, seen.bytes) * real * pace(all.bytes, bytes, b) +
	       rest(all.others, seen.others) *
		       pace(all.others, seen.others, s - b) +
	       (double)f->copy / COPY_RATE * (real < 1 ? real : 1) *
		       pace(all.bytes + all.others, bytes + seen.others, s);
}

int64_t forecast_left(const struct forecast *f, const struct forecast_now *n)
{
	double copy = (double)f->copy / COPY_RATE, left = 0;
	double done = (double)n->done.bytes / COPY_RATE;
	struct cost walk;

	if (f->walk.objects == 0)
		return -1;
	walk = cost_of(f, &f->walk);
	switch (n->stage) {
	case FORECAST_BEFORE:
		left = rest((double)f->log / COPY_RATE, done) + walk.bytes +
		       walk.others + copy;
		break;
	case FORECAST_WALK:
		left = walk_left(f, n);
		break;
	case FORECAST_COPY:
		left = rest(copy, done) *
		       pace(copy, done, (double)n->stage_ns / 1e9);
		break;
	}
	return (int64_t)(left * 1e9);
}
