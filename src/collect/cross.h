/*
 * collect/cross.h - the same fact by two ways through the kernel: what one of
 * them keeps quiet is stated, with the names of both.  A view (cross.def) is
 * one such comparison; one that could not be made is `skipped' with its
 * reason, never silent.
 */
#ifndef COLLECT_CROSS_H
#define COLLECT_CROSS_H

#include "cover.h"
#include "probe.h"
#include "row.h"

#include "../util/map.h"

#define CROSS_SUSPECTS_MAX 4096u
#define CROSS_ROUNDS 3
#define CROSS_PAUSE_NS 50000000 /* between two of them: 100 ms in all */

enum {
	CROSS_PARTS = 1, /* of items: what a lost reader left can be done */
	CROSS_TAKES = 2, /* takes something from the host: only when asked */
};

struct cross {
	struct probe_run *run;
	const struct collect_env *env;
	const struct cross_view *view;
	uint64_t rows;    /* of all views */
	uint64_t found;   /* of the view at hand */
	uint64_t checked; /* what it compared */
	uint64_t key;     /* of its items */
	bool cut;         /* it did not get to the end */
	struct buf row;
	struct map copied; /* pids */
};

struct cross_view {
	const char *name, *shows, *lacks;
	const char *title, *title_ja;
	unsigned flags; /* CROSS_… */
	/* 0, or the errno why it could not be made */
	int (*look)(struct cross *);
};
extern const struct cross_view cross_view[];
extern const size_t cross_views;

/*
 * A part of a view, in ascending order: announces it; false when an earlier
 * reader has been there.
 */
bool cross_item(struct cross *, uint32_t part, struct str what);
void cross_pause(void);
/* A row that names the view; the two ways are the view's or, if given,
 * `shows' and `lacks' (NUL-ended pieces). */
struct buf *cross_open(struct cross *, struct str shows, struct str lacks);
/* pid, name, start, executable and arguments as env.proc has them. */
void cross_process(struct cross *, uint32_t pid);
void cross_close(struct cross *);
/* Start of a process in ticks; 0 when there is nothing to read. */
uint64_t cross_start(const struct cross *, uint32_t pid);

/* cross_task.c: every process and thread that is listed, ascending. */
struct tasks {
	uint32_t *pid;
	size_t n, cap;
	size_t nprocess;
};
int tasks_read(int proc, struct tasks *);
bool tasks_have(const struct tasks *, uint32_t pid);
void tasks_free(struct tasks *);
/* The highest number there can be, by this procfs. */
uint32_t cross_pid_max(int proc);
/* Up to where numbers are likely: somewhat above all that are listed. */
uint32_t cross_pid_near(const struct tasks *, uint32_t max);

/* cross_ask.c: ways to ask the kernel whether a number lives. */
#define ASK_WAYS 9
extern const char *const ask_name[ASK_WAYS];
/* 0: no; 1: yes; -1: the way is closed, errno says why. */
int ask_alive(unsigned way, uint32_t pid);
/* Bits of the ways that tell the living from the dead here. */
unsigned ask_ways(int errnum[ASK_WAYS]);

/*
 * Suspects of any view: numbers that something shows and no list has, and
 * the bits of the ways that show them.  They are asked again, and what is
 * listed, gone or another process by then is dropped.
 */
struct suspect {
	uint32_t pid;
	unsigned ways;
	uint64_t start;
};
struct suspects {
	struct suspect *v;
	size_t n, cap;
};
void suspects_add(struct suspects *, uint32_t pid, unsigned ways);
/* still(arg, suspect): bits of the ways that still show it. */
int suspects_recheck(struct cross *, struct suspects *,
		     unsigned (*still)(void *arg, const struct suspect *),
		     void *arg);

/* cross_copy.c: texts and image of a process that no other probe saw. */
void cross_copy(struct cross *, uint32_t pid);

int cross_may_ask(int proc);
int cross_pids(struct cross *);
int cross_cgroups(struct cross *);
int cross_taskstats(struct cross *);
int cross_count(struct cross *);
int cross_covers(struct cross *);
int cross_code(struct cross *);
int cross_listeners(struct cross *);
int cross_ports(struct cross *);
/* By what bind(2) said of a port, and the lists.  Pure. */
bool cross_port_hidden(int answer, bool in_list);

#endif
