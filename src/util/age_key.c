/*
 * age_key.c - keys as text: Bech32 (BIP 173, without its limit of 90
 * characters) of 32 bytes, with the prefixes `age' and `age-secret-key-'.
 */
#include "age_crypt.h"

#include <ctype.h>

#define PREFIX_PUBLIC "age"
#define PREFIX_SECRET "age-secret-key-"
#define NDATA 52u /* groups of five bits of 32 bytes */
#define NSUM 6u
#define MAX_TEXT (sizeof(PREFIX_SECRET) + 1 + NDATA + NSUM)

static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static uint32_t step(uint32_t sum, uint32_t value)
{
	static const uint32_t gen[5] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa,
					 0x3d4233dd, 0x2a1462b3 };
	uint32_t top = sum >> 25;

	sum = (sum & 0x1ffffff) << 5 ^ value;
	for (unsigned i = 0; i < 5; i++)
		if (top >> i & 1)
			sum ^= gen[i];
	return sum;
}

static uint32_t sum_of_prefix(const char *prefix)
{
	uint32_t sum = 1;

	for (const char *p = prefix; *p; p++)
		sum = step(sum, (uint32_t)*p >> 5);
	sum = step(sum, 0);
	for (const char *p = prefix; *p; p++)
		sum = step(sum, (uint32_t)*p & 31);
	return sum;
}

static void encode(struct buf *out, const char *prefix,
		   const unsigned char key[AGE_KEY], bool upper)
{
	uint32_t sum = sum_of_prefix(prefix), acc = 0;
	size_t from = out->n;
	unsigned bits = 0;

	buf_puts(out, prefix);
	buf_c(out, '1');
	for (unsigned i = 0, k = 0; i < NDATA; i++) {
		uint32_t v;

		if (bits < 5 && k < AGE_KEY) {
			acc = (acc << 8 | key[k++]) & 0xfff;
			bits += 8;
		} else if (bits < 5) { /* the last group is filled up */
			acc <<= 5 - bits;
			bits = 5;
		}
		bits -= 5;
		v = acc >> bits & 31;
		sum = step(sum, v);
		buf_c(out, alphabet[v]);
	}
	for (unsigned i = 0; i < NSUM; i++)
		sum = step(sum, 0);
	sum ^= 1;
	for (unsigned i = 0; i < NSUM; i++)
		buf_c(out, alphabet[sum >> 5 * (NSUM - 1 - i) & 31]);
	for (size_t i = from; upper && i < out->n; i++)
		out->p[i] = (char)toupper((unsigned char)out->p[i]);
}

/* All of one case; out gets it in small letters. */
static bool fold(struct str text, char out[MAX_TEXT])
{
	bool lower = false, upper = false;

	if (text.n >= MAX_TEXT)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		lower |= c >= 'a' && c <= 'z';
		upper |= c >= 'A' && c <= 'Z';
		out[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	out[text.n] = '\0';
	return !(lower && upper);
}

static bool groups(const char *p, const char *prefix, unsigned char v[NDATA])
{
	uint32_t sum = sum_of_prefix(prefix);

	for (unsigned i = 0; i < NDATA + NSUM; i++) {
		const char *at = p[i] ? strchr(alphabet, p[i]) : NULL;

		if (!at)
			return false;
		if (i < NDATA)
			v[i] = (unsigned char)(at - alphabet);
		sum = step(sum, (uint32_t)(at - alphabet));
	}
	return sum == 1;
}

static bool decode(struct str text, const char *prefix,
		   unsigned char key[AGE_KEY])
{
	size_t n = strlen(prefix), k = 0;
	unsigned char v[NDATA];
	char low[MAX_TEXT];
	uint32_t acc = 0;
	unsigned bits = 0;
	bool ok;

	if (text.n != n + 1 + NDATA + NSUM || !fold(text, low) ||
	    memcmp(low, prefix, n) != 0 || low[n] != '1' ||
	    !groups(low + n + 1, prefix, v))
		return false;
	for (unsigned i = 0; i < NDATA; i++) {
		acc = (acc << 5 | v[i]) & 0xfff;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			key[k++] = (unsigned char)(acc >> bits);
		}
	}
	ok = k == AGE_KEY && (acc & ((1u << bits) - 1)) == 0;
	age_wipe(v, sizeof(v));
	age_wipe(low, sizeof(low));
	return ok;
}

int age_identity_new(struct age_identity *id, struct err *err)
{
	if (!age_random(id->secret, AGE_KEY) ||
	    !age_x25519_public(id->secret, id->public.key))
		return err_set(err, "libcrypto makes no key");
	return 0;
}

void age_recipient_text(struct buf *out, const struct age_recipient *r)
{
	encode(out, PREFIX_PUBLIC, r->key, false);
}

void age_identity_text(struct buf *out, const struct age_identity *id)
{
	encode(out, PREFIX_SECRET, id->secret, true);
}

bool age_recipient_parse(struct str text, struct age_recipient *r)
{
	return decode(text, PREFIX_PUBLIC, r->key);
}

bool age_identity_parse(struct str text, struct age_identity *id)
{
	return decode(text, PREFIX_SECRET, id->secret) &&
	       age_x25519_public(id->secret, id->public.key);
}
