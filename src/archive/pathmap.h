/*
 * archive/pathmap.h - names of members -> paths on their host, as text.
 */
#ifndef ARCHIVE_PATHMAP_H
#define ARCHIVE_PATHMAP_H

#include "../util/arena.h"

struct selection { /* none: everything is selected */
	const struct str *glob;
	size_t n;
};

/* Could a link of this name start something (units, run levels)? */
bool name_enables(struct str name);
/* Does a glob match the name, or a path that it may have on its host? */
bool name_selected(const struct selection *, struct str name);

/*
 * konseki: files/x and roots/NS/x become /x, the archive's own members have
 * an empty path.  Else `./', `/' and everything up to `[root]/' are dropped
 * and a `/' put in front.
 */
struct str path_of_member(struct arena *, bool konseki, struct str name);
/*
 * Of a file given alone: from the last /var/log/, /var/, /etc/ or /run/ that
 * stands in it; an absolute path as it is; else / and its last component.
 */
struct str path_of_file(struct arena *, struct str given);

#endif
