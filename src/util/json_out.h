/*
 * json_out.h - JSON text into a buf, fast.  A value that is not UTF-8 is
 * written with each bad byte as \xNN and `\' doubled, and exactly, base64,
 * under <key>_b64 (the caller learns it from the return value).
 */
#ifndef UTIL_JSON_OUT_H
#define UTIL_JSON_OUT_H

#include "buf.h"

/* "…" with its quotes; false when s was not UTF-8. */
bool json_str(struct buf *, struct str s);
/* The inside of a string only. */
bool json_escape(struct buf *, struct str s);

/* A flat object writer: `{' … `}' with commas and keys. */
void json_open(struct buf *);                 /* { */
void json_close(struct buf *);                /* } and newline */
void json_key(struct buf *, const char *key); /* ,"key": */
void json_kv_str(struct buf *, const char *key, struct str v); /* + _b64 */
void json_kv_u64(struct buf *, const char *key, uint64_t v);
void json_kv_i64(struct buf *, const char *key, int64_t v);
void json_kv_bool(struct buf *, const char *key, bool v);

#endif
