/*
 * hash.h - SHA-2, SHA-1 and MD5 (libcrypto, the CPU's own instructions), and
 * a fast keyed hash for tables.  Output never depends on the table hash.
 */
#ifndef UTIL_HASH_H
#define UTIL_HASH_H

#include "str.h"

#define SHA256_LEN 32

struct sha256 {
	_Alignas(8) unsigned char state[128];
};
void sha256_init(struct sha256 *);
void sha256_add(struct sha256 *, const void *p, size_t n);
void sha256_end(struct sha256 *, unsigned char out[SHA256_LEN]);
void sha256_of(const void *p, size_t n, unsigned char out[SHA256_LEN]);

/* MD5, because package databases of dpkg speak of files by it */
#define MD5_LEN 16

struct md5 {
	_Alignas(8) unsigned char state[128];
};
void md5_init(struct md5 *);
void md5_add(struct md5 *, const void *p, size_t n);
void md5_end(struct md5 *, unsigned char out[MD5_LEN]);

/* SHA-1, because feeds of indicators and apk name files by it */
#define SHA1_LEN 20
struct sha1 {
	_Alignas(8) unsigned char state[128];
};
void sha1_init(struct sha1 *);
void sha1_add(struct sha1 *, const void *p, size_t n);
void sha1_end(struct sha1 *, unsigned char out[SHA1_LEN]);
void sha1_of(const void *p, size_t n, unsigned char out[SHA1_LEN]);

/* SHA-512, because rpm may be told to use it */
#define SHA512_LEN 64
struct sha512 {
	_Alignas(8) unsigned char state[256];
};
void sha512_init(struct sha512 *);
void sha512_add(struct sha512 *, const void *p, size_t n);
void sha512_end(struct sha512 *, unsigned char out[SHA512_LEN]);

/* The same in every run: fingerprints.  Collisions can be made at will. */
uint64_t hash_bytes(const void *p, size_t n);
/*
 * For tables whose keys come from evidence: another one in each run (the
 * same in a process and its forks), so that nobody can choose names that
 * collide.  Nothing that is written may depend on it.
 */
uint64_t hash_keyed(const void *p, size_t n);

#endif
