/*
 * reader_test.c - a reader that hangs is left behind, one that dies costs
 * its item, and what either had said before is kept.
 */
#define _GNU_SOURCE
#include "reader.h"
#include "run_fake.h"

#include "../util/io.h"
#include "../util/timefmt.h"

#include <signal.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct rig {
	struct fake f;
	struct intake *in;
	struct crew crew;
	struct budget budget;
	struct collect_result res;
	int fd;
};

static struct rig *rig_open(void)
{
	struct rig *r = xmalloc(sizeof(*r));
	struct writer_options o = { 0 };
	struct err err;

	fake_open(&r->f, 0);
	r->fd = io_tmpfile("/tmp", &err);
	assert_true(r->fd >= 0);
	o.fd = r->fd;
	budget_init(&r->budget, -1, 0);
	r->in = xmalloc(sizeof(*r->in));
	r->in->w = writer_new(&o, &err);
	r->in->scene = &r->f.scene;
	r->in->res = &r->res;
	r->in->budget = &r->budget;
	r->crew = (struct crew){ .scene = &r->f.scene,
				 .in = r->in,
				 .budget = &r->budget,
				 .deadline_ns = NS_PER_S / 5,
				 .out_fd = r->fd };
	return r;
}

static void rig_close(struct rig *r)
{
	writer_free(r->in->w);
	intake_free(r->in);
	free(r->in);
	crew_free(&r->crew);
	fake_close(&r->f);
	(void)close(r->fd);
	free(r);
}

/* Three items; the second does what the test is about. */
static void items(struct probe_run *r, void (*second)(void))
{
	static const char *const name[] = { "one", "two", "three" };

	for (uint64_t k = 1; k <= 3; k++) {
		if (!probe_item(r, k, str_of(name[k - 1])))
			continue;
		if (k == 2)
			second();
		probe_row(r, "test", STR("{\"a\":1}\n"));
		probe_status(r, str_of(name[k - 1]), PROBE_COLLECTED, 0, 1, 0);
	}
	run_count(r, 1);
}

static void hang(void)
{
	for (;;)
		(void)pause();
}

static void die(void)
{
	(void)raise(SIGKILL);
}

static void nothing(void)
{
}

static void run_hang(struct probe_run *r)
{
	items(r, hang);
}

static void run_die(struct probe_run *r)
{
	items(r, die);
}

static void run_well(struct probe_run *r)
{
	items(r, nothing);
}

static void slow(void)
{
	(void)usleep(80000);
}

static void run_slow(struct probe_run *r)
{
	for (int i = 0; i < 3; i++)
		items(r, slow);
}

static void a_stuck_item_is_stated_and_passed(void **state)
{
	struct job j = { .name = "test", .core = "group", .run = run_hang };
	struct rig *r = rig_open();
	int64_t began = sys_boottime_ns();

	(void)state;
	assert_true(crew_run(&r->crew, &j));
	assert_true(sys_boottime_ns() - began < 2 * NS_PER_S);
	assert_int_equal(r->res.state[PROBE_COLLECTED], 2);
	assert_int_equal(r->res.state[PROBE_TIMEOUT], 1);
	assert_int_equal(r->res.ngap, 1);
	assert_string_equal(r->res.gap[0].group, "group");
	assert_string_equal(r->res.gap[0].why, "timeout: two");
	assert_non_null(map_get(&r->f.scene.done, STR("two")));
	assert_int_equal(r->in->nobject, 1);
	rig_close(r);
}

static void a_reader_that_dies_costs_its_item(void **state)
{
	struct job j = { .name = "test", .run = run_die };
	struct rig *r = rig_open();

	(void)state;
	assert_true(crew_run(&r->crew, &j));
	assert_int_equal(r->res.state[PROBE_COLLECTED], 2);
	assert_int_equal(r->res.state[PROBE_FAILED], 1);
	rig_close(r);
}

static void progress_restarts_the_deadline(void **state)
{
	struct job j = { .name = "test", .run = run_slow };
	struct rig *r = rig_open();

	(void)state;
	assert_true(crew_run(&r->crew, &j));
	assert_int_equal(r->res.state[PROBE_TIMEOUT], 0);
	assert_int_equal(r->res.state[PROBE_COLLECTED], 9);
	rig_close(r);
}

static volatile sig_atomic_t pressed = 1;

static void an_interrupt_stops_before_the_next_job(void **state)
{
	struct job j = { .name = "test", .run = run_well };
	struct rig *r = rig_open();

	(void)state;
	r->crew.signals = &pressed;
	assert_true(crew_run(&r->crew, &j));
	assert_true(r->crew.stop);
	assert_int_equal(r->res.state[PROBE_TRUNCATED], 1);
	rig_close(r);
}

static void run_member(struct probe_run *r)
{
	struct member m = { .name = STR("files/x"), .size = 1000 };

	if (!probe_item(r, 1, STR("/x")))
		return;
	run_begin(r, &m);
	memset(run_data_room(r), 'x', 100);
	run_data_done(r, 100);
	hang();
}

static void a_member_in_the_middle_is_padded(void **state)
{
	struct job j = { .name = "test", .run = run_member };
	struct rig *r = rig_open();

	(void)state;
	assert_true(crew_run(&r->crew, &j));
	assert_int_equal(r->res.nmember, 1);
	assert_int_equal(r->res.state[PROBE_TIMEOUT], 1);
	assert_int_equal(r->res.state[PROBE_TRUNCATED], 1); /* short_at */
	assert_false(r->in->open);
	rig_close(r);
}

int main(void)
{
	const struct CMUnitTest t[] = {
		cmocka_unit_test(a_stuck_item_is_stated_and_passed),
		cmocka_unit_test(a_reader_that_dies_costs_its_item),
		cmocka_unit_test(progress_restarts_the_deadline),
		cmocka_unit_test(an_interrupt_stops_before_the_next_job),
		cmocka_unit_test(a_member_in_the_middle_is_padded),
	};

	return cmocka_run_group_tests(t, NULL, NULL);
}
