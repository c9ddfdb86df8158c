/*
 * sigma_pattern.c - a Sigma string as 16-bit units (bytes and wildcards),
 * then as the cheapest pattern that says the same.
 *
 * Escapes as the specification has them: a backslash before `*', `?' or a
 * backslash makes that one literal; before anything else it is itself.
 */
#include "sigma.h"

static void push(struct units *u, unsigned v)
{
	vec_grow(&u->u, &u->cap, u->n + 1, sizeof(*u->u));
	u->u[u->n++] = (uint16_t)v;
}

bool units_parse(struct units *u, struct str raw)
{
	u->n = 0;
	for (size_t i = 0; i < raw.n; i++) {
		unsigned char c = (unsigned char)raw.p[i];
		char d = i + 1 < raw.n ? raw.p[i + 1] : '\0';

		if (c == '\\' && (d == '*' || d == '?' || d == '\\')) {
			push(u, (unsigned char)d);
			i++;
		} else if (c == '*') {
			if (!u->n || u->u[u->n - 1] != GLOB_MANY)
				push(u, GLOB_MANY);
		} else {
			push(u, c == '?' ? GLOB_ONE : c);
		}
	}
	return u->n <= SIGMA_MAX_VALUE;
}

void units_plain(struct units *u, struct str raw)
{
	u->n = 0;
	for (size_t i = 0; i < raw.n; i++)
		push(u, (unsigned char)raw.p[i]);
}

static uint16_t fold(uint16_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint16_t)(c | 0x20) : c;
}

static struct span literal(struct image *im, const uint16_t *u, size_t n,
			   bool cased)
{
	struct span s = { (uint32_t)im->pool.n, (uint32_t)n };

	for (size_t i = 0; i < n; i++)
		buf_c(&im->pool, (char)(cased ? u[i] : fold(u[i])));
	return s;
}

/* The longest run of literal bytes in u: *at and the length. */
static size_t longest(const uint16_t *u, size_t n, size_t *at)
{
	size_t best = 0, run = 0;

	*at = 0;
	for (size_t i = 0; i < n; i++) {
		run = u[i] < 256 ? run + 1 : 0;
		if (run > best) {
			best = run;
			*at = i + 1 - run;
		}
	}
	return best;
}

static struct span glob(struct image *im, const uint16_t *u, size_t n,
			bool cased)
{
	struct span s;

	while (im->pool.n % 2)
		buf_c(&im->pool, '\0');
	s = (struct span){ (uint32_t)im->pool.n, (uint32_t)(n * 2) };
	for (size_t i = 0; i < n; i++) {
		uint16_t v = cased ? u[i] : fold(u[i]);

		buf_add(&im->pool, &v, sizeof(v));
	}
	return s;
}

struct pat pattern_make(struct image *im, const struct units *in, bool cased,
			struct str shown)
{
	struct pat p = { .cased = cased, .shown = pool_add(im, shown) };
	const uint16_t *u = in->u;
	size_t n = in->n, at, len;
	bool head, tail;

	head = n && u[0] == GLOB_MANY;
	tail = n > 1 && u[n - 1] == GLOB_MANY;
	if (n == 1 && head) {
		p.type = PAT_ANY;
		p.slow = true;
		return p;
	}
	len = longest(u, n, &at);
	if (len == n - head - tail) {
		p.type = head ? (tail ? PAT_CONTAINS : PAT_SUFFIX)
			      : (tail ? PAT_PREFIX : PAT_EXACT);
	} else {
		p.type = PAT_GLOB;
		p.glob = glob(im, u, n, cased);
	}
	p.text = literal(im, u + at, len, cased);
	/* the automaton reads folded bytes and has no empty words */
	p.slow = cased || len == 0;
	return p;
}
