/*
 * host/initscripts.h - the services that scripts of init.d say they provide
 * (the LSB header `# Provides: ssh sshd').
 */
#ifndef HOST_INITSCRIPTS_H
#define HOST_INITSCRIPTS_H

#include "context.h"

bool initscript_wanted(struct str path);
void initscript_take(struct context *, struct str path, struct str text);

/* What it provides, blanks between; empty: it does not say. */
struct str ctx_provides(const struct context *, struct str path);
/* Another script that provides a service this one claims, too; or empty. */
struct str ctx_provided_by(const struct context *, struct str path);

#endif
