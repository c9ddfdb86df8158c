/*
 * content_mask.c - the secrets in a file: its head is masked in memory before
 * anything of it goes out, the rest of a text piece by piece on its way.
 */
#include "content.h"
#include "kind.h"
#include "secrets.h"

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
	struct buf rows, path;
};

static void a_key(void *arg, struct str text)
{
	struct look *l = arg;

	if (l->c->nsecret++ < KEYS_MAX)
		secret_key_row(&l->rows, shown(l->c, &l->path), text);
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
	c->nsecret += count;
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
void content_mask_head(struct probe_run *r, struct content *c)
{
	struct look l = { .c = c };
	struct str text = buf_view(&c->head);
	const char *kind = kind_of(text);

	if (c->shadow || secret_is_shadow(text)) {
		secret_shadow_rows(&l.rows, shown(c, &l.path), text);
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
	send_rows(r, &l.rows);
	buf_free(&l.rows);
	buf_free(&l.path);
}

size_t content_mask_piece(struct probe_run *r, struct content *c, char *p,
			  size_t n, bool last)
{
	struct look l = { .c = c };
	bool only;

	if (!c->text)
		return n;
	if (!last)
		n = settled(p, n);
	c->nmasked += mask(&l, p, n, &only);
	send_rows(r, &l.rows);
	buf_free(&l.rows);
	buf_free(&l.path);
	return n;
}

void content_mask_end(struct probe_run *r, const struct content *c)
{
	struct buf path = { 0 };

	if (c->nmasked && c->state != PROBE_SKIPPED)
		run_status(r, "secrets", NULL, shown(c, &path), PROBE_SKIPPED,
			   0, c->nsecret, c->nmasked, 0);
	buf_free(&path);
}
