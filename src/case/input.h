/*
 * case/input.h - inside case/: what the inputs hold.
 */
#ifndef CASE_INPUT_H
#define CASE_INPUT_H

#include "work.h"

struct inputs {
	struct work_source
		*source; /* by (input, member): the index is the id */
	size_t nsource, cap;
	struct work_link *link;
	size_t nlink, caplink;
	struct analysis_input *input;
	size_t nhost;
	int spool;
	uint64_t spool_size;
};

int inputs_read(const struct analysis_options *, struct arena *,
		struct inputs *, struct err *);

/* parts.c: files in numbered parts become one source each. */
int inputs_join_parts(struct inputs *, struct err *);

#endif
