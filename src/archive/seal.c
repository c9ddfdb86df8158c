/* seal.c - lines of a seal and the chain that ties them together. */
#include "seal.h"

#include "../util/json_out.h"

static void kv_hex(struct buf *b, const char *key,
		   const unsigned char sha[SHA256_LEN])
{
	json_key(b, key);
	buf_c(b, '"');
	buf_hex(b, sha, SHA256_LEN);
	buf_c(b, '"');
}

void seal_line(struct buf *b, const struct seal_facts *f)
{
	json_open(b);
	json_kv_str(b, "member", f->name);
	kv_hex(b, "header_sha256", f->header);
	if (f->extent) {
		json_key(b, "extents");
		buf_c(b, '[');
		for (size_t i = 0; i < f->nextent; i++) {
			buf_puts(b, i ? ",[" : "[");
			buf_u64(b, f->extent[i].off);
			buf_c(b, ',');
			buf_u64(b, f->extent[i].len);
			buf_c(b, ']');
		}
		buf_c(b, ']');
	}
	json_kv_u64(b, "size", f->size);
	kv_hex(b, "sha256", f->data);
	if (f->short_at != SEAL_NO_SHORT)
		json_kv_u64(b, "short_at", f->short_at);
	json_close(b);
}

void seal_last(struct buf *b, unsigned n, const char *state, struct str json)
{
	json_open(b);
	json_kv_u64(b, "seal", n);
	json_kv_str(b, "state", str_of(state));
	buf_str(b, json);
}

void seal_chain(unsigned char chain[SHA256_LEN], struct str lines,
		struct str last)
{
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, chain, SHA256_LEN);
	sha256_add(&h, lines.p, lines.n);
	sha256_add(&h, last.p, last.n);
	sha256_end(&h, chain);
}
