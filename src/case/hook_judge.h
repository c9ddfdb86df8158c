/*
 * case/hook_judge.h - inside the judging process.
 */
#ifndef CASE_HOOK_JUDGE_H
#define CASE_HOOK_JUDGE_H

#include "../event/sink.h"
#include "../host/context.h"
#include "../util/buf.h"
#include "hook.h"

struct rows {
	char name[256];
	struct buf text;
};

struct judge_state {
	struct sink sink;
	int fd;
	const struct hook_options *o;
	struct ruleset *rs;
	struct matcher *matcher;
	struct scanner *scanner;
	struct context ctx;
	struct rows *rows;
	size_t nrows, caprows, nbytes;
	struct rows files; /* of the walk: what is left of a line */
	const struct source *src;
	struct arena keep, scratch, enrich;
	struct event ev;
	bool judged, scanning;
	uint64_t id; /* of the question at hand */
	/* results of rows */
	struct hook_proc *proc;
	size_t nproc, capproc;
	struct buf seen; /* messages, each behind its u32 length */
	size_t nseen;
	struct map told; /* what was said already */
	/* the file at hand */
	struct buf path, data;
	bool cut;
	struct buf out;
};

void hook_answer(struct judge_state *, enum hook_type, struct str payload);
/* What the rules said of an event: hits are told, memory is asked for. */
void hook_event(struct judge_state *, const struct event *);

/* hook_file.c: HOOK_BEGIN, HOOK_DATA, HOOK_END */
void hook_file(struct judge_state *, struct str path);
void hook_file_data(struct judge_state *, struct str);
void hook_file_end(struct judge_state *);

#endif
