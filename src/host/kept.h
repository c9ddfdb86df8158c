/*
 * host/kept.h - rows of the walk that are kept: what starts by itself, and
 * the links that enable it.
 */
#ifndef HOST_KEPT_H
#define HOST_KEPT_H

#include "context.h"
#include "starts.h"

struct kept {
	int64_t mtime_ns, ctime_ns, btime_ns; /* INT64_MIN: not known */
	uint32_t mode, uid, gid;
	char type;       /* f, l, d … as in the row */
	bool collected;  /* its content is there, too */
	struct str link; /* where it points; empty: it is none */
};

/* A row of state/files; only those of host/starts.h are kept. */
void kept_row(struct context *, struct start_walk *, struct str path,
	      struct str line, struct arena *scratch);
/* A link of an input that has no walk. */
void kept_link(struct context *, struct str path, struct str to);
/* The content of this path is among the sources; after the last row. */
void kept_collected(struct context *, struct str path);
/* Indexes the links. */
void kept_finish(struct context *);
void kept_free(struct context *);

/* NULL when it is not known. */
const struct kept *ctx_kept(const struct context *, struct str path);
/* Where a link at `path' leads, `.' and `..' resolved. */
struct str link_target(struct arena *, struct str path, struct str link);
/* Do links to be looked at exist at all?  (Else nothing is known.) */
bool ctx_links(const struct context *);
/* Is this script of init.d started by a link of rc?.d? */
enum start_state ctx_rc_link(const struct context *, struct str path);
/* "s": the system's manager; "u": every user's; else a home directory. */
struct str unit_scope(const struct context *, struct str path);
/* systemd.unit(5): of several units of a name, the lowest rank is read. */
unsigned unit_rank(struct str path);
/*
 * Is this unit started?  name: of the unit, path: where it (or its drop-in)
 * stands, installs: it has an [Install] that says by whom it is wanted.
 */
enum start_state ctx_unit_enabled(const struct context *, struct str path,
				  struct str name, bool installs,
				  struct arena *scratch);

#endif
