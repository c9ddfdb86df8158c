/*
 * collect/mapline.h - one line of /proc/PID/maps:
 *   55d0-55d1 r-xp 00000000 fe:00 1234   /usr/bin/x
 * Only a newline in a path is escaped (\012), so the path is the rest of the
 * line; inode 0 is memory without a file.
 */
#ifndef COLLECT_MAPLINE_H
#define COLLECT_MAPLINE_H

#include "../util/str.h"

struct mapline {
	uint64_t from, to, offset, inode;
	struct str range; /* as it stands */
	struct str perms; /* four letters: rwxp */
	struct str path;  /* [heap], a file, or empty */
};

/* Cuts the next line off a maps text; false at its end.  What is no such
 * line is passed over. */
bool mapline_next(struct str *maps, struct mapline *);

#define MAPLINE_NAME 64
/*
 * "map_files/FROM-TO" for a range: there the zeros that maps puts before low
 * addresses are missing.  Returns out.
 */
const char *mapline_file(struct str range, char out[MAPLINE_NAME]);

#endif
