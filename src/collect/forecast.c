/*
 * forecast.c - work in seconds of a usual host: an object costs what counting
 * it cost and half as much again for its row, a byte what a usual disk and one
 * core take.  How much longer the work done so far has really taken tells how
 * much longer the rest will.
 */
#include "forecast.h"

#define LOOK_RATE 300e6 /* bytes a second: read and hashed */
#define COPY_RATE 120e6 /* read, hashed, compressed, written */
#define ROW_COST 1.5
#define ENOUGH 0.03 /* of a stage's work, before its pace is believed */

static double rest(double all, double done)
{
	return all > done ? all - done : 0;
}

static double pace(double all, double done, double s)
{
	return done > all * ENOUGH && done > 0 ? s / done : 1;
}

void forecast_mark(struct forecast_marks *m, uint64_t objects, uint64_t bytes)
{
	if (m->step == 0)
		m->step = 256;
	if (objects / m->step <= m->n)
		return;
	if (m->n == FORECAST_MARKS) { /* half as many, twice as far apart */
		for (uint32_t i = 0; i < m->n / 2; i++)
			m->bytes[i] = m->bytes[2 * i + 1];
		m->n /= 2;
		m->step *= 2;
		return;
	}
	m->bytes[m->n++] = bytes;
}

/*
 * Bytes that were expected among the first objects: the walk goes the way the
 * counting went.  What it really looked into may be less.
 */
static double expected(const struct forecast *f, uint64_t objects)
{
	const struct forecast_marks *m = &f->marks;
	uint64_t i = m->step ? objects / m->step : 0;
	double at, next, part;

	if (m->n == 0)
		return (double)f->look * (double)objects / (double)f->objects;
	if (i >= m->n)
		return (double)f->look;
	at = i ? (double)m->bytes[i - 1] : 0;
	next = (double)m->bytes[i];
	part = (double)(objects % m->step) / (double)m->step;
	return at + (next - at) * part;
}

/* Of what was expected, how much there really was. */
static double share(double real, double wanted)
{
	return wanted > 64e6 && real < wanted ? real / wanted : 1;
}

int64_t forecast_left(const struct forecast *f, const struct forecast_now *n)
{
	double each, walk, s = (double)n->stage_ns / 1e9;
	double copy = (double)f->copy / COPY_RATE;
	double log = (double)f->log / COPY_RATE;
	double done = 0, left = 0, look;

	if (f->objects == 0)
		return -1;
	each = (double)f->count_ns / 1e9 / (double)f->objects * ROW_COST;
	walk = (double)f->objects * each + (double)f->look / LOOK_RATE;
	switch (n->stage) {
	case FORECAST_BEFORE:
		left = rest(log, (double)n->bytes / COPY_RATE) + walk + copy;
		break;
	case FORECAST_WALK:
		look = expected(f, n->objects);
		done = (double)n->objects * each + look / LOOK_RATE;
		left = rest(walk, done) * pace(walk, done, s);
		/* what was really done tells how slow the host is */
		done = (double)n->objects * each + (double)n->bytes / LOOK_RATE;
		left += copy * share((double)n->bytes, look) *
			pace(walk, done, s);
		break;
	case FORECAST_COPY:
		done = (double)n->bytes / COPY_RATE;
		left = rest(copy, done) * pace(copy, done, s);
		break;
	}
	return (int64_t)(left * 1e9);
}
