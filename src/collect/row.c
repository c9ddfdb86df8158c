/* row.c - one flat JSON object of a live stream. */
#include "row.h"

#include <arpa/inet.h>

void row_str(struct buf *b, enum key k, struct str v)
{
	json_kv_str(b, key_info(k)->name.p, v);
}

void row_u64(struct buf *b, enum key k, uint64_t v)
{
	json_kv_u64(b, key_info(k)->name.p, v);
}

void row_i64(struct buf *b, enum key k, int64_t v)
{
	json_kv_i64(b, key_info(k)->name.p, v);
}

void row_bool(struct buf *b, enum key k, bool v)
{
	json_kv_bool(b, key_info(k)->name.p, v);
}

void row_id(struct buf *b, enum key k, uint64_t v)
{
	char t[24];

	snprintf(t, sizeof t, "%llu", (unsigned long long)v);
	row_str(b, k, str_of(t));
}

void list_add(struct buf *list, struct str piece)
{
	buf_str(list, piece);
	buf_c(list, '\0');
}

static struct str piece(struct str *left)
{
	size_t n = str_chr(*left, '\0');
	struct str p = str_head(*left, n);

	*left = str_skip(*left, p.n + 1);
	return p;
}

void row_list(struct buf *b, const char *key, struct str list)
{
	struct str left = list;
	bool ok = true;

	if (list.n == 0)
		return;
	json_key(b, key);
	buf_c(b, '[');
	while (left.n) {
		struct str p = piece(&left);

		if (b->p[b->n - 1] != '[')
			buf_c(b, ',');
		ok &= json_str(b, p);
	}
	buf_c(b, ']');
	if (ok)
		return;
	buf_fmt(b, ",\"%s_b64\":", key);
	for (left = list; left.n;) {
		struct str p = piece(&left);

		buf_puts(b, b->p[b->n - 1] == ':' ? "[\"" : ",\"");
		buf_b64(b, p.p, p.n);
		buf_c(b, '"');
	}
	buf_c(b, ']');
}

void row_key_list(struct buf *b, enum key k, struct str list)
{
	row_list(b, key_info(k)->name.p, list);
}

void row_ip(struct buf *b, enum key k, const void *addr, bool v6)
{
	char t[INET6_ADDRSTRLEN];

	if (inet_ntop(v6 ? AF_INET6 : AF_INET, addr, t, sizeof t))
		row_str(b, k, str_of(t));
}

void row_mac(struct buf *b, enum key k, const void *addr, size_t n)
{
	const unsigned char *p = addr;
	char t[32 * 3];

	if (n > 32)
		n = 32;
	for (size_t i = 0; i < n; i++)
		snprintf(t + i * 3, 4, "%02x%s", p[i], i + 1 < n ? ":" : "");
	if (n)
		row_str(b, k, str_mem(t, n * 3 - 1));
}
