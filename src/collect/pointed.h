/*
 * collect/pointed.h - absolute paths among the words of an autorun's text:
 * what it starts may lack an execute bit and any telling name.  Words, not
 * grammar: what a file means is decided in analysis.
 */
#ifndef COLLECT_POINTED_H
#define COLLECT_POINTED_H

#include "run.h"

#define POINTED_TEXT (256u << 10) /* of one file that is searched */
#define POINTED_WORDS 512u        /* of one file */

/* Regular files below the root that the words name go to the collector. */
void pointed_read(struct probe_run *, int fd, uint64_t size);
/* The next absolute path in *rest, cut off it; empty at the end. */
struct str pointed_next(struct str *rest);

#endif
