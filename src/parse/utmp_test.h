/*
 * utmp_test.h - what the tests of the utmp parser share.
 */
#ifndef PARSE_UTMP_TEST_H
#define PARSE_UTMP_TEST_H

#include "lines.h"
#include "utmp.h"

#include "../util/buf.h"
#include "../util/io.h"
#include "../util/timefmt.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#define MAX_SEEN 64

struct made {
	uint16_t type;
	uint32_t pid;
	const char *line, *id, *user, *host;
	uint32_t session, s, us;
	unsigned char ip[16];
};

static const struct made history[] = {
	{ UT_BOOT_TIME,
	  0,
	  "~",
	  "~~",
	  "reboot",
	  "6.1.0-37-amd64",
	  0,
	  1764000000,
	  123456,
	  { 0 } },
	{ UT_RUN_LVL,
	  53,
	  "~",
	  "~~",
	  "runlevel",
	  "6.1.0-37-amd64",
	  0,
	  1764000009,
	  5,
	  { 0 } },
	{ UT_LOGIN_PROCESS,
	  700,
	  "tty1",
	  "1",
	  "LOGIN",
	  "",
	  700,
	  1764000010,
	  0,
	  { 0 } },
	{ UT_USER_PROCESS,
	  812,
	  "pts/0",
	  "ts/0",
	  "alice",
	  "198.51.100.7",
	  812,
	  1764000100,
	  999999,
	  { 198, 51, 100, 7 } },
	{ UT_USER_PROCESS,
	  900,
	  "pts/1",
	  "ts/1",
	  "bob",
	  "host6.example",
	  0,
	  1764000200,
	  1,
	  { 0x20, 1, 0xd, 0xb8, [15] = 9 } },
	{ UT_OLD_TIME, 0, "|", "", "date", "", 0, 1764000300, 0, { 0 } },
	{ UT_NEW_TIME, 0, "{", "", "date", "", 0, 1764000100, 0, { 0 } },
	{ UT_DEAD_PROCESS,
	  812,
	  "pts/0",
	  "ts/0",
	  "",
	  "",
	  0,
	  1764000400,
	  2,
	  { 0 } },
	{ UT_RUN_LVL,
	  0,
	  "~",
	  "~~",
	  "shutdown",
	  "6.1.0-37-amd64",
	  0,
	  1764000500,
	  3,
	  { 0 } },
};
#define NHISTORY (sizeof(history) / sizeof(history[0]))

struct seen {
	unsigned kind;
	struct when when;
	uint64_t off, nfield, pid;
	char type[16], user[33], tty[33], host[257];
	unsigned char ip[16];
};
struct watcher {
	struct sink sink;
	struct seen seen[MAX_SEEN];
	size_t n, notes;
	struct note last;
};

static inline void copy(char *to, size_t size, struct str s)
{
	assert_true(s.n < size);
	if (s.n)
		memcpy(to, s.p, s.n);
	to[s.n] = '\0';
}

static inline int on_event(struct sink *sink, struct event *ev)
{
	struct watcher *w = (struct watcher *)sink;
	struct seen *s = &w->seen[w->n++ % MAX_SEEN];

	memset(s, 0, sizeof(*s));
	s->kind = ev->kind;
	s->when = ev->when;
	s->off = ev->off;
	s->nfield = ev->nfield;
	if (ev_get(ev, KEY_PROCESS_PID))
		s->pid = ev_get(ev, KEY_PROCESS_PID)->v.u64;
	copy(s->type, sizeof(s->type), ev_get_str(ev, KEY_K_UTMP_TYPE));
	copy(s->user, sizeof(s->user), ev_get_str(ev, KEY_USER_NAME));
	copy(s->tty, sizeof(s->tty), ev_get_str(ev, KEY_PROCESS_TTY));
	copy(s->host, sizeof(s->host), ev_get_str(ev, KEY_SOURCE_ADDRESS));
	if (ev_get(ev, KEY_SOURCE_IP))
		memcpy(s->ip, ev_get(ev, KEY_SOURCE_IP)->v.ip, 16);
	return 0;
}

static inline void on_note(struct sink *sink, const struct note *n)
{
	struct watcher *w = (struct watcher *)sink;

	w->notes++;
	w->last = *n;
}

static inline enum outcome run_short(const char *path, struct str data,
				     uint64_t short_at, struct watcher *w)
{
	static const struct sink_ops ops = { .event = on_event,
					     .note = on_note };
	struct source src = { .path = str_of(path),
			      .data = data,
			      .size = data.n,
			      .mtime_ns = TS_MIN,
			      .short_at = short_at };
	struct context *ctx = xmalloc(sizeof(*ctx));
	struct arena scratch;
	struct parse p = { .src = &src,
			   .ctx = ctx,
			   .scratch = &scratch,
			   .out = &w->sink,
			   .ev = xmalloc(sizeof(struct event)) };
	enum outcome result;

	memset(w, 0, sizeof(*w));
	w->sink.ops = &ops;
	ctx->collected_ns = TS_MIN;
	arena_init(&scratch, 1u << 20);
	result = parser_utmp.probe(&src) == CANNOT ? REFUSED
						   : parser_utmp.parse(&p);
	arena_free(&scratch);
	free(p.ev);
	free(ctx);
	return result;
}

static inline enum outcome run(const char *path, struct str data,
			       struct watcher *w)
{
	return run_short(path, data, UINT64_MAX, w);
}

static inline void put(struct buf *b, uint64_t v, unsigned bytes, bool big)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_c(b, (char)(v >> 8 * (big ? bytes - 1 - i : i)));
}

static inline void put_text(struct buf *b, const char *s, size_t n)
{
	size_t have = strlen(s) < n ? strlen(s) : n;

	buf_add(b, s, have);
	for (; have < n; have++)
		buf_c(b, 0);
}

static inline void put_record(struct buf *b, const struct made *m, bool wide,
			      bool big)
{
	unsigned word = wide ? 8 : 4;

	put(b, m->type, 2, big);
	put(b, 0, 2, big);
	put(b, m->pid, 4, big);
	put_text(b, m->line, 32);
	put_text(b, m->id, 4);
	put_text(b, m->user, 32);
	put_text(b, m->host, 256);
	put(b, 0, 4, big);
	put(b, m->session, word, big);
	put(b, m->s, word, big);
	put(b, m->us, word, big);
	buf_add(b, m->ip, 16);
	put_text(b, "", wide ? 24 : 20);
}

static inline struct buf file_of(const struct made *m, size_t n, bool wide,
				 bool big)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < n; i++)
		put_record(&b, &m[i], wide, big);
	return b;
}

#endif
