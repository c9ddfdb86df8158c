/* digester.c - several digests of one read. */
#include "digester.h"

#include "../util/json_out.h"

void digester_begin(struct digester *d, unsigned algos)
{
	d->algos = algos | 1u << DIGEST_SHA256;
	sha256_init(&d->sha256);
	if (algos & 1u << DIGEST_MD5)
		md5_init(&d->md5);
	if (algos & 1u << DIGEST_SHA1)
		sha1_init(&d->sha1);
	if (algos & 1u << DIGEST_SHA512)
		sha512_init(&d->sha512);
}

void digester_add(struct digester *d, const void *p, size_t n)
{
	sha256_add(&d->sha256, p, n);
	if (d->algos & 1u << DIGEST_MD5)
		md5_add(&d->md5, p, n);
	if (d->algos & 1u << DIGEST_SHA1)
		sha1_add(&d->sha1, p, n);
	if (d->algos & 1u << DIGEST_SHA512)
		sha512_add(&d->sha512, p, n);
}

static void hex(const unsigned char *p, size_t n, char *out)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*out++ = digit[p[i] >> 4];
		*out++ = digit[p[i] & 15];
	}
	*out = '\0';
}

void digester_end(struct digester *d, struct digest_text *t)
{
	unsigned char out[SHA512_LEN];

	*t = (struct digest_text){ .md5 = "" };
	sha256_end(&d->sha256, out);
	hex(out, SHA256_LEN, t->sha256);
	if (d->algos & 1u << DIGEST_MD5) {
		md5_end(&d->md5, out);
		hex(out, MD5_LEN, t->md5);
	}
	if (d->algos & 1u << DIGEST_SHA1) {
		sha1_end(&d->sha1, out);
		hex(out, SHA1_LEN, t->sha1);
	}
	if (d->algos & 1u << DIGEST_SHA512) {
		sha512_end(&d->sha512, out);
		hex(out, SHA512_LEN, t->sha512);
	}
}

struct digests digest_views(const struct digest_text *t)
{
	return (struct digests){ .of = {
					 [DIGEST_MD5] = str_of(t->md5),
					 [DIGEST_SHA1] = str_of(t->sha1),
					 [DIGEST_SHA256] = str_of(t->sha256),
					 [DIGEST_SHA512] = str_of(t->sha512),
				 } };
}

void digest_row(struct buf *b, const struct digest_text *t)
{
	if (t->sha256[0])
		json_kv_str(b, "h", str_of(t->sha256));
	if (t->md5[0])
		json_kv_str(b, "h5", str_of(t->md5));
	if (t->sha1[0])
		json_kv_str(b, "h1", str_of(t->sha1));
	if (t->sha512[0])
		json_kv_str(b, "h512", str_of(t->sha512));
}
