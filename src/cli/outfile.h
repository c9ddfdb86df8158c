/* cli/outfile.h - files that scripts read: whole or not there. */
#ifndef CLI_OUTFILE_H
#define CLI_OUTFILE_H

#include <stddef.h>

#include "../util/err.h"

/*
 * Writes n bytes under `path': as path.partial, mode 0600, renamed when they
 * are all there; into what is no plain file (a pipe, a terminal) directly.
 * 0, or -1 with err; an older file of that name is then as it was.
 */
int outfile_write(const char *path, const void *p, size_t n, struct err *err);

/*
 * Before the work: can `path' be written to?  Leaves nothing, and an older
 * file as it was.  0, or -1 with err.
 */
int outfile_check(const char *path, struct err *err);

#endif
