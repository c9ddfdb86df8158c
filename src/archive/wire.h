/*
 * archive/wire.h - what the decoding process tells its parent, over a pipe.
 * The parent believes nothing: lengths, offsets and counts are checked here.
 */
#ifndef ARCHIVE_WIRE_H
#define ARCHIVE_WIRE_H

#include "../util/buf.h"
#include "../util/hash.h"
#include "unpack.h"

#define WIRE_MAX_TEXT 1024u

enum wire_type {
	WIRE_KIND = 1, /* what the input is */
	WIRE_MEMBER,
	WIRE_SHORT,
	WIRE_PROGRESS,
	WIRE_PROBLEM,
	WIRE_FAIL, /* the text says why nothing comes of it */
	WIRE_LINK, /* its name, NUL, where it points */
	WIRE_END,  /* last: how it all went */
};

struct wire_head {
	uint32_t type, ntext; /* ntext bytes follow the body */
};
struct wire_kind {
	uint32_t kind; /* enum input_kind */
};
enum { WIRE_DECOMPRESSED = 1, WIRE_NESTED = 2 };

struct wire_member { /* its name follows */
	uint64_t off, size, short_at, origin;
	int64_t mtime_ns, ctime_ns, btime_ns;
	uint32_t mode, uid, gid, decompressed; /* WIRE_… */
};
struct wire_short {
	uint64_t origin, at;
};
struct wire_progress {
	uint64_t nmember, bytes;
};
struct wire_end {              /* why follows */
	uint32_t whole, state; /* state: 0 none, 1 open, 2 complete, 3 … */
	uint64_t nrefused, nmember, nsealed, nproblem, bytes;
	unsigned char chain[SHA256_LEN];
};

union wire_body {
	struct wire_kind kind;
	struct wire_member member;
	struct wire_short shrt;
	struct wire_progress progress;
	struct wire_end end;
};

struct wire_out {
	int fd;
	struct buf b;
};
/* Gathers, and writes from time to time; the process ends when it cannot. */
void wire_put(struct wire_out *, enum wire_type, const union wire_body *,
	      struct str text);
void wire_flush(struct wire_out *);

struct wire_in {
	struct buf b;
	size_t at;
};
/*
 * The next whole message in what was gathered: 1, with views that live until
 * more is gathered; 0 none yet; -1 nonsense.
 */
int wire_next(struct wire_in *, enum wire_type *, union wire_body *,
	      struct str *text);

extern const char *const wire_state[4]; /* "", open, complete, interrupted */

#endif
