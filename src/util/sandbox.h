/*
 * util/sandbox.h - the ladder: each rung is tried, and reported, never silent.
 * unprivileged uid, no_new_privs, not dumpable, empty chroot, own network
 * namespace, Landlock without any path, rlimits, seccomp last.
 */
#ifndef UTIL_SANDBOX_H
#define UTIL_SANDBOX_H

#include <sys/types.h>

#include "buf.h"
#include "str.h"

enum sandbox_rung {
	RUNG_UID,
	RUNG_NO_NEW_PRIVS,
	RUNG_NOT_DUMPABLE,
	RUNG_CHROOT,
	RUNG_NETNS,
	RUNG_LANDLOCK,
	RUNG_RLIMIT,
	RUNG_SECCOMP,
	RUNG_COUNT
};
enum { RUNG_OFF, RUNG_ON };

/* AddressSanitizer's shadow would count as data: max_data is not applied */
#if defined(__SANITIZE_ADDRESS__)
#define SANDBOX_HAS_MAX_DATA 0
#else
#define SANDBOX_HAS_MAX_DATA 1
#endif

struct sandbox {
	uint8_t rung[RUNG_COUNT]; /* RUNG_ON where in force */
	int errnum[RUNG_COUNT];   /* why not */
};

struct sandbox_options {
	bool may_fork;       /* the analysis process forks workers */
	bool may_exec_pages; /* PROT_EXEC still allowed (JIT comes later) */
	uint64_t max_data;   /* RLIMIT_DATA, 0: none */
	uint64_t max_file;   /* RLIMIT_FSIZE, 0: none */
};

void sandbox_enter(const struct sandbox_options *, struct sandbox *out);
/* A second filter on top: no PROT_EXEC any more, no fork when !may_fork. */
void sandbox_tighten(bool may_fork, struct sandbox *out);
const char *sandbox_rung_name(unsigned rung);

#endif
