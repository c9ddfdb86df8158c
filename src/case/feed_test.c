/*
 * feed_test.c - what a process says that was taken over, or a case that was
 * made by hand: much too much.
 */
#include "feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#include "../util/child.h"
#include "frame.h"

struct talk {
	int fd[2];
	void (*say)(struct frame_out *);
};

static int talker(void *arg)
{
	const struct talk *t = arg;
	struct frame_out o = { .fd = t->fd[1] };
	const uint64_t lost = 0;

	(void)close(t->fd[0]);
	t->say(&o);
	frame_put(&o, FRAME_END, str_mem(&lost, sizeof(lost)));
	return frame_flush(&o) ? 0 : 1;
}

static void listen_to(void (*say)(struct frame_out *), struct analysis *a)
{
	static const struct sink_ops none = { 0 };
	const struct analysis_options opt = { 0 };
	struct sink sink = { &none };
	struct talk t = { .say = say };
	struct child c;
	struct err err;

	memset(a, 0, sizeof(*a));
	arena_init(&a->arena, 0);
	assert_int_equal(pipe(t.fd), 0);
	assert_int_equal(child_start(&c, talker, &t, &err), 0);
	(void)close(t.fd[1]);
	assert_int_equal(feed_listen(t.fd[0], &opt, &sink, a, &err), 0);
	(void)close(t.fd[0]);
	(void)child_wait(&c, -1, NULL);
}

static void rule(struct frame_out *o, size_t name)
{
	const uint32_t n[4] = { 1, (uint32_t)name, 1, 1 };
	char *p = xmalloc(name);
	struct buf b = { 0 };

	memset(p, 'r', name);
	buf_add(&b, "12345678abc", 11); /* evaluated, kind, level, state */
	buf_add(&b, &n[0], 4);
	buf_c(&b, 'i');
	buf_add(&b, &n[1], 4);
	buf_add(&b, p, name);
	for (int i = 2; i < 4; i++) {
		buf_add(&b, &n[i], 4);
		buf_c(&b, 'x');
	}
	frame_put(o, FRAME_RULE, buf_view(&b));
	buf_free(&b);
	free(p);
}

static void long_names(struct frame_out *o)
{
	for (int i = 0; i < 20; i++)
		rule(o, 7u << 20);
}

static void many_rules(struct frame_out *o)
{
	for (unsigned i = 0; i < FEED_MAX_RULES + 500; i++)
		rule(o, 1);
}

static void names_are_cut(void **state)
{
	struct analysis a;

	(void)state;
	listen_to(long_names, &a);
	assert_int_equal(a.nrule, 20);
	assert_int_equal(a.rule[19].name.n, FEED_MAX_STR);
	assert_true(a.arena.used < 40u * FEED_MAX_STR);
	analysis_free(&a);
}

static void rules_have_an_end(void **state)
{
	struct analysis a;

	(void)state;
	listen_to(many_rules, &a);
	assert_int_equal(a.nrule, FEED_MAX_RULES);
	assert_int_equal(a.nlost, 500);
	analysis_free(&a);
}

int main(void)
{
	const struct CMUnitTest t[] = {
		cmocka_unit_test(names_are_cut),
		cmocka_unit_test(rules_have_an_end),
	};

	return cmocka_run_group_tests_name("case/feed", t, NULL, NULL);
}
