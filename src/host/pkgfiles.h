/*
 * host/pkgfiles.h - which files are package databases, and who reads them.
 */
#ifndef HOST_PKGFILES_H
#define HOST_PKGFILES_H

#include "dpkg.h"

#define PKGFILES_MAX_RPM 8 /* a host has one; and its log */

struct pkgfiles { /* until pkgfiles_finish */
	struct {
		struct str path, data;
	} rpm[PKGFILES_MAX_RPM]; /* read last: the log may come after it */
	size_t nrpm;
};

bool pkgfiles_wants(struct str path);
/*
 * Reads it if it is one.  Take diversions before lists.  The data of an rpm
 * database must stay until pkgfiles_finish, the path need not.
 */
void pkgfiles_take(struct pkgfiles *, struct packages *, struct str path,
		   struct str data);
/* False when an rpm database is damaged: what could be read is there. */
bool pkgfiles_finish(struct pkgfiles *, struct packages *);

#endif
