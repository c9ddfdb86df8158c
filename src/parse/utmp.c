/*
 * utmp - logins, logouts, boots (utmp, wtmp) and failed logins (btmp), on all
 * systems with glibc.  Spec: utmp(5); layouts: utmp_record.c.
 * A record of zeros was wiped: it is told as type ZEROED, at a time bounded
 * by its neighbours.
 */
#include "lines.h"
#include "utmp.h"

#include "../util/timefmt.h"

#define MAX_NOTES 64   /* notes on records of one file */
#define PROBE_BITS 24  /* of a first record that makes sense */
#define PROBE_MORE 4   /* of each further one */
#define PROBE_MAX 56   /* less than a signature of 8 bytes */
#define PROBE_ZEROED 8 /* all zeros, under the right name */

static const struct ut_kind {
	const char *name;
	uint16_t kind;
	bool pseudo; /* user and line are no account and no terminal */
} types[UT_TYPES] = {
	[UT_EMPTY] = { "EMPTY", KIND_UTMP, false },
	[UT_RUN_LVL] = { "RUN_LVL", KIND_UTMP, true },
	[UT_BOOT_TIME] = { "BOOT_TIME", KIND_BOOT, true },
	[UT_NEW_TIME] = { "NEW_TIME", KIND_CLOCK, true },
	[UT_OLD_TIME] = { "OLD_TIME", KIND_CLOCK, true },
	[UT_INIT_PROCESS] = { "INIT_PROCESS", KIND_UTMP, false },
	[UT_LOGIN_PROCESS] = { "LOGIN_PROCESS", KIND_UTMP, false },
	[UT_USER_PROCESS] = { "USER_PROCESS", KIND_LOGIN, false },
	[UT_DEAD_PROCESS] = { "DEAD_PROCESS", KIND_LOGOUT, false },
	[UT_ACCOUNTING] = { "ACCOUNTING", KIND_UTMP, false },
};

/* One file being read. */
struct file {
	struct parse *p;
	const struct ut_layout *l;
	struct str data;
	bool failed; /* btmp */
	uint64_t nnote;
	int64_t before;      /* time of the last record that has one */
	int64_t after;       /* of the next one, as found by … */
	uint64_t after_from; /* … a search from the record at this offset */
	enum outcome outcome;
};

static unsigned probe(const struct source *src)
{
	unsigned n, bits;

	if (!ut_layout_of(src, &n))
		return CANNOT;
	if (n == 0)
		return PROBE_ZEROED;
	bits = PROBE_BITS + (n - 1) * PROBE_MORE;
	return bits < PROBE_MAX ? bits : PROBE_MAX;
}

static void damaged(struct file *f, const char *what, uint64_t off,
		    uint64_t value)
{
	if (f->outcome < PARTLY)
		f->outcome = PARTLY;
	if (f->nnote++ < MAX_NOTES)
		parse_note(f->p, NOTE_DAMAGED, what, off, 0, value);
}

static int64_t time_of(const struct ut_record *u)
{
	return ts_of((int64_t)u->s, u->us < 1000000 ? (int64_t)u->us * 1000 : 0,
		     NULL);
}

/*
 * Time of the next record after `off' that has one; TS_MAX: none has.  The
 * answer holds for all records up to that one: each is looked at once.
 */
static int64_t time_after(struct file *f, uint64_t off)
{
	struct ut_record u;

	if (off < f->after_from)
		return f->after;
	f->after = TS_MAX;
	for (off += f->l->size; f->data.n - off >= f->l->size;
	     off += f->l->size) {
		ut_decode(str_head(str_skip(f->data, off), f->l->size), f->l,
			  &u);
		if (ut_timed(&u)) {
			f->after = time_of(&u);
			break;
		}
		if (f->data.n - off < 2u * f->l->size) {
			off = f->data.n;
			break;
		}
	}
	f->after_from = off;
	return f->after;
}

/* When neighbours are all that is known. */
static struct when bounded(struct file *f, uint64_t off)
{
	struct when w = { .unit = UNIT_S, .from = FROM_BOUNDED };
	int64_t after = time_after(f, off);

	if (after == TS_MAX && f->p->src->mtime_ns != TS_MIN)
		after = f->p->src->mtime_ns;
	if (after == TS_MAX && f->p->ctx->collected_ns != TS_MIN)
		after = f->p->ctx->collected_ns;
	if (f->before != TS_MIN) {
		w.flags |= WHEN_NOT_BEFORE;
		w.not_before = w.ts_ns = f->before;
	}
	/* records may be out of order: bounds that cross are none */
	if (after != TS_MAX && (f->before == TS_MIN || after >= f->before)) {
		w.flags |= WHEN_NOT_AFTER;
		w.not_after = w.ts_ns = after;
	}
	return w;
}

static void add_address(struct event *ev, const struct ut_record *u)
{
	unsigned char ip[16] = { [10] = 0xff, [11] = 0xff };

	/* an IPv4 address fills the first of four words only */
	if (ut_zeros(str_skip(u->addr, 4)) && !ut_zeros(u->addr))
		memcpy(ip + 12, u->addr.p, 4);
	else if (!ut_zeros(u->addr))
		memcpy(ip, u->addr.p, 16);
	if (!ut_zeros(u->addr))
		ev_ip(ev, KEY_SOURCE_IP, ip);
	else
		(void)ev_ip_str(ev, KEY_SOURCE_IP, u->host); /* or a name */
}

static void add_names(struct event *ev, const struct ut_record *u, bool pseudo)
{
	if (pseudo) {
		ev_named(ev, KEY_K_FIELD, STR("ut_user"), u->user);
		ev_named(ev, KEY_K_FIELD, STR("ut_line"), u->line);
		ev_str(ev, KEY_K_MESSAGE, u->host); /* the kernel's release */
		return;
	}
	if (u->type == UT_LOGIN_PROCESS && str_is(u->user, "LOGIN"))
		ev_named(ev, KEY_K_FIELD, STR("ut_user"), u->user);
	else
		ev_str(ev, KEY_USER_NAME, u->user);
	ev_str(ev, KEY_PROCESS_TTY, u->line);
	ev_str(ev, KEY_SOURCE_ADDRESS, u->host);
}

static unsigned kind_of(const struct file *f, const struct ut_record *u)
{
	if (u->type >= UT_TYPES)
		return KIND_UTMP;
	if (f->failed && u->type >= UT_INIT_PROCESS)
		return KIND_LOGIN_FAILED;
	if (u->type == UT_RUN_LVL && str_is(u->user, "shutdown"))
		return KIND_SHUTDOWN;
	return types[u->type].kind;
}

static void add_type(struct parse *p, const struct ut_record *u)
{
	if (u->type < UT_TYPES)
		ev_cstr(p->ev, KEY_K_UTMP_TYPE, types[u->type].name);
	else
		ev_str(p->ev, KEY_K_UTMP_TYPE,
		       arena_fmt(p->scratch, "%u", (unsigned)u->type));
}

static void fill(struct file *f, const struct ut_record *u)
{
	struct parse *p = f->p;
	struct event *ev = p->ev;

	add_type(p, u);
	add_names(ev, u, u->type < UT_TYPES && types[u->type].pseudo);
	add_address(ev, u);
	if (ev->kind == KIND_LOGIN)
		ev_cstr(ev, KEY_EVENT_OUTCOME, "success");
	else if (ev->kind == KIND_LOGIN_FAILED)
		ev_cstr(ev, KEY_EVENT_OUTCOME, "failure");
	if (u->pid)
		ev_u64(ev, KEY_PROCESS_PID, u->pid);
	if (u->session)
		ev_str(ev, KEY_K_SESSION_ID,
		       arena_fmt(p->scratch, "%llu",
				 (unsigned long long)u->session));
	if (u->id.n)
		ev_named(ev, KEY_K_FIELD, STR("ut_id"), u->id);
	if (u->termination || u->exit)
		ev_named(ev, KEY_K_FIELD, STR("ut_exit"),
			 arena_fmt(p->scratch, "%u/%u",
				   (unsigned)u->termination,
				   (unsigned)u->exit));
}

static struct when when_of(struct file *f, const struct ut_record *u,
			   uint64_t off)
{
	struct when w;

	if (ut_timed(u) && u->us >= 1000000)
		damaged(f, "microseconds", off, u->us);
	if (ut_timed(u)) {
		f->before = time_of(u);
		return when_stated(f->before,
				   u->us < 1000000 ? UNIT_US : UNIT_S);
	}
	damaged(f, "time", off, u->s);
	w = bounded(f, off);
	w.flags |= WHEN_RAW;
	w.raw = (int64_t)u->s;
	return w;
}

static enum outcome one(struct file *f, struct str bytes, uint64_t off)
{
	struct event *ev = f->p->ev;
	struct ut_record u;
	struct when w;

	ut_decode(bytes, f->l, &u);
	if (ut_zeros(bytes)) {
		damaged(f, "record of zeros", off, bytes.n);
		w = bounded(f, off);
		ev_begin(ev, KIND_UTMP, "utmp", &w, off);
		ev_cstr(ev, KEY_K_UTMP_TYPE, "ZEROED");
	} else {
		if (u.type >= UT_TYPES)
			damaged(f, "type", off, u.type);
		w = when_of(f, &u, off);
		ev_begin(ev, kind_of(f, &u), "utmp", &w, off);
		fill(f, &u);
	}
	if (ev->kind == KIND_LOGIN || ev->kind == KIND_LOGIN_FAILED)
		ev->desc = TD_START;
	ev->record = bytes;
	return parse_emit(f->p);
}

static enum outcome parse(struct parse *p)
{
	struct file f = { .p = p,
			  .data = lines_data(p->src),
			  .before = TS_MIN };
	uint64_t off = 0;
	unsigned n;

	f.failed = ut_named(p->src, "btmp");
	f.l = ut_layout_of(p->src, &n);
	if (!f.l)
		return REFUSED;
	for (; f.data.n - off >= f.l->size; off += f.l->size) {
		struct arena_mark mark = arena_mark(p->scratch);

		if (one(&f, str_head(str_skip(f.data, off), f.l->size), off) ==
		    STOP)
			return STOP;
		arena_rewind(p->scratch, mark);
	}
	if (f.nnote > MAX_NOTES)
		parse_note(p, NOTE_LIMIT, "notes of one file", 0, f.nnote,
			   MAX_NOTES);
	if (off == f.data.n)
		return f.outcome;
	parse_note(p, NOTE_DAMAGED, "record", off, f.l->size, f.data.n - off);
	return PARTLY;
}

static const char *const paths[] = { "/var/log/wtmp*", "/var/log/btmp*",
				     "/run/utmp", "/var/run/utmp", NULL };

const struct parser parser_utmp = {
	.name = "utmp",
	.title = "utmp, wtmp, btmp: logins, logouts, boots, failed logins",
	.title_ja = "utmp・wtmp・btmp：ログイン、ログアウト、起動、失敗したログ"
		    "イン",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
