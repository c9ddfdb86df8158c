/*
 * collect/lane.h - what one reader shares with the collector: a block of
 * memory both see, and a pipe.  The reader gathers frames in `out' and sends
 * them in big writes; whatever it had committed but not sent when it got
 * stuck is taken out of the memory, so nothing read before is lost.
 */
#ifndef COLLECT_LANE_H
#define COLLECT_LANE_H

#include "../archive/writer.h"

#include <stdatomic.h>

#define LANE_OUT (1u << 20)     /* one pipe full */
#define LANE_SEND (256u << 10)  /* sent when this much is there */
#define LANE_CHUNK (256u << 10) /* of file data in one frame */
#define LANE_WHAT 1024u
#define LANE_NO_ROWS UINT32_MAX

enum frame_type {
	FRAME_ROWS,    /* u8 n, stream name, lines */
	FRAME_BEGIN,   /* a member: see frame_member */
	FRAME_DATA,    /* bytes */
	FRAME_END,     /* of the member */
	FRAME_STATUS,  /* struct frame_status, then its strings */
	FRAME_PROGRAM, /* struct frame_program, path */
	FRAME_POINTED, /* path that an autorun names */
	FRAME_COUNT,   /* u64: objects seen since the last */
	FRAME_DONE,    /* the job is over */
};

struct frame {
	uint32_t type, len; /* of what follows */
};

struct frame_status {
	uint64_t count, bytes;
	int64_t duration_ns;
	int32_t errnum;
	uint32_t state;
	uint32_t nprobe, ncore, nwhat;
};

/* an executable whose content shall be collected, newest change first */
struct frame_program {
	int64_t ctime_ns;
	uint64_t size;
	uint32_t hit, pad;     /* a rule names it: before all others */
	uint32_t web, pointed; /* served by a web server; named by an autorun */
};

struct frame_member { /* then name, extents, xattrs (u32 n, u32 n, bytes) */
	uint64_t size;
	int64_t mtime_ns, atime_ns, ctime_ns;
	uint32_t mode, uid, gid, nname, nextent, nxattr, has_extents, pad;
};

struct lane {
	_Atomic uint64_t tick; /* changes while there is progress */
	uint64_t key;          /* of the item at work */
	uint64_t dev;          /* of the file system at work, 0: unknown */
	uint32_t nwhat;
	char what[LANE_WHAT]; /* the item at work */
	uint32_t nout;        /* committed bytes of out */
	uint32_t rows_at;     /* frame of rows that may still grow */
	uint32_t sending;     /* out is on its way: not to be taken twice */
	size_t nstate;
	void *state; /* of the job, shared too */
	unsigned char out[LANE_OUT];
};

struct lane *lane_new(size_t nstate); /* NULL with errno */
void lane_free(struct lane *);

/* The decoder of the collector's side; false when it is malformed. */
struct frame_reader {
	const unsigned char *p;
	size_t n;
};
bool frame_next(struct frame_reader *, struct frame *, struct str *payload);
/* extent and xattr are filled up to the given room. */
#define LANE_MAX_EXTENTS 16384u
#define LANE_MAX_XATTRS 256u
bool frame_member_read(struct str payload, struct member *,
		       struct extent *extent, struct xattr *xattr);

#endif
