/* signals.c - one flag, and a time. */
#define _GNU_SOURCE
#include "signals.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

volatile sig_atomic_t signals_came;

/*
 * The second ends at once, but not when it comes with the first: timeout(1)
 * and service managers signal the process and its group.
 */
static void on_signal(int sig)
{
	static struct timespec first;
	struct timespec t = { 0 };
	int keep = errno;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail */
	if (signals_came == 0)
		first = t;
	else if (t.tv_sec - first.tv_sec > 1) {
		(void)signal(sig, SIG_DFL);
		(void)raise(sig);
	}
	signals_came = 1;
	errno = keep;
}

static const int caught[SIGNALS] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };

void signals_take(struct sigaction was[SIGNALS])
{
	struct sigaction a = { .sa_handler = on_signal };

	signals_came = 0;
	for (size_t i = 0; i < SIGNALS; i++) {
		if (caught[i] == SIGHUP)
			a.sa_handler = SIG_IGN;
		(void)sigaction(caught[i], &a, &was[i]);
	}
}

void signals_give_back(const struct sigaction was[SIGNALS])
{
	for (size_t i = 0; i < SIGNALS; i++)
		(void)sigaction(caught[i], &was[i], NULL);
}
