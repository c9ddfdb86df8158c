/* case/partial.h - a file that is being written, and what killed runs left. */
#ifndef CASE_PARTIAL_H
#define CASE_PARTIAL_H

#include "../util/err.h"

/*
 * Makes `path', 0600, and holds a lock on it until the descriptor is closed.
 * One that nobody holds is of a run that was killed: it is replaced.  -1 with
 * err; a run that is under way keeps its file.
 */
int partial_open(const char *path, struct err *err);
/* All of it is on the disk, and has its name. */
int partial_finish(int fd, const char *partial, const char *path,
		   struct err *err);

#endif
