/* jsonrow.c - a reader for flat objects, at memchr's speed where it counts. */
#include "jsonrow.h"

#include "../util/json_in.h"

static bool bad(struct jsonrow *r)
{
	r->bad = true;
	return false;
}

static char peek(const struct jsonrow *r)
{
	return r->at < r->line.n ? r->line.p[r->at] : '\0';
}

static void space(struct jsonrow *r)
{
	while (peek(r) == ' ' || peek(r) == '\t')
		r->at++;
}

/* The slow way, through the general reader; r->at stands on the value. */
static bool through_json(struct jsonrow *r, struct str *text, bool nested)
{
	struct json j;

	json_init(&j, str_skip(r->line, r->at), r->arena);
	if (json_next(&j) <= JSON_BAD || (nested && !json_pass(&j)))
		return bad(r);
	*text = nested ? str_head(j.in, j.at) : j.text;
	r->at += j.at;
	return true;
}

static bool string(struct jsonrow *r, struct str *out)
{
	struct str rest = str_skip(r->line, r->at + 1);
	size_t end = str_chr(rest, '"');

	if (peek(r) != '"' || end == (size_t)-1)
		return bad(r);
	*out = str_head(rest, end);
	if (memchr(out->p, '\\', out->n))
		return through_json(r, out, false);
	r->at += end + 2;
	return true;
}

static bool number(struct jsonrow *r, struct str *out)
{
	size_t from = r->at;
	char c = peek(r);

	while ((c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' ||
	       c == 'e' || c == 'E') {
		r->at++;
		c = peek(r);
	}
	*out = (struct str){ r->line.p + from, r->at - from };
	return out->n > 0 || bad(r);
}

static bool word(struct jsonrow *r, struct str w)
{
	if (!str_starts(str_skip(r->line, r->at), w))
		return bad(r);
	r->at += w.n;
	return true;
}

static bool value(struct jsonrow *r, struct jsonrow_value *v)
{
	switch (peek(r)) {
	case '"':
		v->type = ROW_STR;
		return string(r, &v->text);
	case '[':
	case '{':
		v->type = peek(r) == '[' ? ROW_LIST : ROW_OBJ;
		return through_json(r, &v->text, true);
	case 't':
		v->type = ROW_BOOL;
		v->yes = true;
		return word(r, STR("true"));
	case 'f':
		v->type = ROW_BOOL;
		return word(r, STR("false"));
	case 'n':
		v->type = ROW_NULL;
		return word(r, STR("null"));
	default:
		v->type = ROW_NUM;
		return number(r, &v->text);
	}
}

bool jsonrow_open(struct jsonrow *r, struct str line, struct arena *a)
{
	*r = (struct jsonrow){ .line = line, .arena = a };
	space(r);
	if (peek(r) != '{')
		return bad(r);
	r->at++;
	return true;
}

bool jsonrow_next(struct jsonrow *r, struct str *key, struct jsonrow_value *v)
{
	if (r->bad)
		return false;
	space(r);
	if (peek(r) == ',') {
		r->at++;
		space(r);
	}
	if (peek(r) == '}')
		return false;
	*v = (struct jsonrow_value){ 0 };
	if (!string(r, key))
		return false;
	space(r);
	if (peek(r) != ':')
		return bad(r);
	r->at++;
	space(r);
	return value(r, v);
}

bool jsonrow_i64(const struct jsonrow_value *v, int64_t *out)
{
	return (v->type == ROW_NUM || v->type == ROW_STR) &&
	       str_i64(v->text, out);
}

bool jsonrow_u64(const struct jsonrow_value *v, uint64_t *out)
{
	return (v->type == ROW_NUM || v->type == ROW_STR) &&
	       str_u64(v->text, out);
}

bool jsonrow_item(const struct jsonrow_value *v, size_t *at, struct arena *a,
		  struct str *item)
{
	struct jsonrow r = { .line = v->text, .at = *at, .arena = a };
	struct jsonrow_value one = { 0 };

	if (v->type != ROW_LIST)
		return false;
	if (*at == 0)
		r.at = 1; /* past the bracket */
	space(&r);
	if (peek(&r) == ',') {
		r.at++;
		space(&r);
	}
	if (peek(&r) == ']' || !value(&r, &one))
		return false;
	*at = r.at;
	*item = one.text;
	return true;
}
