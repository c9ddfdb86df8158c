/*
 * content_mask.c - the secrets in a file: its head is masked in memory before
 * anything of it goes out, the rest of a text piece by piece on its way.
 */
#include "cache.h"
#include "content.h"
#include "kind.h"
#include "secrets.h"

#include "../util/io.h"

#define KEYS_MAX 64         /* of one file that are described */
#define KEY_MAX (64u << 10) /* from BEGIN to END */
#define NUL_SHARE 256       /* a text has less than one in so many */

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
	struct buf path;
	bool silent; /* its rows were made already */
};

static void a_key(void *arg, struct str text)
{
	struct look *l = arg;

	if (!l->silent && l->c->nsecret++ < KEYS_MAX)
		secret_key_row(&l->c->rows, shown(l->c, &l->path), text);
}

/* A crash leaves some in a log. */
static bool is_text(struct str s)
{
	size_t nul = 0;

	for (struct str rest = s; rest.p && rest.n && nul <= s.n / NUL_SHARE;
	     nul += rest.p != NULL)
		(void)str_cut(&rest, '\0');
	return nul <= s.n / NUL_SHARE;
}

static size_t mask(struct look *l, char *p, size_t n, bool *only)
{
	struct content *c = l->c;
	size_t masked = secret_mask(p, n, a_key, l, only);
	unsigned count = 0;

	if (!(masked && *only) && c->text)
		masked += secret_values(p, n, c->path, &count);
	c->nsecret += l->silent ? 0 : count;
	return masked;
}

/* How much of it ends where neither a line nor a key is cut. */
static size_t settled(const char *p, size_t n)
{
	static const struct str begin = { "-----BEGIN ", 11 };
	struct str all = str_mem(p, n), tail, rest;
	size_t end = str_rchr(all, '\n') + 1, at, key = (size_t)-1;

	if (end == 0)
		return n;
	tail = str_skip(str_head(all, end), end > KEY_MAX ? end - KEY_MAX : 0);
	for (rest = tail; (at = str_find(rest, begin)) != (size_t)-1;
	     rest = str_skip(rest, at + begin.n))
		key = (size_t)(rest.p - p) + at;
	if (key == (size_t)-1 || key == 0 ||
	    str_find(str_mem(p + key, end - key), STR("-----END ")) !=
		    (size_t)-1)
		return end;
	return key;
}

/*
 * Facts for secrets: a file of nothing else stays here, in others they are
 * masked.  A program with a key in it is evidence before it is a secret.
 */
void content_mask_head(struct content *c)
{
	struct look l = { .c = c };
	struct str text = buf_view(&c->head);
	const char *kind = kind_of(text);

	if (c->shadow || secret_is_shadow(text)) {
		secret_shadow_rows(&c->rows, shown(c, &l.path), text);
		c->state = PROBE_SKIPPED;
	} else if (!kind || strcmp(kind, "script") == 0) {
		bool only = false;

		c->text = is_text(text);
		if (c->text && c->meta.size > c->head.n)
			c->head.n = settled(c->head.p, c->head.n);
		c->nmasked = mask(&l, c->head.p, c->head.n, &only);
		if (c->nmasked && only)
			c->state = PROBE_SKIPPED;
		c->masked = c->nmasked && !only;
	}
	buf_free(&l.path);
}

void content_mask_begin(struct probe_run *r, struct content *c, uint64_t off)
{
	size_t n = off < KEY_MAX ? (size_t)off : KEY_MAX;
	struct cache cache;
	ssize_t got;

	buf_clear(&c->before);
	if (!c->text || n == 0)
		return;
	cache_look(&cache, &r->sys, c->fd, off - n, n);
	got = io_pread(c->fd, buf_room(&c->before, n), n, (off_t)(off - n));
	cache_restore(&cache, c->fd);
	c->before.n = got == (ssize_t)n ? n : 0;
}

/*
 * The first piece of a stretch (a part, what stands around --since) is masked
 * together with what stands before it: a key may have begun there.  Of that
 * only the masking is kept: whoever took it has told.
 */
static size_t mask_first(struct content *c, char *p, size_t n)
{
	struct look l = { .c = c, .silent = true };
	struct buf *both = &c->before;
	size_t at = both->n, masked = 0;
	bool only;

	buf_add(both, p, n);
	(void)mask(&l, both->p, both->n, &only);
	for (size_t i = 0; i < n; i++)
		masked += p[i] != both->p[at + i];
	memcpy(p, both->p + at, n);
	c->nsecret += masked > 0;
	explicit_bzero(both->p, both->n);
	buf_free(both);
	buf_free(&l.path);
	return masked;
}

size_t content_mask_piece(struct content *c, char *p, size_t n, bool last)
{
	struct look l = { .c = c };
	bool only;

	if (!c->text)
		return n;
	if (!last)
		n = settled(p, n);
	if (c->before.n)
		c->nmasked += mask_first(c, p, n);
	c->nmasked += mask(&l, p, n, &only);
	buf_free(&l.path);
	return n;
}

void content_mask_end(struct probe_run *r, struct content *c)
{
	struct buf path = { 0 };

	if (c->before.n)
		explicit_bzero(c->before.p, c->before.n);
	buf_free(&c->before);
	send_rows(r, &c->rows);
	buf_free(&c->rows);
	if (c->nmasked && c->state != PROBE_SKIPPED)
		run_status(r, "secrets", NULL, shown(c, &path), PROBE_SKIPPED,
			   0, c->nsecret, c->nmasked, 0);
	buf_free(&path);
}
