/*
 * host/passwd.h - lines of passwd, shadow and group (glibc, shadow-utils).
 * Views point into the line.
 */
#ifndef HOST_PASSWD_H
#define HOST_PASSWD_H

#include "../util/str.h"

struct passwd {
	struct str name, password, gecos, home, shell;
	uint32_t uid, gid;
};
struct shadow {
	struct str name, password;
	int64_t changed_day; /* days since 1970; -1: not stated */
};
struct group {
	struct str name, password, members; /* members: `,' between them */
	uint32_t gid;
};

/* False: a comment, an NIS entry (`+'), or no such line. */
bool passwd_line(struct str line, struct passwd *);
bool shadow_line(struct str line, struct shadow *);
bool group_line(struct str line, struct group *);
/* What a password field says: empty set locked none shadow. */
const char *password_state(struct str field);
/* By the prefix of a hash: sha512crypt yescrypt …; NULL: not known. */
const char *password_algorithm(struct str field);

#endif
