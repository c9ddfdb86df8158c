/*
 * host/dpkg.h - what dpkg knows of a host's files (/var/lib/dpkg).
 *
 *   status                stanzas: Package, Architecture, Version, Conffiles
 *   info/NAME.list        absolute paths, one a line
 *   info/NAME.md5sums     32 hex digits, two blanks, path without its `/'
 *   diversions            from, to, package: three lines each
 *
 * Take them in any order; diversions before lists give better answers.
 */
#ifndef HOST_DPKG_H
#define HOST_DPKG_H

#include "../util/arena.h"
#include "../util/map.h"
#include "pathset.h"

struct package {
	struct str name, version, arch;
};

struct divert {
	struct str from, to, package; /* package `:': a local one */
};

struct dpkg {
	struct arena *arena; /* of all strings */
	struct package *package;
	size_t npackage, cappackage;
	struct map byname; /* libc6:amd64 or bash -> package index + 1 */
	struct pathset path;
	unsigned char (*md5)[16];
	size_t nmd5, capmd5;
	struct divert *divert;
	size_t ndivert, capdivert;
	struct map diverted; /* from -> divert index + 1 */
	bool listed;         /* at least one list of files was read */
};

void dpkg_init(struct dpkg *, struct arena *);
void dpkg_status(struct dpkg *, struct str text);
/* base: the file's name without directory, `libc6:amd64.list' */
void dpkg_info(struct dpkg *, struct str base, struct str text);
void dpkg_diversions(struct dpkg *, struct str text);
/* After the last file: diverted paths that are still without an owner. */
void dpkg_finish(struct dpkg *);
void dpkg_free(struct dpkg *); /* not the arena */

/* NULL: no package has it. */
const struct package *dpkg_owner(const struct dpkg *, struct str path);

enum package_state {
	PKG_UNKNOWN,
	PKG_UNPACKAGED,
	PKG_OWNED,
	PKG_INTACT,
	PKG_MODIFIED,
	PKG_CONFFILE
};
/*
 * What the database says of a file whose MD5 (32 hex digits, may be empty)
 * was measured.  PKG_OWNED: there is nothing to compare.  PKG_UNKNOWN: there
 * is no database.
 */
enum package_state dpkg_state(const struct dpkg *, struct str path,
			      struct str md5_hex, const struct package **);
const char *package_state_name(enum package_state); /* "" for UNKNOWN, OWNED */

#endif
