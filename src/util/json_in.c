/* json_in.c - pull reader. */
#include "json_in.h"

void json_init(struct json *j, struct str in, struct arena *a)
{
	*j = (struct json){ .in = in, .arena = a };
}

static enum json_type bad(struct json *j)
{
	j->bad = true;
	return JSON_BAD;
}

static int hex4(struct str s, size_t at)
{
	uint64_t v;

	if (s.n < 4 || at > s.n - 4 ||
	    !str_hex64((struct str){ s.p + at, 4 }, &v))
		return -1;
	return (int)v;
}

/* raw[i] is `u'; advances *i to the last byte used; 0 bytes when malformed */
static size_t unicode(struct str raw, size_t *i, char *o)
{
	int u = hex4(raw, *i + 1), v;
	uint32_t c;

	if (u < 0)
		return 0;
	*i += 4;
	c = (uint32_t)u;
	if (c >= 0xd800 && c < 0xdc00 && raw.n - *i > 6 &&
	    raw.p[*i + 1] == '\\' && raw.p[*i + 2] == 'u') {
		v = hex4(raw, *i + 3);
		if (v >= 0xdc00 && v < 0xe000) {
			c = 0x10000 + ((c - 0xd800) << 10) +
			    ((uint32_t)v - 0xdc00);
			*i += 6;
		}
	}
	if (c >= 0xd800 && c < 0xe000)
		c = 0xfffd; /* a lone surrogate has no UTF-8 */
	return utf8_put(o, c);
}

static bool unescape(struct json *j, struct str raw)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	char *o = arena_alloc(j->arena, raw.n);
	size_t n = 0, k;

	for (size_t i = 0; i < raw.n; i++) {
		const char *e;

		if (raw.p[i] != '\\') {
			o[n++] = raw.p[i];
			continue;
		}
		if (++i >= raw.n)
			return false;
		if (raw.p[i] == 'u') {
			k = unicode(raw, &i, o + n);
			if (k == 0)
				return false;
			n += k;
			continue;
		}
		e = memchr(from, raw.p[i], sizeof(from) - 1);
		if (!e)
			return false;
		o[n++] = to[e - from];
	}
	j->text = (struct str){ o, n };
	return true;
}

static bool string(struct json *j)
{
	size_t i = j->at + 1, from = i;
	bool esc = false;

	for (;;) {
		const char *p = i < j->in.n
					? memchr(j->in.p + i, '"', j->in.n - i)
					: NULL;
		size_t q, b;

		if (!p)
			return false;
		q = (size_t)(p - j->in.p);
		for (b = q; b > from && j->in.p[b - 1] == '\\'; b--)
			;
		i = q + 1;
		if ((q - b) % 2 == 0)
			break;
	}
	j->text = (struct str){ j->in.p + from, i - 1 - from };
	esc = str_chr(j->text, '\\') != (size_t)-1;
	j->at = i;
	return !esc || unescape(j, j->text);
}

static void space(struct json *j)
{
	while (j->at < j->in.n) {
		char c = j->in.p[j->at];

		if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
			break;
		j->at++;
	}
}

static enum json_type word(struct json *j, const char *w, enum json_type t)
{
	if (!str_starts(str_skip(j->in, j->at), str_of(w)))
		return bad(j);
	j->at += strlen(w);
	return t;
}

static enum json_type number(struct json *j)
{
	size_t i = j->at;

	while (i < j->in.n && j->in.p[i] &&
	       strchr("+-0123456789.eE", j->in.p[i]))
		i++;
	if (i == j->at)
		return bad(j);
	j->text = (struct str){ j->in.p + j->at, i - j->at };
	j->at = i;
	return JSON_NUM;
}

static enum json_type push(struct json *j, char c)
{
	if (j->depth == JSON_MAX_DEPTH)
		return bad(j);
	j->stack[j->depth++] = (unsigned char)c;
	j->at++;
	j->want_key = c == '{';
	return c == '{' ? JSON_OBJ : JSON_ARR;
}

static enum json_type pop(struct json *j, char c)
{
	char open = c == '}' ? '{' : '[';

	if (j->depth == 0 || j->stack[j->depth - 1] != open)
		return bad(j);
	j->depth--;
	j->at++;
	j->want_key = j->depth > 0 && j->stack[j->depth - 1] == '{';
	return c == '}' ? JSON_OBJ_END : JSON_ARR_END;
}

static enum json_type key(struct json *j)
{
	if (j->in.p[j->at] != '"' || !string(j))
		return bad(j);
	space(j);
	if (j->at >= j->in.n || j->in.p[j->at] != ':')
		return bad(j);
	j->at++;
	j->want_key = false;
	j->have_key = true;
	return JSON_KEY;
}

static enum json_type value(struct json *j, char c)
{
	j->want_key = j->depth > 0 && j->stack[j->depth - 1] == '{';
	switch (c) {
	case '"':
		return string(j) ? JSON_STR : bad(j);
	case 't':
		return word(j, "true", JSON_TRUE);
	case 'f':
		return word(j, "false", JSON_FALSE);
	case 'n':
		return word(j, "null", JSON_NULL);
	default:
		return number(j);
	}
}

enum json_type json_next(struct json *j)
{
	char c;

	if (j->bad)
		return JSON_BAD;
	space(j);
	if (j->at < j->in.n && j->in.p[j->at] == ',' && j->depth > 0) {
		j->at++;
		space(j);
	}
	if (j->at >= j->in.n)
		return j->depth ? bad(j) : JSON_END;
	c = j->in.p[j->at];
	if (c == '}' || c == ']')
		return j->have_key ? bad(j) : pop(j, c);
	if (j->depth == 0 && j->began)
		return bad(j);
	j->began = true;
	if (j->want_key)
		return key(j);
	j->have_key = false;
	if (c == '{' || c == '[')
		return push(j, c);
	return value(j, c);
}

bool json_pass(struct json *j)
{
	unsigned level = j->depth;

	while (j->depth >= level)
		if (json_next(j) <= JSON_BAD)
			return false;
	return true;
}

static int b64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool b64_decode(struct arena *a, struct str in, struct str *out)
{
	char *o = arena_alloc(a, in.n / 4 * 3 + 3);
	uint32_t v = 0;
	unsigned bits = 0;
	size_t n = 0;

	while (in.n > 0 && in.p[in.n - 1] == '=')
		in.n--;
	for (size_t i = 0; i < in.n; i++) {
		int d = b64_digit(in.p[i]);

		if (d < 0)
			return false;
		v = v << 6 | (uint32_t)d;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			o[n++] = (char)(v >> bits & 0xff);
		}
	}
	*out = (struct str){ o, n };
	return true;
}
