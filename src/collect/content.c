/*
 * content.c - copying a file, without the secrets in it.
 */
#define _GNU_SOURCE
#include "content.h"
#include "cache.h"
#include "kind.h"
#include "secrets.h"

#include "../util/io.h"
#include "konseki/archive.h"

#include <errno.h>

#define SECRET_FILE_MAX (1u << 20) /* of a file that is searched for keys */
#define KEYS_MAX 64                /* of one file that are described */

static void send_rows(struct probe_run *r, const struct buf *rows)
{
	for (struct str rest = buf_view(rows); rest.n > 0;) {
		size_t n = str_chr(rest, '\n') + 1;

		probe_row(r, KONSEKI_STATE "secrets", str_head(rest, n));
		rest = str_skip(rest, n);
	}
}

/* A path below another root is not one of the host. */
static struct str shown(const struct content *c, struct buf *b)
{
	if (!str_starts(c->prefix, STR(KONSEKI_ROOTS)))
		return c->path;
	if (b->n == 0) {
		buf_str(b, c->prefix);
		buf_str(b, c->path);
	}
	return buf_view(b);
}

struct look {
	struct content *c;
	struct buf rows, path;
	unsigned nkey;
};

static void a_key(void *arg, struct str text)
{
	struct look *l = arg;

	if (l->nkey++ < KEYS_MAX)
		secret_key_row(&l->rows, shown(l->c, &l->path), text);
}

/*
 * Facts for secrets: a file of nothing else stays here, in others they are
 * masked.  A program with a key in it is evidence before it is a secret.
 */
static void look_for_secrets(struct probe_run *r, struct content *c)
{
	struct look l = { .c = c };
	struct str text = buf_view(&c->head);
	const char *kind = kind_of(text);
	unsigned nvalue = 0;
	bool only = false;
	size_t n;

	if (c->shadow || secret_is_shadow(text)) {
		secret_shadow_rows(&l.rows, shown(c, &l.path), text);
		c->state = PROBE_SKIPPED;
	} else if (!kind || strcmp(kind, "script") == 0) {
		n = secret_mask(c->head.p, c->head.n, a_key, &l, &only);
		if (n > 0 && only)
			c->state = PROBE_SKIPPED;
		else if (!memchr(text.p, 0, text.n)) /* a text, all of it */
			n += secret_values(c->head.p, c->head.n, c->path,
					   &nvalue);
		c->masked = n > 0 && !only;
		if (c->masked)
			run_status(r, "secrets", NULL, shown(c, &l.path),
				   PROBE_SKIPPED, 0, l.nkey + nvalue, n, 0);
	}
	send_rows(r, &l.rows);
	buf_free(&l.rows);
	buf_free(&l.path);
}

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
		look_for_secrets(r, c);
	if (c->state == PROBE_COLLECTED)
		content_parts(r, c);
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
