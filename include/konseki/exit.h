/*
 * konseki/exit.h - exit statuses of the konseki program.
 */
#ifndef KONSEKI_EXIT_H
#define KONSEKI_EXIT_H

enum konseki_exit {
	KONSEKI_DONE = 0,       /* done */
	KONSEKI_FOUND = 1,      /* done, and what --fail-on names was found */
	KONSEKI_USAGE = 2,      /* usage error; nothing was touched */
	KONSEKI_INCOMPLETE = 3, /* done, but a core source is incomplete */
	KONSEKI_FAILED = 4,     /* failed: nothing usable was written */
};

#endif
