/*
 * journal_test.c - every entry and field as journalctl sees them.
 */
#include "journal_test.h"

#include <limits.h>

#define REMOTE "/lib/systemd/systemd-journal-remote"

/* Standard output of a command; empty when there is no such program. */
static struct buf output(const char *command)
{
	FILE *f = popen(command, "r");
	struct buf b = { 0 };
	size_t n;

	assert_non_null(f);
	do {
		n = fread(buf_room(&b, 65536), 1, 65536, f);
		b.n += n;
	} while (n > 0);
	(void)pclose(f);
	return b;
}

/* One line or binary field of the export format; false at a blank line. */
static bool export_pair(struct str *in, struct pair *p)
{
	struct str line = str_cut(in, '\n');
	uint64_t n = 0;
	size_t eq = str_chr(line, '=');

	if (line.n == 0)
		return false;
	p->name = str_head(line, eq == (size_t)-1 ? line.n : eq);
	p->value = str_skip(line, p->name.n + 1);
	if (eq != (size_t)-1)
		return true;
	assert_true(in->n >= 8);
	for (unsigned i = 8; i > 0; i--)
		n = n << 8 | (unsigned char)in->p[i - 1];
	p->value = str_head(str_skip(*in, 8), n);
	*in = str_skip(*in, 8 + n + 1);
	return true;
}

static void import(struct str in, struct list *l)
{
	while (in.p && in.n) {
		struct pair p, *all = arena_array(l->arena, 256, sizeof(p));
		struct seen *s = add(l);

		s->pair = all;
		while (export_pair(&in, &p)) {
			if (str_is(p.name, "__REALTIME_TIMESTAMP"))
				assert_true(str_u64(p.value, &s->realtime));
			else if (!str_is(p.name, "__CURSOR"))
				all[s->npair++] = p;
			assert_true(s->npair < 256);
		}
	}
}

static bool has(const struct seen *s, const struct pair *p)
{
	for (size_t i = 0; i < s->npair; i++)
		if (str_eq(s->pair[i].name, p->name) &&
		    str_eq(s->pair[i].value, p->value))
			return true;
	return false;
}

static void same_fields(const struct seen *want, const struct seen *got)
{
	for (size_t i = 0; i < want->npair; i++)
		if (!has(got, &want->pair[i]))
			fail_msg("%llu lacks " STR_FMT,
				 (unsigned long long)got->off,
				 STR_ARG(want->pair[i].name));
	/* the decoders of messages add fields of their own: not fewer */
	assert_true(got->npair >= want->npair);
}

static void compare(const char *path)
{
	char command[PATH_MAX + 100];
	struct arena arena;
	struct list want = { .arena = &arena };
	struct list got = { .arena = &arena, .keep = true };
	struct buf data = { 0 }, text;

	arena_init(&arena, 0);
	(void)snprintf(command, sizeof(command),
		       "journalctl --file '%s' -o export 2>/dev/null", path);
	text = output(command);
	import(buf_view(&text), &want);
	assert_true(slurp(path, &data));
	assert_int_equal(run(buf_view(&data), &got), WHOLE);
	assert_int_equal(got.n, want.n);
	assert_true(got.n > 0);
	assert_int_equal(got.recovered, 0);
	for (size_t i = 0; i < got.n; i++) {
		assert_int_equal(got.e[i].realtime, want.e[i].realtime);
		same_fields(&want.e[i], &got.e[i]);
	}
	buf_free(&text);
	buf_free(&data);
	free(want.e);
	free(got.e);
	arena_free(&arena);
}

static bool tools(void)
{
	if (access(REMOTE, X_OK) == 0 &&
	    access("/usr/bin/journalctl", X_OK) == 0)
		return true;
	print_message("skipped: no systemd-journal-remote or journalctl\n");
	return false;
}

static void samples_as_journalctl(void **state)
{
	(void)state;
	if (!tools())
		return;
	for (size_t i = 0; i < NSAMPLE; i++)
		compare(samples[i]);
}

static void put_binary(struct buf *b, uint64_t *seed)
{
	uint64_t n = 600 + rnd(seed) % 3000;

	buf_puts(b, "MESSAGE\n");
	for (unsigned i = 0; i < 8; i++)
		buf_c(b, (char)(n >> (8 * i)));
	for (uint64_t i = 0; i < n; i++)
		buf_c(b,
		      (char)(rnd(seed) % 8 ? 'a' + rnd(seed) % 4 : rnd(seed)));
	buf_c(b, '\n');
}

/* Entries as a server has them; every fifth large and binary. */
static struct buf made_up(size_t n, bool large)
{
	uint64_t seed = SEED;
	struct buf b = { 0 };

	for (size_t i = 0; i < n; i++) {
		buf_fmt(&b,
			"__REALTIME_TIMESTAMP=%llu\n"
			"__MONOTONIC_TIMESTAMP=%zu\n"
			"_BOOT_ID=0123456789abcdef0123456789abcd%02zu\n"
			"_HOSTNAME=web%zu\n_PID=%zu\n_UID=%zu\n_GID=0\n"
			"_COMM=worker\n_EXE=/usr/bin/worker\n"
			"_CMDLINE=/usr/bin/worker --number %zu\n"
			"PRIORITY=%zu\nSYSLOG_FACILITY=3\n_TRANSPORT=syslog\n"
			"SYSLOG_IDENTIFIER=worker\nSYSLOG_PID=%zu\n"
			"_SYSTEMD_UNIT=worker@%zu.service\n"
			"_SYSTEMD_SLICE=system.slice\n_CAP_EFFECTIVE=0\n"
			"_MACHINE_ID=11112222333344445555666677778888\n"
			"CODE_LINE=%zu\nCODE_LINE=%zu\n",
			1700000000000000ull + i * 1001, 5000 + i * 1001,
			i * 10 / n, i % 2, 300 + i % 50, i % 5, i % 50, i % 8,
			300 + i % 50, i % 9, i % 700, i % 3);
		if (large && i % 5 == 0)
			put_binary(&b, &seed);
		else
			buf_fmt(&b, "MESSAGE=request %zu took %llu us\n", i,
				(unsigned long long)(rnd(&seed) % 100000));
		buf_c(&b, '\n');
	}
	return b;
}

static void write_file(const char *path, struct str s)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(io_write(fd, s.p, s.n), 0);
	(void)close(fd);
}

/* A journal at path by systemd's own writer. */
static void write_journal(const char *dir, const char *path, const char *env)
{
	char command[3 * PATH_MAX];
	struct buf out;

	(void)unlink(path);
	(void)snprintf(command, sizeof(command),
		       "env %s " REMOTE " -o '%s' '%s/export' 2>&1", env, path,
		       dir);
	out = output(command);
	buf_free(&out);
}

static void scratch_dir(char dir[32])
{
	memcpy(dir, "/tmp/journal_test.XXXXXX", 25);
	assert_non_null(mkdtemp(dir));
}

static void drop(const char *dir)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/export", dir);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/x.journal", dir);
	(void)unlink(path);
	(void)rmdir(dir);
}

static void prepare(const char *dir, size_t n, bool large, char *path)
{
	struct buf text = made_up(n, large);

	(void)snprintf(path, PATH_MAX, "%s/export", dir);
	write_file(path, buf_view(&text));
	(void)snprintf(path, PATH_MAX, "%s/x.journal", dir);
	buf_free(&text);
}

/* The algorithm is asked for; releases before 253 take their own. */
static void written_as_journalctl(void **state)
{
	static const char *const algorithm[] = { "NONE", "XZ", "LZ4", "ZSTD" };
	char dir[32], path[PATH_MAX], env[128];

	(void)state;
	if (!tools())
		return;
	scratch_dir(dir);
	prepare(dir, 300, true, path);
	for (unsigned i = 0; i < 16; i++) {
		(void)snprintf(env, sizeof(env),
			       "SYSTEMD_JOURNAL_COMPRESS=%s "
			       "SYSTEMD_JOURNAL_KEYED_HASH=%u "
			       "SYSTEMD_JOURNAL_COMPACT=%u",
			       algorithm[i / 4], i / 2 % 2, i % 2);
		write_journal(dir, path, env);
		compare(path);
	}
	drop(dir);
}

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int count(struct sink *sink, struct event *ev)
{
	(void)ev;
	((struct catcher *)sink)->list->n++;
	return 0;
}

static double parse_time(struct str data, struct list *l)
{
	static const struct sink_ops ops = { .event = count,
					     .note = catch_note };
	struct catcher c = { { &ops }, l };
	struct source src = { .path = STR("/var/log/journal/x.journal"),
			      .data = data,
			      .size = data.n,
			      .short_at = UINT64_MAX };
	struct event *ev = xmalloc(sizeof(*ev));
	struct context *ctx = xmalloc(sizeof(*ctx));
	struct arena keep, scratch;
	double start = now();

	arena_init(&keep, 1u << 20);
	arena_init(&scratch, 4u << 20);
	struct parse p = { .src = &src,
			   .ctx = ctx,
			   .keep = &keep,
			   .scratch = &scratch,
			   .out = &c.sink,
			   .ev = ev };
	assert_int_equal(parser_journal.parse(&p), WHOLE);
	start = now() - start;
	arena_free(&keep);
	arena_free(&scratch);
	free(ev);
	free(ctx);
	return start;
}

static void hundred_thousand(void **state)
{
	char dir[32], path[PATH_MAX];
	struct list l = { 0 };
	struct buf data = { 0 };
	double best = 0;

	(void)state;
	if (!tools())
		return;
	scratch_dir(dir);
	prepare(dir, 100000, false, path);
	write_journal(dir, path, "SYSTEMD_JOURNAL_COMPACT=1");
	assert_true(slurp(path, &data));
	for (unsigned i = 0; i < 3; i++) {
		double s;

		l.n = 0;
		s = parse_time(buf_view(&data), &l);
		assert_int_equal(l.n, 100000);
		if (best == 0 || s < best)
			best = s;
	}
	print_message("100000 entries: %.0f entries/s of CPU\n", 100000 / best);
	buf_free(&data);
	drop(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_as_journalctl),
		cmocka_unit_test(written_as_journalctl),
		cmocka_unit_test(hundred_thousand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
