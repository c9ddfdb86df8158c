/*
 * host/build.h - fills a context from the members of one host's evidence:
 * context_init, context_take for every member that context_wants (in a fixed
 * order: the same context comes out), context_finish.
 */
#ifndef HOST_BUILD_H
#define HOST_BUILD_H

#include "context.h"

void context_init(struct context *);
/* member: in the input; path: on the host (empty for konseki's own) */
bool context_wants(struct str member, struct str path);
/* data is borrowed: for the call, of package databases until the finish */
void context_take(struct context *, struct str member, struct str path,
		  struct str data);
/*
 * The context of another root of this host, made when it is new; NULL past a
 * cap.  It takes members of its own and is finished after its host.
 */
struct context *context_root(struct context *host, uint64_t mnt_ns);
/* root.c: what it has from its host, whose own is finished. */
void root_finish(struct context *);
/* Sorts, indexes, host id, zone (UTC when unknown), responder pids. */
void context_finish(struct context *);
void context_free(struct context *);

/* proctab.c: rows of live/processes and live/sockets */
void proctab_processes(struct context *, struct str jsonl);
void proctab_sockets(struct context *, struct str jsonl);
void proctab_finish(struct context *);
void modtab_take(struct context *, struct str path, struct str jsonl);
/* container_disk.c: files of container_file() */
void containers_take(struct context *, struct str path, struct str data);
void containers_finish(struct context *);
void containers_free(struct context *);
/* filetab.c: rows of state/files */
void proctab_files(struct context *, struct str jsonl);
/*
 * state/roots: programs on file systems that the host has mounted nowhere, in
 * the contexts of those roots
 */
void proctab_roots(struct context *, struct str jsonl);
/* status: did the walk come to its end? */
void proctab_status(struct context *, struct str jsonl);

#endif
