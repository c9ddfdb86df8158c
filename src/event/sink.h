/*
 * sink.h - every consumer of what is found: store, deriver, detector,
 * writer, counter.  Arguments are borrowed for the call.  0, or -1 when the
 * sink cannot go on (it keeps why).
 */
#ifndef EVENT_SINK_H
#define EVENT_SINK_H

#include "event.h"
#include "finding.h"
#include "note.h"

struct sink;
struct sink_ops {
	int (*event)(struct sink *, struct event *); /* may be added to */
	int (*finding)(struct sink *, const struct finding *);
	void (*note)(struct sink *, const struct note *);
	int (*end)(struct sink *);
};
struct sink {
	const struct sink_ops *ops;
};

static inline int sink_event(struct sink *s, struct event *e)
{
	return s->ops->event(s, e);
}
static inline int sink_finding(struct sink *s, const struct finding *f)
{
	return s->ops->finding ? s->ops->finding(s, f) : 0;
}
static inline void sink_note(struct sink *s, const struct note *n)
{
	if (s->ops->note)
		s->ops->note(s, n);
}
static inline int sink_end(struct sink *s)
{
	return s->ops->end ? s->ops->end(s) : 0;
}

#endif
