/*
 * age_crypt.c - X25519, HKDF, HMAC and ChaCha20-Poly1305 of libcrypto, which
 * is told not to look for the host's openssl.cnf.
 */
#include "age_crypt.h"

#include <assert.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

/* Before anything else of libcrypto that could read a configuration. */
static void start(void)
{
	static bool started;

	if (!started)
		(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	started = true;
}

bool age_random(void *p, size_t n)
{
	start();
	return n <= INT_MAX && RAND_bytes(p, (int)n) == 1;
}

bool age_x25519_public(const unsigned char secret[AGE_KEY],
		       unsigned char out[AGE_KEY])
{
	size_t n = AGE_KEY;
	EVP_PKEY *k;
	bool ok;

	start();
	k = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, secret,
					 AGE_KEY);
	ok = k && EVP_PKEY_get_raw_public_key(k, out, &n) == 1 && n == AGE_KEY;
	EVP_PKEY_free(k);
	return ok;
}

bool age_x25519(const unsigned char secret[AGE_KEY],
		const unsigned char peer[AGE_KEY], unsigned char out[AGE_KEY])
{
	EVP_PKEY *own, *other;
	EVP_PKEY_CTX *c = NULL;
	size_t n = AGE_KEY;
	bool ok;

	start();
	own = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, secret,
					   AGE_KEY);
	other = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, peer,
					    AGE_KEY);
	if (own && other)
		c = EVP_PKEY_CTX_new(own, NULL);
	/* derive refuses the all-zero result itself (RFC 7748 6.1) */
	ok = c && EVP_PKEY_derive_init(c) == 1 &&
	     EVP_PKEY_derive_set_peer(c, other) == 1 &&
	     EVP_PKEY_derive(c, out, &n) == 1 && n == AGE_KEY;
	EVP_PKEY_CTX_free(c);
	EVP_PKEY_free(own);
	EVP_PKEY_free(other);
	return ok;
}

void age_hmac(struct str key, struct str text, unsigned char out[AGE_MAC])
{
	unsigned n = 0;
	const unsigned char *got;

	start();
	assert(key.n <= INT_MAX);
	got = HMAC(EVP_sha256(), key.n ? key.p : "", (int)key.n,
		   (const unsigned char *)text.p, text.n, out, &n);
	assert(got && n == AGE_MAC); /* short of memory: no way to go on */
}

void age_hkdf(struct str secret, struct str salt, struct str info,
	      unsigned char out[AGE_KEY])
{
	unsigned char prk[AGE_MAC];
	char text[64];

	assert(info.n < sizeof(text));
	age_hmac(salt, secret, prk);
	memcpy(text, info.p, info.n);
	text[info.n] = 1;
	age_hmac(str_mem(prk, sizeof(prk)), str_mem(text, info.n + 1), out);
	age_wipe(prk, sizeof(prk));
}

bool age_lock(const unsigned char key[AGE_KEY], const unsigned char iv[AGE_IV],
	      const void *p, size_t n, unsigned char *out)
{
	EVP_CIPHER_CTX *c;
	int k = 0, rest = 0;
	bool ok;

	start();
	c = EVP_CIPHER_CTX_new();
	ok = c && n <= AGE_PIECE &&
	     EVP_EncryptInit_ex(c, EVP_chacha20_poly1305(), NULL, key, iv) ==
		     1 &&
	     (n == 0 || EVP_EncryptUpdate(c, out, &k, p, (int)n) == 1) &&
	     EVP_EncryptFinal_ex(c, out + k, &rest) == 1 &&
	     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, (int)AGE_TAG,
				 out + n) == 1;
	EVP_CIPHER_CTX_free(c);
	return ok;
}

bool age_unlock(const unsigned char key[AGE_KEY],
		const unsigned char iv[AGE_IV], const void *p, size_t n,
		unsigned char *out)
{
	unsigned char tag[AGE_TAG];
	EVP_CIPHER_CTX *c;
	int k = 0, rest = 0;
	bool ok;

	if (n < AGE_TAG || n > AGE_PIECE + AGE_TAG)
		return false;
	start();
	n -= AGE_TAG;
	memcpy(tag, (const unsigned char *)p + n, AGE_TAG);
	c = EVP_CIPHER_CTX_new();
	ok = c &&
	     EVP_DecryptInit_ex(c, EVP_chacha20_poly1305(), NULL, key, iv) ==
		     1 &&
	     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, (int)AGE_TAG, tag) ==
		     1 &&
	     (n == 0 || EVP_DecryptUpdate(c, out, &k, p, (int)n) == 1) &&
	     EVP_DecryptFinal_ex(c, out + k, &rest) == 1;
	EVP_CIPHER_CTX_free(c);
	return ok;
}

bool age_same(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

void age_wipe(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}

void age_wrap_key(const unsigned char shared[AGE_KEY],
		  const unsigned char ephemeral[AGE_KEY],
		  const unsigned char recipient[AGE_KEY],
		  unsigned char out[AGE_KEY])
{
	unsigned char salt[2 * AGE_KEY];

	memcpy(salt, ephemeral, AGE_KEY);
	memcpy(salt + AGE_KEY, recipient, AGE_KEY);
	age_hkdf(str_mem(shared, AGE_KEY), str_mem(salt, sizeof(salt)),
		 STR("age-encryption.org/v1/X25519"), out);
}

void age_iv(uint64_t piece, bool last, unsigned char iv[AGE_IV])
{
	memset(iv, 0, AGE_IV);
	for (unsigned i = 0; i < 8; i++)
		iv[AGE_IV - 2 - i] = (unsigned char)(piece >> 8 * i);
	iv[AGE_IV - 1] = last;
}
