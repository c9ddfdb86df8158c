/*
 * archive/tarin.h - reads the tar stream of an archive as it comes, and
 * measures what the seal speaks of: header bytes, extents, data.  Reads what
 * archive/tarout writes, and any ustar or pax tar that needs no more.
 */
#ifndef ARCHIVE_TARIN_H
#define ARCHIVE_TARIN_H

#include "../util/buf.h"
#include "../util/hash.h"
#include "seal.h"

#define TARIN_MAX_HEADER (4u << 20) /* pax records or a map of extents */
#define TARIN_MAX_EXTENTS 262144u
#define TARIN_MAX_SIZE (UINT64_C(1) << 42) /* of one member, holes included */

struct tarin_member {
	struct seal_facts facts; /* data: valid in end() only */
	uint64_t stored;         /* bytes of data in the stream */
	uint32_t mode, uid, gid;
	int64_t mtime_ns;
	int64_t ctime_ns, btime_ns; /* 0: unknown */
	char type;                  /* '0' a plain file */
};

struct tarin_sink {
	void *arg;
	void (*begin)(void *arg, const struct tarin_member *);
	void (*data)(void *arg, uint64_t off, const void *p, size_t n);
	/* got < stored: the stream was cut within the member. */
	void (*end)(void *arg, const struct tarin_member *, uint64_t got);
};

enum tarin_state {
	TARIN_HEADER,
	TARIN_PAX,
	TARIN_MAP,
	TARIN_DATA,
	TARIN_PASS,
	TARIN_OVER,
	TARIN_LOST
};

struct tarin {
	const struct tarin_sink *sink;
	enum tarin_state state;
	struct buf block; /* what is being gathered: a block, pax, map */
	size_t need;
	uint64_t left;  /* bytes of TARIN_DATA or TARIN_PASS */
	uint64_t got;   /* data of this member */
	size_t iextent; /* where the next byte of data belongs */
	uint64_t at;    /* within that extent */
	size_t padding;
	unsigned nzero; /* zero blocks in a row */
	uint64_t extra; /* bytes after the end of the tar */
	struct sha256 header, data;
	struct tarin_member m;
	bool sparse;
	uint64_t realsize;
	uint64_t nline; /* of the map of extents */
	struct buf name;
	bool has_size, has_mtime, has_uid, has_gid;
	uint64_t size;
	struct extent *extent;
	size_t capextent;
};

void tarin_init(struct tarin *, const struct tarin_sink *);
void tarin_add(struct tarin *, const void *p, size_t n);
/* The stream broke here: an open member ends as it is, a header is awaited. */
void tarin_break(struct tarin *);
void tarin_free(struct tarin *);

#endif
