/*
 * collect/hook.h - where collect needs a judgement: what the rules say of
 * what it has read.  case/ hands it the functions (case/hook.h); behind them
 * is a process without privileges that was started before the first read and
 * knows nothing but what it is given here.  Without one nothing is judged.
 */
#ifndef COLLECT_HOOK_H
#define COLLECT_HOOK_H

#include "../util/err.h"
#include "../util/str.h"

#define HOOK_MAX_PROCS 65536u
#define HOOK_MAX_SCAN (32u << 20) /* bytes of one file that are scanned */
#define HOOK_TEXT 1024u           /* of what is said of a hit */

struct hook_proc {
	uint32_t pid;
	int64_t start_ns;
};

struct hook_hit { /* what a file, a process or a socket was found to be */
	struct str kind; /* yara, ioc; invalid: a rule that is wrong */
	struct str rule_id, rule_name, why;
	struct str path; /* of a file; empty: none */
	uint32_t pid;    /* 0: no process */
};

/* Called while the other side thinks: it may take longer than a read. */
struct hook_wait {
	void (*alive)(void *arg);
	void *arg;
};

struct collect_hook {
	void *arg;
	bool scans; /* there is something to look for in files */
	bool files; /* rows of the walk are wanted, too */
	/* collector: rows of one member, as they are written */
	void (*rows)(void *arg, struct str member, struct str lines);
	/*
	 * Readers, one at a time.  -1 with err: no answer, and none will
	 * come any more.
	 */
	/* processes whose memory a rule asks for, at most max; how many */
	int (*memory)(void *arg, const struct hook_wait *,
		      struct hook_proc *out, size_t max, struct err *);
	/* a file in pieces, then what it is */
	int (*begin)(void *arg, struct str path, struct err *);
	int (*data)(void *arg, struct str piece, struct err *);
	int (*end)(void *arg, const struct hook_wait *,
		   void (*hit)(void *, const struct hook_hit *), void *hit_arg,
		   struct err *);
	/* what the rows so far have shown */
	int (*seen)(void *arg, const struct hook_wait *,
		    void (*hit)(void *, const struct hook_hit *), void *hit_arg,
		    struct err *);
};

#endif
