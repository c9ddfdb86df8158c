/* lane.c - the shared block and the frames in it. */
#define _GNU_SOURCE
#include "lane.h"

#include <sys/mman.h>

struct lane *lane_new(size_t nstate)
{
	size_t n = sizeof(struct lane) + nstate;
	struct lane *l =
		mmap(NULL, n, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (l == MAP_FAILED)
		return NULL;
	l->nstate = nstate;
	l->state = l + 1;
	l->rows_at = LANE_NO_ROWS;
	return l;
}

void lane_free(struct lane *l)
{
	if (l)
		(void)munmap(l, sizeof(*l) + l->nstate);
}

bool frame_next(struct frame_reader *r, struct frame *f, struct str *payload)
{
	if (r->n < sizeof(*f))
		return false;
	memcpy(f, r->p, sizeof(*f));
	if (f->len > r->n - sizeof(*f))
		return false;
	*payload = str_mem(r->p + sizeof(*f), f->len);
	r->p += sizeof(*f) + f->len;
	r->n -= sizeof(*f) + f->len;
	return true;
}

static bool take(struct str *s, void *out, size_t n)
{
	if (s->n < n)
		return false;
	memcpy(out, s->p, n);
	*s = str_skip(*s, n);
	return true;
}

static bool take_str(struct str *s, size_t n, struct str *out)
{
	if (s->n < n)
		return false;
	*out = str_head(*s, n);
	*s = str_skip(*s, n);
	return true;
}

bool frame_member_read(struct str s, struct member *m, struct extent *extent,
		       struct xattr *xattr)
{
	struct frame_member h;

	if (!take(&s, &h, sizeof(h)) || h.nextent > LANE_MAX_EXTENTS ||
	    h.nxattr > LANE_MAX_XATTRS)
		return false;
	*m = (struct member){
		.size = h.size,
		.mode = h.mode,
		.uid = h.uid,
		.gid = h.gid,
		.mtime_ns = h.mtime_ns,
		.atime_ns = h.atime_ns,
		.ctime_ns = h.ctime_ns,
		.nextent = h.nextent,
		.extent = h.has_extents ? extent : NULL,
		.nxattr = h.nxattr,
		.xattr = h.nxattr ? xattr : NULL,
	};
	if (!take_str(&s, h.nname, &m->name) ||
	    !take(&s, extent, h.nextent * sizeof(*extent)))
		return false;
	for (uint32_t i = 0; i < h.nxattr; i++) {
		uint32_t n[2];

		if (!take(&s, n, sizeof(n)) ||
		    !take_str(&s, n[0], &xattr[i].name) ||
		    !take_str(&s, n[1], &xattr[i].value))
			return false;
	}
	return true;
}
