/*
 * host/rpm.h - what an rpm database says of packages and files
 * (/var/lib/rpm, /usr/lib/sysimage/rpm).
 */
#ifndef HOST_RPM_H
#define HOST_RPM_H

#include "packages.h"
#include "rpmdb.h"
#include "rpmhead.h"

/* Is it the name of a database's main file, and not of an index? */
bool rpm_is_db(struct str path);
/* All packages of one database; the result of rpmdb_read in *db. */
void rpm_take(struct packages *, struct str data, struct str wal,
	      struct rpmdb *db);
/* [EPOCH:]VERSION-RELEASE */
struct str rpm_evr(const struct rpm_head *, struct arena *);

#endif
