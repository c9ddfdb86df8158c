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

int64_t forecast_left(const struct forecast *f, const struct forecast_now *n)
{
	double each, walk, s = (double)n->stage_ns / 1e9;
	double copy = (double)f->copy / COPY_RATE;
	double log = (double)f->log / COPY_RATE;
	double done = 0, left = 0;

	if (f->objects == 0)
		return -1;
	each = (double)f->count_ns / 1e9 / (double)f->objects * ROW_COST;
	walk = (double)f->objects * each + (double)f->look / LOOK_RATE;
	switch (n->stage) {
	case FORECAST_BEFORE:
		left = rest(log, (double)n->bytes / COPY_RATE) + walk + copy;
		break;
	case FORECAST_WALK:
		done = (double)n->objects * each + (double)n->bytes / LOOK_RATE;
		left = (rest(walk, done) + copy) * pace(walk, done, s);
		break;
	case FORECAST_COPY:
		done = (double)n->bytes / COPY_RATE;
		left = rest(copy, done) * pace(copy, done, s);
		break;
	}
	return (int64_t)(left * 1e9);
}
