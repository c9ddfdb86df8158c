/*
 * content.c - copying a file, without the secrets in it.
 */
#define _GNU_SOURCE
#include "content.h"
#include "cache.h"

#include "../util/io.h"
#include <errno.h>

#define SECRET_FILE_MAX (1u << 20) /* of a file that is searched for keys */

static void read_head(struct probe_run *r, struct content *c)
{
	uint64_t want = c->meta.size;
	ssize_t n;

	if (want > SECRET_FILE_MAX)
		want = SECRET_FILE_MAX;
	n = io_pread(c->fd, buf_room(&c->head, (size_t)want), (size_t)want, 0);
	c->head.n = n > 0 ? (size_t)n : 0;
	run_tick(r);
	if (n < 0 && c->shadow) {
		c->state = PROBE_FAILED;
		c->errnum = errno;
	}
}

/* The facts stand in for the file, or its head without them. */
static void copy_but_secrets(struct probe_run *r, struct content *c)
{
	struct cache cache;

	cache_look(&cache, &r->sys, c->fd, 0,
		   c->meta.size < SECRET_FILE_MAX ? c->meta.size
						  : SECRET_FILE_MAX);
	read_head(r, c);
	if (c->state == PROBE_COLLECTED)
		content_mask_head(c);
	if (c->state == PROBE_COLLECTED)
		content_parts(r, c);
	content_mask_end(r, c);
	cache_restore(&cache, c->fd);
	if (c->head.n)
		explicit_bzero(c->head.p, c->head.n);
	buf_free(&c->head);
}

void content_copy(struct probe_run *r, struct content *c)
{
	uint64_t cap = r->env->max_file;

	c->state = PROBE_COLLECTED;
	c->bytes = 0;
	if (c->max == 0 || c->max > cap)
		c->max = cap;
	if (c->meta.ino == r->env->out_ino &&
	    scene_dev(c->meta.major, c->meta.minor) == r->env->out_dev) {
		c->state = PROBE_SKIPPED; /* the archive itself */
		return;
	}
	if (r->env->secrets_full)
		content_parts(r, c);
	else
		copy_but_secrets(r, c);
}
