/*
 * archive/writer.h - the container (konseki-archive(5)): pax tar in zstd
 * frames that end at member boundaries, with checkpoints of seal and status.
 * It has no idea what is inside.  One writer, one thread.
 */
#ifndef ARCHIVE_WRITER_H
#define ARCHIVE_WRITER_H

#include "../util/age.h"
#include "../util/err.h"
#include "../util/hash.h"
#include "../util/str.h"

struct writer;

struct extent {
	uint64_t off, len; /* data; what lies between is a hole */
};

struct xattr {
	struct str name, value;
};

struct member {
	struct str name; /* bytes, e.g. files/etc/passwd */
	uint64_t size;   /* fixed now: short data is padded with zeros */
	uint32_t mode, uid, gid;
	int64_t mtime_ns, atime_ns, ctime_ns; /* INT64_MIN: not stated */
	const struct extent *extent;          /* NULL: no holes */
	size_t nextent;
	const struct xattr *xattr;
	size_t nxattr;
};

struct writer_options {
	int fd; /* where the archive goes; not closed */
	/* public keys to seal it for; none: not sealed */
	const struct age_recipient *recipient;
	size_t nrecipient;
	int level;                 /* zstd, default 1 */
	uint64_t max_output;       /* bytes, 0: none */
	uint64_t checkpoint_bytes; /* default 64 MiB */
	int64_t checkpoint_ns;     /* default 10 s */
	int64_t frame_ns;          /* default 1 s */
	uint64_t frame_bytes;      /* default 1 MiB */
	/* called before each write to fd; false stops (disk reserve) */
	bool (*may_write)(void *arg, uint64_t bytes);
	void *arg;
};

struct writer *writer_new(const struct writer_options *, struct err *);
/* A member whose content is at hand. */
int writer_add(struct writer *, const struct member *, struct str data,
	       struct err *);
/*
 * A member in pieces: begin, data* (exactly the bytes of its extents, in
 * order), end.  end pads what is missing and then reports *short_at (else
 * UINT64_MAX).  The member's SHA-256 is given back.
 */
int writer_begin(struct writer *, const struct member *, struct err *);
int writer_data(struct writer *, struct str, struct err *);
int writer_end(struct writer *, uint64_t *short_at,
	       unsigned char sha256[SHA256_LEN], struct err *);
/* One status line (JSON object with newline), written at the next checkpoint.
 */
void writer_status(struct writer *, struct str json_line);
/* Is a checkpoint due?  The writer makes them itself between members. */
int writer_checkpoint(struct writer *, struct err *);
/*
 * Last checkpoint and seal: complete or interrupted; `json' is added to the
 * seal's object (clocks), as `,"k":v…'.
 */
int writer_finish(struct writer *, bool complete, struct str json,
		  struct err *);
uint64_t writer_bytes_in(const struct writer *);  /* of members */
uint64_t writer_bytes_out(const struct writer *); /* compressed */
/* After finish: of the whole file, and of the last seal's chain. */
void writer_digest(const struct writer *, unsigned char file[SHA256_LEN],
		   unsigned char seal[SHA256_LEN]);
void writer_free(struct writer *);

#endif
