/*
 * join.h - the joins behind enrich(): each adds facts to an event from the
 * host's context.  Strings they make go to scratch.
 */
#ifndef DERIVE_JOIN_H
#define DERIVE_JOIN_H

#include "../event/event.h"
#include "../event/source.h"
#include "../host/context.h"
#include "../util/arena.h"

struct join {
	struct event *ev;
	const struct source *src;
	const struct context *ctx;
	struct arena *scratch;
	const struct proc *self; /* process.pid of a state, or NULL */
};

/* The value of a number field; false when there is none. */
bool join_u64(const struct event *, unsigned key, uint64_t *out);
bool join_bool(const struct event *, unsigned key);
/* packages_state of a path, by the digests that the event has */
enum package_state join_package_state(const struct join *, struct str path,
				      const struct package **);
/* Its first address that is neither loopback nor unspecified counts. */
bool ip_external(const unsigned char ip[16]);
bool ip_unspecified(const unsigned char ip[16]);

void join_user(struct join *);      /* user.id -> user.name */
void join_self(struct join *);      /* finds j->self */
void join_proctree(struct join *);  /* parents */
void join_procfacts(struct join *); /* what the row itself implies */
void join_container(struct join *); /* cgroup -> container.id */
void join_private(struct join *);
void join_socket_container(struct join *);
void join_state_container(struct join *);
void join_root(struct join *); /* of evidence from another root */
void join_process_sockets(struct join *);
void join_socket_process(struct join *);
void join_pid_process(struct join *); /* process.pid -> its name, program */
void join_process_package(struct join *);
void join_file_package(struct join *);
void join_autorun(struct join *);
void join_exec(struct join *);
void join_responder(struct join *);

#endif
