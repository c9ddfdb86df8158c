/* mapline.c - lines of /proc/PID/maps. */
#include "mapline.h"

#include <stdio.h>

#include "../util/scan.h"

static bool hex(struct str s, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0 || s.n > 16)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		unsigned d = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
			     : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
						    : 16;

		if (d > 15)
			return false;
		v = v << 4 | d;
	}
	*out = v;
	return true;
}

static bool read_line(struct str line, struct mapline *m)
{
	struct scan s = scan_of(line);
	struct str inode, from, to, offset;

	m->range = to = scan_word(&s);
	from = str_cut(&to, '-');
	(void)scan_blank(&s);
	m->perms = scan_word(&s);
	(void)scan_blank(&s);
	offset = scan_word(&s);
	(void)scan_blank(&s);
	(void)scan_word(&s); /* device */
	(void)scan_blank(&s);
	inode = scan_word(&s);
	(void)scan_blank(&s);
	m->path = s.s;
	return m->perms.n == 4 && str_u64(inode, &m->inode) &&
	       hex(offset, &m->offset) && hex(from, &m->from) &&
	       hex(to, &m->to) && m->from < m->to;
}

bool mapline_next(struct str *maps, struct mapline *m)
{
	while (maps->p && maps->n)
		if (read_line(str_cut(maps, '\n'), m))
			return true;
	return false;
}

static struct str unpadded(struct str hex)
{
	while (hex.n > 1 && hex.p[0] == '0')
		hex = str_skip(hex, 1);
	return hex;
}

const char *mapline_file(struct str range, char out[MAPLINE_NAME])
{
	struct str from = str_cut(&range, '-');

	(void)snprintf(out, MAPLINE_NAME, "map_files/" STR_FMT "-" STR_FMT,
		       STR_ARG(unpadded(from)), STR_ARG(unpadded(range)));
	return out;
}
