/*
 * utmp.h - records of utmp, wtmp and btmp; parse/ only.
 */
#ifndef PARSE_UTMP_H
#define PARSE_UTMP_H

#include "../event/source.h"

#include <stdbool.h>

enum ut_type {
	UT_EMPTY,
	UT_RUN_LVL,
	UT_BOOT_TIME,
	UT_NEW_TIME,
	UT_OLD_TIME,
	UT_INIT_PROCESS,
	UT_LOGIN_PROCESS,
	UT_USER_PROCESS,
	UT_DEAD_PROCESS,
	UT_ACCOUNTING,
	UT_TYPES
};

struct ut_layout {
	uint16_t size;
	bool wide, big; /* 64-bit session and time; byte order */
};

struct ut_record {
	uint16_t type, termination, exit;
	uint32_t pid;
	struct str line, id, user, host, addr;
	uint64_t session, s, us;
};

/* bytes hold at least l->size of them. */
void ut_decode(struct str bytes, const struct ut_layout *l,
	       struct ut_record *u);
/* Nothing but zeros? */
bool ut_zeros(struct str);
/* Does it have a time that a clock may have said? */
bool ut_timed(const struct ut_record *);
/* Is the file's name, without rotation, this one? */
bool ut_named(const struct source *, const char *name);
/*
 * The layout that fits most of the first records, and how many more fit than
 * do not; n 0: all records are zeros, and the name promises utmp.  NULL:
 * none does.
 */
const struct ut_layout *ut_layout_of(const struct source *, unsigned *n);

#endif
