/*
 * secret_shape.c - tokens and password hashes that are known by how they
 * look, wherever they stand: ghp_…, a JWT's signature, the hash of
 * $6$salt$hash.
 */
#include "secrets.h"

struct mask {
	char *p;
	size_t n;
	size_t masked;
	unsigned count;
};

static void cover(struct mask *m, size_t from, size_t to)
{
	if (to <= from)
		return;
	memset(m->p + from, '*', to - from);
	m->masked += to - from;
	m->count++;
}

static bool token_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bool hash_char(char c)
{
	return token_char(c) || c == '.' || c == '/' || c == '+' || c == '=';
}

/* what tokens begin with, and how many characters follow at least */
static const struct shape {
	const char *prefix;
	unsigned min;
} shapes[] = {
	{ "AIza", 35 },     { "dop_v1_", 60 },     { "gho_", 36 },
	{ "ghp_", 36 },     { "ghr_", 36 },        { "ghs_", 36 },
	{ "ghu_", 36 },     { "github_pat_", 22 }, { "glpat-", 20 },
	{ "hf_", 30 },      { "hvs.", 24 },        { "npm_", 36 },
	{ "pypi-AgE", 40 }, { "rk_live_", 16 },    { "sk-ant-", 20 },
	{ "sk-proj-", 20 }, { "sk_live_", 16 },    { "xapp-", 20 },
	{ "xoxa-", 20 },    { "xoxb-", 20 },       { "xoxp-", 20 },
	{ "xoxr-", 20 },    { "xoxs-", 20 },
};
/* crypt(5): the last field is the hash */
static const char *const crypt_prefix[] = { "$1$",     "$2a$", "$2b$", "$2y$",
					    "$5$",     "$6$",  "$7$",  "$apr1$",
					    "$argon2", "$gy$", "$y$" };

static size_t run_of(const struct mask *m, size_t at, bool (*is)(char))
{
	size_t k = at;

	while (k < m->n && is(m->p[k]))
		k++;
	return k - at;
}

static void shape_at(struct mask *m, size_t at)
{
	struct str rest = str_mem(m->p + at, m->n - at);

	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		size_t n, k;

		if (shapes[i].prefix[0] != rest.p[0] ||
		    shapes[i].prefix[1] != rest.p[1] ||
		    !str_starts(rest, str_of(shapes[i].prefix)))
			continue;
		n = strlen(shapes[i].prefix);
		k = run_of(m, at + n, token_char);
		if (k >= shapes[i].min)
			cover(m, at + n, at + n + k);
		return;
	}
}

/* eyJ….eyJ….signature: what it says may be read, not used */
static void jwt_at(struct mask *m, size_t at)
{
	size_t head, body, tail;

	if (!str_starts(str_mem(m->p + at, m->n - at), STR("eyJ")))
		return;
	head = run_of(m, at, token_char);
	if (at + head >= m->n || m->p[at + head] != '.')
		return;
	body = at + head + 1;
	if (!str_starts(str_mem(m->p + body, m->n - body), STR("eyJ")))
		return;
	tail = body + run_of(m, body, token_char);
	if (tail < m->n && m->p[tail] == '.')
		cover(m, tail + 1, tail + 1 + run_of(m, tail + 1, token_char));
}

static void crypt_at(struct mask *m, size_t at)
{
	struct str rest = str_mem(m->p + at, m->n - at);
	size_t last = 0, k = 0;
	bool ours = false;

	for (size_t i = 0; i < sizeof(crypt_prefix) / sizeof(*crypt_prefix);
	     i++)
		ours |= str_starts(rest, str_of(crypt_prefix[i]));
	for (; ours && k < rest.n && k < 512 &&
	       (hash_char(rest.p[k]) || rest.p[k] == '$' || rest.p[k] == ',');
	     k++)
		if (rest.p[k] == '$')
			last = k;
	/* bcrypt keeps salt and hash in one field */
	if (ours && k - last > 13)
		cover(m, at + last + 1, at + k);
}

enum { WORD = 1, BEGINS = 2 };

/* What a byte may be; every byte of every log is asked. */
static void classes(unsigned char of[256])
{
	for (int c = 0; c < 256; c++)
		of[c] = token_char((char)c) ? WORD : 0;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++)
		of[(unsigned char)shapes[i].prefix[0]] |= BEGINS;
	of['e'] |= BEGINS;
}

size_t secret_shapes(char *p, size_t n, unsigned *count)
{
	struct mask all = { .p = p, .n = n }, *m = &all;
	unsigned char of[256], before = 0;

	classes(of);
	for (size_t i = 0; i + 8 < n; i++) {
		unsigned char is = of[(unsigned char)p[i]];

		if (p[i] == '$')
			crypt_at(m, i);
		else if (is & BEGINS && !before)
			p[i] == 'e' ? jwt_at(m, i) : shape_at(m, i);
		before = is & WORD;
	}
	*count += m->count;
	return m->masked;
}
