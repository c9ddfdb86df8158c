/*
 * case/casefile.c - the writing side: one transaction, prepared statements,
 * names interned, indexes after the load.
 */
#include "casefile.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../util/map.h"
#include "partial.h"

/* beyond, names are left to the body */
#define MAX_NAMES 500000u
#define MAX_NAME_BYTES (24u << 20)

enum { ST_EVENT, ST_FINDING, ST_NOTE, ST_NAME, ST_COUNT };
static const char *const st_sql[ST_COUNT] = {
	"INSERT INTO events VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)",
	"INSERT INTO findings VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
	"INSERT INTO notes VALUES(?,?,?,?,?,?)",
	"INSERT INTO names VALUES(?,?)",
};

struct casefile {
	struct sink sink;
	const struct analysis *a;
	sqlite3 *db;
	sqlite3_stmt *st[ST_COUNT];
	struct map names;
	struct buf body, ip;
	int64_t nevent, nfinding;
	char path[4096], partial[4112];
	int fd;         /* of partial; its lock */
	struct err err; /* the first that went wrong */
	bool failed, done;
};

static struct casefile *of(struct sink *s)
{
	return (struct casefile *)(void *)s;
}

static int fail(struct casefile *c, const char *what)
{
	if (!c->failed)
		(void)err_set(&c->err, "%s: %s: %s", c->path, what,
			      sqlite3_errmsg(c->db));
	c->failed = true;
	return -1;
}

static int step(struct casefile *c, unsigned st)
{
	int r = sqlite3_step(c->st[st]);

	(void)sqlite3_reset(c->st[st]); /* repeats what step has said */
	return r == SQLITE_DONE ? 0 : fail(c, "cannot write");
}

static void put_int(sqlite3_stmt *s, int col, int64_t v)
{
	(void)sqlite3_bind_int64(s, col, v); /* fails only on a bad column */
}

static void put_blob(sqlite3_stmt *s, int col, struct str v)
{
	(void)sqlite3_bind_blob64(s, col, v.p ? v.p : "", v.n, SQLITE_STATIC);
}

static void put_text(sqlite3_stmt *s, int col, struct str v)
{
	(void)sqlite3_bind_text(s, col, v.p ? v.p : "", (int)v.n,
				SQLITE_STATIC);
}

/* NULL for an empty name or one too many; else its number. */
static void put_name(struct casefile *c, int col, struct str v)
{
	sqlite3_stmt *s = c->st[ST_EVENT];
	uint64_t *id;
	bool added;

	if (v.n == 0 || ((c->names.nitem >= MAX_NAMES ||
			  c->names.keys.used + v.n > MAX_NAME_BYTES) &&
			 !map_get(&c->names, v))) {
		(void)sqlite3_bind_null(s, col);
		return;
	}
	id = map_put(&c->names, v, &added);
	if (added) {
		*id = c->names.nitem;
		put_int(c->st[ST_NAME], 1, (int64_t)*id);
		put_blob(c->st[ST_NAME], 2, v);
		(void)step(c, ST_NAME); /* kept in c */
	}
	put_int(s, col, (int64_t)*id);
}

static void put_ip(struct casefile *c, int col, const struct event *e)
{
	const struct field *f = ev_get(e, KEY_SOURCE_IP);

	if (!f)
		f = ev_get(e, KEY_DESTINATION_IP);
	buf_clear(&c->ip);
	if (f && f->type == V_IP)
		ip_text(&c->ip, f->v.ip);
	put_name(c, col, buf_view(&c->ip));
}

static int take_event(struct sink *sink, struct event *e)
{
	struct casefile *c = of(sink);
	sqlite3_stmt *s = c->st[ST_EVENT];
	const struct field *pid = ev_get(e, KEY_PROCESS_PID);
	struct str path = ev_get_str(e, KEY_FILE_PATH);

	buf_clear(&c->body);
	event_put(&c->body, e);
	put_int(s, 1, ++c->nevent);
	put_int(s, 2, e->when.ts_ns);
	put_int(s, 3, e->kind);
	put_int(s, 4, e->event_kind);
	put_name(c, 5, e->dataset);
	put_int(s, 6, e->source);
	put_int(s, 7, (int64_t)e->off);
	put_blob(s, 8, str_mem(e->id, EV_ID_LEN));
	put_name(c, 9, ev_get_str(e, KEY_USER_NAME));
	put_ip(c, 10, e);
	/* files have a path each: interning them would only cost */
	if (e->kind == KIND_FILE)
		(void)sqlite3_bind_null(s, 11);
	else
		put_name(c, 11, path);
	if (pid && pid->type == V_U64)
		put_int(s, 12, (int64_t)pid->v.u64);
	else
		(void)sqlite3_bind_null(s, 12);
	put_blob(s, 13, buf_view(&c->body));
	return step(c, ST_EVENT);
}

static int take_finding(struct sink *sink, const struct finding *f)
{
	struct casefile *c = of(sink);
	sqlite3_stmt *s = c->st[ST_FINDING];

	buf_clear(&c->body);
	finding_put(&c->body, f);
	put_int(s, 1, ++c->nfinding);
	put_text(s, 2, f->id);
	put_int(s, 3, f->tier);
	put_int(s, 4, f->score);
	put_text(s, 5, f->rule_id);
	put_int(s, 6, f->host);
	put_blob(s, 7, f->subject);
	put_int(s, 8, f->first_ns);
	put_int(s, 9, f->last_ns);
	put_int(s, 10, f->observed_ns);
	put_int(s, 11, (int64_t)f->count);
	put_blob(s, 12, buf_view(&c->body));
	return step(c, ST_FINDING);
}

static void take_note(struct sink *sink, const struct note *n)
{
	struct casefile *c = of(sink);
	sqlite3_stmt *s = c->st[ST_NOTE];

	put_int(s, 1, n->source);
	put_int(s, 2, (int64_t)n->off);
	put_int(s, 3, n->kind);
	put_int(s, 4, (int64_t)n->need);
	put_int(s, 5, (int64_t)n->have);
	put_text(s, 6, n->what);
	(void)step(c, ST_NOTE); /* kept in c */
}

static const struct sink_ops ops = { .event = take_event,
				     .finding = take_finding,
				     .note = take_note };

static int run(struct casefile *c, const char *sql, struct err *err)
{
	if (sqlite3_exec(c->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return err_set(err, "%s: %s", c->path, sqlite3_errmsg(c->db));
}

static int open_db(struct casefile *c, struct err *err)
{
	/* made here with 0600; SQLite would take the umask's word */
	c->fd = partial_open(c->partial, err);
	if (c->fd < 0)
		return -1;
	if (sqlite3_open_v2(c->partial, &c->db, SQLITE_OPEN_READWRITE, NULL) !=
	    SQLITE_OK)
		return err_set(err, "%s: %s", c->path, sqlite3_errmsg(c->db));
	if (run(c,
		"PRAGMA page_size=8192;PRAGMA journal_mode=OFF;"
		"PRAGMA synchronous=OFF;PRAGMA locking_mode=EXCLUSIVE;"
		"PRAGMA cache_size=-24576;PRAGMA temp_store=FILE;",
		err) < 0 ||
	    run(c, casefile_schema, err) < 0 || run(c, "BEGIN", err) < 0)
		return -1;
	for (unsigned i = 0; i < ST_COUNT; i++)
		if (sqlite3_prepare_v2(c->db, st_sql[i], -1, &c->st[i], NULL) !=
		    SQLITE_OK)
			return err_set(err, "%s: %s", c->path,
				       sqlite3_errmsg(c->db));
	return 0;
}

struct casefile *casefile_new(const char *path, const struct analysis *a,
			      struct err *err)
{
	struct casefile *c = xmalloc(sizeof(*c));

	c->sink.ops = &ops;
	c->a = a;
	c->fd = -1;
	if (snprintf(c->path, sizeof(c->path), "%s", path) >=
	    (int)sizeof(c->path)) {
		(void)err_set(err, "%.100s…: path too long", path);
		free(c);
		return NULL;
	}
	(void)snprintf(c->partial, sizeof(c->partial), "%s.partial", path);
	if (open_db(c, err) < 0) {
		casefile_free(c);
		return NULL;
	}
	return c;
}

struct sink *casefile_sink(struct casefile *c)
{
	return &c->sink;
}

/* ---- the small tables, at the end ---- */

/* columns: i integer, t text, b blob */
static int row(struct casefile *c, const char *sql, const char *types, ...)
{
	sqlite3_stmt *s;
	va_list ap;
	int r;

	if (sqlite3_prepare_v2(c->db, sql, -1, &s, NULL) != SQLITE_OK)
		return fail(c, "cannot prepare");
	va_start(ap, types);
	for (int i = 1; types[i - 1]; i++) {
		if (types[i - 1] == 'i')
			put_int(s, i, va_arg(ap, int64_t));
		else if (types[i - 1] == 't')
			put_text(s, i, va_arg(ap, struct str));
		else
			put_blob(s, i, va_arg(ap, struct str));
	}
	va_end(ap);
	r = sqlite3_step(s);
	(void)sqlite3_finalize(s); /* repeats what step has said */
	return r == SQLITE_DONE ? 0 : fail(c, "cannot write");
}

int casefile_meta(struct casefile *c, const char *key, struct str value,
		  struct err *err)
{
	if (row(c, "INSERT OR REPLACE INTO meta VALUES(?,?)", "tt", str_of(key),
		value) == 0)
		return 0;
	*err = c->err;
	return -1;
}

static void write_tables(struct casefile *c)
{
	for (unsigned i = 0; i < KIND_COUNT; i++)
		(void)row(c, "INSERT INTO kinds VALUES(?,?)", "it", (int64_t)i,
			  str_of(kind_info(i)->name));
	for (unsigned i = 1; i < KEY_COUNT; i++)
		(void)row(c, "INSERT INTO keys VALUES(?,?,?,?)", "itii",
			  (int64_t)i, key_info(i)->name,
			  (int64_t)key_info(i)->type,
			  (int64_t)key_info(i)->flags);
}

static void write_inputs(struct casefile *c)
{
	const struct analysis *a = c->a;

	for (size_t i = 0; i < a->ninput; i++) {
		const struct analysis_input *in = &a->input[i];

		(void)row(c, "INSERT INTO inputs VALUES(?,?,?,?,?,?,?,?)",
			  "ibiitbii", (int64_t)i, in->path, (int64_t)in->kind,
			  (int64_t)in->whole, in->why, str_mem(in->sha256, 32),
			  (int64_t)in->nmember, (int64_t)in->nrefused);
	}
	for (size_t i = 0; i < a->nhost; i++) {
		const struct analysis_host *h = &a->host[i];

		(void)row(c, "INSERT INTO hosts VALUES(?,?,?,?,?,?,?,?,?,?)",
			  "ibtbbbiiii", (int64_t)i, h->name, h->id, h->os,
			  h->kernel, h->zone_name, h->collected_ns,
			  h->collected_end_ns, (int64_t)h->offset_s,
			  (int64_t)h->have);
	}
}

static void write_sources(struct casefile *c)
{
	const struct analysis *a = c->a;

	for (size_t i = 0; i < a->nsource; i++) {
		const struct analysis_source *s = &a->source[i];
		const struct export_source *x = &a->names.source[i];

		(void)row(c,
			  "INSERT INTO sources VALUES(?,?,?,?,?,?,?,?,?,?,?)",
			  "iibbitiiiii", (int64_t)i, (int64_t)x->host, x->path,
			  x->member, (int64_t)s->size, s->parser,
			  (int64_t)s->outcome, (int64_t)s->nevent, s->first_ns,
			  s->last_ns, (int64_t)x->short_at);
	}
	for (size_t i = 0; i < a->nrule; i++) {
		const struct analysis_rule *r = &a->rule[i];

		(void)row(c, "INSERT INTO rules VALUES(?,?,?,?,?,?,?,?,?)",
			  "itttiiiit", (int64_t)i, r->id, r->name, r->file,
			  (int64_t)r->kind, (int64_t)r->level,
			  (int64_t)r->state, (int64_t)r->evaluated, r->why);
	}
}

int casefile_finish(struct casefile *c, struct err *err)
{
	char t[32], lost[32];

	(void)snprintf(t, sizeof(t), "%016llx",
		       (unsigned long long)casefile_fingerprint());
	(void)snprintf(lost, sizeof(lost), "%llu",
		       (unsigned long long)c->a->nlost);
	write_tables(c);
	write_inputs(c);
	write_sources(c);
	if (casefile_meta(c, "fingerprint", str_of(t), err) < 0 ||
	    casefile_meta(c, "lost", str_of(lost), err) < 0)
		return -1;
	if (c->failed) {
		*err = c->err;
		return -1;
	}
	for (unsigned i = 0; i < ST_COUNT; i++) {
		(void)sqlite3_finalize(c->st[i]);
		c->st[i] = NULL;
	}
	if (run(c,
		"CREATE INDEX events_ts ON events(ts);"
		"CREATE INDEX events_source ON events(source);"
		"COMMIT",
		err) < 0)
		return -1;
	if (sqlite3_close(c->db) != SQLITE_OK)
		return err_set(err, "%s: cannot close", c->path);
	c->db = NULL;
	if (partial_finish(c->fd, c->partial, c->path, err) < 0)
		return -1;
	c->done = true;
	return 0;
}

void casefile_why(const struct casefile *c, struct err *err)
{
	if (c->failed)
		*err = c->err;
}

void casefile_free(struct casefile *c)
{
	if (!c)
		return;
	for (unsigned i = 0; i < ST_COUNT; i++)
		(void)sqlite3_finalize(c->st[i]);
	(void)sqlite3_close(c->db);
	if (!c->done && c->fd >= 0)
		(void)unlink(c->partial);
	if (c->fd >= 0) /* after SQLite, whose locks would go with it */
		(void)close(c->fd);
	map_free(&c->names);
	buf_free(&c->body);
	buf_free(&c->ip);
	free(c);
}
