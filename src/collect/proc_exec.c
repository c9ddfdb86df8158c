/*
 * proc_exec.c - did a process go through execve(2) while it was being read?
 * Its stat tells: the name, where its code and its arguments begin, and that
 * it has not executed anything since it was born (a helper of the kernel
 * bears the name of its worker until then).
 *
 * Between the new memory and the new name execve(2) may sleep: a process that
 * has an executable and no code yet is in the middle of it.
 */
#include "proc.h"

#include <time.h>

#define PF_FORKNOEXEC 0x00000040u
#define PAUSE_NS 5000000 /* it has to get on with it */

static bool same_program(const struct proc_stat *a, const struct proc_stat *b)
{
	return str_eq(a->comm, b->comm) && a->start_code == b->start_code &&
	       a->arg_start == b->arg_start &&
	       (a->flags & PF_FORKNOEXEC) == (b->flags & PF_FORKNOEXEC);
}

bool proc_execed(struct proc *p)
{
	struct timespec pause = { 0, PAUSE_NS };
	struct buf text = { 0 };
	struct proc_stat now;
	bool halfway;

	if (p->led || live_read(p->dir, "stat", PROC_TEXT_MAX, &text) < 0 ||
	    !proc_stat_read(buf_view(&text), &now) || now.state == 'Z' ||
	    now.state == 'X' ||
	    (same_program(&p->stat, &now) &&
	     !(p->have_exe && now.start_code == 0))) {
		buf_free(&text);
		return false;
	}
	halfway = p->have_exe && now.start_code == 0;
	if (halfway)
		(void)nanosleep(&pause, NULL);
	buf_free(&p->stat_text);
	p->stat_text = text;
	p->stat = now;
	return true;
}
