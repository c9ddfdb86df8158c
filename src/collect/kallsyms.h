/*
 * collect/kallsyms.h - the symbols of the running kernel (/proc/kallsyms),
 * from one end to the other.  Addresses are 0 where they are not shown
 * (kptr_restrict).
 */
#ifndef COLLECT_KALLSYMS_H
#define COLLECT_KALLSYMS_H

#include "probe.h"

struct ksym {
	uint64_t addr;
	char type;
	struct str name;   /* as it stands, with suffixes of the compiler */
	struct str module; /* empty: of the kernel itself */
};

/*
 * Calls each() with every symbol until it returns false.  Their number, or
 * -1 with errno.
 */
int64_t kallsyms_each(const struct collect_env *,
		      bool (*each)(void *arg, const struct ksym *), void *arg);
/*
 * Bit i: there is a symbol name[i], n <= 64; suffixes do not count.  Whoever
 * asks netlink of a table that is not there makes the kernel load a module,
 * by running modprobe on the host under examination: this tells before.
 */
uint64_t kallsyms_have(const struct collect_env *, const char *const *name,
		       size_t n);
/* One line of it; false when it is none.  Pure. */
bool kallsyms_line(struct str line, struct ksym *);

#endif
