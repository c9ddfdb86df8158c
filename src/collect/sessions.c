/*
 * sessions.c - who is logged in, as systemd-logind keeps it: one file a
 * session in /run/systemd/sessions, lines NAME=value.  utmp is collected as
 * a file.
 */
#include "live.h"
#include "probe.h"
#include "row.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define TEXT_MAX (64u << 10)
#define NO_SESSIONS 10000u

struct field {
	const char *name;
	enum key key;
	enum { TEXT, NUMBER, MICROSECONDS } how;
};

static const struct field field[] = {
	{ "UID", KEY_USER_ID, TEXT },
	{ "USER", KEY_USER_NAME, TEXT },
	{ "LEADER", KEY_PROCESS_PID, NUMBER },
	{ "TTY", KEY_PROCESS_TTY, TEXT },
	{ "REMOTE_HOST", KEY_SOURCE_ADDRESS, TEXT },
	{ "SERVICE", KEY_SERVICE_NAME, TEXT },
	{ "REALTIME", KEY_EVENT_START, MICROSECONDS },
	{ "CLASS", KEY_K_SESSION_CLASS, TEXT },
	{ "SCOPE", KEY_K_SESSION_SCOPE, TEXT },
	{ "STATE", KEY_K_SESSION_STATE, TEXT },
	{ "TYPE", KEY_K_SESSION_TYPE, TEXT },
};

static struct str value_of(struct str text, const char *name)
{
	while (text.p && text.n) {
		struct str v = str_cut(&text, '\n'), n = str_cut(&v, '=');

		if (v.p && str_is(n, name))
			return v;
	}
	return STR_NONE;
}

static void field_row(struct buf *row, const struct field *f, struct str v)
{
	uint64_t n = 0;

	if (v.n == 0)
		return;
	if (f->how == TEXT)
		row_str(row, f->key, v);
	else if (str_u64(v, &n) && n < UINT64_MAX / 1000)
		row_u64(row, f->key, f->how == NUMBER ? n : n * 1000);
}

static void session_row(struct probe_run *run, struct buf *row, struct str id,
			struct str text)
{
	buf_clear(row);
	json_open(row);
	row_str(row, KEY_K_SESSION_ID, id);
	for (size_t i = 0; i < sizeof field / sizeof field[0]; i++)
		field_row(row, &field[i], value_of(text, field[i].name));
	json_close(row);
	probe_row(run, "sessions", buf_view(row));
}

static bool is_session(struct str name) /* beside FIFOs: 3.ref */
{
	return name.n > 0 && name.n < 64 && !str_ends(name, STR(".ref")) &&
	       name.p[0] != '.';
}

static void run_sessions(struct probe_run *run)
{
	struct buf names = { 0 }, text = { 0 }, row = { 0 };
	uint64_t count = 0, bytes = 0;
	struct str left;
	int dir;

	if (!probe_item(run, 1, STR("/run/systemd/sessions")))
		return;
	dir = live_open_in(probe_env(run)->root, "run/systemd/sessions",
			   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || live_list(dir, ".", &names) < 0) {
		probe_status(run, STR_NONE,
			     errno == ENOENT ? PROBE_ABSENT : PROBE_DENIED,
			     errno, 0, 0);
		if (dir >= 0)
			close(dir);
		return;
	}
	for (left = buf_view(&names);
	     left.p && left.n && count < NO_SESSIONS;) {
		struct str name = str_cut(&left, '\0');

		if (!is_session(name) ||
		    live_read_in(dir, name.p, TEXT_MAX, &text) < 0)
			continue;
		session_row(run, &row, name, buf_view(&text));
		bytes += text.n;
		count++;
	}
	probe_status(run, STR_NONE, PROBE_COLLECTED, 0, count, bytes);
	close(dir);
	buf_free(&names);
	buf_free(&text);
	buf_free(&row);
}

const struct probe probe_sessions = {
	.name = "sessions",
	.title = "login sessions of systemd-logind",
	.title_ja = "ログインセッション（systemd-logind）",
	.stream = "live/sessions",
	.reads = "/run/systemd/sessions/*",
	.live_only = true,
	.run = run_sessions,
};
