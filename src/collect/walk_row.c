/*
 * walk_row.c - one object as a compact row (konseki/archive.h).
 *
 * The directory's part of the path is escaped once per directory; rows are
 * built by hand because a walk writes hundreds of thousands of them.
 */
#define _GNU_SOURCE
#include "walk.h"
#include "beneath.h"

#include "../util/json_out.h"
#include "konseki/archive.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#define XATTR_NAMES 8192
#define XATTR_VALUE 65536
#define XATTR_ROW_MAX (256u << 10) /* of one object in its row */

void walk_prefix(struct walk *w)
{
	struct str dir = { w->st->path, w->st->npath };

	buf_clear(&w->prefix);
	if (dir.n > 1) {
		w->prefix_ok = json_escape(&w->prefix, dir);
	} else {
		w->prefix_ok = true;
	}
	buf_c(&w->prefix, '/');
	w->no_xattr = false;
}

/* Nine digits at a time in 32 bits: a row has six long numbers. */
static char *digits9(char *p, uint32_t v, unsigned min)
{
	char t[10];
	unsigned i = 10;

	do {
		t[--i] = (char)('0' + v % 10);
		v /= 10;
	} while (v || 10 - i < min);
	memcpy(p, t + i, 10 - i);
	return p + (10 - i);
}

static char *number(char *p, uint64_t v)
{
	const uint32_t e9 = 1000000000;

	if (v < e9)
		return digits9(p, (uint32_t)v, 1);
	return digits9(number(p, v / e9), (uint32_t)(v % e9), 9);
}

#define NUMBER_MAX 20
#define KEY_MAX 8

static inline void put(struct buf *b, const char *key, uint64_t v)
{
	size_t n = strlen(key);
	char *p = buf_room(b, KEY_MAX + NUMBER_MAX + 2);

	memcpy(p, key, n);
	b->n = (size_t)(number(p + n, v) - b->p);
}

static void puti(struct buf *b, const char *key, int64_t v)
{
	if (v >= 0) {
		put(b, key, (uint64_t)v);
		return;
	}
	buf_puts(b, key);
	buf_c(b, '-');
	put(b, "", 0 - (uint64_t)v);
}

static void path(struct walk *w, const char *name)
{
	struct buf *b = &w->row;
	size_t at;

	buf_clear(b);
	buf_add(b, "{\"p\":\"", 6);
	at = b->n;
	if (w->prefix_ok) {
		buf_str(b, buf_view(&w->prefix));
		if (json_escape(b, str_of(name))) {
			buf_c(b, '"');
			return;
		}
	}
	/* not UTF-8 somewhere: the whole path is written the other way */
	b->n = at - 5;
	json_kv_str(b, "p", walk_full(w, name));
}

static char type_of(uint32_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return 'f';
	case S_IFDIR:
		return 'd';
	case S_IFLNK:
		return 'l';
	case S_IFBLK:
		return 'b';
	case S_IFCHR:
		return 'c';
	case S_IFIFO:
		return 'p';
	case S_IFSOCK:
		return 's';
	default:
		return '?';
	}
}

/*
 * Asking every file for its attributes is a third of a warm walk.  By default
 * those are asked where one changes what a file can do: programs (file
 * capabilities), directories (inherited ACLs), and places where anybody may
 * drop things.
 */
static bool may_have_xattrs(const struct walk *w, const struct meta *m)
{
	const struct walk_state *st = w->st;

	if (S_ISDIR(m->mode) || w->run->scene->hash == HASH_ALL)
		return true;
	return S_ISREG(m->mode) &&
	       (m->mode & 06111 || (st->depth && st->dir[st->depth - 1].odd));
}

/* Names relative to the working directory, which is the top directory. */
static void xattrs(struct walk *w, const char *name)
{
	struct buf *b = &w->row, *x = &w->xattr;
	size_t began = b->n;
	ssize_t n;
	struct str names;

	buf_clear(x);
	n = llistxattr(name, buf_room(x, XATTR_NAMES), XATTR_NAMES);
	if (n < 0 && (errno == ENOTSUP || errno == ENOSYS))
		w->no_xattr = true;
	if (n <= 0)
		return;
	x->n = (size_t)n;
	(void)buf_room(x, XATTR_VALUE);
	names = (struct str){ x->p, (size_t)n };
	buf_puts(b, ",\"x\":{");
	while (names.n > 0) {
		struct str k = str_cut(&names, '\0');
		char *v = x->p + x->n;
		ssize_t len = lgetxattr(name, k.p, v, XATTR_VALUE);

		if (len < 0 || b->n - began > XATTR_ROW_MAX)
			continue;
		if (b->p[b->n - 1] != '{')
			buf_c(b, ',');
		(void)json_str(b, k);
		buf_add(b, ":\"", 2);
		buf_b64(b, v, (size_t)len);
		buf_c(b, '"');
	}
	buf_c(b, '}');
}

static void attributes(struct buf *b, uint64_t bits)
{
	static const struct {
		uint64_t bit;
		const char *name;
	} word[] = {
		{ STATX_ATTR_COMPRESSED, "compressed" },
		{ STATX_ATTR_IMMUTABLE, "immutable" },
		{ STATX_ATTR_APPEND, "append" },
		{ STATX_ATTR_NODUMP, "nodump" },
		{ STATX_ATTR_ENCRYPTED, "encrypted" },
		{ STATX_ATTR_VERITY, "verity" },
		{ STATX_ATTR_DAX, "dax" },
	};
	bool any = false;

	for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++) {
		if (!(bits & word[i].bit))
			continue;
		buf_puts(b, any ? ",\"" : ",\"f\":[\"");
		buf_puts(b, word[i].name);
		buf_c(b, '"');
		any = true;
	}
	if (any)
		buf_c(b, ']');
}

static void link_of(struct walk *w, const char *name)
{
	const struct walk_state *st = w->st;

	buf_clear(&w->link);
	if (st->depth && read_link(w->fd[st->depth - 1], name, &w->link))
		json_kv_str(&w->row, "l", buf_view(&w->link));
}

static void times(struct buf *b, const struct meta *m)
{
	puti(b, ",\"M\":", m->mtime_ns);
	puti(b, ",\"A\":", m->atime_ns);
	puti(b, ",\"C\":", m->ctime_ns);
	if (m->have & META_BTIME)
		puti(b, ",\"B\":", m->btime_ns);
}

static void facts(struct buf *b, const struct walk_facts *f)
{
	if (f->kind)
		json_kv_str(b, "k", str_of(f->kind));
	if (f->mime)
		json_kv_str(b, "mime", str_of(f->mime));
	digest_row(b, &f->digest);
	if (f->skip || f->unhashed)
		json_kv_str(b, "skip", str_of(f->skip ? f->skip : f->unhashed));
}

static void send(struct walk *w)
{
	json_close(&w->row);
	probe_row(w->run, KONSEKI_STATE "files", buf_view(&w->row));
}

void walk_row(struct walk *w, const char *name, const struct meta *m,
	      const struct walk_facts *f)
{
	struct buf *b = &w->row;
	char type[] = ",\"t\":\"?\"";

	if (w->ahead)
		return;
	path(w, name);
	type[6] = type_of(m->mode);
	buf_add(b, type, sizeof(type) - 1);
	put(b, ",\"m\":", m->mode & 07777);
	put(b, ",\"u\":", m->uid);
	put(b, ",\"g\":", m->gid);
	put(b, ",\"s\":", m->size);
	put(b, ",\"n\":", m->nlink);
	put(b, ",\"i\":", m->ino);
	put(b, ",\"d\":\"", m->major);
	put(b, ":", m->minor);
	buf_c(b, '"');
	times(b, m);
	if (S_ISLNK(m->mode))
		link_of(w, name);
	if (S_ISBLK(m->mode) || S_ISCHR(m->mode)) {
		put(b, ",\"r\":\"", m->rmajor);
		put(b, ":", m->rminor);
		buf_c(b, '"');
	}
	if (!w->no_xattr && !f->skip && may_have_xattrs(w, m))
		xattrs(w, *name ? name : ".");
	if (m->have & META_FLAGS)
		attributes(b, m->attributes);
	facts(b, f);
	send(w);
}

void walk_row_bare(struct walk *w, const char *name, char type,
		   const char *skip)
{
	char t[] = ",\"t\":\"?\"";

	if (w->ahead)
		return;
	path(w, name);
	t[6] = type;
	buf_add(&w->row, t, sizeof(t) - 1);
	json_kv_str(&w->row, "skip", str_of(skip));
	send(w);
}
