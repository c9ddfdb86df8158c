/*
 * host/rpmdb.h - the headers in an rpm database, whatever contains them:
 *
 *   rpmdb.sqlite  since rpm 4.16 (Fedora, RHEL 9): table Packages
 *   Packages.db   ndb: SUSE
 *   Packages      Berkeley DB, hash: up to RHEL 8
 */
#ifndef HOST_RPMDB_H
#define HOST_RPMDB_H

#include "../util/buf.h"
#include "../util/rd.h"

#define RPMDB_MAX_BLOB (64u << 20) /* a header; the largest seen has 11 MB */

struct rpmdb;
typedef bool rpmdb_take(void *arg, struct str header, uint64_t off);

struct rpmdb { /* while it is read */
	struct str data, wal;
	rpmdb_take *take; /* false: enough */
	void *arg;
	struct buf blob;  /* one that lies in pieces */
	uint64_t headers; /* given to take */
	/* what could not be read, in order of its first time; NULL: nothing */
	const char *damage;
	uint64_t damage_off, damages;
};

enum rpmdb_kind { RPMDB_NONE, RPMDB_SQLITE, RPMDB_NDB, RPMDB_BDB };
enum rpmdb_kind rpmdb_kind(struct str data);
/*
 * Gives every header of the database to take, with the offset of the page it
 * begins in.  wal: what stands beside rpmdb.sqlite as rpmdb.sqlite-wal, or
 * empty.  Damage is counted and read past.
 */
void rpmdb_read(struct rpmdb *, struct str data, struct str wal, rpmdb_take *,
		void *arg);

/* of the containers */
void rpmdb_damage(struct rpmdb *, const char *what, uint64_t off);
void rpmdb_sqlite(struct rpmdb *);
void rpmdb_ndb(struct rpmdb *);
void rpmdb_bdb(struct rpmdb *);

#endif
