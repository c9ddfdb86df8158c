/*
 * host/starts_pick.h - a parser's globs out of starts.def.  Define PICK_rule
 * for the rules that are yours, include this, then starts.def in a list:
 *
 *	#define PICK_UNIT(glob) glob,
 *	#include "../host/starts_pick.h"
 *	static const char *const paths[] = {
 *	#include "../host/starts.def"
 *		NULL,
 *	};
 */
#define START(glob, mechanism, user, when, rule) PICK_##rule(glob)
#ifndef PICK_PROGRAMS
#define PICK_ALWAYS(glob)
#define PICK_MODE(glob)
#define PICK_PARTS(glob)
#define PICK_LISTED(glob)
#define PICK_LSB(glob)
#define PICK_INIT(glob)
#define PICK_RCLINK(glob)
#define PICK_NEVER(glob)
#define PICK_ASKED(glob)
#else
#define PICK_ALWAYS PICK_PROGRAMS
#define PICK_MODE PICK_PROGRAMS
#define PICK_PARTS PICK_PROGRAMS
#define PICK_LISTED PICK_PROGRAMS
#define PICK_LSB PICK_PROGRAMS
#define PICK_INIT PICK_PROGRAMS
#define PICK_RCLINK PICK_PROGRAMS
#define PICK_NEVER PICK_PROGRAMS
#define PICK_ASKED PICK_PROGRAMS
#endif
#define PICK_NOTHING(glob)
#define PICK_FLAG(glob)
#ifndef PICK_UNIT
#define PICK_UNIT(glob)
#endif
#ifndef PICK_DESKTOP
#define PICK_DESKTOP(glob)
#endif
#ifndef PICK_UDEV
#define PICK_UDEV(glob)
#endif
#ifndef PICK_POLICY
#define PICK_POLICY(glob)
#endif
#ifndef PICK_TABLE
#define PICK_TABLE(glob)
#endif
#ifndef PICK_GIT
#define PICK_GIT(glob)
#endif
#ifndef PICK_CLOUD
#define PICK_CLOUD(glob)
#endif
