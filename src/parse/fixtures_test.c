/*
 * fixtures_test.c - other tools' own fixtures, which are not shipped here:
 * looked for below ../shared/data, skipped when absent.  The counts are
 * those tools' answers; the years are right where theirs are not (every line
 * of a log is older than the log).
 */
#include "parser.h"

#include "../util/timefmt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define DATA "../shared/data/"
#define MAX_SEEN 4096
#define MAX_KINDS KIND_COUNT

struct seen {
	int64_t ts_ns;
	uint8_t desc;
	char first[64]; /* start of the line */
};

struct tally {
	struct sink sink;
	size_t n, nnote, kind[MAX_KINDS];
	uint64_t repeated;
	size_t breakin, from_top;
	struct seen seen[MAX_SEEN];
	char login_user[32];
	int64_t login_ns;
};

static void count_login(struct tally *t, const struct event *e)
{
	struct str user = ev_get_str(e, KEY_USER_NAME);
	const struct field *f = ev_get(e, KEY_K_AUTH_REPEATED);
	unsigned char top[16];

	if (e->kind == KIND_LOGIN) {
		(void)snprintf(t->login_user, sizeof(t->login_user), STR_FMT,
			       STR_ARG(user));
		t->login_ns = e->when.ts_ns;
	}
	if (e->kind != KIND_LOGIN_FAILED)
		return;
	if (f)
		t->repeated += f->v.u64;
	f = ev_get(e, KEY_SOURCE_IP);
	assert_true(str_ip(STR("183.62.140.253"), top));
	if (f && memcmp(f->v.ip, top, 16) == 0 &&
	    str_is(ev_get_str(e, KEY_K_AUTH_METHOD), "password"))
		t->from_top++;
}

static int on_event(struct sink *s, struct event *e)
{
	struct tally *t = (struct tally *)s;
	struct seen *n = &t->seen[t->n];

	assert_true(t->n < MAX_SEEN);
	n->ts_ns = e->when.ts_ns;
	n->desc = e->desc;
	(void)snprintf(n->first, sizeof(n->first), STR_FMT,
		       STR_ARG(str_head(e->original, 63)));
	t->n++;
	t->kind[e->kind]++;
	t->breakin += str_is(ev_get_str(e, KEY_EVENT_ACTION),
			     "reverse-mapping-failed");
	count_login(t, e);
	return 0;
}

static void on_note(struct sink *s, const struct note *n)
{
	(void)n;
	((struct tally *)s)->nnote++;
}

static const struct sink_ops ops = { .event = on_event, .note = on_note };

static struct buf file;

/* Parses DATA/name as path; NULL (and the test is skipped) when absent. */
static struct tally *run(const char *name, const char *path, const char *want,
			 const char *mtime, int32_t zone_s)
{
	static struct tally t;
	static struct arena keep, scratch;
	static struct event ev;
	char full[256];
	FILE *f;
	size_t n;
	unsigned digits;
	bool has;
	int32_t off;
	struct source src = { .path = str_of(path),
			      .mtime_ns = INT64_MIN,
			      .short_at = UINT64_MAX };
	struct context ctx = { .collected_ns = INT64_MIN,
			       .have = CTX_ZONE,
			       .zone = tz_fixed(zone_s) };
	struct parse p = { .src = &src, .ctx = &ctx, .ev = &ev };
	const struct parser *ps;

	(void)snprintf(full, sizeof(full), DATA "%s", name);
	f = fopen(full, "rb");
	if (!f) {
		print_message("%s is absent: skipped\n", full);
		skip();
	}
	file.n = 0;
	while ((n = fread(buf_room(&file, 65536), 1, 65536, f)) > 0)
		file.n += n;
	fclose(f);
	memset(&t, 0, sizeof(t));
	t.sink.ops = &ops;
	src.data = buf_view(&file);
	src.size = file.n;
	if (mtime)
		assert_true(ts_parse_iso(str_of(mtime), &src.mtime_ns, &digits,
					 &has, &off) > 0);
	arena_init(&keep, 0);
	arena_init(&scratch, 0);
	p.keep = &keep;
	p.scratch = &scratch;
	p.out = &t.sink;
	ps = parser_pick(&src);
	assert_non_null(ps);
	assert_string_equal(ps->name, want);
	assert_true(ps->parse(&p) <= PARTLY);
	arena_free(&keep);
	arena_free(&scratch);
	return &t;
}

/* The time of the first record that begins with `start'. */
static void at(const struct tally *t, const char *start, const char *time)
{
	char text[TS_TEXT + 1];

	for (size_t i = 0; i < t->n; i++) {
		if (strncmp(t->seen[i].first, start, strlen(start)) != 0)
			continue;
		ts_text(t->seen[i].ts_ns, text);
		assert_string_equal(text, time);
		return;
	}
	fail_msg("no record %s", start);
}

static void none_after(const struct tally *t, const char *mtime)
{
	int64_t ts;
	unsigned digits;
	bool has;
	int32_t off;

	assert_true(ts_parse_iso(str_of(mtime), &ts, &digits, &has, &off) > 0);
	for (size_t i = 0; i < t->n; i++)
		assert_true(t->seen[i].ts_ns <= ts);
}

/* 16 records and the line of month `MMM'; 2012 as its own text says */
static void syslog_mixed(void **state)
{
	const char *mtime = "2014-12-01T00:00:00Z";
	struct tally *t = run("linux/syslog/syslog", "/var/log/syslog",
			      "syslog", mtime, 0);

	(void)state;
	assert_int_equal(t->n, 16);
	assert_int_equal(t->nnote, 1);
	at(t, "Jan 22 07:52:33", "2012-01-22T07:52:33.000000000Z");
	at(t, "Feb 29", "2012-02-29T01:15:43.000000000Z");
	at(t, "Dec 18", "2012-12-18T17:54:32.000000000Z");
	at(t, "Mar 23 23:01:18.123", "2013-03-23T23:01:18.123000000Z");
	at(t, "Nov 18 08:31:20", "2014-11-18T08:31:20.000000000Z");
	none_after(t, mtime);
	assert_int_equal(t->kind[KIND_EXEC], 3);
}

/* The mtime inside the published archive of an earlier form of this log */
static void syslog_mixed_older(void **state)
{
	const char *mtime = "2012-07-24T21:45:24Z";
	struct tally *t = run("linux/syslog/syslog", "/var/log/syslog",
			      "syslog", mtime, 0);

	(void)state;
	assert_int_equal(t->n, 16);
	none_after(t, mtime);
}

/* CET; the golden output of year 2020 */
static void syslog_traditional(void **state)
{
	struct tally *t =
		run("linux/syslog/syslog_rsyslog_traditional",
		    "/var/log/syslog", "syslog", "2020-12-01T00:00:00Z", 3600);

	(void)state;
	assert_int_equal(t->n, 8);
	assert_int_equal(t->nnote, 0);
	at(t, "Jan 22", "2020-01-22T06:54:32.000000000Z");
	at(t, "Mar 11 09:39:39", "2020-03-11T08:39:39.000000000Z");
	at(t, "Mar 11 23:07:04", "2020-03-11T22:07:04.000000000Z");
	at(t, "Nov 18", "2020-11-18T00:15:20.000000000Z");
}

static void syslog_rsyslog(void **state)
{
	struct tally *t = run("linux/syslog/syslog_rsyslog", "/var/log/x",
			      "syslog", NULL, 0);

	(void)state;
	assert_int_equal(t->n, 5);
	at(t, "2020-05-31T00:00:45.698463", "2020-05-31T00:00:45.698463000Z");
}

static void syslog_5424(void **state)
{
	struct tally *t =
		run("linux/syslog/syslog_rsyslog_SyslogProtocol23Format",
		    "/var/log/x", "syslog", NULL, 0);

	(void)state;
	assert_int_equal(t->n, 9);
	at(t, "<15>1", "2021-03-06T04:07:38.251122000Z");
}

static void syslog_negative_offset(void **state)
{
	struct tally *t = run("linux/syslog/syslog_chromeos", "/var/log/x",
			      "syslog", NULL, 0);

	(void)state;
	assert_int_equal(t->n, 8);
	at(t, "2016-10-25T12:37:23.297265", "2016-10-25T19:37:23.297265000Z");
}

static void syslog_ssh(void **state)
{
	struct tally *t =
		run("linux/syslog/syslog_ssh.log", "/var/log/auth.log",
		    "syslog", "2015-03-12T00:00:00Z", 0);

	(void)state;
	assert_int_equal(t->n, 9);
	assert_int_equal(t->kind[KIND_LOGIN], 5);
	assert_int_equal(t->kind[KIND_LOGIN_FAILED], 2);
	assert_int_equal(t->kind[KIND_CONNECTION], 1);
	assert_int_equal(t->kind[KIND_SERVICE], 1);
}

static void syslog_cron(void **state)
{
	struct tally *t =
		run("linux/syslog/syslog_cron.log", "/var/log/cron.log",
		    "syslog", "2016-02-01T00:00:00Z", 0);

	(void)state;
	assert_int_equal(t->n, 9);
	assert_int_equal(t->kind[KIND_EXEC], 9);
	at(t, "Mar 11 00:00:00", "2015-03-11T00:00:00.000000000Z");
	at(t, "Jan 22 07:53:01", "2016-01-22T07:53:01.000000000Z");
}

static void histories(void **state)
{
	struct tally *t = run("linux/bash_history", "/home/a/.bash_history",
			      "history", NULL, 0);

	(void)state;
	assert_int_equal(t->n, 4);
	at(t, "#1380630977", "2013-10-01T12:36:17.000000000Z");
	t = run("linux/bash_history_desync", "/home/a/.bash_history", "history",
		NULL, 0);
	assert_int_equal(t->n, 5);
	at(t, "/sbin/reboot", "2013-10-01T12:36:17.000000000Z");
	t = run("linux/zsh_extended_history.txt", "/home/a/.zsh_history",
		"history", NULL, 0);
	assert_int_equal(t->n, 4);
	t = run("linux/fish_history", "/x/fish_history", "history", NULL, 0);
	assert_int_equal(t->n, 10);
}

static void packages(void **state)
{
	struct tally *t =
		run("linux/dpkg.log", "/var/log/dpkg.log", "dpkglog", NULL, 0);

	(void)state;
	assert_int_equal(t->n, 4);
	at(t, "2009-02-25", "2009-02-25T11:45:23.000000000Z");
	t = run("linux/apt_history.log", "/var/log/apt/history.log", "aptlog",
		NULL, 0);
	assert_int_equal(t->nnote, 0);
	assert_int_equal(t->kind[KIND_PACKAGE], t->n);
}

/* 24 entries; mactime prints 46 rows, some of them of a time that is 0 */
static void body(void **state)
{
	struct tally *t = run("linux/bodyfile/bodyfile", "/bodyfile",
			      "bodyfile", NULL, 0);
	size_t at_ns = 0;

	(void)state;
	assert_int_equal(t->nnote, 0);
	for (size_t i = 0; i < t->n; i++)
		at_ns += t->seen[i].ts_ns == INT64_C(1596091265352146149) ||
			 t->seen[i].ts_ns == INT64_C(1596091265354067564);
	assert_int_equal(at_ns, 3); /* to the nanosecond */
	print_message("bodyfile: %zu events\n", t->n);
}

static void openssh_2k(void **state)
{
	struct tally *t = run("loghub/OpenSSH_2k.log", "/var/log/auth.log",
			      "syslog", "2016-12-10T12:00:00Z", 0);

	(void)state;
	assert_int_equal(t->n, 2000);
	assert_int_equal(t->nnote, 0);
	assert_int_equal(t->kind[KIND_LOGIN], 1);
	assert_string_equal(t->login_user, "fztu");
	at(t, "Dec 10 09:32:20 LabSZ sshd[24680]: Acc",
	   "2016-12-10T09:32:20.000000000Z");
	assert_int_equal(t->repeated, 10);
	assert_int_equal(t->breakin, 85);
	/* 520 `Failed password' (two of them repeated), 4 `Failed none' */
	assert_int_equal(t->kind[KIND_LOGIN_FAILED], 524);
	assert_int_equal(t->from_top, 286);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(syslog_mixed),
		cmocka_unit_test(syslog_mixed_older),
		cmocka_unit_test(syslog_traditional),
		cmocka_unit_test(syslog_rsyslog),
		cmocka_unit_test(syslog_5424),
		cmocka_unit_test(syslog_negative_offset),
		cmocka_unit_test(syslog_ssh),
		cmocka_unit_test(syslog_cron),
		cmocka_unit_test(histories),
		cmocka_unit_test(packages),
		cmocka_unit_test(body),
		cmocka_unit_test(openssh_2k),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
