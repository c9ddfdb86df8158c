/*
 * parse/atjob.h - a job of at(1): whose, when, and which lines are at's own.
 */
#ifndef PARSE_ATJOB_H
#define PARSE_ATJOB_H

#include "parser.h"

/* "once TIME" (UTC), of the name; empty: the name says none. */
struct str atjob_when(const struct parse *);
/* By the header, else the owner: a name, or a number nobody has. */
struct str atjob_user(const struct parse *);
/* Is this line of the frame that at writes around each job? */
bool atjob_frame(struct str line);

#endif
