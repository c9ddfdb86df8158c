/*
 * secret_key.c - what a private key file says about itself without its
 * secret: type, whether a passphrase protects it, and for OpenSSH's own
 * format the fingerprint of the public half, which stands there in clear.
 *
 * openssh-key-v1 (PROTOCOL.key): magic "openssh-key-v1\0", string cipher,
 * string kdf, string kdf options, u32 number of keys, string public key, …
 */
#include "secrets.h"

#include "../util/arena.h"
#include "../util/hash.h"
#include "../util/json_in.h"
#include "../util/json_out.h"
#include "../util/rd.h"

#define HEAD 4096
#define BODY_MAX (1u << 20)

static const struct pem {
	const char *begin, *type, *format;
	bool encrypted;
} pems[] = {
	{ "-----BEGIN OPENSSH PRIVATE KEY-----", "", "openssh", false },
	{ "-----BEGIN RSA PRIVATE KEY-----", "rsa", "pem", false },
	{ "-----BEGIN DSA PRIVATE KEY-----", "dsa", "pem", false },
	{ "-----BEGIN EC PRIVATE KEY-----", "ec", "pem", false },
	{ "-----BEGIN ENCRYPTED PRIVATE KEY-----", "", "pkcs8", true },
	{ "-----BEGIN PRIVATE KEY-----", "", "pkcs8", false },
	{ "-----BEGIN PGP PRIVATE KEY BLOCK-----", "pgp", "openpgp", false },
	{ "PuTTY-User-Key-File-", "", "putty", false },
	{ "-----BEGIN SSH2 ENCRYPTED PRIVATE KEY-----", "", "ssh2", true },
	{ "AGE-SECRET-KEY-1", "x25519", "age", false },
	{ "-----BEGIN OpenVPN Static key V1-----", "", "openvpn", false },
	{ "-----BEGIN OpenVPN tls-crypt-v2", "", "openvpn", false },
};

/* Where a line begins with it: a program that only knows the words is none. */
static bool at_line(struct str text, struct str begin, size_t *at)
{
	size_t from = 0, i;

	while ((i = str_find(str_skip(text, from), begin)) != (size_t)-1) {
		*at = from + i;
		if (*at == 0 || text.p[*at - 1] == '\n' ||
		    text.p[*at - 1] == '\r')
			return true;
		from = *at + 1;
	}
	return false;
}

static const struct pem *find(struct str text, size_t *at)
{
	for (size_t i = 0; i < sizeof(pems) / sizeof(*pems); i++)
		if (at_line(text, str_of(pems[i].begin), at))
			return &pems[i];
	return NULL;
}

struct facts {
	struct str type;
	bool encrypted, known; /* known: whether it is encrypted */
	unsigned char digest[SHA256_LEN];
	bool fingerprint;
};

static struct str rd_string(struct rd *r, const char *what)
{
	return rd_bytes(r, rd_u32be(r, what), what);
}

/* The base64 between the lines, without line ends. */
static struct str body(struct arena *a, struct str text)
{
	struct buf b = { 0 };
	struct str out = STR_NONE, copy;

	(void)str_cut(&text, '\n');
	while (text.p && b.n < BODY_MAX) {
		struct str line = str_trim(str_cut(&text, '\n'));

		if (str_starts(line, STR("-----END")))
			break;
		buf_str(&b, line);
	}
	copy = arena_dup(a, buf_view(&b));
	if (!b64_decode(a, copy, &out))
		out = STR_NONE;
	buf_free(&b);
	return out;
}

static void openssh(struct str text, struct arena *a, struct facts *f)
{
	struct rd r = rd_of(body(a, text)), pub;
	struct str cipher, key;

	if (!str_eq(rd_bytes(&r, 15, "magic"), STR("openssh-key-v1\0")))
		return;
	cipher = rd_string(&r, "cipher");
	(void)rd_string(&r, "kdf");
	(void)rd_string(&r, "kdf options");
	(void)rd_u32be(&r, "number of keys");
	key = rd_string(&r, "public key");
	if (!rd_ok(&r))
		return;
	pub = rd_of(key);
	f->type = rd_string(&pub, "type");
	f->encrypted = !str_is(cipher, "none");
	f->known = true;
	sha256_of(key.p, key.n, f->digest);
	f->fingerprint = rd_ok(&pub);
}

static void putty(struct str text, struct facts *f)
{
	while (text.p) {
		struct str line = str_trim(str_cut(&text, '\n'));

		if (str_starts(line, STR("PuTTY-User-Key-File-"))) {
			(void)str_cut(&line, ':');
			f->type = str_trim(line);
		} else if (str_starts(line, STR("Encryption:"))) {
			f->encrypted =
				!str_is(str_trim(str_skip(line, 11)), "none");
			f->known = true;
		}
	}
}

/* SHA256:… as ssh-keygen -l shows it: base64 without padding */
static void put_fingerprint(struct buf *out, const unsigned char *digest)
{
	struct buf b = { 0 };

	buf_puts(&b, "SHA256:");
	buf_b64(&b, digest, SHA256_LEN);
	while (b.p[b.n - 1] == '=')
		b.n--;
	json_kv_str(out, "fingerprint", buf_view(&b));
	buf_free(&b);
}

void secret_key_row(struct buf *out, struct str path, struct str content)
{
	struct arena a = { 0 };
	struct facts f = { 0 };
	size_t at;
	const struct pem *p = find(str_head(content, HEAD), &at);
	struct str text = p ? str_skip(content, at) : content;

	if (p) {
		f.type = str_of(p->type);
		f.encrypted =
			p->encrypted || str_has(str_head(text, 512),
						STR("Proc-Type: 4,ENCRYPTED"));
		f.known = str_is(str_of(p->format), "pem") ||
			  str_is(str_of(p->format), "pkcs8");
		if (str_is(str_of(p->format), "openssh"))
			openssh(text, &a, &f);
		else if (str_is(str_of(p->format), "putty"))
			putty(text, &f);
	}
	json_open(out);
	json_kv_str(out, "path", path);
	json_kv_str(out, "kind", STR("private_key"));
	json_kv_str(out, "format", p ? str_of(p->format) : STR("unknown"));
	if (f.type.n)
		json_kv_str(out, "key_type", f.type);
	if (f.known)
		json_kv_bool(out, "encrypted", f.encrypted);
	if (f.fingerprint)
		put_fingerprint(out, f.digest);
	json_close(out);
	arena_free(&a);
}
