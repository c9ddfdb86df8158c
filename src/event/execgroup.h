/*
 * execgroup.h - what groups the records that several sources keep of one
 * execution: its second and its command line, runs of blanks as one.
 */
#ifndef EVENT_EXECGROUP_H
#define EVENT_EXECGROUP_H

#include "../util/arena.h"

/* 16 hex digits, in the arena. */
struct str exec_group(int64_t ts_ns, struct str command, struct arena *);

#endif
