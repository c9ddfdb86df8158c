/*
 * case_test.c - what the parent believes of a sandboxed process, a case
 * there and back, and when coverage is complete.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../util/io.h"
#include "casefile.h"
#include "coverage.h"
#include "feed.h"
#include "frame.h"
#include "judgement.h"
#include "work.h"

static struct event ev;

struct counter {
	struct sink sink;
	unsigned nevent, nfinding, nnote;
	int64_t last;
	bool ordered;
	unsigned char id[EV_ID_LEN];
};

static int count_event(struct sink *s, struct event *e)
{
	struct counter *c = (struct counter *)(void *)s;

	c->nevent++;
	c->ordered &= e->when.ts_ns >= c->last;
	c->last = e->when.ts_ns;
	memcpy(c->id, e->id, EV_ID_LEN);
	return 0;
}

static int count_finding(struct sink *s, const struct finding *f)
{
	(void)f;
	((struct counter *)(void *)s)->nfinding++;
	return 0;
}

static void count_note(struct sink *s, const struct note *n)
{
	(void)n;
	((struct counter *)(void *)s)->nnote++;
}

static const struct sink_ops counting = { count_event, count_finding,
					  count_note, NULL };

/* Bytes as a sandboxed process would have sent them. */
static int hear(struct str bytes, struct analysis *a, struct counter *c,
		struct err *err)
{
	static const struct analysis_options opt = { .to_ns = INT64_MAX };
	int fd = io_tmpfile("/tmp", err), r;

	assert_true(fd >= 0);
	assert_int_equal(io_write(fd, bytes.p, bytes.n), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	memset(a, 0, sizeof(*a));
	arena_init(&a->arena, 0);
	*c = (struct counter){ .sink = { &counting },
			       .last = INT64_MIN,
			       .ordered = true };
	r = feed_listen(fd, &opt, &c->sink, a, err);
	(void)close(fd);
	return r;
}

static void frame(struct buf *b, char type, struct str s)
{
	uint32_t n = (uint32_t)s.n;

	buf_add(b, &n, 4);
	buf_c(b, type);
	buf_str(b, s);
}

static void one_event(struct buf *b, int64_t ts, uint32_t source)
{
	struct when w = when_stated(ts, UNIT_S);

	ev_begin(&ev, KIND_LOGIN, "sshd", &w, 1);
	ev_cstr(&ev, KEY_USER_NAME, "bob");
	ev.source = source;
	ev.original = STR("the line of bob");
	event_identify(&ev, STR("h"), STR("/p"), &(struct identity){ 0 });
	buf_clear(b);
	event_put(b, &ev);
}

static void whole_stream(struct buf *b)
{
	uint64_t sizes[2] = { 2, 1 }, lost = 0;
	struct buf e = { 0 };

	frame(b, FRAME_SIZES, str_mem(sizes, sizeof(sizes)));
	one_event(&e, 5, 1);
	frame(b, FRAME_EVENT, buf_view(&e));
	one_event(&e, 6, 1);
	frame(b, FRAME_EVENT, buf_view(&e));
	frame(b, FRAME_END, str_mem(&lost, 8));
	buf_free(&e);
}

static void stream_without_its_end_is_a_failure(void **state)
{
	struct buf b = { 0 };
	struct analysis a;
	struct counter c;
	struct err err;

	(void)state;
	whole_stream(&b);
	assert_int_equal(hear(buf_view(&b), &a, &c, &err), 0);
	assert_int_equal(c.nevent, 2);
	assert_true(c.ordered);
	analysis_free(&a);
	for (size_t n = 0; n < b.n; n++) {
		assert_int_equal(hear(str_head(buf_view(&b), n), &a, &c, &err),
				 -1);
		analysis_free(&a);
	}
	buf_free(&b);
}

static void event_of_an_unknown_source_is_lost_and_counted(void **state)
{
	uint64_t sizes[2] = { 1, 1 }, lost = 0;
	struct buf b = { 0 }, e = { 0 };
	struct analysis a;
	struct counter c;
	struct err err;

	(void)state;
	frame(&b, FRAME_SIZES, str_mem(sizes, sizeof(sizes)));
	one_event(&e, 5, 77);
	frame(&b, FRAME_EVENT, buf_view(&e));
	frame(&b, FRAME_END, str_mem(&lost, 8));
	assert_int_equal(hear(buf_view(&b), &a, &c, &err), 0);
	assert_int_equal(c.nevent, 0);
	assert_int_equal(a.nlost, 1);
	analysis_free(&a);
	buf_free(&b);
	buf_free(&e);
}

/* a broken process may say anything: bits flipped, nothing worse happens */
static void flipped_bits_cost_no_more_than_records(void **state)
{
	struct buf b = { 0 };
	struct analysis a;
	struct counter c;
	struct err err;
	uint64_t rng = 4242; /* fixed: failures repeat */

	(void)state;
	whole_stream(&b);
	for (unsigned i = 0; i < 4000; i++) {
		size_t at;
		char was;

		rng = rng * 6364136223846793005u + 1442695040888963407u;
		at = (rng >> 33) % b.n;
		was = b.p[at];
		b.p[at] ^= (char)(1 << (rng >> 20 & 7));
		(void)hear(buf_view(&b), &a, &c, &err);
		assert_true(c.nevent <= 2);
		analysis_free(&a);
		b.p[at] = was;
	}
	buf_free(&b);
}

static void case_gives_back_what_went_in(void **state)
{
	static const char path[] = "/tmp/konseki-case-test.case";
	struct analysis_options opt = { .events = true,
					.from_ns = INT64_MIN,
					.to_ns = INT64_MAX };
	struct finding f = { .id = STR("ab"), .tier = TIER_WATCH };
	struct note n = { .kind = NOTE_DAMAGED, .what = STR("x") };
	struct analysis a = { 0 }, back;
	struct counter c = { .sink = { &counting },
			     .last = INT64_MIN,
			     .ordered = true };
	struct casefile *cf;
	struct buf e = { 0 };
	struct err err;
	struct stat st;

	(void)state;
	(void)unlink(path);
	arena_init(&a.arena, 0);
	feed_sizes(&a, 1, 1);
	a.host[0].name = STR("web");
	a.source_name[0].path = STR("/var/log/a\xff");
	cf = casefile_new(path, &a, &err);
	assert_non_null(cf);
	one_event(&e, 5, 0);
	assert_int_equal(sink_event(casefile_sink(cf), &ev), 0);
	assert_int_equal(sink_finding(casefile_sink(cf), &f), 0);
	sink_note(casefile_sink(cf), &n);
	assert_int_equal(access(path, F_OK), -1); /* not before it is whole */
	assert_int_equal(casefile_finish(cf, &err), 0);
	casefile_free(cf);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(casefile_is(path));
	if (casefile_run(path, &opt, &c.sink, &back, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(c.nevent, 1);
	assert_int_equal(c.nfinding, 1);
	assert_int_equal(c.nnote, 1);
	assert_memory_equal(c.id, ev.id, EV_ID_LEN);
	assert_true(str_eq(back.source_name[0].path, STR("/var/log/a\xff")));
	assert_true(str_is(back.host[0].name, "web"));
	analysis_free(&back);
	analysis_free(&a);
	buf_free(&e);
	(void)unlink(path);
}

static void status_row(struct coverage *c, struct arena *a, const char *core,
		       const char *state)
{
	struct when w = when_stated(0, UNIT_S);

	ev_begin(&ev, KIND_SOURCE_STATUS, "status", &w, 0);
	ev_cstr(&ev, KEY_K_STATUS_CORE, core);
	ev_cstr(&ev, KEY_K_STATUS_STATE, state);
	ev_cstr(&ev, KEY_K_STATUS_ITEM, "/x");
	coverage_event(c, &ev, a);
}

static size_t gaps(const char *const rows[][2])
{
	struct coverage c = { 0 };
	struct analysis an = { 0 };
	struct verdict *v = xmalloc(sizeof(*v));
	struct arena a;
	size_t n;

	arena_init(&a, 0);
	for (size_t i = 0; rows[i][0]; i++)
		status_row(&c, &a, rows[i][0], rows[i][1]);
	coverage_gaps(&c, &an, LANG_EN, &a, v);
	n = v->ngap;
	coverage_free(&c);
	arena_free(&a);
	free(v);
	return n;
}

static void one_of_alternatives_is_enough(void **state)
{
	static const char *const ok[][2] = { { "auth", "absent" },
					     { "auth", "collected" },
					     { "auth", "skipped" },
					     { NULL, NULL } };
	static const char *const absent[][2] = { { "auth", "absent" },
						 { NULL, NULL } };
	static const char *const denied[][2] = { { "auth", "collected" },
						 { "auth", "denied" },
						 { NULL, NULL } };
	static const char *const none[][2] = { { NULL, NULL } };

	(void)state;
	assert_int_equal(gaps(ok), 0);
	assert_int_equal(gaps(absent), 1);
	assert_int_equal(gaps(denied), 1);
	assert_int_equal(gaps(none), 1); /* nobody said how it was collected */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stream_without_its_end_is_a_failure),
		cmocka_unit_test(
			event_of_an_unknown_source_is_lost_and_counted),
		cmocka_unit_test(flipped_bits_cost_no_more_than_records),
		cmocka_unit_test(case_gives_back_what_went_in),
		cmocka_unit_test(one_of_alternatives_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
