/*
 * collect/programs.h - the job that copies the programs the walk named:
 * those that no package accounts for.
 */
#ifndef COLLECT_PROGRAMS_H
#define COLLECT_PROGRAMS_H

#include "reader.h"

extern const struct job job_programs;

/* Newest change first; in the collector, before the job. */
void programs_sort(struct scene *);

/* Bytes that are still to be copied, as far as the walk knows. */
uint64_t programs_bytes(const struct scene *);
/* Bytes of programs that a run copies at most. */
uint64_t programs_most(const struct collect_options *);

#endif
