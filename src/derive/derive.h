/*
 * derive/derive.h - facts that need more than one record.  Two places:
 * enrich() in the workers (joins with the read-only context), and the
 * ordered pass (what depends on what came before).
 */
#ifndef DERIVE_DERIVE_H
#define DERIVE_DERIVE_H

#include "../event/event.h"
#include "../event/source.h"
#include "../host/context.h"
#include "../util/arena.h"

/*
 * Adds to an event what the host's other evidence says: process ancestors,
 * the sockets of a process and the process of a socket, owner package of
 * files, executables and autorun targets, account of a uid.  Strings that
 * are made here go to `scratch'.
 */
void enrich(struct event *, const struct source *, const struct context *,
	    struct arena *scratch);

/* Login sessions: start to end, across utmp and logs; bounded. */
struct sessions;
struct sessions *sessions_new(void);
/* The host (index of its context) of the events that follow; 0 at first. */
void sessions_host(struct sessions *, uint32_t host);
/* In time order; adds konseki.session.id, event.duration at the logout. */
void sessions_event(struct sessions *, struct event *, struct arena *scratch);
void sessions_free(struct sessions *);

#endif
