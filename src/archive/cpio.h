/*
 * archive/cpio.h - archives of the kind `newc', one behind the other with
 * zeros between, as the kernel unpacks them; fed piece by piece.
 */
#ifndef ARCHIVE_CPIO_H
#define ARCHIVE_CPIO_H

#include "../util/str.h"

#define CPIO_HEAD 110u
#define CPIO_MAX_NAME 4096u
#define CPIO_MAX_MEMBERS 262144u /* of one image */

struct cpio_entry {
	struct str name;
	uint32_t mode, uid, gid, mtime_s;
	uint64_t size;
};

struct cpio_sink {
	void *arg;
	void (*begin)(void *arg, const struct cpio_entry *);
	void (*data)(void *arg, uint64_t off, const char *p, size_t n);
	void (*end)(void *arg);
};

struct cpio { /* start zeroed, with its sink */
	const struct cpio_sink *sink;
	struct cpio_entry e;
	int state;
	bool bad; /* what follows is no such archive: cpio_feed stopped */
	uint32_t pad;
	size_t have, name_size;
	uint64_t done, nmember;
	char head[CPIO_HEAD];
	char name[CPIO_MAX_NAME];
};

/* How many bytes it took: less than n where something else begins (bad). */
size_t cpio_feed(struct cpio *, const char *p, size_t n);
/* Is it between two archives or members, with nothing begun? */
bool cpio_idle(const struct cpio *);

#endif
