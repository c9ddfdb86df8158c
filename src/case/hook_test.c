/*
 * hook_test.c - the judging process: whose memory, what a file is, and a
 * reader that was lost in the middle of one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../util/buf.h"
#include "hook.h"

#define LIT(text)                                                              \
	{                                                                      \
		(text), sizeof(text) - 1                                       \
	} /* of a constant */

static const struct rule_file rules[] = {
	{ .path = LIT("m.yml"),
	  .text = LIT("title: t\ntags:\n  - konseki.memory\nlogsource:\n"
		      "  product: linux\n  category: process_snapshot\n"
		      "detection:\n  s:\n    process.name: evil\n"
		      "  condition: s\n") },
	{ .path = LIT("n.yml"),
	  .text = LIT("title: u\nlogsource:\n  product: linux\n"
		      "  category: process_snapshot\ndetection:\n  s:\n"
		      "    process.name: good\n  condition: s\n") },
	{ .path = LIT("y.yar"),
	  .text = LIT("rule words { strings: $a = \"planted\" condition: $a "
		      "}") },
	{ .path = LIT("i.csv"),
	  .text = LIT("path,/opt/x/run,a path\n"
		      "sha1,a94a8fe5ccb19ba61c4c0873d391e987982fbbd3,s\n"
		      "ip,203.0.113.9,peer\n"),
	  .ioc = true },
};

static const char processes[] =
	"{\"process.pid\":7,\"process.name\":\"evil\",\"process.start\":"
	"1000000000}\n"
	"{\"process.pid\":8,\"process.name\":\"good\",\"process.start\":"
	"2000000000,\"process.executable\":\"/opt/x/run\"}\n";

static void alive(void *arg)
{
	(void)arg;
}
static const struct hook_wait wait = { alive, NULL };

struct heard {
	size_t n;
	char text[8][512];
};

static void take(void *arg, const struct hook_hit *h)
{
	struct heard *t = arg;

	assert_true(t->n < 8);
	(void)snprintf(t->text[t->n++], sizeof(t->text[0]),
		       STR_FMT " " STR_FMT " " STR_FMT " %u", STR_ARG(h->kind),
		       STR_ARG(h->path), STR_ARG(h->why), h->pid);
}

static struct collect_hook *started(void)
{
	static const struct hook_options o = {
		.rule = rules, .nrule = 4, .scan = true, .ioc = true
	};
	struct err err;
	struct collect_hook *h = hook_start(&o, &err);

	assert_non_null(h);
	h->rows(h->arg, STR("live/processes.0000.jsonl"), str_of(processes));
	return h;
}

static void whose_memory(void **state)
{
	struct collect_hook *h = started();
	struct hook_proc p[4];
	struct err err;

	(void)state;
	assert_int_equal(h->memory(h->arg, &wait, p, 4, &err), 1);
	assert_int_equal(p[0].pid, 7);
	assert_int_equal(p[0].start_ns, 1000000000);
	/* asked again, by the reader that follows a lost one */
	assert_int_equal(h->memory(h->arg, &wait, p, 4, &err), 1);
	hook_stop(h);
}

static int scan(struct collect_hook *h, const char *path, const char *text,
		struct heard *t)
{
	struct err err;

	*t = (struct heard){ 0 };
	assert_int_equal(h->begin(h->arg, str_of(path), &err), 0);
	assert_int_equal(h->data(h->arg, str_of(text), &err), 0);
	return h->end(h->arg, &wait, take, t, &err);
}

static void what_a_file_is(void **state)
{
	struct collect_hook *h = started();
	static struct heard t;
	struct err err;

	(void)state;
	assert_int_equal(scan(h, "/tmp/a", "#!/bin/sh\nplanted\n", &t), 1);
	assert_string_equal(t.text[0], "yara /tmp/a $a@10: planted 0");
	assert_int_equal(scan(h, "/tmp/b", "nothing", &t), 0);
	assert_int_equal(scan(h, "/tmp/c", "test", &t), 1);
	assert_non_null(strstr(t.text[0], "a94a8fe5"));
	/* cut off in the middle: the next file is itself alone */
	assert_int_equal(h->begin(h->arg, STR("/tmp/lost"), &err), 0);
	assert_int_equal(h->data(h->arg, STR("planted"), &err), 0);
	assert_int_equal(scan(h, "/tmp/d", "nothing", &t), 0);
	hook_stop(h);
}

static void what_rows_show(void **state)
{
	struct collect_hook *h = started();
	static struct heard t;
	struct err err;

	(void)state;
	h->rows(h->arg, STR("state/files.0000.jsonl"),
		STR("{\"p\":\"/opt/x/run\",\"t\":\"f\",\"m\":493,\"u\":0,"
		    "\"g\":0,\"s\":4,\"n\":1,\"i\":9,\"d\":\"8:1\",\"M\":1,"
		    "\"A\":1,\"C\":1}\n"));
	assert_true(h->seen(h->arg, &wait, take, &t, &err) >= 2);
	assert_string_equal(t.text[0], "ioc /opt/x/run process.executable = "
				       "/opt/x/run (a path) 8");
	hook_stop(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whose_memory),
		cmocka_unit_test(what_a_file_is),
		cmocka_unit_test(what_rows_show),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
