/*
 * collect/tracing.h - lines of the kernel's tracing files.
 */
#ifndef COLLECT_TRACING_H
#define COLLECT_TRACING_H

#include "../util/str.h"

struct trace_hook {
	struct str target;   /* function, or path:offset */
	struct str module;   /* of the function; empty: the kernel itself */
	struct str callback; /* what is called instead or before */
	char flag[8];        /* R I D O M: single letters, NUL-ended */
};

/* A line of enabled_functions; false when it is none.  Pure. */
bool trace_function(struct str line, struct trace_hook *);
/* "p:group/name target …" of kprobe_events and uprobe_events. */
bool trace_event(struct str line, struct trace_hook *);
/* "ffffffff…  k  do_sys_open+0x0    [FTRACE]" of kprobes/list. */
bool trace_kprobe(struct str line, struct trace_hook *);

#endif
