/*
 * util/age_crypt.h - inside age: the primitives, out of libcrypto.  Each
 * returns false when libcrypto refuses, or what it opens is not authentic.
 */
#ifndef UTIL_AGE_CRYPT_H
#define UTIL_AGE_CRYPT_H

#include "age.h"

#define AGE_FILE_KEY 16u
#define AGE_MAC 32u
#define AGE_IV 12u

bool age_random(void *p, size_t n);
/* Public key of a secret. */
bool age_x25519_public(const unsigned char secret[AGE_KEY],
		       unsigned char out[AGE_KEY]);
/* False too when the result is the point of low order. */
bool age_x25519(const unsigned char secret[AGE_KEY],
		const unsigned char peer[AGE_KEY], unsigned char out[AGE_KEY]);
void age_hmac(struct str key, struct str text, unsigned char out[AGE_MAC]);
/* RFC 5869 with one block of output. */
void age_hkdf(struct str secret, struct str salt, struct str info,
	      unsigned char out[AGE_KEY]);
/* ChaCha20-Poly1305; out gets n + AGE_TAG bytes, or n - AGE_TAG. */
bool age_lock(const unsigned char key[AGE_KEY], const unsigned char iv[AGE_IV],
	      const void *p, size_t n, unsigned char *out);
bool age_unlock(const unsigned char key[AGE_KEY],
		const unsigned char iv[AGE_IV], const void *p, size_t n,
		unsigned char *out);
/* Are they the same?  In a time that tells nothing. */
bool age_same(const void *a, const void *b, size_t n);
void age_wipe(void *p, size_t n);
/* Key that wraps the file key for one recipient. */
void age_wrap_key(const unsigned char shared[AGE_KEY],
		  const unsigned char ephemeral[AGE_KEY],
		  const unsigned char recipient[AGE_KEY],
		  unsigned char out[AGE_KEY]);
/* Nonce of a piece: its number, and whether it is the last. */
void age_iv(uint64_t piece, bool last, unsigned char iv[AGE_IV]);

#endif
