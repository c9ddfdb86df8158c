/*
 * collect/extents.h - where a file has data, cut into parts.
 */
#ifndef COLLECT_EXTENTS_H
#define COLLECT_EXTENTS_H

#include "lane.h"

struct cut {
	uint64_t off, len; /* of the file */
	uint64_t data;     /* bytes that are no hole */
	bool sparse;       /* extents say where they are, relative to off */
	size_t nextent;
};

/*
 * The part that begins at off and holds at most max_data bytes of data
 * (max_data > 0) and LANE_MAX_EXTENTS extents.  `sparse' false: all is data.
 */
void cut_next(int fd, uint64_t off, uint64_t size, bool sparse,
	      uint64_t max_data, struct extent *extent, struct cut *out);

#endif
