/*
 * collect/row.h - one flat JSON object of a live stream, whose keys are the
 * names of events (event/keys.def).
 */
#ifndef COLLECT_ROW_H
#define COLLECT_ROW_H

#include "../event/keys.h"
#include "../util/json_out.h"

void row_str(struct buf *, enum key, struct str);
void row_u64(struct buf *, enum key, uint64_t);
void row_i64(struct buf *, enum key, int64_t);
void row_bool(struct buf *, enum key, bool);
/* An id as text: "1000" (user.id and the like). */
void row_id(struct buf *, enum key, uint64_t);
/*
 * An array of the NUL-ended (the last one perhaps not) pieces of `list';
 * nothing when there is none.  When a piece is not UTF-8, `<key>_b64' holds
 * all of them exactly.
 */
void row_list(struct buf *, const char *key, struct str list);
void row_key_list(struct buf *, enum key, struct str list);
/* Adds a piece to such a list. */
void list_add(struct buf *list, struct str piece);
/* 4 or 16 bytes of an address, as text. */
void row_ip(struct buf *, enum key, const void *addr, bool v6);
/* Bytes as aa:bb:…; nothing when n is 0. */
void row_mac(struct buf *, enum key, const void *addr, size_t n);

#endif
