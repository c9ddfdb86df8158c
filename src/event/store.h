/*
 * store.h - sorted runs and their merge, for any kind of record.
 *
 * A record is a key and bytes.  Records gather in a buffer (it may be shared
 * memory, so that what was complete survives the process that wrote it);
 * a full buffer is sorted and written to a temporary file as a run; the merge
 * gives all records of all runs in ascending key order.  Keys must be unique
 * for the order to be total.
 */
#ifndef EVENT_STORE_H
#define EVENT_STORE_H

#include "../util/err.h"
#include "../util/str.h"

struct run_key {
	int64_t ts;
	uint32_t source, sub;
	uint64_t off;
};

#define RUN_MAX_RECORD (4u << 20)

/* A buffer of records in someone's memory; plain data, may be shared. */
struct run_buf {
	uint64_t used; /* bytes of whole records: set after each */
	uint64_t count;
	uint64_t size;       /* bytes of data[] */
	struct run_key last; /* of the newest record */
	bool disorder; /* some record came before the one that it follows */
	_Alignas(16) unsigned char data[];
};
size_t run_buf_bytes(uint64_t size); /* to allocate for `size' of data */
void run_buf_init(struct run_buf *, uint64_t size);
/* False when it does not fit: spill first. */
bool run_buf_add(struct run_buf *, const struct run_key *, struct str rec);

/* One sorted run: in a file, or still in a buffer. */
struct run {
	int fd; /* -1: in memory */
	uint64_t off, len;
	const struct run_buf *buf;
	uint32_t *order; /* offsets/16 of the records of buf, sorted */
	uint64_t count;
};

/*
 * Sorts the buffer and appends it to fd at *end (which advances); the buffer
 * is empty afterwards.  False from a broken buffer costs only its bad part.
 */
int run_spill(struct run_buf *, int fd, uint64_t *end, struct run *out,
	      struct err *);
/* The same without a file: the buffer must stay until the merge is over. */
void run_keep(struct run_buf *, struct run *out);
void run_free(struct run *);

struct merge;
/* buffer_bytes is shared between the runs that are in files. */
struct merge *merge_new(const struct run *, size_t n, size_t buffer_bytes);
/* Next record; false at the end.  Views live until the next call. */
bool merge_next(struct merge *, struct run_key *, struct str *rec);
/* Records that were not whole and were passed over. */
uint64_t merge_lost(const struct merge *);
void merge_free(struct merge *);

#endif
