/*
 * walk_resume.c - how a replacement reader gets to where the lost one was,
 * and past what it hung on.
 */
#define _GNU_SOURCE
#include "beneath.h"
#include "walk.h"

#include <unistd.h>

/* Opens the chain of directories the lost reader had open. */
void walk_reopen(struct walk *w)
{
	struct walk_state *st = w->st;
	uint32_t depth = st->depth;
	char name[256];

	for (st->depth = 0; st->depth < depth; st->depth++) {
		struct walk_dir *d = &st->dir[st->depth];
		struct str s = { st->path, d->npath };
		int fd;

		if (scene_dead(w->run->scene, d->dev))
			break;
		if (st->depth == 0) {
			struct place p;

			if (beneath(w->run, s, false, &p) < 0)
				break;
			fd = place_opendir(w->run, &p);
			place_close(&p);
		} else {
			s = str_base(s);
			if (s.n >= sizeof(name))
				break;
			memcpy(name, s.p, s.n);
			name[s.n] = '\0';
			fd = open_dir(w->run, w->fd[st->depth - 1], name);
		}
		if (fd < 0)
			break;
		if (d->pos)
			(void)lseek(fd, d->pos, SEEK_SET);
		w->fd[st->depth] = fd;
	}
	if (st->depth < depth) { /* what was above is gone with its names */
		st->nnames = st->dir[st->depth].nnames;
		st->nbuf = st->at = 0;
		st->phase = WALK_START;
		if (st->depth)
			st->npath = walk_top(w)->npath;
	}
}

/* A file system that was given up: at least the name that it hung on. */
void walk_name_lost(struct walk *w)
{
	struct walk_state *st = w->st;

	if (!scene_dead(w->run->scene, walk_top(w)->dev) ||
	    (st->phase != WALK_ENTRY && st->phase != WALK_EXAMINE))
		return;
	walk_prefix(w);
	walk_row_bare(
		w,
		((const struct dirent64 *)(const void *)(st->dirbuf + st->at))
			->name,
		'?', "timeout");
	st->work.objects++;
}

/* The collector has stated the timeout; get past it. */
void walk_pass_over(struct walk *w)
{
	struct walk_state *st = w->st;

	if (st->depth == 0)
		return;
	if (st->phase == WALK_LIST) {
		walk_top(w)->ended = 1;
		st->nbuf = st->at = 0;
	} else if (st->phase == WALK_EXAMINE) {
		st->skip_examine = st->at + 1;
	} else if (st->phase == WALK_ENTRY) {
		const struct dirent64 *d = (const void *)(st->dirbuf + st->at);

		walk_prefix(w);
		walk_row_bare(w, d->name, '?', "timeout");
		st->work.objects++;
		st->at += d->reclen;
	}
	st->phase = WALK_START;
}

struct str walk_where(const struct lane *l, struct buf *b)
{
	const struct walk_state *st = l->state;
	const char *name = NULL;

	if (st->depth == 0)
		return str_mem(l->what, l->nwhat);
	buf_add(b, st->path, st->npath);
	if (st->phase == WALK_OPEN)
		name = st->names + st->nnames;
	else if (st->phase == WALK_ENTRY || st->phase == WALK_EXAMINE)
		name = ((const struct dirent64 *)(const void *)(st->dirbuf +
								st->at))
			       ->name;
	if (name && st->npath != 1)
		buf_c(b, '/');
	if (name)
		buf_puts(b, name);
	return buf_view(b);
}

bool walk_resume(const struct lane *from, struct lane *to)
{
	const struct walk_state *a = from->state;
	struct walk_state *b = to->state;

	memcpy(b, a, offsetof(struct walk_state, names));
	memcpy(b->names, a->names, a->nnames);
	if (b->depth == 0 && b->phase == WALK_ROOT)
		b->walked |= 1u << b->root;
	return b->root < WALK_ROOTS;
}
