/*
 * archive/foreign.h - tar, zip and single compressed files, by libarchive.
 * Only ever called in a sandboxed process.
 */
#ifndef ARCHIVE_FOREIGN_H
#define ARCHIVE_FOREIGN_H

#include "../util/err.h"
#include "../util/str.h"
#include "infile.h"
#include "unpack.h"

#define FOREIGN_FREE_BYTES (64u << 20) /* expansion that is not judged */

struct foreign_entry {
	struct str name; /* empty: a single compressed file */
	uint32_t mode, uid, gid;
	int64_t mtime_ns;
	int64_t ctime_ns, btime_ns; /* 0: unknown */
};

enum foreign_end { FOREIGN_WHOLE, FOREIGN_BROKEN, FOREIGN_BOMB };

struct foreign_sink {
	void *arg;
	/* Each plain file; false: not wanted, the next please. */
	bool (*begin)(void *arg, const struct foreign_entry *);
	bool (*data)(void *arg, uint64_t off, const void *p, size_t n);
	/* size bytes came. */
	bool (*end)(void *arg, uint64_t size, enum foreign_end);
	/* A symbolic link; may be NULL. */
	void (*link)(void *arg, struct str name, struct str to);
};

struct foreign_result {
	enum input_kind kind; /* INPUT_TAR, INPUT_ZIP, INPUT_FILE */
	uint64_t nfile;
	uint64_t nrefused; /* bombs, nameless or encrypted entries */
	uint64_t used;     /* bytes of the region that it consists of */
	bool damaged;      /* it broke off */
	char why[256];
};

/*
 * What may be in there, by its first bytes and the end of its name: the name
 * is "" when it does not matter.  *stem: the name without .gz and the like.
 */
bool foreign_looks(struct str head, struct str name, struct str *stem);
/* Reads `size' bytes of the input from off.  -1 with err: it is none of them.
 */
int foreign_read(const struct infile *, uint64_t off, uint64_t size,
		 const struct foreign_sink *, struct foreign_result *,
		 struct err *);

#endif
