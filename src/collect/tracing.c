/*
 * tracing.c - what is hooked into functions of the kernel: tracefs, the list
 * of kprobes, live patches.  The texts are kept as they stand; a line that
 * names a function becomes a row.  trace_pipe and the like are not read: that
 * takes records away from whoever waits for them.
 */
#include "tracing.h"
#include "live.h"
#include "pseudo.h"
#include "row.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define TEXT_MAX (16u << 20)
#define ROWS_MAX 2000u /* of a file: a tracer of all functions has 50,000 */

struct tracing {
	struct probe_run *run;
	struct text_tally texts;
	struct buf row, list;
	uint64_t count, hooks;
};

static const struct {
	const char *file, *kind;
	bool (*line)(struct str, struct trace_hook *);
} files[] = {
	{ "enabled_functions", "ftrace", trace_function },
	{ "kprobe_events", "kprobe", trace_event },
	{ "uprobe_events", "uprobe", trace_event },
	{ "dynamic_events", NULL, NULL },
	{ "touched_functions", NULL, NULL },
	{ "current_tracer", "tracer", NULL },
	{ "available_tracers", NULL, NULL },
	{ "set_ftrace_filter", NULL, NULL },
	{ "set_ftrace_notrace", NULL, NULL },
	{ "set_event", NULL, NULL },
	{ "tracing_on", NULL, NULL },
	{ "uprobe_profile", NULL, NULL },
};

static void row(struct tracing *t, const char *kind, const struct trace_hook *h,
		struct str text)
{
	buf_clear(&t->row);
	json_open(&t->row);
	row_str(&t->row, KEY_K_TRACE_KIND, str_of(kind));
	if (h->target.n)
		row_str(&t->row, KEY_K_TRACE_TARGET, h->target);
	if (h->module.n)
		row_str(&t->row, KEY_K_TRACE_MODULE, h->module);
	if (h->callback.n)
		row_str(&t->row, KEY_K_TRACE_CALLBACK, h->callback);
	buf_clear(&t->list);
	for (const char *f = h->flag; *f; f++)
		list_add(&t->list, str_mem(f, 1));
	row_key_list(&t->row, KEY_K_TRACE_FLAGS, buf_view(&t->list));
	row_str(&t->row, KEY_K_TRACE_TEXT, str_head(text, 4096));
	json_close(&t->row);
	probe_row(t->run, "tracing", buf_view(&t->row));
	t->count++;
}

static void lines(struct tracing *t, size_t i, struct str left)
{
	uint64_t first = t->count, all = 0;

	while (left.p && left.n) {
		struct str line = str_cut(&left, '\n');
		struct trace_hook h = { .flag = "" };

		if (line.n == 0 || !files[i].line(line, &h))
			continue;
		if (all++ < ROWS_MAX)
			row(t, files[i].kind, &h, line);
	}
	if (all > ROWS_MAX)
		probe_status(t->run, str_of(files[i].file), PROBE_TRUNCATED, 0,
			     t->count - first, 0);
}

static void of_file(struct tracing *t, int dir, size_t i)
{
	struct trace_hook none = { .flag = "" };
	struct str text;

	if (!text_copy(&t->texts, dir, files[i].file, "tracing", TEXT_MAX))
		return;
	text = buf_view(&t->texts.text);
	if (files[i].line)
		lines(t, i, text);
	else if (files[i].kind && !str_is(str_trim(text), "nop") && text.n)
		row(t, files[i].kind, &none, str_trim(text));
}

static void say(struct tracing *t, const char *what, int errnum)
{
	probe_status(t->run, str_of(what),
		     errnum == 0                           ? PROBE_COLLECTED
		     : errnum == ENOENT                    ? PROBE_ABSENT
		     : errnum == EACCES || errnum == EPERM ? PROBE_DENIED
							   : PROBE_SKIPPED,
		     errnum, 0, 0);
}

/* Directories whose names say what there is: instances, patches. */
static void names(struct tracing *t, int dir, const char *name,
		  const char *kind)
{
	struct trace_hook none = { .flag = "" };
	struct buf list = { 0 };
	struct str left;

	if (live_list(dir, name, &list) < 0)
		return;
	for (left = buf_view(&list); left.p && left.n;) {
		struct str n = str_cut(&left, '\0');

		if (n.n)
			row(t, kind, &none, n);
	}
	buf_free(&list);
}

static void tracefs(struct tracing *t)
{
	int dir = pseudo_open(probe_env(t->run), "tracefs");

	say(t, "tracefs", dir < 0 ? errno : 0);
	if (dir < 0)
		return;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		of_file(t, dir, i);
	names(t, dir, "instances", "instance");
	close(dir);
}

static void kprobes(struct tracing *t)
{
	int dir = pseudo_open(probe_env(t->run), "debugfs");
	int sub = dir < 0 ? -1
			  : openat(dir, "kprobes",
				   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct str left;

	say(t, "debugfs/kprobes", sub < 0 ? errno : 0);
	if (sub >= 0 &&
	    text_copy(&t->texts, sub, "list", "tracing/kprobes", TEXT_MAX))
		for (left = buf_view(&t->texts.text); left.p && left.n;) {
			struct str line = str_cut(&left, '\n');
			struct trace_hook h;

			if (trace_kprobe(line, &h) && t->hooks++ < ROWS_MAX)
				row(t, "kprobe_point", &h, line);
		}
	if (sub >= 0)
		close(sub);
	if (dir >= 0)
		close(dir);
}

static void patches(struct tracing *t)
{
	int dir = live_open_in(probe_env(t->run)->root, "sys/kernel/livepatch",
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return; /* a kernel without, as most */
	names(t, dir, ".", "livepatch");
	close(dir);
}

static void run_tracing(struct probe_run *run)
{
	struct tracing t = { .run = run, .texts = { .run = run } };

	if (probe_item(run, 1, STR("tracefs")))
		tracefs(&t);
	if (probe_item(run, 2, STR("debugfs/kprobes")))
		kprobes(&t);
	if (probe_item(run, 3, STR("livepatch")))
		patches(&t);
	probe_status(run, STR_NONE, PROBE_COLLECTED, 0, t.count, t.texts.bytes);
	buf_free(&t.texts.text);
	buf_free(&t.row);
	buf_free(&t.list);
}

const struct probe probe_tracing = {
	.name = "tracing",
	.title = "hooks in functions of the kernel: ftrace, kprobes, patches",
	.title_ja = "カーネル関数へのフック（ftrace・kprobe・ライブパッチ）",
	.stream = "live/tracing",
	.reads = "tracefs/{enabled_functions,touched_functions,kprobe_events,"
		 "uprobe_events,dynamic_events,current_tracer,…}, "
		 "debugfs/kprobes/list, /sys/kernel/livepatch",
	.live_only = true,
	.run = run_tracing,
};
