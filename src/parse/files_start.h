/*
 * files_start.h - rows of the walk that lie where things start by themselves.
 */
#ifndef PARSE_FILES_START_H
#define PARSE_FILES_START_H

#include "../host/starts.h"
#include "files_row.h"

/*
 * Emits the autorun that a row is: every program of such a place, text or
 * not, and definitions whose content was not collected.
 */
enum outcome files_start(struct parse *, struct start_walk *,
			 const struct file_row *, const struct stream_row *);

#endif
