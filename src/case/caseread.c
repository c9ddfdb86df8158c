/*
 * case/caseread.c - a case back into the stream that made it.  The database
 * may be hostile: it is opened read-only and immutable, defensive, without a
 * trusted schema, behind an authorizer and a step limit, and all reading runs
 * in the sandbox; the parent sees frames only.
 */
#include "casefile.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "../util/child.h"
#include "../util/io.h"
#include "feed.h"
#include "work.h"

#define STEP_LIMIT 2000000 /* virtual machine steps between two looks */
#define MAX_LOOKS 100000
#define DAY_NS (86400 * NS_PER_S)
#define MAX_DATA (160u << 20)

struct reading {
	const char *path;
	const struct analysis_options *opt;
	int out;
	sqlite3 *db;
	struct frame_out o;
	struct buf b;
	struct event ev;
	unsigned looks;
};

bool casefile_is(const char *path)
{
	static const char magic[16] = "SQLite format 3";
	char t[16];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool is;

	if (fd < 0)
		return false;
	is = io_read(fd, t, sizeof(t)) == sizeof(t) &&
	     memcmp(t, magic, sizeof(t)) == 0;
	(void)close(fd);
	return is;
}

static int only_reads(void *arg, int action, const char *a, const char *b,
		      const char *c, const char *d)
{
	(void)arg;
	(void)a;
	(void)c;
	(void)d;
	if (action == SQLITE_FUNCTION)
		return b && strcmp(b, "count") == 0 ? SQLITE_OK : SQLITE_DENY;
	return action == SQLITE_SELECT || action == SQLITE_READ ? SQLITE_OK
								: SQLITE_DENY;
}

static int too_long(void *arg)
{
	struct reading *k = arg;

	return ++k->looks > MAX_LOOKS;
}

static void say(struct reading *k, const char *why)
{
	frame_put(&k->o, FRAME_ERROR, str_of(why));
	(void)frame_flush(&k->o); /* the exit status tells too */
}

static int open_case(struct reading *k)
{
	struct buf uri = { 0 };
	int on = 1, r;

	buf_puts(&uri, "file:");
	for (const char *p = k->path; *p; p++)
		if (strchr("%?#", *p))
			buf_fmt(&uri, "%%%02x", (unsigned char)*p);
		else
			buf_c(&uri, *p);
	buf_puts(&uri, "?immutable=1");
	buf_c(&uri, '\0');
	r = sqlite3_open_v2(uri.p, &k->db,
			    SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
	buf_free(&uri);
	if (r != SQLITE_OK)
		return -1;
	(void)sqlite3_db_config(k->db, SQLITE_DBCONFIG_DEFENSIVE, 1, &on);
	(void)sqlite3_db_config(k->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, &on);
	(void)sqlite3_limit(k->db, SQLITE_LIMIT_LENGTH, (int)FRAME_MAX);
	sqlite3_progress_handler(k->db, STEP_LIMIT, too_long, k);
	(void)sqlite3_set_authorizer(k->db, only_reads, NULL);
	return 0;
}

static struct str blob(sqlite3_stmt *s, int col)
{
	const void *p = sqlite3_column_blob(s, col);

	return str_mem(p, (size_t)sqlite3_column_bytes(s, col));
}

static void add_str(struct buf *b, struct str s)
{
	uint32_t n = (uint32_t)s.n;

	buf_add(b, &n, sizeof(n));
	buf_str(b, s);
}

static void add_int(struct buf *b, sqlite3_stmt *s, int col, size_t bytes)
{
	int64_t v = sqlite3_column_int64(s, col);

	buf_add(b, &v, bytes); /* little-endian: the low bytes come first */
}

/* Calls each(k, row) for every row; -1 when the case is damaged. */
static int rows(struct reading *k, const char *sql, int64_t arg1, int64_t arg2,
		void (*each)(struct reading *, sqlite3_stmt *))
{
	sqlite3_stmt *s;
	int r;

	if (sqlite3_prepare_v2(k->db, sql, -1, &s, NULL) != SQLITE_OK)
		return -1;
	if (sqlite3_bind_parameter_count(s) == 2) {
		(void)sqlite3_bind_int64(s, 1, arg1);
		(void)sqlite3_bind_int64(s, 2, arg2);
	}
	while ((r = sqlite3_step(s)) == SQLITE_ROW && !k->o.failed) {
		buf_clear(&k->b);
		each(k, s);
	}
	(void)sqlite3_finalize(s); /* repeats what step has said */
	return r == SQLITE_DONE ? 0 : -1;
}

static void each_size(struct reading *k, sqlite3_stmt *s)
{
	add_int(&k->b, s, 0, 8);
	add_int(&k->b, s, 1, 8);
	frame_put(&k->o, FRAME_SIZES, buf_view(&k->b));
}

static void each_input(struct reading *k, sqlite3_stmt *s)
{
	add_int(&k->b, s, 0, 1);
	add_int(&k->b, s, 1, 1);
	add_int(&k->b, s, 2, 8);
	add_int(&k->b, s, 3, 8);
	for (int i = 4; i < 7; i++)
		add_str(&k->b, blob(s, i));
	frame_put(&k->o, FRAME_INPUT, buf_view(&k->b));
}

static void each_host(struct reading *k, sqlite3_stmt *s)
{
	add_int(&k->b, s, 0, 8);
	add_int(&k->b, s, 1, 8);
	add_int(&k->b, s, 2, 4);
	add_int(&k->b, s, 3, 4);
	for (int i = 4; i < 9; i++)
		add_str(&k->b, blob(s, i));
	frame_put(&k->o, FRAME_HOST, buf_view(&k->b));
}

static void each_source(struct reading *k, sqlite3_stmt *s)
{
	add_int(&k->b, s, 0, 4);
	add_int(&k->b, s, 1, 4);
	add_int(&k->b, s, 2, 8);
	add_int(&k->b, s, 3, 8);
	add_str(&k->b, blob(s, 4));
	add_str(&k->b, blob(s, 5));
	frame_put(&k->o, FRAME_NAME, buf_view(&k->b));
	buf_clear(&k->b);
	add_int(&k->b, s, 0, 4);
	add_int(&k->b, s, 6, 8);
	add_int(&k->b, s, 7, 1);
	buf_c(&k->b, 0);
	buf_str(&k->b, blob(s, 8));
	frame_put(&k->o, FRAME_SOURCE, buf_view(&k->b));
}

static void each_rule(struct reading *k, sqlite3_stmt *s)
{
	add_int(&k->b, s, 0, 8);
	for (int i = 1; i < 4; i++)
		add_int(&k->b, s, i, 1);
	for (int i = 4; i < 8; i++)
		add_str(&k->b, blob(s, i));
	frame_put(&k->o, FRAME_RULE, buf_view(&k->b));
}

static void each_event(struct reading *k, sqlite3_stmt *s)
{
	frame_put(&k->o, FRAME_EVENT, blob(s, 0));
}

static int64_t moved(int64_t ts, int64_t by)
{
	int64_t t;

	return __builtin_add_overflow(ts, by, &t) ? ts : t;
}

static void each_in_window(struct reading *k, sqlite3_stmt *s)
{
	struct str rec = blob(s, 0);

	/* what is no event is counted by who listens */
	if (!event_get(rec, &k->ev) ||
	    work_in_window(&k->ev, k->opt, sqlite3_column_int(s, 1)))
		frame_put(&k->o, FRAME_EVENT, rec);
}

static void each_finding(struct reading *k, sqlite3_stmt *s)
{
	frame_put(&k->o, FRAME_FINDING, blob(s, 0));
}

static void each_note(struct reading *k, sqlite3_stmt *s)
{
	buf_c(&k->b, (char)sqlite3_column_int(s, 0));
	add_int(&k->b, s, 1, 4);
	for (int i = 2; i < 5; i++)
		add_int(&k->b, s, i, 8);
	buf_str(&k->b, blob(s, 5));
	frame_put(&k->o, FRAME_NOTE, buf_view(&k->b));
}

static const struct {
	const char *sql;
	void (*each)(struct reading *, sqlite3_stmt *);
} small[] = {
	{ "SELECT (SELECT count(*) FROM sources),"
	  "(SELECT count(*) FROM hosts)",
	  each_size },
	{ "SELECT kind,whole,members,refused,path,why,sha256 FROM inputs"
	  " ORDER BY id",
	  each_input },
	{ "SELECT collected,collected_end,offset,have,name,host_id,os,kernel,"
	  "zone FROM hosts ORDER BY id",
	  each_host },
	{ "SELECT id,host,short_at,size,path,member,events,outcome,parser"
	  " FROM sources ORDER BY id",
	  each_source },
	{ "SELECT evaluated,kind,level,state,id,name,file,why FROM rules"
	  " ORDER BY n",
	  each_rule },
};

/* n is the rank by time: the index on ts gives this order without sorting,
 * for which the sandbox has no room */
static const char event_sql[] = "SELECT body FROM events ORDER BY ts,n";
/* the same of a window, with the clock of the event's host */
static const char window_sql[] =
	"SELECT body,(SELECT offset FROM hosts WHERE id=(SELECT host"
	" FROM sources WHERE id=source)) FROM events"
	" WHERE ts>=? AND ts<=? ORDER BY ts,n";
/* what the verdict needs even when nobody wants the events */
static const char status_sql[] =
	"SELECT body FROM events WHERE kind IN (SELECT id FROM kinds"
	" WHERE name='SOURCE_STATUS' OR name='COLLECTED') ORDER BY ts,n";

static bool same_tables(struct reading *k)
{
	sqlite3_stmt *s;
	char t[32];
	bool same = false;

	(void)snprintf(t, sizeof(t), "%016llx",
		       (unsigned long long)casefile_fingerprint());
	if (sqlite3_prepare_v2(k->db,
			       "SELECT value FROM meta WHERE key='fingerprint'",
			       -1, &s, NULL) != SQLITE_OK)
		return false;
	if (sqlite3_step(s) == SQLITE_ROW)
		same = str_is(blob(s, 0), t);
	(void)sqlite3_finalize(s); /* only read */
	return same;
}

static int tell_all(struct reading *k)
{
	const struct analysis_options *opt = k->opt;
	uint64_t lost = 0;
	int r;

	for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++)
		if (rows(k, small[i].sql, 0, 0, small[i].each) < 0)
			return -1;
	if (!opt->events)
		r = rows(k, status_sql, 0, 0, each_event);
	else if (opt->from_ns == INT64_MIN && opt->to_ns == INT64_MAX)
		r = rows(k, event_sql, 0, 0, each_event);
	else /* wherever the host is */
		r = rows(k, window_sql, moved(opt->from_ns, -DAY_NS),
			 moved(opt->to_ns, DAY_NS), each_in_window);
	if (r < 0)
		return -1;
	if (rows(k, "SELECT body FROM findings ORDER BY n", 0, 0,
		 each_finding) < 0 ||
	    rows(k,
		 "SELECT kind,source,off,need,have,what FROM notes"
		 " ORDER BY rowid",
		 0, 0, each_note) < 0)
		return -1;
	frame_put(&k->o, FRAME_END, str_mem(&lost, sizeof(lost)));
	return 0;
}

static int reader_main(void *arg)
{
	static const struct sandbox_options box = { .max_data = MAX_DATA };
	struct reading *k = arg;
	struct sandbox sb;

	child_keep_fds(&k->out, 1);
	k->o.fd = k->out;
	if (open_case(k) < 0) {
		say(k, "this is no case, or it is damaged");
		return 1;
	}
	/* no statement runs before: already a table's name can be a view */
	sandbox_enter(&box, &sb);
	if (!same_tables(k)) {
		say(k, "this case was made by another version of konseki; "
		       "analyze its inputs again");
		return 1;
	}
	if (tell_all(k) < 0) {
		say(k, "the case is damaged");
		return 1;
	}
	return frame_flush(&k->o) ? 0 : 1;
}

int casefile_run(const char *path, const struct analysis_options *opt,
		 struct sink *out, struct analysis *a, struct err *err)
{
	struct reading k = { .path = path, .opt = opt };
	struct child child;
	int fd[2], status, r;

	memset(a, 0, sizeof(*a));
	arena_init(&a->arena, 0);
	if (pipe2(fd, O_CLOEXEC) < 0)
		return err_sys(err, "pipe", NULL);
	k.out = fd[1];
	r = child_start(&child, reader_main, &k, err);
	(void)close(fd[1]);
	if (r == 0) {
		r = feed_listen(fd[0], opt, out, a, err);
		if (r < 0)
			child_kill(&child);
		else
			(void)child_wait(&child, -1, &status);
	}
	(void)close(fd[0]);
	return r;
}
