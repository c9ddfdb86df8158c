/*
 * collect/owned.h - which files packages own, read on the host only to
 * choose whose content is copied; analysis reads the databases again.
 *
 * The reader finds the files; what is in them is looked at by a process
 * without privileges (owned_parse.c), which gives back a table of hashes.
 */
#ifndef COLLECT_OWNED_H
#define COLLECT_OWNED_H

#include "run.h"

#include "../host/packages.h"

/*
 * The databases below the root; packages.systems tells of what there is.
 * What could not be read is a status line.
 */
void owned_read(struct probe_run *, struct arena *, struct packages *);

/* owned_parse.c: that process */
struct owned_parse;
#define OWNED_MAX_RPM 8
struct owned_rpm { /* a database, open */
	int fd;
	uint64_t size, dev, ino;
	char path[64];
};
/* NULL with errno. */
struct owned_parse *owned_parse_start(const struct owned_rpm *, size_t n);
/* One file of a database. */
void owned_parse_file(struct owned_parse *, struct str path, struct str text);
/*
 * Waits for its answer, ticking.  0, or the errno of what went wrong: EBADMSG
 * where a database is damaged and the rest of it was read.
 */
int owned_parse_end(struct probe_run *, struct owned_parse *,
		    struct packages *);

#endif
