/*
 * collect/signals.h - INT and TERM end a run at its next member, HUP and PIPE
 * do not; the second INT, a second later, ends the program.
 */
#ifndef COLLECT_SIGNALS_H
#define COLLECT_SIGNALS_H

#include <signal.h>

#define SIGNALS 4

extern volatile sig_atomic_t signals_came; /* INT or TERM did */

/* What was in force is kept in `was' and given back after the run. */
void signals_take(struct sigaction was[SIGNALS]);
void signals_give_back(const struct sigaction was[SIGNALS]);

#endif
