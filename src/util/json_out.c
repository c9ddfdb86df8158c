/* json_out.c - the escaper; eight bytes a step while nothing is special. */
#include "json_out.h"

/* a byte below 0x20, `"', `\' or above 0x7e anywhere in w? */
static bool special8(uint64_t w)
{
	const uint64_t one = 0x0101010101010101u, top = 0x8080808080808080u;
	uint64_t q = w ^ (one * '"'), b = w ^ (one * '\\'),
		 d = w ^ (one * 0x7f);

	return ((w - one * 0x20) | (q - one) | (b - one) | (d - one) | w) & top;
}

static size_t utf8_len(const unsigned char *p, size_t left)
{
	size_t k = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;

	if (k > left || !str_utf8_ok((struct str){ (const char *)p, k }))
		return 0;
	return k;
}

static void control(struct buf *b, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char name[] = "btn?fr"; /* 0x08..0x0d */
	char t[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };

	if (c >= 0x08 && c <= 0x0d && c != 0x0b) {
		t[1] = name[c - 0x08];
		buf_add(b, t, 2);
		return;
	}
	buf_add(b, t, 6);
}

static void one(struct buf *b, const unsigned char *p, bool ok, size_t k)
{
	static const char hex[] = "0123456789abcdef";

	if (p[0] == '"') {
		buf_add(b, "\\\"", 2);
	} else if (p[0] == '\\') {
		buf_add(b, ok ? "\\\\" : "\\\\\\\\", ok ? 2 : 4);
	} else if (p[0] < 0x20 || p[0] == 0x7f) {
		control(b, p[0]);
	} else if (p[0] < 0x80 || k) {
		buf_add(b, p, k ? k : 1);
	} else {
		char t[5] = { '\\', '\\', 'x', hex[p[0] >> 4], hex[p[0] & 15] };

		buf_add(b, t, 5);
	}
}

static bool escape(struct buf *b, struct str s, bool ok)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0;

	while (i < s.n) {
		size_t from = i, k = 0;
		uint64_t w;

		for (; s.n - i >= 8; i += 8) {
			memcpy(&w, p + i, 8);
			if (special8(w))
				break;
		}
		while (i < s.n && p[i] >= 0x20 && p[i] < 0x7f && p[i] != '"' &&
		       p[i] != '\\')
			i++;
		buf_add(b, p + from, i - from);
		if (i >= s.n)
			break;
		if (p[i] >= 0x80) {
			k = utf8_len(p + i, s.n - i);
			if (k == 0 && ok)
				return false;
		}
		one(b, p + i, ok, k);
		i += k ? k : 1;
	}
	return true;
}

bool json_escape(struct buf *b, struct str s)
{
	size_t at = b->n;

	(void)buf_room(b, s.n + 2);
	if (escape(b, s, true))
		return true;
	b->n = at;
	(void)escape(b, s, false);
	return false;
}

bool json_str(struct buf *b, struct str s)
{
	bool ok;

	buf_c(b, '"');
	ok = json_escape(b, s);
	buf_c(b, '"');
	return ok;
}

void json_open(struct buf *b)
{
	buf_c(b, '{');
}

void json_close(struct buf *b)
{
	buf_add(b, "}\n", 2);
}

void json_key(struct buf *b, const char *key)
{
	if (b->n && b->p[b->n - 1] != '{' && b->p[b->n - 1] != '[')
		buf_c(b, ',');
	(void)json_str(b, str_of(key));
	buf_c(b, ':');
}

void json_kv_str(struct buf *b, const char *key, struct str v)
{
	json_key(b, key);
	if (json_str(b, v))
		return;
	buf_fmt(b, ",\"%s_b64\":\"", key);
	buf_b64(b, v.p, v.n);
	buf_c(b, '"');
}

void json_kv_u64(struct buf *b, const char *key, uint64_t v)
{
	json_key(b, key);
	buf_u64(b, v);
}

void json_kv_i64(struct buf *b, const char *key, int64_t v)
{
	json_key(b, key);
	buf_i64(b, v);
}

void json_kv_bool(struct buf *b, const char *key, bool v)
{
	json_key(b, key);
	buf_puts(b, v ? "true" : "false");
}
