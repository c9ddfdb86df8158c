/*
 * collect/digester.h - SHA-256 of a file, and beside it, in the same read,
 * what the package system of this host measures files by.
 */
#ifndef COLLECT_DIGESTER_H
#define COLLECT_DIGESTER_H

#include "../host/packages.h"
#include "../util/hash.h"

struct digester {
	unsigned algos; /* bit per digest_algo, SHA-256 always */
	struct sha256 sha256;
	struct sha512 sha512;
	struct sha1 sha1;
	struct md5 md5;
};

struct digest_text { /* hex digits; empty: not measured */
	char md5[2 * MD5_LEN + 1], sha1[2 * SHA1_LEN + 1];
	char sha256[2 * SHA256_LEN + 1], sha512[2 * SHA512_LEN + 1];
};

void digester_begin(struct digester *, unsigned algos);
void digester_add(struct digester *, const void *p, size_t n);
void digester_end(struct digester *, struct digest_text *);
/* Views into the text. */
struct digests digest_views(const struct digest_text *);
/* As members of a row: h, h5, h1, h512. */
struct buf;
void digest_row(struct buf *, const struct digest_text *);

#endif
