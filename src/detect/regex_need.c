/*
 * regex_need.c - a careful reading of a pattern: whatever is not understood
 * ends a literal, a look-around ends it all.
 */
#include "regex_need.h"

#define MAX_DEPTH 16u

struct reader {
	struct str s;
	size_t at;
	struct arena *arena;
	unsigned depth;
	bool lost; /* not understood: nothing is known */
};

static bool more(const struct reader *r)
{
	return r->at < r->s.n;
}

static char peek(const struct reader *r)
{
	return more(r) ? r->s.p[r->at] : '\0';
}

static size_t shortest(const struct need *n)
{
	size_t len = n->n ? SIZE_MAX : 0;

	for (size_t i = 0; i < n->n; i++)
		if (n->lit[i].n < len)
			len = n->lit[i].n;
	return len;
}

/* The better of two things that must both stand there: the longer. */
static void better(struct need *best, const struct need *other)
{
	size_t a = shortest(best), b = shortest(other);

	if (b > a || (b == a && b && other->n < best->n))
		*best = *other;
}

/* {n,m}: the smallest count, and past it; false when it is no such thing. */
static bool braces(struct reader *r, unsigned *min)
{
	size_t i = r->at + 1;

	*min = 0;
	for (; i < r->s.n && r->s.p[i] >= '0' && r->s.p[i] <= '9'; i++)
		*min = *min < 1000 ? *min * 10 + (unsigned)(r->s.p[i] - '0')
				   : *min;
	if (i == r->at + 1)
		return false;
	while (i < r->s.n &&
	       (r->s.p[i] == ',' || (r->s.p[i] >= '0' && r->s.p[i] <= '9')))
		i++;
	if (i >= r->s.n || r->s.p[i] != '}')
		return false;
	r->at = i + 1;
	return true;
}

/* A quantifier, if there is one: how often at least; *once when exactly. */
static unsigned quantifier(struct reader *r, bool *once)
{
	unsigned min = 1;

	*once = true;
	switch (peek(r)) {
	case '?':
	case '*':
		min = 0;
		r->at++;
		break;
	case '+':
		r->at++;
		break;
	case '{':
		if (!braces(r, &min))
			return 1;
		break;
	default:
		return 1;
	}
	*once = false;
	if (peek(r) == '?' || peek(r) == '+')
		r->at++;
	return min;
}

static void char_class(struct reader *r)
{
	r->at++;
	if (peek(r) == '^')
		r->at++;
	if (peek(r) == ']')
		r->at++;
	while (more(r) && peek(r) != ']') {
		/* [:alpha:] holds a bracket of its own */
		if (peek(r) == '[' && r->at + 1 < r->s.n &&
		    r->s.p[r->at + 1] == ':') {
			size_t end = str_find(str_skip(r->s, r->at), STR(":]"));

			if (end == (size_t)-1)
				break;
			r->at += end + 2;
			continue;
		}
		r->at += peek(r) == '\\' ? 2 : 1;
	}
	if (!more(r))
		r->lost = true;
	r->at++;
}

/* After a backslash: the literal it stands for, or 0 and past it. */
static char escape(struct reader *r)
{
	char c;

	r->at++;
	c = peek(r);
	r->at++;
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9')) {
		/* with arguments, or a sense of its own to what follows */
		if (strchr("xopPNkgQEcuUL0123456789GKXRC", c))
			r->lost = true;
		return '\0';
	}
	return c;
}

static void either(struct reader *r, struct need *out);

/* ( … ): flags before a colon are harmless, look-arounds are not. */
static void group(struct reader *r, struct need *out)
{
	out->n = 0;
	r->at++;
	if (peek(r) == '?') {
		r->at++;
		while (more(r) && strchr("imsnJ-", peek(r)))
			r->at++;
		if (peek(r) != ':' && peek(r) != ')')
			r->lost = true;
		if (peek(r) == ')') {
			r->at++; /* (?i) */
			return;
		}
		r->at++;
	} else if (peek(r) == '*') {
		r->lost = true;
	}
	if (r->lost || ++r->depth > MAX_DEPTH) {
		r->lost = true;
		return;
	}
	either(r, out);
	r->depth--;
	if (peek(r) != ')')
		r->lost = true;
	r->at++;
}

struct run { /* of literal characters */
	char c[64];
	size_t n;
};

static void end_run(struct reader *r, struct run *run, struct need *best)
{
	struct need one = { .n = 1 };

	if (run->n >= NEED_MIN_LEN) {
		one.lit[0] = arena_dup(r->arena, str_mem(run->c, run->n));
		better(best, &one);
	}
	run->n = 0;
}

static void literal(struct reader *r, struct run *run, struct need *best,
		    char c)
{
	bool once;
	unsigned min = quantifier(r, &once);

	if (min == 0) {
		end_run(r, run, best);
		return;
	}
	if (run->n == sizeof(run->c))
		end_run(r, run, best);
	run->c[run->n++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	if (!once)
		end_run(r, run, best);
}

/* Something that is no literal; a group tells what it needs in *inner. */
static void other(struct reader *r, char c, struct need *inner)
{
	if (c == '[')
		char_class(r);
	else if (c == '(')
		group(r, inner);
	else
		r->at++;
}

static void sequence(struct reader *r, struct need *best)
{
	struct run run = { .n = 0 };

	best->n = 0;
	while (more(r) && !r->lost && peek(r) != '|' && peek(r) != ')') {
		struct need inner = { .n = 0 };
		char c = peek(r);
		bool once, plain = !strchr(".[(^$\\", c) && !(c & 0x80);

		if (plain)
			r->at++;
		else if (c == '\\')
			plain = (c = escape(r)) != '\0';
		else
			other(r, c, &inner);
		if (plain) {
			literal(r, &run, best, c);
			continue;
		}
		end_run(r, &run, best);
		if (quantifier(r, &once) > 0)
			better(best, &inner);
	}
	end_run(r, &run, best);
}

/* One of the branches matches: what any of them needs. */
static void either(struct reader *r, struct need *out)
{
	struct need branch;
	bool known = true;

	out->n = 0;
	for (;;) {
		sequence(r, &branch);
		known = known && branch.n && out->n + branch.n <= NEED_MAX;
		for (size_t i = 0; known && i < branch.n; i++)
			out->lit[out->n++] = branch.lit[i];
		if (r->lost || peek(r) != '|')
			break;
		r->at++;
	}
	if (!known)
		out->n = 0;
}

void regex_need(struct str pattern, struct arena *a, struct need *out)
{
	struct reader r = { .s = pattern, .arena = a };

	either(&r, out);
	if (r.lost || more(&r))
		out->n = 0;
}
