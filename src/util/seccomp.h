/*
 * util/seccomp.h - the kernel's own filters, for sandbox.c alone.
 */
#ifndef UTIL_SECCOMP_H
#define UTIL_SECCOMP_H

#include "sandbox.h"

/* Each returns 0, or the errno that says why it is not in force. */

/* Landlock: every right the kernel knows is handled, none is granted. */
int landlock_all(void);
/* What computing on open descriptors needs; the rest answers EPERM. */
int seccomp_allow_list(const struct sandbox_options *);
/* On top: no executable pages, and no fork unless may_fork. */
int seccomp_deny_exec(bool may_fork);

#endif
