/*
 * cross.c - the cross probe: every view of cross.def, one after the other,
 * each with a line of status.  It runs when the logs are in: asking for every
 * number there is fills the audit log of a host that records such calls.
 */
#include "cross.h"
#include "collect.h"
#include "live.h"
#include "proc.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#define ARGS_MAX 4096u

const struct cross_view cross_view[] = {
#define VIEW(id, by, against, how, en, ja)                                     \
	{ .name = #id,                                                         \
	  .shows = by,                                                         \
	  .lacks = against,                                                    \
	  .title = en,                                                         \
	  .title_ja = ja,                                                      \
	  .flags = how,                                                        \
	  .look = cross_##id },
#include "cross.def"
#undef VIEW
};
const size_t cross_views = sizeof cross_view / sizeof cross_view[0];

bool cross_item(struct cross *c, uint32_t part, struct str what)
{
	return probe_item(c->run, c->key + part, what);
}

void cross_pause(void)
{
	struct timespec pause = { .tv_sec = 0, .tv_nsec = CROSS_PAUSE_NS };

	(void)nanosleep(&pause, NULL); /* cut short: asked sooner */
}

struct buf *cross_open(struct cross *c, struct str shows, struct str lacks)
{
	struct buf *row = &c->row;

	buf_clear(row);
	json_open(row);
	row_str(row, KEY_K_CROSS_VIEW, str_of(c->view->name));
	row_key_list(row, KEY_K_CROSS_SEEN,
		     shows.n ? shows : str_of(c->view->shows));
	row_key_list(row, KEY_K_CROSS_MISSING,
		     lacks.n ? lacks : str_of(c->view->lacks));
	return row;
}

void cross_close(struct cross *c)
{
	json_close(&c->row);
	probe_row(c->run, "cross", buf_view(&c->row));
	c->rows++;
	c->found++;
}

static bool stat_of(const struct cross *c, uint32_t pid, struct buf *text,
		    struct proc_stat *st)
{
	char name[32];

	snprintf(name, sizeof name, "%u/stat", pid);
	return live_read(c->env->proc, name, 65536, text) >= 0 &&
	       proc_stat_read(buf_view(text), st);
}

uint64_t cross_start(const struct cross *c, uint32_t pid)
{
	struct buf text = { 0 };
	struct proc_stat st;
	uint64_t ticks = stat_of(c, pid, &text, &st) ? st.ticks : 0;

	buf_free(&text);
	return ticks;
}

/* Who is debugged has breakpoints, and worse. */
static void tracer(struct cross *c, uint32_t pid)
{
	struct buf text = { 0 };
	struct str left;
	char name[32];
	uint64_t n;

	snprintf(name, sizeof name, "%u/status", pid);
	if (live_read(c->env->proc, name, 65536, &text) >= 0)
		for (left = buf_view(&text); left.p && left.n;) {
			struct str v = str_cut(&left, '\n');

			if (str_is(str_cut(&v, ':'), "TracerPid") &&
			    str_u64(str_trim(v), &n) && n)
				row_u64(&c->row, KEY_K_PROCESS_TRACER, n);
		}
	buf_free(&text);
}

void cross_process(struct cross *c, uint32_t pid)
{
	char name[32], link[LIVE_LINK_MAX + 1];
	struct buf text = { 0 };
	struct proc_stat st;
	ssize_t n;

	row_u64(&c->row, KEY_PROCESS_PID, pid);
	if (stat_of(c, pid, &text, &st))
		proc_stat_row(&c->row, &st, c->env);
	tracer(c, pid);
	snprintf(name, sizeof name, "%u/exe", pid);
	n = live_link(c->env->proc, name, link);
	if (n > 0)
		row_str(&c->row, KEY_PROCESS_EXECUTABLE,
			str_mem(link, (size_t)n));
	snprintf(name, sizeof name, "%u/cmdline", pid);
	if (live_read(c->env->proc, name, ARGS_MAX, &text) >= 0)
		row_key_list(&c->row, KEY_PROCESS_ARGS, buf_view(&text));
	buf_free(&text);
}

static void look(struct cross *c)
{
	bool asked = c->env->options && c->env->options->intrusive;
	struct str name = str_of(c->view->name);
	int errnum = 0;

	c->found = c->checked = 0;
	c->cut = false;
	/* an earlier reader finished it, or was lost in the whole of it */
	if (!cross_item(c, 0, name) && (!(c->view->flags & CROSS_PARTS) ||
					!cross_item(c, UINT32_MAX, name)))
		return;
	if (!(c->view->flags & CROSS_TAKES) || asked)
		errnum = c->view->look(c);
	else
		errnum = ECANCELED;
	(void)cross_item(c, UINT32_MAX, name);
	probe_status(c->run, name,
		     errnum   ? PROBE_SKIPPED
		     : c->cut ? PROBE_TRUNCATED
			      : PROBE_COLLECTED,
		     errnum == ECANCELED ? 0 : errnum, c->checked, 0);
}

static void run_cross(struct probe_run *run)
{
	struct cross c = { .run = run, .env = probe_env(run) };

	for (size_t i = 0; i < cross_views; i++) {
		c.view = &cross_view[i];
		c.key = (uint64_t)(i + 1) << 32;
		look(&c);
	}
	probe_status(run, STR_NONE, PROBE_COLLECTED, 0, c.rows, 0);
	buf_free(&c.row);
	map_free(&c.copied);
}

const struct probe probe_cross = {
	.name = "cross",
	.title = "what one view of the kernel shows and another hides: "
		 "processes, listeners, code in memory",
	.title_ja = "二重照合で見つかる隠しプロセス・隠し待受ポート・"
		    "書き換えられたコード",
	.stream = "live/cross",
	.reads = "kill, getsid, getpgid, sched_*, pidfd_open, taskstats, "
		 "sysinfo, cgroup.procs against /proc; mountinfo against a "
		 "procfs of its own; sock_diag against /proc/net/{tcp,tcp6}",
	.live_only = true,
	.late = true,
	.run = run_cross,
};
