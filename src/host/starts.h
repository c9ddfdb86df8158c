/*
 * host/starts.h - places whose content starts by itself: starts.def as a
 * table, and what the system asks of a file there.
 */
#ifndef HOST_STARTS_H
#define HOST_STARTS_H

#include "context.h"

enum start_rule {
	START_ALWAYS,  /* read or started whatever its mode and name */
	START_MODE,    /* executable */
	START_PARTS,   /* run-parts: executable, a name of [A-Za-z0-9_-] */
	START_LISTED,  /* run-parts --list: such a name, whatever its mode */
	START_LSB,     /* run-parts --lsbsysinit: dots as well */
	START_INIT,    /* a script of init.d: rc?.d links enable it */
	START_RCLINK,  /* such a link, or a file in its place */
	START_ASKED,   /* executable, and something else asks for it */
	START_NEVER,   /* stands there, is not started */
	START_NOTHING, /* a text for people: start_of gives NULL */
	START_FLAG,    /* that it is there is all */
	START_DEFINES, /* no program: its parser says what it starts */
	START_UNIT = START_DEFINES,    /* the parser systemd_unit */
	START_DESKTOP = START_DEFINES, /* desktop */
	START_UDEV = START_DEFINES,    /* udev_rules */
	START_POLICY = START_DEFINES,  /* dbus_policy */
	START_TABLE = START_DEFINES,   /* startconf */
	START_GIT = START_DEFINES,     /* git_config */
	START_CLOUD = START_DEFINES,   /* cloud_config */
};

struct start {
	struct str glob;
	const char *mechanism, *user, *when;
	enum start_rule rule;
};

/* What this path is; NULL: nothing that starts by itself. */
const struct start *start_of(struct str path);
/* The same for path after path of a walk: a directory is looked up once. */
struct start_walk {
	char dir[1024];
	size_t ndir;
	bool known, may; /* start zeroed */
};
const struct start *start_next(struct start_walk *, struct str path);
/* A file of homes: is it in one, and not somewhere below it or elsewhere? */
bool start_applies(const struct start *, const struct context *,
		   struct str path);
/* Who runs it; empty: whoever comes by. */
struct str start_user(const struct start *, const struct context *,
		      struct str path);

enum start_state { START_UNKNOWN, START_NO, START_YES };
/* Does the system start it?  mode: 0 when it is not known. */
enum start_state start_enabled(const struct start *, const struct context *,
			       struct str path, uint32_t mode);

#endif
