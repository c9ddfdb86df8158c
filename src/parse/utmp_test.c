/*
 * utmp_test.c - the four layouts say the same, as utmpdump does.
 */
#include "utmp_test.h"

static void four_layouts_say_the_same(void **state)
{
	struct watcher *want = xmalloc(sizeof(*want));
	struct watcher *got = xmalloc(sizeof(*got));

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		bool wide = i & 1, big = i & 2;
		struct buf b = file_of(history, NHISTORY, wide, big);
		struct watcher *w = i ? got : want;

		assert_int_equal(b.n, NHISTORY * (wide ? 400u : 384u));
		assert_int_equal(run("/var/log/wtmp", buf_view(&b), w), WHOLE);
		assert_int_equal(w->n, NHISTORY);
		for (size_t k = 0; k < NHISTORY; k++) {
			assert_int_equal(w->seen[k].off,
					 k * (wide ? 400u : 384u));
			w->seen[k].off = 0;
		}
		if (i)
			assert_memory_equal(want->seen, got->seen,
					    sizeof(got->seen));
		buf_free(&b);
	}
	free(want);
	free(got);
}

static void kinds_and_fields(void **state)
{
	static const unsigned kind[NHISTORY] = {
		KIND_BOOT,  KIND_UTMP,  KIND_UTMP,   KIND_LOGIN,   KIND_LOGIN,
		KIND_CLOCK, KIND_CLOCK, KIND_LOGOUT, KIND_SHUTDOWN
	};
	static const unsigned char v4[16] = {
		[10] = 255, [11] = 255, [12] = 198,
		[13] = 51,  [14] = 100, [15] = 7
	};
	struct buf b = file_of(history, NHISTORY, false, false);
	struct watcher *w = xmalloc(sizeof(*w));

	(void)state;
	assert_int_equal(run("/var/log/wtmp.1", buf_view(&b), w), WHOLE);
	for (size_t i = 0; i < NHISTORY; i++)
		assert_int_equal(w->seen[i].kind, kind[i]);
	assert_string_equal(w->seen[0].user, ""); /* reboot is no account */
	assert_string_equal(w->seen[3].user, "alice");
	assert_string_equal(w->seen[3].tty, "pts/0");
	assert_string_equal(w->seen[3].host, "198.51.100.7");
	assert_memory_equal(w->seen[3].ip, v4, 16);
	assert_memory_equal(w->seen[4].ip, history[4].ip, 16);
	assert_int_equal(w->seen[3].when.ts_ns,
			 1764000100 * NS_PER_S + 999999000);
	assert_int_equal(w->seen[3].when.unit, UNIT_US);
	assert_int_equal(run("/var/log/btmp", buf_view(&b), w), WHOLE);
	assert_int_equal(w->seen[3].kind, KIND_LOGIN_FAILED);
	assert_int_equal(w->seen[0].kind, KIND_BOOT);
	free(w);
	buf_free(&b);
}

/* What utmpdump prints of the same file, field by field. */
static void as_utmpdump(void **state)
{
	struct buf b = file_of(history, NHISTORY, false, false);
	struct watcher *w = xmalloc(sizeof(*w));
	char path[] = "/tmp/utmp_test.XXXXXX", command[128], line[1024];
	size_t n = 0;
	FILE *f;
	int fd;

	(void)state;
	if (access("/usr/bin/utmpdump", X_OK) < 0) {
		print_message("skipped: no utmpdump\n");
		skip();
	}
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(io_write(fd, b.p, b.n), 0);
	(void)close(fd);
	assert_int_equal(run("/var/log/wtmp", buf_view(&b), w), WHOLE);
	(void)snprintf(command, sizeof(command), "utmpdump %s 2>/dev/null",
		       path);
	f = popen(command, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		const struct seen *s = &w->seen[n++];
		char time[TS_TEXT + 1], pid[16], *at;

		(void)ts_text(s->when.ts_ns, time);
		time[19] = ','; /* 2025-11-24T16:00:00,123456+00:00 */
		memcpy(strchr(line, '\n') - 7, "]", 2);
		at = strrchr(line, '[') + 1;
		at[26] = '\0';
		time[26] = '\0';
		assert_string_equal(at, time);
		(void)snprintf(pid, sizeof(pid), "[%05u]", (unsigned)s->pid);
		assert_non_null(strstr(line, pid));
		assert_non_null(strstr(line, s->user));
		assert_non_null(strstr(line, s->tty));
		assert_non_null(strstr(line, s->host));
	}
	assert_int_equal(pclose(f), 0);
	assert_int_equal(n, NHISTORY);
	(void)unlink(path);
	free(w);
	buf_free(&b);
}

static void fixture(const char *name, size_t n, struct watcher *w)
{
	char path[PATH_MAX];
	struct buf b = { 0 };
	struct err err;
	int fd;

	(void)snprintf(path, sizeof(path), "../shared/data/linux/utmp/%s",
		       name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(io_slurp(fd, 1u << 20, &b, &err), 0);
	(void)close(fd);
	assert_int_equal(run("/run/utmp", buf_view(&b), w), WHOLE);
	assert_int_equal(w->n, n);
	buf_free(&b);
}

static void fixtures(void **state)
{
	struct watcher *w = xmalloc(sizeof(*w));
	struct watcher *arm = xmalloc(sizeof(*w));
	char time[TS_TEXT + 1];

	(void)state;
	if (access("../shared/data/linux/utmp", R_OK) < 0) {
		print_message("skipped: no ../shared/data\n");
		free(w);
		free(arm);
		skip();
	}
	fixture("utmp", 14, w);
	(void)ts_text(w->seen[2].when.ts_ns, time);
	assert_string_equal(time, "2013-12-13T14:45:09.000000000Z");
	assert_string_equal(w->seen[2].type, "LOGIN_PROCESS");
	fixture("utmp_x86_64", 6, w);
	fixture("utmp_aarch64", 6, arm);
	for (unsigned i = 0; i < 6; i++) { /* written at another second */
		assert_int_equal(w->seen[i].kind, arm->seen[i].kind);
		assert_int_equal(w->seen[i].nfield, arm->seen[i].nfield);
		assert_string_equal(w->seen[i].tty, arm->seen[i].tty);
		assert_memory_equal(w->seen[i].ip, arm->seen[i].ip, 16);
	}
	free(w);
	free(arm);
}

/* Each login stands in what last(1) prints, at its second. */
static void as_last(void **state)
{
	struct buf b = file_of(history, NHISTORY, false, false);
	struct watcher *w = xmalloc(sizeof(*w));
	char path[] = "/tmp/utmp_test.XXXXXX", command[128], line[1024];
	unsigned found = 0, logins = 0;
	FILE *f;
	int fd;

	(void)state;
	if (access("/usr/bin/last", X_OK) < 0) {
		print_message("skipped: no last\n");
		skip();
	}
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(io_write(fd, b.p, b.n), 0);
	(void)close(fd);
	assert_int_equal(run("/var/log/wtmp", buf_view(&b), w), WHOLE);
	(void)snprintf(command, sizeof(command),
		       "TZ=UTC last -w --time-format iso -f %s", path);
	f = popen(command, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		for (size_t i = 0; i < w->n; i++) {
			const struct seen *s = &w->seen[i];
			char time[TS_TEXT + 1];

			(void)ts_text(s->when.ts_ns, time);
			time[19] = '\0';
			found += s->kind == KIND_LOGIN &&
				 strncmp(line, s->user, strlen(s->user)) == 0 &&
				 strstr(line, s->tty) && strstr(line, time);
		}
	assert_int_equal(pclose(f), 0);
	for (size_t i = 0; i < w->n; i++)
		logins += w->seen[i].kind == KIND_LOGIN;
	assert_int_equal(logins, 2);
	assert_int_equal(found, logins);
	(void)unlink(path);
	free(w);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_layouts_say_the_same),
		cmocka_unit_test(kinds_and_fields),
		cmocka_unit_test(as_utmpdump),
		cmocka_unit_test(as_last),
		cmocka_unit_test(fixtures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
