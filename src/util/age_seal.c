/* age_seal.c - a stream sealed for public keys, piece by piece. */
#include "age_crypt.h"

#include <stdlib.h>

/* base64 without padding, as age wants it */
static void bare_b64(struct buf *out, const void *p, size_t n)
{
	buf_b64(out, p, n);
	while (out->n > 0 && out->p[out->n - 1] == '=')
		out->n--;
}

static bool stanza(struct buf *out, const struct age_recipient *r,
		   const unsigned char file_key[AGE_FILE_KEY])
{
	static const unsigned char iv[AGE_IV];
	unsigned char secret[AGE_KEY], own[AGE_KEY], shared[AGE_KEY];
	unsigned char wrap[AGE_KEY], body[AGE_FILE_KEY + AGE_TAG];
	bool ok = age_random(secret, sizeof(secret)) &&
		  age_x25519_public(secret, own) &&
		  age_x25519(secret, r->key, shared);

	if (ok) {
		age_wrap_key(shared, own, r->key, wrap);
		ok = age_lock(wrap, iv, file_key, AGE_FILE_KEY, body);
	}
	if (ok) {
		buf_puts(out, "-> X25519 ");
		bare_b64(out, own, sizeof(own));
		buf_c(out, '\n');
		bare_b64(out, body, sizeof(body));
		buf_c(out, '\n');
	}
	age_wipe(secret, sizeof(secret));
	age_wipe(shared, sizeof(shared));
	age_wipe(wrap, sizeof(wrap));
	return ok;
}

static bool header(struct buf *out, const struct age_recipient *r, size_t n,
		   const unsigned char file_key[AGE_FILE_KEY])
{
	unsigned char key[AGE_KEY], mac[AGE_MAC];
	size_t from = out->n;

	buf_puts(out, AGE_MAGIC);
	for (size_t i = 0; i < n; i++)
		if (!stanza(out, &r[i], file_key))
			return false;
	buf_puts(out, "---");
	age_hkdf(str_mem(file_key, AGE_FILE_KEY), STR_NONE, STR("header"), key);
	age_hmac(str_mem(key, sizeof(key)),
		 str_mem(out->p + from, out->n - from), mac);
	buf_c(out, ' ');
	bare_b64(out, mac, sizeof(mac));
	buf_c(out, '\n');
	age_wipe(key, sizeof(key));
	return true;
}

int age_seal_begin(struct age_seal *s, const struct age_recipient *r, size_t n,
		   struct buf *out, struct err *err)
{
	unsigned char file_key[AGE_FILE_KEY], nonce[AGE_NONCE];

	*s = (struct age_seal){ 0 };
	if (!age_random(file_key, sizeof(file_key)) ||
	    !age_random(nonce, sizeof(nonce)) || !header(out, r, n, file_key))
		return err_set(err, "libcrypto cannot seal for this key");
	buf_add(out, nonce, sizeof(nonce));
	age_hkdf(str_mem(file_key, sizeof(file_key)),
		 str_mem(nonce, sizeof(nonce)), STR("payload"), s->key);
	age_wipe(file_key, sizeof(file_key));
	s->piece = xmalloc(AGE_PIECE);
	return 0;
}

static int piece(struct age_seal *s, bool last, struct buf *out,
		 struct err *err)
{
	unsigned char iv[AGE_IV];
	unsigned char *to = (unsigned char *)buf_room(out, AGE_PIECE + AGE_TAG);

	age_iv(s->npiece++, last, iv);
	if (!age_lock(s->key, iv, s->piece, s->n, to))
		return err_set(err, "libcrypto cannot seal");
	out->n += s->n + AGE_TAG;
	s->n = 0;
	return 0;
}

int age_seal_add(struct age_seal *s, const void *p, size_t n, struct buf *out,
		 struct err *err)
{
	const unsigned char *from = p;

	while (n > 0) {
		size_t k = AGE_PIECE - s->n < n ? AGE_PIECE - s->n : n;

		/* a full piece waits: it may be the last */
		if (k == 0) {
			if (piece(s, false, out, err) < 0)
				return -1;
			continue;
		}
		memcpy(s->piece + s->n, from, k);
		s->n += k;
		from += k;
		n -= k;
	}
	return 0;
}

int age_seal_end(struct age_seal *s, struct buf *out, struct err *err)
{
	return piece(s, true, out, err);
}

void age_seal_free(struct age_seal *s)
{
	if (s->piece)
		age_wipe(s->piece, AGE_PIECE);
	free(s->piece);
	age_wipe(s, sizeof(*s));
}
