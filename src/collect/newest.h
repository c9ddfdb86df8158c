/* collect/newest.h - the names in a directory, those changed last first. */
#ifndef COLLECT_NEWEST_H
#define COLLECT_NEWEST_H

#include "run.h"

#define NEWEST_MAX 65536u /* names that are put in order */

struct newest {
	struct buf names; /* each NUL-ended */
	struct newest_name {
		int64_t mtime_ns;
		uint32_t at; /* in names */
	} * name;
	size_t n, cap;
};

/*
 * Lists fd; -1 with errno when that fails (what came before stays).  More
 * than NEWEST_MAX names: the rest as the directory has them.
 */
int newest_list(struct probe_run *, int fd, struct newest *);
void newest_free(struct newest *);

#endif
