/*
 * hash.c - SHA-2, SHA-1, MD5 and the table hash.
 *
 * The SHA256_* calls of libcrypto are used although OpenSSL 3 marks them as
 * old: EVP fetches its method for every digest (about 400 ns), and every
 * event gets one.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "hash.h"

#include <assert.h>
#include <openssl/md5.h>
#include <openssl/sha.h>
#include <sys/auxv.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof(struct sha256), "state fits");
_Static_assert(sizeof(MD5_CTX) <= sizeof(struct md5), "state fits");
_Static_assert(sizeof(SHA_CTX) <= sizeof(struct sha1), "state fits");
_Static_assert(sizeof(SHA512_CTX) <= sizeof(struct sha512), "state fits");

void sha256_init(struct sha256 *h)
{
	(void)SHA256_Init((SHA256_CTX *)(void *)h->state); /* cannot fail */
}

void sha256_add(struct sha256 *h, const void *p, size_t n)
{
	if (n)
		(void)SHA256_Update((SHA256_CTX *)(void *)h->state, p, n);
}

void sha256_end(struct sha256 *h, unsigned char out[SHA256_LEN])
{
	(void)SHA256_Final(out, (SHA256_CTX *)(void *)h->state);
}

void sha256_of(const void *p, size_t n, unsigned char out[SHA256_LEN])
{
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, p, n);
	sha256_end(&h, out);
}

void md5_init(struct md5 *h)
{
	(void)MD5_Init((MD5_CTX *)(void *)h->state); /* cannot fail */
}

void md5_add(struct md5 *h, const void *p, size_t n)
{
	if (n)
		(void)MD5_Update((MD5_CTX *)(void *)h->state, p, n);
}

void md5_end(struct md5 *h, unsigned char out[MD5_LEN])
{
	(void)MD5_Final(out, (MD5_CTX *)(void *)h->state);
}

void sha1_init(struct sha1 *h)
{
	(void)SHA1_Init((SHA_CTX *)(void *)h->state); /* cannot fail */
}

void sha1_add(struct sha1 *h, const void *p, size_t n)
{
	if (n)
		(void)SHA1_Update((SHA_CTX *)(void *)h->state, p, n);
}

void sha1_end(struct sha1 *h, unsigned char out[SHA1_LEN])
{
	(void)SHA1_Final(out, (SHA_CTX *)(void *)h->state);
}

void sha512_init(struct sha512 *h)
{
	(void)SHA512_Init((SHA512_CTX *)(void *)h->state); /* cannot fail */
}

void sha512_add(struct sha512 *h, const void *p, size_t n)
{
	if (n)
		(void)SHA512_Update((SHA512_CTX *)(void *)h->state, p, n);
}

void sha512_end(struct sha512 *h, unsigned char out[SHA512_LEN])
{
	(void)SHA512_Final(out, (SHA512_CTX *)(void *)h->state);
}

void sha1_of(const void *p, size_t n, unsigned char out[SHA1_LEN])
{
	(void)SHA1(p, n, out); /* out is given: it is what comes back */
}

/* wyhash-like: 8 bytes a round through a 128-bit product */
static uint64_t mix(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 m = (unsigned __int128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static uint64_t rounds(const void *p, size_t n, uint64_t h, uint64_t k)
{
	const unsigned char *s = p;
	uint64_t v;

	h ^= n;
	for (; n >= 8; n -= 8, s += 8) {
		memcpy(&v, s, 8);
		h = mix(h ^ v, k);
	}
	v = 0;
	if (n)
		memcpy(&v, s, n);
	return mix(h ^ v, 0x8ebc6af09c88c6e3u);
}

uint64_t hash_bytes(const void *p, size_t n)
{
	return rounds(p, n, 0x9e3779b97f4a7c15u, 0xe7037ed1a0b428dbu);
}

uint64_t hash_keyed(const void *p, size_t n)
{
	static uint64_t key[2];

	if (!key[1]) {
		/* 16 random bytes of the kernel, without a system call; the
		 * digest keeps what else is made of them out of sight */
		const void *seed = (const void *)getauxval(AT_RANDOM);
		unsigned char d[SHA256_LEN];

		sha256_of(seed, seed ? 16 : 0, d);
		memcpy(key, d, sizeof(key));
		key[1] |= 1;
	}
	return rounds(p, n, key[0], key[1]);
}
