/* case/schema.c - the tables of a case (konseki-case(5)). */
#include "casefile.h"

#include "../util/hash.h"

const char casefile_schema[] =
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
	"CREATE TABLE kinds(id INTEGER PRIMARY KEY, name TEXT);"
	"CREATE TABLE keys(id INTEGER PRIMARY KEY, name TEXT, type INTEGER,"
	" flags INTEGER);"
	"CREATE TABLE names(id INTEGER PRIMARY KEY, name BLOB);"
	"CREATE TABLE inputs(id INTEGER PRIMARY KEY, path BLOB, kind INTEGER,"
	" whole INTEGER, why TEXT, sha256 BLOB, members INTEGER,"
	" refused INTEGER);"
	"CREATE TABLE hosts(id INTEGER PRIMARY KEY, name BLOB, host_id TEXT,"
	" os BLOB, kernel BLOB, zone BLOB, collected INTEGER,"
	" collected_end INTEGER, offset INTEGER, have INTEGER);"
	"CREATE TABLE sources(id INTEGER PRIMARY KEY, host INTEGER, path BLOB,"
	" member BLOB, size INTEGER, parser TEXT, outcome INTEGER,"
	" events INTEGER, first INTEGER, last INTEGER, short_at INTEGER);"
	/* n is the rank in (time, input, member, offset, sub) */
	"CREATE TABLE events(n INTEGER PRIMARY KEY, ts INTEGER, kind INTEGER,"
	" event_kind INTEGER, dataset INTEGER, source INTEGER, off INTEGER,"
	" id BLOB, user INTEGER, ip INTEGER, path INTEGER, pid INTEGER,"
	" body BLOB);"
	"CREATE TABLE findings(n INTEGER PRIMARY KEY, id TEXT, tier INTEGER,"
	" score INTEGER, rule TEXT, host INTEGER, subject BLOB, first INTEGER,"
	" last INTEGER, observed INTEGER, count INTEGER, body BLOB);"
	"CREATE TABLE notes(source INTEGER, off INTEGER, kind INTEGER,"
	" need INTEGER, have INTEGER, what TEXT);"
	"CREATE TABLE rules(n INTEGER PRIMARY KEY, id TEXT, name TEXT,"
	" file TEXT, kind INTEGER, level INTEGER, state INTEGER,"
	" evaluated INTEGER, why TEXT);";

uint64_t casefile_fingerprint(void)
{
	uint64_t h = CASE_FORMAT;

	for (unsigned i = 0; i < KEY_COUNT; i++) {
		const struct key_info *k = key_info(i);
		uint64_t v[3] = { h, k->type, k->flags };

		h = hash_bytes(v, sizeof(v)) ^ hash_bytes(k->name.p, k->name.n);
	}
	for (unsigned i = 0; i < KIND_COUNT; i++) {
		const char *name = kind_info(i)->name;

		h = hash_bytes(&h, sizeof(h)) ^ hash_bytes(name, strlen(name));
	}
	return h;
}
