/*
 * host/osrelease.h - os-release(5): KEY=value lines, shell quoting.
 */
#ifndef HOST_OSRELEASE_H
#define HOST_OSRELEASE_H

#include "../util/arena.h"

/* The last value of `key', unquoted; empty when there is none. */
struct str osrelease_get(struct str text, const char *key, struct arena *);

#endif
