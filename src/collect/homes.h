/*
 * collect/homes.h - home directories: of passwd, and what lies in /home.
 */
#ifndef COLLECT_HOMES_H
#define COLLECT_HOMES_H

#include "run.h"

#define HOMES_MAX 16384u

struct homes {
	struct str *home; /* distinct, absolute, no trailing `/' */
	size_t n, cap;
	uint64_t ncut; /* beyond HOMES_MAX */
	struct map known;
	struct arena arena;
};

void homes_read(struct probe_run *, struct homes *);
void homes_free(struct homes *);

#endif
