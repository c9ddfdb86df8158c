/* pkgwire.c - in pieces of a fixed size. */
#include "pkgwire.h"

#include "../util/buf.h"

#define MAGIC 0x70676b31u
#define MAX_PACKAGES 262144u
#define MAX_ROWS (4u << 20)
#define PIECE 1024u

int pkgwire_write(const struct packages *s, bool damaged,
		  int (*fn)(void *arg, const void *p, size_t n), void *arg)
{
	struct pkgwire_head h = {
		.magic = MAGIC,
		.systems = s->systems,
		.npackage = (uint32_t)s->npackage,
		.npath = (uint32_t)s->path.n,
		.nfile = (uint32_t)s->nfile,
		.prelinked = s->prelinked,
		.damaged = damaged,
	};
	struct path_info piece[PIECE];
	size_t n = 0;

	if (fn(arg, &h, sizeof(h)) < 0)
		return -1;
	for (size_t i = 0; i < s->path.nslot; i++) {
		if (s->path.slot[i].hash)
			piece[n++] = s->path.slot[i];
		if (n == PIECE) {
			if (fn(arg, piece, sizeof(piece)) < 0)
				return -1;
			n = 0;
		}
	}
	if (n && fn(arg, piece, n * sizeof(*piece)) < 0)
		return -1;
	return s->nfile ? fn(arg, s->file, s->nfile * sizeof(*s->file)) : 0;
}

static bool paths(struct packages *s, const struct pkgwire_head *h,
		  int (*fn)(void *arg, void *p, size_t n), void *arg)
{
	struct path_info piece[PIECE];
	uint32_t left = h->npath;

	while (left) {
		uint32_t n = left < PIECE ? left : PIECE;

		if (fn(arg, piece, n * sizeof(*piece)) < 0)
			return false;
		left -= n;
		for (uint32_t i = 0; i < n; i++) {
			const struct path_info *p = &piece[i];
			struct path_info *to;

			if (!p->hash || (p->owner & PATH_OWNER) > h->npackage ||
			    p->file > h->nfile)
				return false;
			to = pathset_put_hash(&s->path, p->hash);
			to->owner = p->owner & (PATH_OWNER | PATH_CONFFILE);
			to->file = p->file;
		}
	}
	return true;
}

static bool files(struct packages *s, const struct pkgwire_head *h,
		  int (*fn)(void *arg, void *p, size_t n), void *arg)
{
	if (!h->nfile)
		return true;
	vec_grow(&s->file, &s->capfile, h->nfile, sizeof(*s->file));
	if (fn(arg, s->file, h->nfile * sizeof(*s->file)) < 0)
		return false;
	for (uint32_t i = 0; i < h->nfile; i++) {
		struct package_file *f = &s->file[i];

		/* a chain leads to older ones only */
		if (f->next > i || f->algo >= DIGEST_ALGOS)
			return false;
		f->user = f->group = f->caps = 0; /* words stay behind */
	}
	s->nfile = h->nfile;
	return true;
}

bool pkgwire_read(struct packages *s, bool *damaged,
		  int (*fn)(void *arg, void *p, size_t n), void *arg)
{
	struct arena *a = s->arena;
	struct pkgwire_head h;

	if (fn(arg, &h, sizeof(h)) < 0 || h.magic != MAGIC ||
	    h.npackage > MAX_PACKAGES || h.npath > MAX_ROWS ||
	    h.nfile > MAX_ROWS)
		return false;
	if (h.npackage) /* who they are does not matter here */
		vec_grow(&s->package, &s->cappackage, h.npackage,
			 sizeof(*s->package));
	s->npackage = h.npackage;
	if (!paths(s, &h, fn, arg) || !files(s, &h, fn, arg)) {
		packages_free(s);
		packages_init(s, a);
		return false;
	}
	s->systems = h.systems;
	s->prelinked = h.prelinked;
	*damaged = h.damaged;
	return true;
}
