/*
 * case/hook.h - the judgement behind collect/hook.h: a process that compiles
 * the rules and matches them, started before the collection, without
 * privileges, descriptors or files.  It is given rows and the bytes of files
 * over one socket, and answers with pids and names.
 */
#ifndef CASE_HOOK_H
#define CASE_HOOK_H

#include "../collect/hook.h"
#include "../detect/detect.h"

struct hook_options {
	const struct rule_file *rule;
	size_t nrule;
	bool scan; /* contents: there are YARA rules or indicators */
	bool ioc;  /* rows of the walk, too */
};

/* Before threads and before collect_run; NULL with err. */
struct collect_hook *hook_start(const struct hook_options *, struct err *);
void hook_stop(struct collect_hook *);

/* ---- within ---- */

#define HOOK_PIECE 61440u /* bytes of one message */

enum hook_type {
	HOOK_ROWS = 'R',   /* u8 n, member, lines */
	HOOK_MEMORY = 'M', /* -> HOOK_PROCS … HOOK_OVER */
	HOOK_BEGIN = 'B',  /* path of a file */
	HOOK_DATA = 'D',
	HOOK_END = 'E',   /* -> HOOK_HIT … HOOK_OVER */
	HOOK_SEEN = 'S',  /* -> HOOK_HIT … HOOK_OVER */
	HOOK_PROCS = 'p', /* struct hook_proc … */
	HOOK_HIT = 'h',   /* u32 pid, then five strings: u16 n, bytes */
	HOOK_OVER = 'o',
};

struct hook_head { /* of each message; an answer has the question's id */
	uint32_t type, pad;
	uint64_t id;
};

/* The judging process' whole life. */
int hook_judge(int fd, const struct hook_options *);

#endif
