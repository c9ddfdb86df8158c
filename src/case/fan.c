/* case/fan.c - one stream to several sinks. */
#include "judgement.h"

#include <assert.h>

static struct fan *of(struct sink *s)
{
	return (struct fan *)(void *)s;
}

static int take_event(struct sink *s, struct event *e)
{
	struct fan *f = of(s);

	for (size_t i = 0; i < f->n; i++)
		if (sink_event(f->to[i], e) < 0)
			return -1;
	return 0;
}

static int take_finding(struct sink *s, const struct finding *x)
{
	struct fan *f = of(s);

	for (size_t i = 0; i < f->n; i++)
		if (sink_finding(f->to[i], x) < 0)
			return -1;
	return 0;
}

static void take_note(struct sink *s, const struct note *n)
{
	struct fan *f = of(s);

	for (size_t i = 0; i < f->n; i++)
		sink_note(f->to[i], n);
}

static int take_end(struct sink *s)
{
	struct fan *f = of(s);

	for (size_t i = 0; i < f->n; i++)
		if (sink_end(f->to[i]) < 0)
			return -1;
	return 0;
}

static const struct sink_ops ops = { take_event, take_finding, take_note,
				     take_end };

void fan_init(struct fan *f)
{
	*f = (struct fan){ .sink = { &ops } };
}

void fan_add(struct fan *f, struct sink *s)
{
	assert(f->n < FAN_MAX);
	f->to[f->n++] = s;
}
