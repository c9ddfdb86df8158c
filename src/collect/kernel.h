/*
 * collect/kernel.h - what the files of the kernel probe share.
 */
#ifndef COLLECT_KERNEL_H
#define COLLECT_KERNEL_H

#include "row.h"
#include "text.h"

struct kernel {
	struct probe_run *run;
	struct buf row, text;
	uint64_t count, denied;
	int errnum;
};

/* A row: name and value of a setting. */
void kernel_value(struct kernel *, const char *name, struct str value);

/* kernel_text.c: texts of /proc and /sys, as they stand. */
void kernel_texts(struct kernel *, struct text_tally *);
/* sysctl.c: live/proc/sys.txt. */
void kernel_sysctl(struct text_tally *);
/* kernel_audit.c: state and rules of the kernel's audit, as rows. */
void kernel_audit(struct kernel *);
/* An audit_rule_data as auditctl would write it; false: damaged.  Pure. */
bool kernel_audit_rule(struct str rule, struct buf *out);
/* kernel_lsm.c: security modules, measurements, EFI variables, the clock. */
void kernel_trust(struct kernel *, struct text_tally *);

#endif
