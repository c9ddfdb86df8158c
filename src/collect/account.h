/*
 * collect/account.h - what each live source and each path rule gave: for
 * scripts that compare runs (--summary).
 */
#ifndef COLLECT_ACCOUNT_H
#define COLLECT_ACCOUNT_H

#include "scene.h"
#include "status.h"

/* One for each source and rule of this run, nothing told yet. */
void account_open(struct collect_result *, const struct scene *);
/* A line of the status, if it is about one of them as a whole. */
void account_line(struct collect_result *, const struct status_line *);

#endif
