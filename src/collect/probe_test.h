/*
 * probe_test.h - for tests: the functions of probe.h, which keep what a
 * probe says.  Only *_test.c include this; the linker then leaves the
 * collector's own out.
 */
#ifndef COLLECT_PROBE_TEST_H
#define COLLECT_PROBE_TEST_H

#include <unistd.h>

#include "../util/arena.h"
#include "probe.h"

struct fake_member {
	struct str name, data;
	struct member m;
};

struct fake_status {
	struct str what;
	enum probe_state state;
	int errnum;
	uint64_t count;
};

struct probe_run {
	struct collect_env env;
	struct arena arena;
	uint64_t resume_after, last_key; /* items up to it are passed over */
	bool out_of_order;
	/* what happens on the host at the beginning of an item, if given */
	void (*at_item)(struct probe_run *, uint64_t key);
	struct str row[65536];
	size_t nrow;
	struct fake_member member[16384];
	size_t nmember;
	struct fake_status status[4096];
	size_t nstatus;
};

bool probe_item(struct probe_run *r, uint64_t key, struct str what)
{
	(void)what;
	r->out_of_order |= key < r->last_key;
	r->last_key = key;
	if (r->at_item)
		r->at_item(r, key);
	return key > r->resume_after;
}

const struct collect_env *probe_env(const struct probe_run *r)
{
	return &r->env;
}

void probe_row(struct probe_run *r, const char *stream, struct str line)
{
	(void)stream;
	if (r->nrow < sizeof r->row / sizeof r->row[0])
		r->row[r->nrow++] = arena_dup(&r->arena, line);
}

/* Data of a member: what its extents give, holes as zeros. */
void probe_member(struct probe_run *r, const struct member *m, int fd,
		  struct str data)
{
	struct fake_member *f = &r->member[r->nmember];
	struct extent all = { 0, m->size };
	const struct extent *e = m->extent ? m->extent : &all;
	size_t n = m->extent ? m->nextent : 1;
	char *p;

	if (r->nmember == sizeof r->member / sizeof r->member[0])
		return;
	r->nmember++;
	f->m = *m;
	f->name = arena_dup(&r->arena, m->name);
	f->data = arena_dup(&r->arena, data);
	if (fd < 0 || m->size > (64u << 20))
		return;
	p = arena_alloc(&r->arena, m->size + 1);
	for (size_t i = 0; i < n; i++)
		if (pread(fd, p + e[i].off, e[i].len, (off_t)e[i].off) < 0)
			return;
	f->data = str_mem(p, m->size);
}

void probe_status(struct probe_run *r, struct str what, enum probe_state state,
		  int errnum, uint64_t count, uint64_t bytes)
{
	struct fake_status *s = &r->status[r->nstatus];

	(void)bytes;
	if (r->nstatus == sizeof r->status / sizeof r->status[0])
		return;
	r->nstatus++;
	s->what = arena_dup(&r->arena, what);
	s->state = state;
	s->errnum = errnum;
	s->count = count;
}

#endif
