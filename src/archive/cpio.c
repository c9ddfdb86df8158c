/*
 * cpio.c - the format `newc'.  Spec: buffer-format.rst of the kernel.
 *   "070701" (or 070702, with a sum), then 13 fields of 8 hex digits: inode,
 *   mode, uid, gid, links, mtime, size, 4 of devices, size of the name with
 *   its NUL, sum.  Name and data are padded to 4 bytes; TRAILER!!! ends one.
 */
#include "cpio.h"

#define FIELD(n) (6u + 8u * (n))

enum { BETWEEN, HEAD, NAME, NAME_PAD, DATA, DATA_PAD };

static bool field(const char *head, unsigned n, uint32_t *v)
{
	const char *p = head + FIELD(n);

	*v = 0;
	for (unsigned i = 0; i < 8; i++) {
		char c = p[i];
		unsigned d = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
			     : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
			     : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
						    : 16;

		if (d > 15)
			return false;
		*v = *v << 4 | d;
	}
	return true;
}

static bool head_take(struct cpio *c)
{
	uint32_t size, name;

	if (memcmp(c->head, "070701", 6) != 0 &&
	    memcmp(c->head, "070702", 6) != 0)
		return false;
	if (!field(c->head, 1, &c->e.mode) || !field(c->head, 2, &c->e.uid) ||
	    !field(c->head, 3, &c->e.gid) ||
	    !field(c->head, 5, &c->e.mtime_s) || !field(c->head, 6, &size) ||
	    !field(c->head, 11, &name))
		return false;
	c->e.size = size;
	c->name_size = name;
	c->pad = (4 - (CPIO_HEAD + name) % 4) % 4;
	return name > 0 && name <= sizeof(c->name);
}

static void member_end(struct cpio *c)
{
	c->sink->end(c->sink->arg);
	c->pad = (uint32_t)((4 - c->e.size % 4) % 4);
	c->state = DATA_PAD;
}

static void name_take(struct cpio *c)
{
	c->e.name = str_mem(c->name, c->name_size);
	c->e.name.n = str_chr(c->e.name, '\0') < c->name_size
			      ? str_chr(c->e.name, '\0')
			      : c->name_size;
	c->done = 0;
	if (str_is(c->e.name, "TRAILER!!!")) {
		c->state = BETWEEN;
		return;
	}
	c->nmember++;
	c->sink->begin(c->sink->arg, &c->e);
	c->state = DATA;
	if (c->e.size == 0)
		member_end(c);
}

/* Bytes towards `want'; true when they are all there. */
static bool gather(struct cpio *c, char *to, size_t want, const char *p,
		   size_t n, size_t *used)
{
	size_t k = want - c->have < n ? want - c->have : n;

	memcpy(to + c->have, p, k);
	c->have += k;
	*used = k;
	return c->have == want;
}

static size_t data_take(struct cpio *c, const char *p, size_t n)
{
	if (n > c->e.size - c->done)
		n = (size_t)(c->e.size - c->done);
	c->sink->data(c->sink->arg, c->done, p, n);
	c->done += n;
	if (c->done == c->e.size)
		member_end(c);
	return n;
}

/* At least one byte is taken, or the state changes, or it is bad. */
static size_t step(struct cpio *c, const char *p, size_t n)
{
	size_t used = 0;

	switch (c->state) {
	case BETWEEN:
		if (*p == '\0')
			return 1;
		c->have = 0;
		c->bad = *p != '0' || c->nmember >= CPIO_MAX_MEMBERS;
		c->state = c->bad ? BETWEEN : HEAD;
		return 0;
	case HEAD:
		if (gather(c, c->head, CPIO_HEAD, p, n, &used)) {
			c->bad = !head_take(c);
			c->have = 0;
			c->state = NAME;
		}
		return used;
	case NAME:
		if (gather(c, c->name, c->name_size, p, n, &used))
			c->state = NAME_PAD;
		return used;
	case NAME_PAD:
	case DATA_PAD:
		if (c->pad > 0) {
			c->pad--;
			return 1;
		}
		if (c->state == NAME_PAD)
			name_take(c);
		else
			c->state = BETWEEN;
		return 0;
	default:
		return data_take(c, p, n);
	}
}

size_t cpio_feed(struct cpio *c, const char *p, size_t n)
{
	size_t at = 0;

	while (at < n && !c->bad)
		at += step(c, p + at, n - at);
	return at;
}

bool cpio_idle(const struct cpio *c)
{
	return c->state == BETWEEN || c->state == DATA_PAD ||
	       (c->state == NAME_PAD &&
		str_is(str_mem(c->name, c->name_size - 1), "TRAILER!!!"));
}
