/*
 * source.h - one piece of evidence: spooled and mapped whole, never a live
 * file.  Ids are the rank by (input, member path): they order equal times.
 */
#ifndef EVENT_SOURCE_H
#define EVENT_SOURCE_H

#include "../util/str.h"

enum {
	SRC_STREAM = 1,    /* one of the collector's own members */
	SRC_RECOVERED = 2, /* recovered/: a process kept it, no path did */
	SRC_UNPACKED = 4,  /* decompressed from the member */
	SRC_NESTED = 32,   /* in an archive that lay there: nothing starts it */
	SRC_MEMORY = 16,   /* memory/: of a process */
	SRC_COLLECTED = 8, /* a file konseki took, for whatever reason */
};

struct source {
	uint32_t id, host; /* host: index of the context */
	uint32_t input;    /* which INPUT */
	uint64_t root;     /* mount namespace its path begins in; 0: the host */
	struct str path;   /* on its host, bytes: /var/log/auth.log.1 */
	struct str member; /* in the input: files/var/log/auth.log.1.gz */
	struct str data; /* the bytes, mapped read-only; STR_NONE until then */
	uint64_t size;
	uint64_t base;    /* of a slice: where data begins in the artifact */
	int64_t mtime_ns; /* INT64_MIN: unknown */
	int64_t ctime_ns, btime_ns; /* 0: unknown */
	uint32_t mode, uid, gid;
	uint32_t flags;    /* SRC_… */
	uint64_t short_at; /* zero-padded from here; UINT64_MAX: whole */
};

#endif
