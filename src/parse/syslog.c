/*
 * syslog - system logs in their three dialects: RFC 3164 (`Mon dd hh:mm:ss
 * host tag[pid]: …'), rsyslog's ISO 8601 form of it, and RFC 5424; also the
 * plain `date time …' logs of programs that write their own.
 */
#include "syslog.h"

#include "lines.h"
#include "stamp.h"

#define SAMPLE_LINES 64
#define SAMPLE_BYTES (16u << 10)
#define MORE_LINES 10 /* that add to a bid */

struct state { /* the message before, for `last message repeated' */
	struct sysmsg last;
};

static const struct {
	struct str word;
	unsigned severity;
} level[] = {
	{ { "EMERG", 5 }, 0 },  { { "ALERT", 5 }, 1 }, { { "CRIT", 4 }, 2 },
	{ { "ERR", 3 }, 3 },    { { "ERROR", 5 }, 3 }, { { "WARNING", 7 }, 4 },
	{ { "NOTICE", 6 }, 5 }, { { "INFO", 4 }, 6 },  { { "DEBUG", 5 }, 7 },
};

/* Chrome OS puts the level where others have the host. */
static bool is_level(struct str w)
{
	if (w.n < 3 || w.n > 7 || w.p[1] < 'A' || w.p[1] > 'Z')
		return false;
	for (size_t i = 0; i < sizeof(level) / sizeof(level[0]); i++)
		if (str_eq(w, level[i].word))
			return true;
	return false;
}

/* tag: or tag[pid]: at the start of *rest; false leaves it as it is. */
static bool read_tag(struct str *rest, struct sysmsg *m)
{
	struct str s = *rest;
	size_t n = 0, close;

	while (n < s.n && s.p[n] != ':' && s.p[n] != '[' && s.p[n] != ' ')
		n++;
	if (n == 0 || n == s.n || s.p[n] == ' ')
		return false;
	if (s.p[n] == '[') {
		struct str in = str_skip(s, n + 1);

		close = str_chr(in, ']');
		if (close == (size_t)-1 || close + 1 >= in.n ||
		    (in.p[close + 1] != ':' && in.p[close + 1] != ' '))
			return false;
		m->pid = str_head(in, close);
		*rest = str_skip(in, close + 2);
	} else {
		if (n + 1 < s.n && s.p[n + 1] != ' ')
			return false;
		*rest = str_skip(s, n + 1);
	}
	m->app = str_head(s, n);
	/* "sshd(pam_unix)[123]:", as PAM wrote it before 0.99 */
	m->pam = str_ends(m->app, STR("(pam_unix)"));
	if (m->pam)
		m->app = str_head(m->app, m->app.n - 10);
	return true;
}

/* What follows the time in RFC 3164 and in rsyslog's ISO form of it */
static void read_header(struct parse *p, struct str rest, struct sysmsg *m)
{
	struct str host;
	size_t n;

	rest = str_trim(rest);
	n = str_chr(rest, ' ');
	host = str_head(rest, n);
	if (host.n && host.p[0] != ':' && host.p[host.n - 1] != ':') {
		if (is_level(host))
			ev_str(p->ev, KEY_LOG_LEVEL, host);
		else
			m->host = host;
		rest = str_trim(str_skip(rest, n));
	} else if (host.n && host.p[0] == ':') {
		rest = str_trim(str_skip(rest, 1)); /* "01:15:43: ---" */
	}
	(void)read_tag(&rest, m);
	m->msg = str_trim(rest);
}

static struct str nil(struct str w)
{
	return str_is(w, "-") ? STR_NONE : w;
}

/* [id name="value"…]… : its length, quotes and escapes heeded */
static size_t structured(struct str s)
{
	bool in = false, quoted = false;
	size_t i;

	if (s.n == 0 || s.p[0] != '[')
		return s.n && s.p[0] == '-' ? 1 : 0;
	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (quoted && c == '\\') {
			i++;
		} else if (c == '"') {
			quoted = !quoted;
		} else if (!quoted && c == '[') {
			in = true;
		} else if (!quoted && c == ']') {
			in = false;
		} else if (!in) {
			break;
		}
	}
	return i < s.n ? i : s.n;
}

/* HOST APP PROCID MSGID SD MSG */
static void read_5424(struct parse *p, struct str rest, struct sysmsg *m)
{
	struct scan s = scan_of(str_trim(rest));
	struct str w[4], msg;
	size_t n;

	for (unsigned i = 0; i < 4; i++) {
		w[i] = nil(scan_word(&s));
		(void)scan_blank(&s);
	}
	m->host = w[0];
	m->app = w[1];
	m->pid = w[2];
	ev_str(p->ev, KEY_LOG_SYSLOG_MSGID, w[3]);
	n = structured(s.s);
	if (n > 1)
		ev_str(p->ev, KEY_LOG_SYSLOG_SD, str_head(s.s, n));
	msg = str_trim(str_skip(s.s, n));
	if (str_starts(msg, STR("\xef\xbb\xbf")))
		msg = str_skip(msg, 3);
	m->msg = msg;
}

static void add_priority(struct parse *p, struct str rec)
{
	struct scan s = scan_of(rec);
	uint64_t pri;

	if (!scan_char(&s, '<') || !scan_digits(&s, 1, 3, &pri))
		return;
	ev_u64(p->ev, KEY_LOG_SYSLOG_FACILITY, pri >> 3);
	ev_u64(p->ev, KEY_LOG_SYSLOG_PRIORITY, pri);
	ev_u64(p->ev, KEY_LOG_SYSLOG_SEVERITY, pri & 7);
}

static bool is_5424(struct str rec)
{
	size_t n = str_chr(str_head(rec, 6), '>');

	return n != (size_t)-1 && rec.n > n + 2 && rec.p[n + 1] == '1' &&
	       rec.p[n + 2] == ' ';
}

static void add_logger(struct parse *p, const struct sysmsg *m)
{
	ev_str(p->ev, KEY_LOG_SYSLOG_APPNAME, m->app);
	ev_str(p->ev, KEY_LOG_SYSLOG_HOSTNAME, m->host);
	ev_str(p->ev, KEY_LOG_SYSLOG_PROCID, m->pid);
}

static void add_process(struct parse *p, const struct sysmsg *m)
{
	uint64_t pid;

	/* of an execution, process.* is what was run, not who logged it */
	if (p->ev->kind == KIND_EXEC || p->ev->kind == KIND_SUDO_DENIED)
		return;
	ev_str(p->ev, KEY_PROCESS_NAME, str_base(m->app));
	if (str_u64(m->pid, &pid))
		ev_u64(p->ev, KEY_PROCESS_PID, pid);
}

/* "last message repeated 5 times": which message then is told once more */
static bool again(struct state *st, struct sysmsg *m, uint64_t *n)
{
	struct scan s = scan_of(m->msg);
	struct str host = m->host;

	if (s.s.n == 0 || (s.s.p[0] != 'l' && s.s.p[0] != '-'))
		return false;
	(void)scan_lit(&s, STR("--- "));
	if (!scan_lit(&s, STR("last message repeated ")) || !scan_u64(&s, n) ||
	    st->last.msg.n == 0)
		return false;
	*m = st->last;
	m->depth = 1;
	if (host.n)
		m->host = host;
	return true;
}

static void decode(struct parse *p, struct sysmsg *m)
{
	struct state *st = p->state;
	struct str said = m->msg;
	bool repeat;
	uint64_t n;
	const char *dataset;

	if (!st)
		st = p->state = ARENA_NEW(p->keep, struct state);
	repeat = again(st, m, &n);
	add_logger(p, m);
	dataset = syslog_decode(p, m);
	if (dataset)
		p->ev->dataset = str_of(dataset);
	add_process(p, m);
	ev_str(p->ev, KEY_K_MESSAGE, said);
	if (repeat)
		ev_u64(p->ev, KEY_K_AUTH_REPEATED, n);
	else
		st->last = *m;
}

static enum outcome line(struct parse *p, struct str rec, struct when *w,
			 uint64_t off)
{
	struct arena_mark mark = arena_mark(p->scratch);
	struct sysmsg m = { .depth = 0 };
	struct str rest = str_skip(rec, p->head);
	enum outcome o;

	ev_begin(p->ev, KIND_LOG, "syslog", w, off);
	p->ev->original = str_head(rec, EV_MAX_ORIGINAL);
	if (rec.p[0] == '<')
		add_priority(p, rec);
	if (rec.p[0] == '<' && is_5424(rec))
		read_5424(p, rest, &m);
	else if (p->head > 10 && rec.p[4] == '-' && rec.p[10] == ' ')
		m.msg = str_trim(rest); /* a program's own log */
	else if (p->head)
		read_header(p, rest, &m);
	else
		m.msg = rec;
	decode(p, &m);
	o = parse_emit(p);
	arena_rewind(p->scratch, mark);
	return o;
}

static enum outcome parse(struct parse *p)
{
	p->state = NULL;
	return lines_parse(p, line);
}

/* A month's name, a date, a time and a blank after it: 40 bits; less for
 * digits alone, which many programs write. */
static unsigned probe(const struct source *src)
{
	struct str rest = lines_sample(src, SAMPLE_BYTES);
	unsigned nline = 0, nstamp = 0, ndated = 0;
	struct stamper st = { 0 };

	if (!lines_text(src))
		return CANNOT;
	while (rest.p && nline < SAMPLE_LINES) {
		struct str l = lines_next(&rest);
		struct stamp t;

		if (l.n == 0)
			continue;
		stamp_read(&st, l, &t);
		nline++;
		if (t.form < STAMP_NIL || l.n <= t.head ||
		    (l.p[t.head] != ' ' && l.p[t.head] != ':'))
			continue;
		nstamp++;
		ndated += t.form == STAMP_DATED && l.p[4] == '-' &&
			  l.p[10] == ' ';
	}
	if (nstamp == 0 || nstamp * 4 < nline)
		return CANNOT;
	if (nstamp > MORE_LINES)
		nstamp = MORE_LINES;
	return ndated * 2 > nstamp ? 20 + nstamp : 40 + 2 * nstamp;
}

static const char *const paths[] = {
	"/var/log/syslog*",   "/var/log/messages*",
	"/var/log/auth.log*", "/var/log/secure*",
	"/var/log/kern.log*", "/var/log/daemon.log*",
	"/var/log/cron*",     "/var/log/maillog*",
	"/var/log/mail.*",    "/var/log/user.log*",
	"/var/log/debug*",    "/var/log/boot.log*",
	"/var/log/ufw.log*",  NULL
};

const struct parser parser_syslog = {
	.name = "syslog",
	.title = "System logs: RFC 3164, RFC 5424, ISO 8601 (sshd, sudo, su, "
		 "cron, useradd, logind decoded)",
	.title_ja = "システムログ：RFC 3164、RFC 5424、ISO 8601（sshd、sudo、"
		    "su、cron、useradd、logind を解読）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
	.line = line,
};
