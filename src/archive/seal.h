/*
 * archive/seal.h - what a seal says, as text.  Writer and verifier make the
 * lines with the same function: equal lines, equal members.
 */
#ifndef ARCHIVE_SEAL_H
#define ARCHIVE_SEAL_H

#include "../util/buf.h"
#include "../util/hash.h"
#include "writer.h"

#define SEAL_NO_SHORT UINT64_MAX

struct seal_facts {
	struct str name;
	unsigned char header[SHA256_LEN]; /* of the header's bytes */
	unsigned char data[SHA256_LEN];   /* of the extents' bytes, in order */
	uint64_t size, short_at;
	const struct extent *extent; /* NULL: no holes */
	size_t nextent;
};

/* {"member":…,"header_sha256":…,"size":…,"sha256":…} and a newline */
void seal_line(struct buf *, const struct seal_facts *);
/*
 * The last line, up to its "chain": {"seal":n,"state":"…"<json>
 * `json' is empty or begins with a comma.
 */
void seal_last(struct buf *, unsigned n, const char *state, struct str json);
/*
 * The chain goes on: SHA-256 of the chain before (32 zero bytes at first),
 * then all member lines, then the last line without its chain.
 */
void seal_chain(unsigned char chain[SHA256_LEN], struct str lines,
		struct str last);

#endif
