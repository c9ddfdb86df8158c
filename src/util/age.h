/*
 * util/age.h - files sealed for public keys: age v1
 * (age-encryption.org/v1, C2SP's age.md), recipients of type X25519 only.
 *
 *   header   age-encryption.org/v1
 *            -> X25519 EPHEMERAL      one stanza for each recipient
 *            WRAPPED FILE KEY
 *            --- HMAC-SHA-256 of all before
 *   payload  16 bytes of nonce, then pieces of 64 KiB, each with a tag of 16
 *            bytes (ChaCha20-Poly1305); the last one is marked as the last
 *
 * `age -d' opens what is written here, and the other way round.  Whoever has
 * only the public key can write a file, not read one.
 */
#ifndef UTIL_AGE_H
#define UTIL_AGE_H

#include "buf.h"
#include "err.h"

#include <sys/types.h>

#define AGE_MAGIC "age-encryption.org/v1\n"
#define AGE_KEY 32
#define AGE_PIECE 65536u
#define AGE_TAG 16u
#define AGE_NONCE 16u
#define AGE_MAX_RECIPIENTS 256u
#define AGE_MAX_HEADER (1u << 20) /* other programs' stanzas included */

struct age_recipient {
	unsigned char key[AGE_KEY];
};

struct age_identity {
	unsigned char secret[AGE_KEY];
	struct age_recipient public;
};

/* A fresh pair; -1 with err when there is no randomness. */
int age_identity_new(struct age_identity *, struct err *);
/* `age1…' and `AGE-SECRET-KEY-1…' onto the end of out. */
void age_recipient_text(struct buf *out, const struct age_recipient *);
void age_identity_text(struct buf *out, const struct age_identity *);
/* One key each; false: it is none, or damaged (its checksum tells). */
bool age_recipient_parse(struct str, struct age_recipient *);
bool age_identity_parse(struct str, struct age_identity *);

/* --- writing --- */

struct age_seal {
	unsigned char key[AGE_KEY]; /* of the payload */
	uint64_t npiece;
	unsigned char *piece;
	size_t n; /* bytes of piece */
};

/* Header and nonce go onto the end of out. */
int age_seal_begin(struct age_seal *, const struct age_recipient *, size_t n,
		   struct buf *out, struct err *);
/* Takes bytes; whole pieces go onto the end of out. */
int age_seal_add(struct age_seal *, const void *p, size_t n, struct buf *out,
		 struct err *);
/* The last piece. */
int age_seal_end(struct age_seal *, struct buf *out, struct err *);
void age_seal_free(struct age_seal *); /* forgets the key */

/* --- reading --- */

struct age_reader {
	int fd;
	unsigned char key[AGE_KEY];
	uint64_t start;  /* of the first piece, in fd */
	uint64_t size;   /* of what is sealed, as far as it is there */
	uint64_t npiece; /* pieces that are there, a cut one included */
	bool cut;        /* the last piece is missing or incomplete */
	uint64_t nbad;   /* pieces that were not authentic, so far */
	uint64_t judged; /* pieces before this one are counted */
	uint64_t have;   /* piece that is open + 1 */
	size_t n;        /* its bytes */
	unsigned char *piece, *sealed;
};

enum age_result {
	AGE_OPEN,
	AGE_NO_IDENTITY, /* none of the keys fits */
	AGE_DAMAGED      /* header: not age, cut, or changed */
};

/*
 * Reads the header of fd, whose input is hostile; fd stays the caller's.
 * err says why it is not AGE_OPEN.
 */
enum age_result age_open(struct age_reader *, int fd,
			 const struct age_identity *, size_t n, struct err *);
/*
 * Like io_pread, over what is sealed.  A piece that is not authentic reads as
 * zeros and is counted.
 */
ssize_t age_pread(struct age_reader *, void *p, size_t n, off_t off);
void age_reader_free(struct age_reader *);

#endif
