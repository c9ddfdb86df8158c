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
struct rpm_files { /* of a header, side by side */
	struct rpm_array name, dir, digest, mode, flags, user, group, caps;
	struct rpm_array state, verify, link;
	struct str *dirname;
	uint32_t ndir;
	enum digest_algo algo;
	bool whole; /* names are whole paths (before rpm 4) */
};

#define RPM_MAX_PATH 4096
struct rpm_file {
	char buf[RPM_MAX_PATH];
	struct str path; /* empty: the header makes none */
	struct str digest, user, group, caps, link;
	uint32_t mode, flags, verify;
	uint32_t state; /* 0: installed, and this package's */
	bool has_mode;
};
void rpm_files_open(const struct rpm_head *, struct arena *scratch,
		    struct rpm_files *);
bool rpm_files_next(struct rpm_files *, struct rpm_file *);

/* All packages of one database; the result of rpmdb_read in *db. */
void rpm_take(struct packages *, struct str data, struct str wal,
	      struct rpmdb *db);
/* [EPOCH:]VERSION-RELEASE */
struct str rpm_evr(const struct rpm_head *, struct arena *);

#endif
