/* rpmdb.c - which container it is. */
#include "rpmdb.h"

#define BDB_MAGIC 0x061561u
#define BDB_MAGIC_AT 12

enum rpmdb_kind rpmdb_kind(struct str data)
{
	struct rd le = rd_of(str_skip(data, BDB_MAGIC_AT)), be = le;

	if (str_starts(data, STR("SQLite format 3\0")))
		return RPMDB_SQLITE;
	if (str_starts(data, STR("RpmP")))
		return RPMDB_NDB;
	if (rd_u32le(&le, "magic") == BDB_MAGIC ||
	    rd_u32be(&be, "magic") == BDB_MAGIC)
		return RPMDB_BDB;
	return RPMDB_NONE;
}

void rpmdb_damage(struct rpmdb *d, const char *what, uint64_t off)
{
	if (d->damages++ == 0) {
		d->damage = what;
		d->damage_off = off;
	}
}

void rpmdb_read(struct rpmdb *d, struct str data, struct str wal,
		rpmdb_take *take, void *arg)
{
	*d = (struct rpmdb){
		.data = data, .wal = wal, .take = take, .arg = arg
	};
	switch (rpmdb_kind(data)) {
	case RPMDB_SQLITE:
		rpmdb_sqlite(d);
		break;
	case RPMDB_NDB:
		rpmdb_ndb(d);
		break;
	case RPMDB_BDB:
		rpmdb_bdb(d);
		break;
	case RPMDB_NONE:
		rpmdb_damage(d, "kind of database", 0);
	}
	buf_free(&d->blob);
}
